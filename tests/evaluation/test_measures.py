"""Measures: by hand, by name, and as trec_eval computes them."""

from __future__ import annotations

import math

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaingpt.errors import BadConfig
from domaingpt.evaluation import Measure, document_scores, mean, parse_measure
from domaingpt.evaluation.measures import ranking

# One query: the ranking a b c d e, of which b (grade 2) and d (grade 1) are relevant, and f (1), which was not found.
RANKED = [0, 2, 0, 1, 0]
JUDGED = [2, 1, 1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        # DCG = 2 / log2(3) + 1 / log2(5); ideal = 2 / log2(2) + 1 / log2(3) + 1 / log2(4)
        pytest.param("nDCG@10", (2 / math.log2(3) + 1 / math.log2(5)) / (2 + 1 / math.log2(3) + 0.5), id="ndcg"),
        pytest.param("nDCG@2", (2 / math.log2(3)) / (2 + 1 / math.log2(3)), id="ndcg cuts the ideal too"),
        pytest.param("nDCG", (2 / math.log2(3) + 1 / math.log2(5)) / (2 + 1 / math.log2(3) + 0.5), id="ndcg of all"),
        pytest.param("R@1", 0, id="recall at 1"),
        pytest.param("R@2", 1 / 3, id="recall at 2"),
        pytest.param("R@5", 2 / 3, id="recall at 5"),
        pytest.param("P@5", 2 / 5, id="precision"),
        pytest.param("P@10", 2 / 10, id="precision divides by k though fewer were found"),
        pytest.param("RR@10", 1 / 2, id="reciprocal rank"),
        pytest.param("RR@1", 0, id="reciprocal rank beyond its cutoff"),
        pytest.param("RR", 1 / 2, id="reciprocal rank of all"),
        pytest.param("Success@1", 0, id="no success"),
        pytest.param("Success@2", 1, id="success"),
        pytest.param("page@2", 1, id="page hit"),
    ],
)
def test_measure_by_hand(name: str, value: float) -> None:
    """The arithmetic is in the table."""
    assert parse_measure(name).value(RANKED, JUDGED) == pytest.approx(value)


@pytest.mark.parametrize("name", ["nDCG@10", "R@5", "RR@10", "Success@5", "P@5", "page@5"])
def test_nothing_relevant_is_worth_nothing(name: str) -> None:
    """No division by zero; a grade of 0 or below is a judgement, not relevance."""
    assert parse_measure(name).value([0, -1], [0, -1]) == 0
    assert parse_measure(name).value([], [1]) == 0


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["nDCG@10", "ndcg@10", "NDCG@10", "ndcg_cut_10", "ndcg_cut.10", " nDCG@10 "], Measure("nDCG", 10)),
        (["nDCG", "ndcg"], Measure("nDCG")),
        (["R@5", "Recall@5", "recall_5", "recall.5"], Measure("R", 5)),
        (["RR@10", "MRR@10"], Measure("RR", 10)),
        (["RR", "MRR", "recip_rank"], Measure("RR")),
        (["Success@1", "success_1"], Measure("Success", 1)),
        (["P@5", "P_5", "Precision@5"], Measure("P", 5)),
        (["page@5"], Measure("page", 5)),
    ],
)
def test_names_of_ir_measures_and_pytrec_eval(names: list[str], expected: Measure) -> None:
    """Written in either way; printed as ir_measures does."""
    assert {parse_measure(name) for name in names} == {expected}
    assert str(expected) == names[0]


@pytest.mark.parametrize("name", ["MAP", "R", "P", "nDCG@", "nDCG@0", "nDCG@-1", "R@5@5", "", "R@99999", "nDCG@5x"])
def test_unknown_measure_names_the_known(name: str) -> None:
    """Also one that lacks its cutoff."""
    with pytest.raises(BadConfig, match="is no measure that is known here") as raised:
        parse_measure(name)
    assert repr(name) in raised.value.message
    assert raised.value.hint.startswith("Known are nDCG@10, R@5, RR@10, Success@1, P@5 and page@5")


def test_ties_go_to_the_greater_id() -> None:
    """Scores are compared in single precision, as trec_eval holds them."""
    assert ranking({"a": 1.0, "c": 1.0, "b": 1.0, "z": 0.5}) == ["c", "b", "a", "z"]
    assert ranking({"a": 1.0 + 1e-9, "b": 1.0}) == ["b", "a"]
    assert ranking({"a": 1.0 + 1e-6, "b": 1.0}) == ["a", "b"]


def test_every_judged_query_counts_and_no_other() -> None:
    """One that the run lacks counts as 0; one without judgements does not count."""
    scores = document_scores([Measure("R", 5)], {"1": {"a": 1}, "2": {"a": 1}}, {"1": {"a": 1.0}, "9": {"a": 1.0}})
    assert scores == {Measure("R", 5): {"1": 1.0, "2": 0.0}}
    assert mean(scores[Measure("R", 5)]) == 0.5
    assert mean({}) is None


NAMES = ["nDCG@10", "nDCG@3", "nDCG", "R@1", "R@5", "RR", "Success@1", "Success@5", "P@1", "P@5"]
CUT = ["RR@10", "RR@2", "RR@1"]
DOCUMENTS = st.sampled_from([f"d{n}" for n in range(12)] + ["é", "a%20b"])
QUERIES = st.sampled_from(["q1", "q2", "q3"])
# pytrec_eval never comes back from a query all of whose grades are negative.
GRADES = st.dictionaries(DOCUMENTS, st.integers(-1, 3), min_size=1).filter(lambda grades: max(grades.values()) >= 0)
# Few different scores, so that ties are common.
SCORES = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e6, 1e6, width=32))


@settings(max_examples=60, deadline=None)
@given(
    qrels=st.dictionaries(QUERIES, GRADES, min_size=1),
    run=st.dictionaries(QUERIES, st.dictionaries(DOCUMENTS, SCORES, min_size=1), min_size=1),
)
def test_measures_are_those_of_trec_eval(qrels: dict, run: dict) -> None:
    """Through ir_measures: ties, grades, missing queries and all.

    trec_eval has no reciprocal rank with a cutoff. ir_measures computes that itself, and orders ties otherwise
    than it does elsewhere, so for those every score is made different first, in trec_eval's order.
    """
    check_parity(NAMES, qrels, run)
    untied = {
        query: {document: -float(rank) for rank, document in enumerate(ranking(scores))}
        for query, scores in run.items()
    }
    check_parity(NAMES + CUT, qrels, untied)


def check_parity(names: list[str], qrels: dict, run: dict) -> None:
    ours = document_scores([parse_measure(name) for name in names], qrels, run)
    means, per_query = ir_measures.calc([ir_measures.parse_measure(name) for name in names], qrels, run)
    n_compared = 0
    for metric in per_query:
        value = ours[parse_measure(str(metric.measure))][metric.query_id]
        assert value == pytest.approx(metric.value, abs=1e-6), (metric, qrels, run)
        n_compared += 1
    assert n_compared == len(names) * len(qrels)
    for measure, value in means.items():
        assert mean(ours[parse_measure(str(measure))]) == pytest.approx(value, abs=1e-6), measure
