"""Tasks, and what search computes for each of their queries: once, so that settings can be tried out by the hundred.

A task is a domain with queries and a judge: the collections of `corpora.py`, the questions on filings, and the
starter domains.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import filings
import numpy as np
import numpy.typing as npt
from corpora import Collection, collections

from domaingpt import Workspace
from domaingpt.domain import Domain
from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.evaluation import read_questions
from domaingpt.index import Candidate, LocalIndex, Nearby
from domaingpt.index.calendar_terms import calendar_terms
from domaingpt.index.terms import fold
from domaingpt.retrieval import DATED, DENSE_WEIGHT, MIN_POOL, covers, fusion
from domaingpt.retrieval.coverage import covered_share
from domaingpt.types import Chunk

Scores = npt.NDArray[np.float64]
STARTERS = Path(__file__).parents[1] / "domains"
FOUND = 5  # a figure, or a page, is found if it is among so many chunks


@dataclass(frozen=True)
class Task:
    """Attributes: `group` is the column it is reported in; `main` the measure that settings are compared by."""

    group: str
    main: str
    domain: Domain
    queries: Mapping[str, str]
    is_tuning: Callable[[str], bool]
    scores: Callable[[str, Sequence[Any]], dict[str, float]]

    @property
    def index(self) -> LocalIndex:
        """Of its domain."""
        return self.domain.index

    @property
    def embedder(self) -> Embedder:
        """Of its domain."""
        return self.domain.embedder


@dataclass
class Asked:
    """One query with what the arms found, as `domaingpt.retrieval.retrieve` computes it.

    Attributes:
        task: Whose index it was asked of.
        id: Of the query.
        text: The query.
        vector: (d,), None if the embedder does not cover the query.
        candidates: What the arms found, n of them.
        nearby: What stands around each.
        covered: Share of the query's letters that the embedder covers.
        is_dated: Whether it names a date or a quarter.
        ms: Of the stages "search" and "nearby".
    """

    task: Task
    id: str
    text: str
    vector: FloatMatrix | None
    candidates: list[Candidate]
    nearby: list[Nearby]
    covered: float
    is_dated: bool
    ms: dict[str, float]

    @cached_property
    def ids(self) -> list[str]:
        """Of the candidates."""
        return [candidate.chunk_id for candidate in self.candidates]

    @cached_property
    def chunks(self) -> list[Chunk]:
        """The candidates."""
        return self.task.index.chunks(self.ids)

    @cached_property
    def vectors(self) -> FloatMatrix:
        """Of the candidates, (n, d)."""
        return self.task.index.vectors_of(self.ids)

    @cached_property
    def scores(self) -> Scores:
        """With the settings that ship."""
        return fused(self)

    @cached_property
    def order(self) -> list[int]:
        """Places of the candidates, best first."""
        return ranked(self.scores)

    def judged(self, scores: Scores) -> dict[str, float]:
        """Return the measures of the candidates ranked by other scores."""
        return self.judged_order(ranked(scores))

    def judged_order(self, order: Sequence[int]) -> dict[str, float]:
        """Return the measures of some candidates in an order."""
        return self.task.scores(self.id, [self.chunks[i] for i in order[:MIN_POOL]])


def ask(task: Task, query: str, vector: FloatMatrix | None = None) -> Asked:
    """Return what the arms find for a query, or for another vector in its place."""
    text = task.queries[query]
    index, embedder = task.index, task.embedder
    is_covered = covers(embedder, text)
    if is_covered and vector is None:
        vector = embedder.encode_query([text])[0]
    started = time.perf_counter()
    candidates = index.search(vector, text, MIN_POOL, "hybrid" if is_covered else "lexical", None)
    searched = time.perf_counter()
    nearby = index.nearby(vector, text, candidates)
    ms = {"search": (searched - started) * 1000, "nearby": (time.perf_counter() - searched) * 1000}
    is_dated = next(calendar_terms(fold(text)), None) is not None
    share = covered_share(text, embedder.languages)
    return Asked(task, query, text, vector, candidates, nearby, share, is_dated, ms)


def ranked(scores: Scores) -> list[int]:
    return [int(i) for i in np.argsort(-scores, kind="stable")]


@dataclass(frozen=True)
class Setting:
    """What `fuse` and `retrieve` take into account; as it stands, what ships."""

    sentence: float = fusion.D_SENTENCE
    dense_around: float = fusion.D_AROUND
    lexical_around: float = fusion.L_AROUND
    surer: float = fusion.SURER
    dated: float = DATED
    weight: float = DENSE_WEIGHT
    restandardised: bool = True


SHIPPED = Setting()


def fused(asked: Asked, setting: Setting = SHIPPED) -> Scores:
    """Return the fused scores (n,) with some parts set otherwise."""
    z, near = fusion._z, asked.nearby
    again = fusion.standardised if setting.restandardised else np.asarray
    D = again(
        fusion.D_OWN * z([candidate.dense for candidate in asked.candidates])
        + setting.sentence * z([around.sentence for around in near])
        + setting.dense_around * z([around.dense for around in near])
    )
    L = again(
        fusion.L_OWN * z([candidate.lexical for candidate in asked.candidates])
        + setting.lexical_around * z([around.lexical for around in near])
    )
    w = setting.weight * asked.covered * (setting.dated if asked.is_dated else 1)
    return w * D + (1 - w) * L - setting.surer * 4 * w * (1 - w) * np.minimum(D, L)


def tasks(data: Path, work: Path) -> Iterator[Task]:
    """Yield every task that --data has, ingested into a workspace."""
    workspace = Workspace.create(work)
    for collection in collections(data):
        collection.write(work)
        yield of_collection(collection, ingested(workspace, collection.name))
    if (data / "sec_10q").is_dir():
        if "filings" not in workspace.names():
            workspace.new("filings", source=data / "sec_10q" / "docs")
        yield of_filings(ingested(workspace, "filings"))
    for name in ("equities", "house", "payment"):
        if name not in workspace.names():
            workspace.new(name, source=STARTERS / name / "documents")
        yield of_starter(ingested(workspace, name), STARTERS / name / "questions.jsonl")


def ingested(workspace: Workspace, name: str) -> Domain:
    domain = workspace.domain(name)
    domain.ingest()
    return domain


def of_collection(collection: Collection, domain: Domain) -> Task:
    return Task(
        collection.name, collection.main, domain, collection.queries, collection.is_tuning, collection.scores
    )  # fmt: skip


def of_filings(domain: Domain) -> Task:
    lines = filings.QUESTIONS.read_text(encoding="utf-8").splitlines()
    questions = {question["id"]: question for question in map(json.loads, lines)}

    def scores(query: str, found: Sequence[Chunk]) -> dict[str, float]:
        hits = [
            {"rank": rank, "document": c.document, "text": c.text, "page": c.page, "page_end": c.page_end}
            for rank, c in enumerate(found[:FOUND], start=1)
        ]
        verdict = filings.verdict(questions[query], hits)
        return {name: float(verdict[name]) for name in ("figure", "file_first", "figure_first")}

    queries = {query: question["question"] for query, question in questions.items()}
    return Task("filings", "figure", domain, queries, filings.is_tuning, scores)


def of_starter(domain: Domain, file: Path) -> Task:
    questions = {str(q.id): q for q in read_questions(file) if q.answerable and q.documents}

    def scores(query: str, found: Sequence[Chunk]) -> dict[str, float]:
        question = questions[query]
        ranks = [rank for rank, chunk in enumerate(found, start=1) if chunk.document in question.documents]
        on_page = [
            chunk.document in question.documents and (not question.pages or is_on(chunk, question.pages))
            for chunk in found[:FOUND]
        ]
        return {"RR": 1 / ranks[0] if ranks else 0.0, "page@5": float(any(on_page))}

    queries = {query: question.text for query, question in questions.items()}
    return Task("starter domains", "RR", domain, queries, filings.is_tuning, scores)


def is_on(chunk: Chunk, pages: Sequence[int]) -> bool:
    """Return whether a chunk is, at least in part, on one of the pages."""
    if chunk.page is None:
        return False
    last = chunk.page if chunk.page_end is None else chunk.page_end
    return any(chunk.page <= page <= last for page in pages)
