"""What is relevant, by questions and by qrels, and how documents are called."""

from __future__ import annotations

import hashlib

import pytest

from domaingpt.errors import BadConfig
from domaingpt.evaluation import Question
from domaingpt.evaluation.judgements import DocumentNames, judgements, split

PATHS = ["a/Annual report.pdf", "b.md"]


def test_questions_judge_the_documents_they_name() -> None:
    """Those that are answerable and name some; pages belong to every document named."""
    judged = judgements(
        [
            Question(1, "?", documents=("a/Annual report.pdf", "b.md"), pages=(2, 3)),
            Question("two words", "?", documents=("b.md",)),
            Question("none", "?", documents=("b.md",), answerable=False),
            Question("unnamed", "?", answers=("x",)),
        ],
        PATHS,
    )
    assert judged.documents == {"1": {"a/Annual%20report.pdf": 1, "b.md": 1}, "two%20words": {"b.md": 1}}
    assert judged.pages == {
        "1": {("a/Annual report.pdf", 2), ("a/Annual report.pdf", 3), ("b.md", 2), ("b.md", 3)},
    }
    assert judged.names("a/Annual report.pdf") == "a/Annual%20report.pdf"
    assert judged.names.unknown(judged.documents) == []


def test_document_that_is_not_there_is_noticed() -> None:
    """A misspelt path would count as a failure of the search."""
    judged = judgements([Question(1, "?", documents=("b.md", "C d.md"))], PATHS)
    assert judged.names.unknown(judged.documents) == ["C d.md"]


def test_same_id_twice_is_refused() -> None:
    """7 and "7" are one id in a TREC file."""
    with pytest.raises(BadConfig, match="The id '7' stands twice"):
        judgements([Question(7, "?"), Question("8", "?"), Question("7", "!")], PATHS)


def test_qrels_take_the_place_of_the_questions_own() -> None:
    """Those of other queries are left out; pages are not known."""
    questions = [Question(1, "?", documents=("b.md",), pages=(1,)), Question(2, "?")]
    judged = judgements(questions, PATHS, {"2": {"b": 2}, "9": {"b": 1}})
    assert judged.documents == {"2": {"b": 2}}
    assert judged.pages == {}
    with pytest.raises(BadConfig, match="None of the 1 queries of the qrels is among the 2 questions"):
        judgements(questions, PATHS, {"9": {"b": 1}})


@pytest.mark.parametrize(
    ("ids", "called"),
    [
        pytest.param([], ["x/4983.txt", "x/my%20file.v1.txt"], id="ours: path"),
        pytest.param(["x/4983.txt"], ["x/4983.txt", "x/my%20file.v1.txt"], id="path"),
        pytest.param(["4983.txt", "my%20file.v1.txt"], ["4983.txt", "my%20file.v1.txt"], id="file name"),
        pytest.param(["4983", "my%20file.v1", "absent"], ["4983", "my%20file.v1"], id="without ending"),
        pytest.param(["4983", "x/4983.txt"], ["x/4983.txt", "x/my%20file.v1.txt"], id="path first of equals"),
    ],
)
def test_documents_are_called_as_the_qrels_do(ids: list[str], called: list[str]) -> None:
    """By path, file name or file name without ending, whichever finds most."""
    names = DocumentNames(["x/4983.txt", "x/my file.v1.txt"], ids)
    assert [names("x/4983.txt"), names("x/my file.v1.txt")] == called


def test_percent_in_a_foreign_id_is_left_alone() -> None:
    """It was not escaped by us."""
    names = DocumentNames(["100%.txt"], ["100%"])
    assert names("100%.txt") == "100%"


def test_halves_are_by_hash() -> None:
    """SHA-1 of the id, even or odd; together they are all."""
    questions = [Question(n, "?") for n in range(30)]
    even, odd = split(questions, "even"), split(questions, "odd")
    assert [q.id for q in even] == [n for n in range(30) if int(hashlib.sha1(str(n).encode()).hexdigest(), 16) % 2 == 0]
    assert sorted([*even, *odd], key=lambda question: question.id) == questions
    assert split(questions, "all") == questions
