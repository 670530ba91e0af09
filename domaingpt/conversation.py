"""Several questions to one domain, each understood in the light of those before it.

    conversation = Conversation(Workspace.open(".").domain("house"))
    conversation.ask("How much gas did we use in January 2025?")
    conversation.ask("and in February?").standalone  # "How much gas did we use in February 2025?"

It lives in memory and belongs to its domain: nothing of it is written to disk, and nothing reaches another domain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from domaingpt.dialogue import Likeness, Standalone, Turn, standalone
from domaingpt.domain import Domain
from domaingpt.embeddings import Embedder
from domaingpt.retrieval import covers
from domaingpt.types import Answer

MARK = re.compile(r"\s*\[\d+\]")
# Words that have nothing to do with each other: how alike an embedder finds them is its zero. The rules were tuned
# with all-MiniLM-L6-v2, which finds them .242 alike in the mean; other models crowd all texts together.
UNRELATED = ("roof", "invoice", "salt", "judge", "engine", "tax", "river", "password", "violin", "surgeon")
UNRELATED_COSINE = 0.242


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation.

    Attributes:
        question: As typed.
        understood: As it was asked of the documents.
        answer: What was answered; None if that was stopped or failed.
    """

    question: str
    understood: Standalone
    answer: Answer | None = None


class Conversation:
    """A conversation with one domain.

    Args:
        domain: Whose documents are asked.

    Attributes:
        domain: The same.
        exchanges: All questions so far, in order.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.exchanges: list[Exchange] = []

    def understand(self, text: str) -> Standalone:
        """Return what a question means here, without asking it; see `domaingpt.dialogue.standalone`."""
        if not self.exchanges:
            return Standalone(text)
        return standalone(text, [_turn(exchange) for exchange in self.exchanges], self._likeness)

    def ask(
        self,
        text: str,
        *,
        only: str | None = None,
        on_sentence: Callable[[str], None] = lambda _: None,
        on_understood: Callable[[Standalone], None] = lambda _: None,
    ) -> Answer:
        """Answer a question, or a follow-up to those before; see `Domain.ask`.

        Args:
            text: In the user's words.
            only: Glob on document paths.
            on_sentence: Hears each sentence of the answer as soon as it has passed verification.
            on_understood: Hears how a follow-up is understood, before it is answered.

        Returns:
            The answer; its `question` is the text, its `standalone` what was asked for it, or None.
        """
        understood = self.understand(text)
        if understood.is_rewritten:
            on_understood(understood)
        # Kept at once: what is asked after a stopped answer hangs on its question all the same.
        self.exchanges.append(Exchange(text, understood))
        answer = self.domain.ask(understood.question, only=only, on_sentence=on_sentence)
        answer = replace(answer, question=text, standalone=understood.question if understood.is_rewritten else None)
        self.exchanges[-1] = Exchange(text, understood, answer)
        return answer

    @property
    def last_answer(self) -> Answer | None:
        """The last answer that was given."""
        return next((exchange.answer for exchange in reversed(self.exchanges) if exchange.answer), None)

    @cached_property
    def _likeness(self) -> Likeness | None:
        """Cosines by the domain's embedder; None if it does not cover English."""
        embedder = self.domain.embedder
        return embedded_likeness(embedder) if covers(embedder, "What about this one?") else None


def embedded_likeness(embedder: Embedder) -> Likeness:
    """Return a function that gives the cosines of texts by an embedder, its zero moved to where the rules have it."""
    vectors = embedder.encode_query(UNRELATED)
    n = len(UNRELATED)
    zero = float((vectors @ vectors.T).sum() - n) / (n * (n - 1))
    scale = (1 - UNRELATED_COSINE) / max(1 - zero, 1e-6)

    def likeness(texts: Sequence[str]) -> Sequence[Sequence[float]]:
        V = np.asarray(embedder.encode_query(texts), np.float64)  # (n, d), unit rows
        cosines: list[list[float]] = (1 - (1 - V @ V.T) * scale).tolist()
        return cosines

    return likeness


def _turn(exchange: Exchange) -> Turn:
    """Return what the rules look at: the standalone question, the answer, and what was shown with a number."""
    answer = exchange.answer
    if answer is None:
        return Turn(exchange.understood.question)
    items = tuple(citation.quote for citation in answer.citations or answer.nearest)
    return Turn(exchange.understood.question, MARK.sub("", answer.text or ""), items)
