"""question → retrieval → evidence → Answer, within one generation of one domain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from domaingpt.answer import Generator
from domaingpt.answer.abstention.deciding import Calibration, shift_of, why_abstain
from domaingpt.answer.abstention.support import support
from domaingpt.answer.compose import cite, compose
from domaingpt.answer.figures.answer import figure_answer
from domaingpt.answer.instructions import without_instructions
from domaingpt.answer.whole import answer_whole, limits_of
from domaingpt.config import DomainConfig
from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.index import Index
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.types import Answer, Document, Hit

MAX_EVIDENCE = 5  # considered; the model sees fewer, and an abstention shows the nearest three
N_NEAREST = 3


def ask(
    question: str,
    config: DomainConfig,
    index: Index,
    embedder: Embedder,
    generator: Generator | None,
    *,
    calibration: Calibration | None = None,
    only: str | None = None,
    read: Callable[[str], Document] | None = None,
    on_sentence: Callable[[str], None] = lambda _: None,
    notify: Callable[[str], None] = lambda _: None,
) -> Answer:
    """Answer a question from a domain's documents, or abstain.

    Args:
        question: In the user's words.
        config: The domain's settings.
        index: The domain's index.
        embedder: The one the index was built with.
        generator: Writes the draft; None for quotes.
        calibration: The domain's curve, drawn at ingest; None for that of a typical domain.
        only: Glob on document paths.
        read: Gives a whole document by its path, for figures out of its tables; None to do without.
        on_sentence: Hears each sentence of the answer as soon as it has passed verification.
        notify: Hears what the user should know, e.g. that the question does not fit the model.
    """
    whole = answer_whole(question, config, index, embedder, only=only, on_sentence=on_sentence)
    if whole is not None:
        return whole
    asking = _Asking(question, config, index, embedder, generator, calibration, only, on_sentence, notify)
    hits = asking.hits()
    figure = asking.figure(hits, read) if read else None
    return figure or asking.from_evidence(hits)


class _Clock:
    """Measures stages in milliseconds."""

    def __init__(self) -> None:
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside."""
        started = time.perf_counter()
        yield
        self._stages[name] = (time.perf_counter() - started) * 1000

    def timings_ms(self) -> dict[str, float]:
        """Return the stages and their total."""
        stages = {name: round(ms, 1) for name, ms in self._stages.items()}
        return {**stages, "total": round(sum(self._stages.values()), 1)}


@dataclass(slots=True)
class _Asking:
    """One question on its way through the stages; see `ask` for what it holds."""

    question: str
    config: DomainConfig
    index: Index
    embedder: Embedder
    generator: Generator | None
    calibration: Calibration | None
    only: str | None
    on_sentence: Callable[[str], None]
    notify: Callable[[str], None]
    clock: _Clock = field(default_factory=_Clock)
    vector: FloatMatrix | None = None  # (d,), None if the embedder does not cover the question's language

    def hits(self) -> list[Hit]:
        """Return the chunks that fit best."""
        settings = self.config.retrieval
        with self.clock.stage("retrieve"):
            if covers(self.embedder, self.question):
                self.vector = self.embedder.encode_query([self.question])[0]
            return retrieve(
                self.index, self.embedder, self.question, k=settings.k, only=self.only,
                dense_weight=settings.fixed_dense_weight, vector=self.vector,
            )  # fmt: skip

    def figure(self, hits: Sequence[Hit], read: Callable[[str], Document]) -> Answer | None:
        """Return the one figure of a table that was asked for, as an answer; None if it is in doubt."""
        with self.clock.stage("figure"):
            figure = figure_answer(self.question, hits, self.index, read)
        if figure is None or len(figure.text) > self.config.answer.max_characters:
            return None
        self.on_sentence(figure.text)
        return Answer(
            question=self.question, text=figure.text, abstained=False, reason="figure", citations=cite(figure.cited),
            timings_ms=self.clock.timings_ms(),
        )  # fmt: skip

    def from_evidence(self, hits: Sequence[Hit]) -> Answer:
        """Return what the model writes and evidence backs, or quotes, or an abstention."""
        with self.clock.stage("evidence"):
            found = select_evidence(
                self.question, hits, self.embedder, self.index, limit=MAX_EVIDENCE, vector=self.vector
            )  # fmt: skip
            evidence = without_instructions(self.question, found)
        is_covered = self.vector is not None
        with self.clock.stage("support"):
            supported = support(self.question, evidence, self.embedder, self.index, dense=is_covered)

        def why(dropped: Sequence[str] = ()) -> str | None:
            strictness, shift = self.config.answer.strictness, shift_of(self.generator, dropped)
            return why_abstain(supported, evidence, self.calibration, strictness, dense=is_covered, shift=shift)

        reason, draft = why(), None
        if reason is None:
            with self.clock.stage("answer"):
                draft = compose(
                    self.question, evidence, self.config, self.index.terms, self.generator, self.on_sentence,
                    self.notify, lambda dropped: why(dropped) is not None,
                )  # fmt: skip
            reason = None if draft.text else why(draft.dropped)
        given = Answer(
            question=self.question, text=None, abstained=True, reason=reason or "",
            model=self.generator.name if self.generator else "quotes", dropped=len(draft.dropped) if draft else 0,
            timings_ms=self.clock.timings_ms(), support=supported,
            # Where everything was asked for, and the answer is not from all.
            coverage=limits_of(self.question, self.index, self.only, abstained=reason is not None),
        )  # fmt: skip
        if reason is not None or draft is None:
            return replace(given, nearest=cite(evidence[:N_NEAREST]))
        how = "written" if draft.written else "quoted"
        return replace(given, text=draft.text, abstained=False, reason=how, citations=cite(draft.cited))
