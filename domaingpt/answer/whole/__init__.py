"""Questions about everything: how many, list all, which documents mention, total, average, largest, compare.

Goes in: a question and an index. Comes out: an answer worked out over all rows or documents, each piece with its
citation and the coverage stated; or None for an ordinary question, which stays with retrieval. No model writes here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from domaingpt.answer.whole.answering import Report, over_documents, over_rows, stated_elsewhere
from domaingpt.answer.whole.comparing import compare
from domaingpt.answer.whole.plan import detect
from domaingpt.answer.whole.reader import read_all
from domaingpt.config import DomainConfig
from domaingpt.embeddings import Embedder
from domaingpt.index import Index, LocalIndex
from domaingpt.types import Answer, Coverage

# A question that does not plainly ask about everything is not worth reading more than this. Guess, unmeasured.
MAX_CHUNKS_UNASKED = 100_000

__all__ = ["answer_whole", "limits_of"]


def answer_whole(
    question: str,
    config: DomainConfig,
    index: Index,
    embedder: Embedder,
    *,
    only: str | None = None,
    on_sentence: Callable[[str], None] = lambda _: None,
) -> Answer | None:
    """Answer a question about all documents, None if it is an ordinary one or nothing certain comes out.

    Args:
        question: In the user's words.
        config: For the length of an answer.
        index: The domain's index; one that is not local gives None.
        embedder: The one the index was built with; asked for comparisons only.
        only: Glob on document paths.
        on_sentence: Hears the answer.
    """
    started = time.perf_counter()
    plan = detect(question)
    if plan is None or not isinstance(index, LocalIndex):
        return None
    if not plan.explicit and index.corpus.n_chunks > MAX_CHUNKS_UNASKED:
        return None
    reading = read_all(index, only)
    report: Report | None
    if plan.operation == "documents":
        report = over_documents(plan, reading, index, config.answer.max_characters, only)
    elif plan.operation == "compare":
        report = compare(plan, reading, index, embedder, config, only)
    else:
        domain = frozenset(index.terms(f"{config.name} {config.title} {config.description}"))
        report = over_rows(plan, reading, index, config.answer.max_characters, domain)
        if report and report.text and stated_elsewhere(plan, index, only):
            return None
    if report is None:
        return None
    if report.text:
        on_sentence(report.text)
    total = round((time.perf_counter() - started) * 1000, 1)
    return Answer(
        question=question, text=report.text or None, abstained=not report.text,
        reason=report.reason, citations=report.citations, nearest=report.nearest, coverage=report.coverage,
        timings_ms={"whole": total, "total": total},
    )  # fmt: skip


def limits_of(question: str, index: Index, only: str | None, *, abstained: bool = False) -> Coverage | None:
    """Return the coverage to state with an ordinary answer to a question about everything.

    Args:
        question: In the user's words.
        index: The domain's index.
        only: Glob on document paths.
        abstained: Nothing was answered: then also where the question need not have meant everything.
    """
    plan = detect(question)
    asks = plan is not None and (plan.explicit or (abstained and plan.operation != "list"))
    if plan is None or not asks or not isinstance(index, LocalIndex):
        return None
    if not plan.explicit and index.corpus.n_chunks > MAX_CHUNKS_UNASKED:
        return None
    return replace(read_all(index, only).coverage, whole=False)
