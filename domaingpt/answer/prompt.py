"""What the model is told: the domain's instructions, numbered evidence, the question.

Evidence sentences, not chunks: a small model given three sentences instead of three passages has the
answer in its text more often (XQuAD en, SmolLM2-135M: 43 % against 33 %) in a third of the time.
"""

from __future__ import annotations

from collections.abc import Sequence

from domaingpt.answer import Generator
from domaingpt.chunks import search_view
from domaingpt.config import DomainConfig
from domaingpt.errors import PromptTooLong
from domaingpt.retrieval.rows import readable
from domaingpt.types import Evidence

# Evidence that the model sees. The answer is in the best three sentences for 93 % of the questions of
# XQuAD en; every further sentence costs a small model more in confusion than it gains.
MAX_EVIDENCE = 3
# Turn marks of the longest chat format, with room. Llama 3's take 11 tokens of its own tokenizer and 86 of one that
# does not know them (SmolLM2's).
RESERVED_TOKENS = 96


def system_text(config: DomainConfig) -> str:
    """Return the system turn."""
    parts = [
        f"You are {config.title}. Answer the question in one short sentence, using only the numbered facts.",
        "Copy names, numbers and dates exactly. If the facts do not hold the answer, say: not found.",
        config.instructions,
    ]
    return " ".join(part for part in parts if part)


def user_text(question: str, evidence: Sequence[Evidence]) -> str:
    """Return the user's turn: the evidence with its context, then the question."""
    lines = [f"{n}. {_with_context(item)}" for n, item in enumerate(evidence, start=1)]
    return "Facts:\n" + "\n".join(lines) + f"\n\nQuestion: {search_view(question)}"


def answer_share(max_tokens: int, generator: Generator) -> int:
    """Return the tokens that the answer may have: at most half of the model's context, so that evidence fits too."""
    return min(max_tokens, generator.n_ctx // 2)


def fitting_evidence(
    question: str, evidence: Sequence[Evidence], system: str, generator: Generator, max_tokens: int
) -> list[Evidence]:
    """Return as much of the best evidence as fits, counted with the model's own tokenizer.

    Raises:
        PromptTooLong: If not even the best sentence fits.
    """
    room = generator.n_ctx - max_tokens - RESERVED_TOKENS
    for n in range(min(MAX_EVIDENCE, len(evidence)), 0, -1):
        if generator.count_tokens(system) + generator.count_tokens(user_text(question, evidence[:n])) <= room:
            return list(evidence[:n])
    n_instructions = generator.count_tokens(system)
    raise PromptTooLong(
        f"The question does not fit the context of {generator.name}, {generator.n_ctx} tokens in all:"
        f" the instructions take {n_instructions}, the answer may take {max_tokens}."
    )


def _with_context(item: Evidence) -> str:
    quote = readable(item.quote, item.chunk)
    section = item.section.rsplit(" › ", 1)[-1]
    return f"{section}: {quote}" if section and section.lower() not in quote.lower() else quote
