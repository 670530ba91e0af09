"""The collections that retrieval is measured on, as folders of files with what is relevant to each query.

--data holds, each only if it is to be measured:
    scifact/            BEIR's layout: corpus.jsonl, queries.jsonl, qrels/test.tsv
    xquad/              xquad.en.json, xquad.zh.json (github.com/google-deepmind/xquad)
    chroma_chunking/    corpora/*.md, questions_df.csv (github.com/brandonstarxel/chunking_evaluation)

Settings are chosen on the tuning half alone: queries whose id has an even SHA-1; of Chroma's, those about the
corpora chatlogs and wikitexts. What is reported counts on the rest.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from filings import is_tuning

from domaingpt.evaluation import Qrels, parse_measure, read_qrels

DOCUMENT_MEASURES = [parse_measure(name) for name in ("nDCG@10", "R@5", "RR@10")]
CHROMA_TUNING = ("chatlogs", "wikitexts")
Span = tuple[int, int]  # start, end; code points


class Passage(Protocol):
    """What a measure wants to know of a hit, or of a chunk."""

    document: str
    start: int
    end: int


@dataclass(frozen=True)
class Collection:
    """Files, and queries with what is relevant to them: whole documents, or spans of one.

    Attributes:
        name: Of the domain it becomes.
        language: For its domain.toml.
        files: Name → content.
        queries: Id → text.
        k: How many chunks are asked for.
        qrels: Query → document (the file's name without ending) → grade; empty if spans are relevant.
        spans: Query → (file, spans); empty if documents are relevant.
    """

    name: str
    language: str
    files: Mapping[str, bytes]
    queries: Mapping[str, str]
    k: int
    qrels: Qrels
    spans: Mapping[str, tuple[str, list[Span]]]

    @property
    def main(self) -> str:
        """The measure by which arms and settings are compared."""
        return "iou" if self.spans else "nDCG@10"

    def is_tuning(self, query: str) -> bool:
        """Return whether settings may be chosen on a query."""
        if self.spans:
            return PurePosixPath(self.spans[query][0]).stem in CHROMA_TUNING
        return is_tuning(query)

    def scores(self, query: str, found: Sequence[Passage]) -> dict[str, float]:
        """Return each measure of one query. Documents rank where their first chunk does."""
        if self.spans:
            return span_scores(found[: self.k], *self.spans[query])
        ranked = list(dict.fromkeys(PurePosixPath(passage.document).stem for passage in found))
        judged = self.qrels[query]
        grades = [judged.get(document, 0) for document in ranked]
        return {str(measure): measure.value(grades, judged.values()) for measure in DOCUMENT_MEASURES}

    def write(self, workspace: Path) -> Path:
        """Write the domain, and queries.jsonl in it, into a workspace; return the domain's folder.

        Files that are there already as they should be stay untouched, and so does their index.
        """
        folder = workspace / "domains" / self.name
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        lines = (json.dumps({"id": query, "query": text}) for query, text in self.queries.items())
        wanted = {
            folder / "domain.toml": f'language = "{self.language}"\n'.encode(),
            folder / "queries.jsonl": "".join(f"{line}\n" for line in lines).encode(),
            **{folder / "documents" / name: content for name, content in self.files.items()},
        }
        for path, content in wanted.items():
            if not path.is_file() or path.read_bytes() != content:
                path.write_bytes(content)
        return folder


def span_scores(found: Sequence[Passage], file: str, relevant: Sequence[Span]) -> dict[str, float]:
    """Return recall, precision and IoU of characters as chunking_evaluation computes them.

    What chunks of the right file share with a relevant span is found, once; all chunks count in the
    denominator of precision, and in that of IoU together with what was not found.
    """
    right = [(passage.start, passage.end) for passage in found if passage.document == file]
    shared = [[(max(start, a), min(end, b)) for start, end in right] for a, b in relevant]  # one list a span
    n_found = covered([span for of_one in shared for span in of_one])
    n_missed = sum(b - a - covered(of_one) for (a, b), of_one in zip(relevant, shared, strict=True))
    n_relevant = sum(b - a for a, b in relevant)
    n_retrieved = sum(passage.end - passage.start for passage in found)
    return {
        "recall": n_found / n_relevant,
        "precision": n_found / n_retrieved,
        "iou": n_found / (n_retrieved + n_missed),
    }


def covered(spans: Sequence[Span]) -> int:
    """Return how many characters lie in at least one span."""
    total, reached = 0, 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def collections(data: Path) -> Iterator[Collection]:
    """Yield those that are there, the small ones first."""
    for language in ("en", "zh"):
        if (file := data / "xquad" / f"xquad.{language}.json").is_file():
            yield xquad(file, language)
    if (data / "chroma_chunking").is_dir():
        yield chroma(data / "chroma_chunking")
    if (data / "scifact").is_dir():
        yield scifact(data / "scifact")


def scifact(folder: Path) -> Collection:
    judged = read_qrels(folder / "qrels" / "test.tsv").items()
    qrels = {query: grades for query, grades in judged if any(grade >= 1 for grade in grades.values())}
    documents = {d["_id"]: f"{d.get('title') or ''} {d['text']}".strip() for d in _lines(folder / "corpus.jsonl")}
    queries = {q["_id"]: q["text"] for q in _lines(folder / "queries.jsonl") if q["_id"] in qrels}
    return _of_documents("scifact", "en", documents, queries, qrels)


def xquad(file: Path, language: str) -> Collection:
    paragraphs = [
        paragraph
        for article in json.loads(file.read_text(encoding="utf-8"))["data"]
        for paragraph in article["paragraphs"]
    ]
    documents = {f"p{n}": paragraph["context"] for n, paragraph in enumerate(paragraphs)}
    asked = [(f"p{n}", qa) for n, paragraph in enumerate(paragraphs) for qa in paragraph["qas"]]
    queries = {qa["id"]: qa["question"] for _, qa in asked}
    return _of_documents(f"xquad-{language}", language, documents, queries, {qa["id"]: {p: 1} for p, qa in asked})


def chroma(folder: Path) -> Collection:
    csv.field_size_limit(10**9)
    with (folder / "questions_df.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    queries, spans = {}, {}
    for n, row in enumerate(rows):
        relevant = [(reference["start_index"], reference["end_index"]) for reference in json.loads(row["references"])]
        queries[f"q{n}"], spans[f"q{n}"] = row["question"], (f"{row['corpus_id']}.md", relevant)
    files = {path.name: path.read_bytes() for path in sorted((folder / "corpora").glob("*.md"))}
    return Collection("chroma", "en", files, queries, 5, {}, spans)


def _of_documents(
    name: str, language: str, documents: Mapping[str, str], queries: Mapping[str, str], qrels: Qrels
) -> Collection:
    files = {f"{document}.txt": text.encode() for document, text in documents.items()}
    return Collection(name, language, files, queries, 100, qrels, {})


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)
