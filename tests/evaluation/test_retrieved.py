"""From hits to a run and to page hits, and which questions are missed."""

from __future__ import annotations

import ir_measures
import numpy as np
import pytest
from hits import search

from domaingpt.evaluation import Question, parse_measure, write_qrels, write_run
from domaingpt.evaluation.judgements import Judgements, judgements
from domaingpt.evaluation.measures import ranking
from domaingpt.evaluation.retrieved import N_TEXTS, Placing, Retrieved, placings, retrieve_all, run_of, scores_of

QUESTIONS = [
    Question(1, "rent?", documents=("lease a.pdf",), pages=(3,)),
    Question(2, "roof?", documents=("roof.md", "lease a.pdf"), pages=(9,)),
    Question(3, "dogs?", documents=("dogs.txt",)),
]
FOUND = {
    "rent?": [("roof.md", None, 0.9), ("lease a.pdf", 1, 0.8), ("lease a.pdf", 2, 0.7), ("x.txt", None, 0.6)],
    "roof?": [("roof.md", None, 0.9), ("roof.md", None, 0.9), ("lease a.pdf", 8, 0.9)],
}


@pytest.fixture
def judged() -> Judgements:
    return judgements(QUESTIONS, ["lease a.pdf", "roof.md", "dogs.txt", "x.txt"])


@pytest.fixture
def results() -> list[Retrieved]:
    return retrieve_all(QUESTIONS, search(FOUND))


def test_document_ranks_where_its_best_chunk_does(judged: Judgements, results: list[Retrieved]) -> None:
    """By TREC ids."""
    run = run_of(results, judged.names)
    assert {query: ranking(scores) for query, scores in run.items()} == {
        "1": ["roof.md", "lease%20a.pdf", "x.txt"],
        "2": ["roof.md", "lease%20a.pdf"],
        "3": [],
    }
    assert run["1"]["lease%20a.pdf"] == np.float32(0.8)


def test_ties_and_detours_of_the_search_keep_its_order(judged: Judgements) -> None:
    """trec_eval would order equal scores by id, and a score that rises on the way down against us."""
    (result,) = retrieve_all(
        [Question(1, "q")], search({"q": [("a", None, 0.5), ("b", None, 0.5), ("c", None, 0.7), ("d", None, -1.0)]})
    )
    run = run_of([result], judged.names)
    assert ranking(run["1"]) == ["a", "b", "c", "d"]
    assert [run["1"][document] for document in "ad"] == [0.5, -1.0]
    assert run["1"]["b"] == pytest.approx(0.5)


def test_scores_by_hand(judged: Judgements, results: list[Retrieved]) -> None:
    """Page 3 is reached by the third chunk, which runs from page 2 to 3; page 9 by none."""
    measures = [parse_measure(name) for name in ("R@1", "R@5", "RR@10", "page@2", "page@3")]
    assert {str(measure): values for measure, values in scores_of(measures, judged, results).items()} == {
        "R@1": {"1": 0.0, "2": 0.5, "3": 0.0},
        "R@5": {"1": 1.0, "2": 1.0, "3": 0.0},
        "RR@10": {"1": 0.5, "2": 1.0, "3": 0.0},
        "page@2": {"1": 0.0, "2": 0.0},
        "page@3": {"1": 1.0, "2": 0.0},
    }


def test_files_are_rescored_alike(judged: Judgements, results: list[Retrieved], tmp_path) -> None:
    """What we measure, ir_measures measures on what we write."""
    run, names = run_of(results, judged.names), ["nDCG@10", "R@1", "R@5", "RR@10"]
    write_run(tmp_path / "run", run)
    write_qrels(tmp_path / "qrels", judged.documents)
    theirs = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(name) for name in names],
        list(ir_measures.read_trec_qrels(str(tmp_path / "qrels"))),
        list(ir_measures.read_trec_run(str(tmp_path / "run"))),
    )
    ours = scores_of([parse_measure(name) for name in names], judged, results)
    assert {str(m): sum(of.values()) / 3 for m, of in ours.items()} == pytest.approx(
        {str(m): value for m, value in theirs.items()}
    )


def test_missed_questions(judged: Judgements, results: list[Retrieved]) -> None:
    """A right document or every right page is not near the top."""
    run = run_of(results, judged.names)
    assert placings(judged, run, results) == [
        Placing("1", {"lease%20a.pdf": 2}, 3, is_missed=False),
        Placing("2", {"roof.md": 1, "lease%20a.pdf": 2}, None, is_missed=True),
        Placing("3", {"dogs.txt": None}, None, is_missed=True),
    ]
    assert [placing.is_missed for placing in placings(judged, run, results, cutoff=1)] == [True, True, True]
    # A run from a file has no pages to miss.
    assert [placing.is_missed for placing in placings(judged, run, [])] == [False, False, True]


def test_right_page_does_not_make_up_for_a_missing_document() -> None:
    """Both are wanted."""
    question = Question(1, "q", documents=("a.pdf", "b.md"), pages=(1,))
    judged = judgements([question], ["a.pdf", "b.md"])
    results = retrieve_all([question], search({"q": [("a.pdf", 1, 0.9)]}))
    assert placings(judged, run_of(results, judged.names), results) == [
        Placing("1", {"a.pdf": 1, "b.md": None}, 1, is_missed=True)
    ]


def test_time_and_first_texts_are_kept() -> None:
    """Not all texts: a set of questions may be large."""
    told: list[tuple[int, int]] = []
    many = {"q": [(f"{n}.txt", None, 1.0) for n in range(N_TEXTS + 5)]}
    (result,) = retrieve_all([Question(1, "q")], search(many), lambda *numbers: told.append(numbers))
    assert [bool(found.text) for found in result.found] == [True] * N_TEXTS + [False] * 5
    assert result.ms >= 0
    assert told == [(0, 1), (1, 1)]


def test_loading_is_not_timed() -> None:
    """The first question is searched once before the clock runs."""
    asked: list[str] = []

    def slow_at_first(question: str) -> list:
        asked.append(question)
        return []

    retrieve_all([Question(1, "a"), Question(2, "b")], slow_at_first)
    assert asked == ["a", "a", "b"]
    assert retrieve_all([], slow_at_first) == []
