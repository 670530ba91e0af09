"""Stage 6: question + evidence → Answer. Evidence first, verification always, quotes when a draft fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from domaingpt.models import EndpointSpec, GeneratorSpec, check_memory

__all__ = ["Generator", "load_generator"]


class Generator(Protocol):
    """Writes text from a prompt. One call at a time; the implementation locks.

    Attributes:
        name: The model's name, shown with the answer.
        n_ctx: Tokens that prompt and answer may have together.
    """

    name: str
    n_ctx: int

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text by the model's own tokenizer; where that is out of reach, no fewer."""

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Yield pieces of the model's text; closing the iterator stops the model, also inside the prompt.

        What holds a lock or a connection lets any thread close it while another waits for a piece; the waiting
        one then finds that there are no more. See `domaingpt.answer.generators.cancel`.
        Neither text can open a turn of its own: special tokens in them are plain text.

        Raises:
            PromptTooLong: If prompt and `max_tokens` exceed `n_ctx`.
        """


def load_generator(spec: GeneratorSpec | EndpointSpec) -> Generator:
    """Load a local model, or connect to an endpoint.

    Raises:
        MissingExtra: If llama-cpp-python is not installed.
        ModelLoadFailed: If the file is not the expected one or does not load.
        NotEnoughMemory: If it would not fit into the memory that is free.
        EndpointError: If the server cannot be reached or does not answer as it should.
        ModelNotFound: If the server has no such model.
    """
    match spec:
        case EndpointSpec():
            from domaingpt.answer.generators.endpoint import EndpointGenerator

            return EndpointGenerator(spec)
        case GeneratorSpec():
            from domaingpt.answer.generators.llama import LlamaGenerator

            check_memory(spec)
            return LlamaGenerator(spec)
