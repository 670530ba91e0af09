"""question → retrieval → evidence → Answer, within one generation of one domain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from domaingpt.answer import Generator
from domaingpt.answer.abstention import Calibration, shift_of, why_abstain
from domaingpt.answer.compose import cite, compose
from domaingpt.answer.figure_answer import figure_answer
from domaingpt.answer.instructions import without_instructions
from domaingpt.answer.support import support
from domaingpt.answer.whole import answer_whole, limits_of
from domaingpt.config import DomainConfig
from domaingpt.embeddings import Embedder
from domaingpt.index import Index
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.types import Answer, Document

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
    clock = _Clock()
    dense = covers(embedder, question)
    with clock.stage("retrieve"):
        vector = embedder.encode_query([question])[0] if dense else None
        weight = config.retrieval.fixed_dense_weight
        hits = retrieve(index, embedder, question, k=config.retrieval.k, only=only, dense_weight=weight, vector=vector)
    figure = None
    if read is not None:
        with clock.stage("figure"):
            figure = figure_answer(question, hits, index, read)
    if figure is not None and len(figure.text) <= config.answer.max_characters:
        on_sentence(figure.text)
        return Answer(
            question=question, text=figure.text, abstained=False, reason="figure", citations=cite(figure.cited),
            timings_ms=clock.timings_ms(),
        )  # fmt: skip
    with clock.stage("evidence"):
        evidence = select_evidence(question, hits, embedder, index, limit=MAX_EVIDENCE, vector=vector)
        evidence = without_instructions(question, evidence)
    with clock.stage("support"):
        supported = support(question, evidence, embedder, index, dense=dense)
    why = partial(why_abstain, supported, evidence, calibration, config.answer.strictness, dense=dense)
    model = generator.name if generator else "quotes"
    if (reason := why(shift=shift_of(generator))) is None:
        with clock.stage("answer"):
            draft = compose(
                question, evidence, config, index.terms, generator, on_sentence,
                notify, lambda dropped: why(shift=shift_of(generator, dropped)) is not None,
            )  # fmt: skip
        reason = None if draft.text else why(shift=shift_of(generator, draft.dropped))
    if reason is not None:
        return Answer(
            question=question, text=None, abstained=True, reason=reason, nearest=cite(evidence[:N_NEAREST]),
            model=model, timings_ms=clock.timings_ms(), support=supported,
            coverage=limits_of(question, index, only, abstained=True),
        )  # fmt: skip
    return Answer(
        question=question,
        text=draft.text,
        abstained=False,
        reason="written" if draft.written else "quoted",
        citations=cite(draft.cited),
        model=model,
        dropped=len(draft.dropped),
        timings_ms=clock.timings_ms(),
        coverage=limits_of(question, index, only),  # where everything was asked for, and this is not from all
        support=supported,
    )


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
