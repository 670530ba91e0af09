"""What is relevant: from the questions of a file, or from qrels, to judgements of documents and pages.

Inside, questions and documents go by their TREC ids (`domaingpt.evaluation.runs.trec_id`), so that what is
measured and what is written to files is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from domaingpt.errors import BadConfig
from domaingpt.evaluation.measures import Qrels
from domaingpt.evaluation.questions import Question
from domaingpt.evaluation.runs import plain_id, trec_id

Split = Literal["all", "even", "odd"]


@dataclass(frozen=True, slots=True)
class Judgements:
    """What is relevant to a set of questions.

    Attributes:
        documents: Question → document → grade, for the questions that name documents.
        pages: Question → its right pages as (document, page), for those that name pages too.
        names: How documents are called.
    """

    documents: Qrels
    pages: dict[str, frozenset[tuple[str, int]]]
    names: DocumentNames


class DocumentNames:
    """How the documents of an index are called in judgements and runs.

    Args:
        paths: Of all documents, relative to the documents folder.
        wanted: The ids that qrels from elsewhere use; none for our own, which use paths. Of path, file name,
            and file name without its ending, that one is used which finds most of them; the first of equals.
    """

    def __init__(self, paths: Iterable[str], wanted: Iterable[str] = ()) -> None:
        ids = set(wanted)
        parts = [PurePosixPath(path) for path in paths]
        schemes = [
            {str(path): str(path) for path in parts},
            {str(path): path.name for path in parts},
            {str(path): path.stem for path in parts},
        ]
        called = [{path: _as_in(ids, name) for path, name in scheme.items()} for scheme in schemes]
        self._ids = max(called, key=lambda scheme: len(ids.intersection(scheme.values())))
        self._known = set(self._ids.values())

    def __call__(self, path: str) -> str:
        """Return the TREC id of a document."""
        return self._ids.get(path) or trec_id(path)

    def unknown(self, qrels: Qrels) -> list[str]:
        """Return the relevant documents that are not in the index, by name, sorted."""
        named = {document for of_query in qrels.values() for document, grade in of_query.items() if grade >= 1}
        return sorted(plain_id(document) for document in named - self._known)


def _as_in(ids: set[str], name: str) -> str:
    """Return a name as it stands in files from elsewhere, else as we write it."""
    return name if name in ids else trec_id(name)


def judgements(questions: Sequence[Question], paths: Iterable[str], qrels: Qrels | None = None) -> Judgements:
    """Return what is relevant to the questions.

    A question that is answerable and names documents is judged: each of them is relevant, with grade 1. Its
    right pages are all pages it names in all documents it names.

    Args:
        questions: Their ids must differ.
        paths: Of all documents in the index.
        qrels: Judgements from elsewhere, to take the place of the questions' own. Queries that are not among
            the questions are left out.

    Raises:
        BadConfig: If two questions have the same id, or the qrels have none of the questions.
    """
    asked = {question.trec_id: question for question in questions}
    if len(asked) < len(questions):
        ids = [question.trec_id for question in questions]
        twice = next(plain_id(one) for one in ids if ids.count(one) > 1)
        raise BadConfig(f"The id {twice!r} stands twice among the questions.", "Give each question its own id.")
    if qrels is not None:
        wanted = {document for of_query in qrels.values() for document in of_query}
        common = {query: of_query for query, of_query in qrels.items() if query in asked}
        if not common:
            raise BadConfig(
                f"None of the {len(qrels)} queries of the qrels is among the {len(questions)} questions.",
                "Their ids must be the same.",
            )
        return Judgements(common, {}, DocumentNames(paths, wanted))
    judged = {query: question for query, question in asked.items() if question.answerable and question.documents}
    return Judgements(
        documents={query: {trec_id(path): 1 for path in question.documents} for query, question in judged.items()},
        pages={
            query: frozenset((path, page) for path in question.documents for page in question.pages)
            for query, question in judged.items()
            if question.pages
        },
        names=DocumentNames(paths),
    )


def split(questions: Iterable[Question], half: Split) -> list[Question]:
    """Return the questions whose id has an even or odd SHA-1, or all: two halves that never change.

    Settings chosen on one half are judged fairly on the other only.
    """
    if half == "all":
        return list(questions)
    return [question for question in questions if _is_even(str(question.id)) == (half == "even")]


def _is_even(identifier: str) -> bool:
    digest = hashlib.sha1(identifier.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return digest[-1] % 2 == 0
