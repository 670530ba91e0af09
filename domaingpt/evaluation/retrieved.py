"""What searching gave for each question, as a run and as page hits, measured.

A document ranks where its best chunk does. A page hit is a chunk on a right page of a right document;
`page@5` is the share of questions, of those that name pages, with a page hit among the first five chunks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from domaingpt.evaluation.judgements import DocumentNames, Judgements
from domaingpt.evaluation.measures import Measure, Run, Scores, document_scores, ranking
from domaingpt.evaluation.questions import Question
from domaingpt.types import Hit

# Chunks that are ranked for a question. Both arms give at least so many candidates to begin with
# (`domaingpt.retrieval.MIN_POOL`), so it costs little, and ten documents are found however many chunks of
# the first one match.
DEPTH = 100
N_TEXTS = 10  # hits whose text is kept, to be shown where a question fails
MISS_CUTOFF = 5  # a question is missed if a right document or page is not among so many

Search = Callable[[str], Sequence[Hit]]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Found:
    """One chunk that was found.

    Attributes:
        document: Path.
        page: Page of its beginning; None where the format has no pages.
        page_end: Page of its end.
        score: As the search gave it.
        text: Verbatim, of the first few hits; else empty.
    """

    document: str
    page: int | None
    page_end: int | None
    score: float
    text: str

    def is_on(self, pages: Iterable[tuple[str, int]]) -> bool:
        """Return whether it is, at least in part, on one of the (document, page)."""
        if self.page is None:
            return False
        last = self.page_end if self.page_end is not None else self.page
        return any(document == self.document and self.page <= page <= last for document, page in pages)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a search gave for one question, best first, and how many milliseconds it took."""

    question: Question
    found: tuple[Found, ...]
    ms: float

    @property
    def id(self) -> str:
        """The question's TREC id."""
        return self.question.trec_id


def retrieve_all(
    questions: Sequence[Question], search: Search, progress: Progress = lambda *_: None
) -> list[Retrieved]:
    """Search for each question.

    Args:
        questions: In the order in which they are asked.
        search: Returns the best chunks, best first.
        progress: Hears how many of how many questions are done.
    """
    results = []
    progress(0, len(questions))
    if questions:
        search(questions[0].text)  # models and files are loaded by it: the time of one search is not theirs
    for n, question in enumerate(questions, start=1):
        started = time.perf_counter()
        hits = search(question.text)
        ms = (time.perf_counter() - started) * 1000
        found = tuple(
            Found(
                hit.chunk.document, hit.chunk.page, hit.chunk.page_end, hit.score, hit.chunk.text if i < N_TEXTS else ""
            )
            for i, hit in enumerate(hits)
        )
        results.append(Retrieved(question, found, ms))
        progress(n, len(questions))
    return results


def run_of(results: Iterable[Retrieved], names: DocumentNames) -> dict[str, dict[str, float]]:
    """Return the run: each document with the score of its best chunk.

    Where two scores are the same in single precision, or do not follow the order in which the search gave them,
    the later one is lowered by the smallest step: trec_eval then ranks the documents as the search did.
    """
    run: dict[str, dict[str, float]] = {}
    for result in results:
        scores: dict[str, float] = {}
        last = np.float32(np.inf)
        for found in result.found:
            document = names(found.document)
            if document not in scores:
                last = min(np.float32(found.score), np.nextafter(last, np.float32(-np.inf)))
                scores[document] = float(last)
        run[result.id] = scores
    return run


def scores_of(
    measures: Iterable[Measure], judged: Judgements, results: Sequence[Retrieved], run: Run | None = None
) -> Scores:
    """Return every measure of every question it applies to.

    Args:
        measures: Of documents and pages.
        judged: What is relevant.
        results: What the search gave.
        run: The run of these results, if it was made already.
    """
    wanted = list(measures)
    by_document = document_scores(wanted, judged.documents, run if run is not None else run_of(results, judged.names))
    by_page: Scores = {measure: {} for measure in wanted if measure.kind == "page"}
    for result in results:
        if pages := judged.pages.get(result.id):
            grades = [int(found.is_on(pages)) for found in result.found]
            for measure, of_question in by_page.items():
                of_question[result.id] = measure.value(grades, [1])
    return {measure: by_page[measure] if measure in by_page else by_document[measure] for measure in wanted}


@dataclass(frozen=True, slots=True)
class Placing:
    """Where what is relevant to a question came out.

    Attributes:
        id: The question's TREC id.
        ranks: Each right document with its rank; None if it was not found at all.
        page_rank: Rank of the first chunk on a right page; None if there is none, or no page is named.
        is_missed: Whether a right document, or every right page, is not near the top.
    """

    id: str
    ranks: dict[str, int | None]
    page_rank: int | None
    is_missed: bool


def placings(judged: Judgements, run: Run, results: Sequence[Retrieved], cutoff: int = MISS_CUTOFF) -> list[Placing]:
    """Return where the right documents and pages of every judged question are.

    Args:
        judged: What is relevant.
        run: What was found, by document.
        results: What was found, by chunk; empty for a run from a file, whose pages are not known.
        cutoff: So many documents, and chunks, are near the top.
    """
    result_of = {result.id: result for result in results}
    placed = []
    for query, grades in judged.documents.items():
        order = {document: rank for rank, document in enumerate(ranking(run.get(query, {})), start=1)}
        ranks = {document: order.get(document) for document, grade in grades.items() if grade >= 1}
        n_near = sum(rank is not None and rank <= cutoff for rank in ranks.values())
        is_missed = n_near < min(len(ranks), cutoff)
        page_rank = None
        if query in result_of and query in judged.pages:
            pages = judged.pages[query]
            found = enumerate(result_of[query].found, start=1)
            page_rank = next((rank for rank, hit in found if hit.is_on(pages)), None)
            is_missed = is_missed or page_rank is None or page_rank > cutoff
        placed.append(Placing(query, ranks, page_rank, is_missed))
    return placed
