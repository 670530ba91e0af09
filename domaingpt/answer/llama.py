"""A GGUF model through llama.cpp, in this process: one context, one lock."""

from __future__ import annotations

import codecs
import contextlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from domaingpt.answer.chat_formats import ChatFormat, Segment, chat_format
from domaingpt.embeddings import n_cores
from domaingpt.errors import MissingExtra, ModelLoadFailed, PromptTooLong
from domaingpt.models import GeneratorSpec
from domaingpt.models.verified import check_sha256_once

# Tokens of one prefill step. llama.cpp's default of 512 holds a whole prompt of evidence sentences.
N_BATCH = 512
# A draft is cut off here, and what of it has passed verification, or the quotes, are the answer. On an
# idle machine a draft takes under a second; llama.cpp's threads wait for each other, so that on a busy
# one it can take minutes. Guess at what a person waits for.
TIME_LIMIT_S = 30
MAX_N_CTX = 4096  # evidence, not chunks, goes to the model: more context would only cost memory
# A model that repeats itself over twelve tokens, or a whole sentence, will not stop. Guess, unmeasured.
REPEAT_WINDOW = 12


class LlamaGenerator:
    """Writes text with a local model; see the `Generator` protocol for the contract.

    Raises:
        MissingExtra: If llama-cpp-python is not installed.
        ModelLoadFailed: If the file is not the expected one or does not load.
    """

    def __init__(self, spec: GeneratorSpec) -> None:
        self.name = spec.name
        self.n_ctx = min(spec.n_ctx, MAX_N_CTX)
        self._format: ChatFormat = chat_format(spec.chat_family)
        self._lock = threading.Lock()
        if spec.sha256:
            check_sha256_once(spec.path, spec.sha256)
        self._llama = _load(spec, self.n_ctx)
        self._stop_tokens = self._special_tokens(self._format.stop)

    def count_tokens(self, text: str) -> int:
        """Return the number of tokens of a text by the model's own tokenizer."""
        return len(self._llama.tokenize(text.encode("utf-8", "replace"), add_bos=False, special=False))

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Yield pieces of the model's text as they are made; greedy, so the same prompt gives the same text."""
        tokens = self._tokens(self._format.prompt(system, user))
        if len(tokens) + max_tokens > self.n_ctx:
            raise PromptTooLong(
                f"The prompt has {len(tokens)} tokens and the answer may have {max_tokens},"
                f" but {self.name} takes {self.n_ctx} in all."
            )
        decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a character may span two tokens
        made: list[int] = []
        with self._lock:
            started = time.monotonic()
            for token in self._llama.generate(tokens, temp=0.0, repeat_penalty=1.0):
                is_late = time.monotonic() - started > TIME_LIMIT_S
                if token in self._stop_tokens or len(made) >= max_tokens or _repeats(made) or is_late:
                    break
                made.append(token)
                if piece := decoder.decode(self._llama.detokenize([token])):
                    yield piece

    def close(self) -> None:
        """Give the model's memory back."""
        self._llama.close()

    def _tokens(self, segments: Sequence[Segment]) -> list[int]:
        return [
            token
            for segment in segments
            for token in self._llama.tokenize(
                segment.text.encode("utf-8", "replace"), add_bos=False, special=segment.is_control
            )
        ]

    def _special_tokens(self, names: Sequence[str]) -> set[int]:
        """Return the tokens that end a turn: the model's own end, and the format's if they are one token."""
        ends = {self._llama.token_eos()}
        for name in names:
            tokens = self._llama.tokenize(name.encode(), add_bos=False, special=True)
            if len(tokens) == 1:
                ends.add(tokens[0])
        return ends


def _load(spec: GeneratorSpec, n_ctx: int) -> Any:
    try:
        with _quiet_stderr():
            from llama_cpp import Llama
    except ImportError as exc:
        raise MissingExtra("Answers written by a language model", "llm") from exc
    try:
        with _quiet_stderr():
            return Llama(
                str(spec.path), n_ctx=n_ctx, n_batch=N_BATCH, n_threads=n_cores(), n_threads_batch=n_cores(),
                flash_attn=True, verbose=False, seed=0,
            )  # fmt: skip
    except (ValueError, OSError, RuntimeError) as exc:
        raise ModelLoadFailed(f"{spec.path} does not load: {exc}") from exc


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send the C library's messages away while it loads; errors still arrive as exceptions."""
    saved = os.dup(2)
    try:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)


def _repeats(tokens: Sequence[int]) -> bool:
    """Return whether the tokens end in something said twice in a row, at least REPEAT_WINDOW tokens long.

    With period p that is: the last n = max(REPEAT_WINDOW, p) tokens are those p places before.
    """
    for period in range(1, len(tokens) - REPEAT_WINDOW + 1):
        n = max(REPEAT_WINDOW, period)
        if len(tokens) < n + period:
            return False
        if tokens[-1] == tokens[-1 - period] and tokens[-n:] == tokens[-n - period : -period]:
            return True
    return False
