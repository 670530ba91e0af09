"""TREC files: what is written is read back, by us and by others, and what is not valid is told."""

from __future__ import annotations

from pathlib import Path

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.errors import BadConfig
from domaingpt.evaluation import read_qrels, read_run, write_qrels, write_run
from domaingpt.evaluation.measures import ranking
from domaingpt.evaluation.runs import plain_id, trec_id


def test_run_file_is_that_of_trec(tmp_path: Path) -> None:
    """Six columns, ranks from 1, scores that keep single precision."""
    file = tmp_path / "run.txt"
    write_run(file, {"1": {"b": 0.1, "a": 2.0}, "2": {"c": -3.0}}, "tag")
    assert file.read_text() == "1 Q0 a 1 2 tag\n1 Q0 b 2 0.100000001 tag\n2 Q0 c 1 -3 tag\n"


def test_qrels_file_is_that_of_trec(tmp_path: Path) -> None:
    """Four columns."""
    file = tmp_path / "qrels.txt"
    write_qrels(file, {"1": {"a": 1, "b": 0}, "2": {"c": 2}})
    assert file.read_text() == "1 0 a 1\n1 0 b 0\n2 0 c 2\n"
    assert read_qrels(file) == {"1": {"a": 1, "b": 0}, "2": {"c": 2}}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("Annual report 2025.pdf", "Annual%20report%202025.pdf", id="spaces"),
        pytest.param("100%20.txt", "100%2520.txt", id="percent"),
        pytest.param("a\tb\nc\u3000d\u2028e", "a%09b%0Ac%E3%80%80d%E2%80%A8e", id="all white space"),
        pytest.param("übersicht/年报.pdf", "übersicht/年报.pdf", id="other letters stay"),
        pytest.param(7, "7", id="number"),
    ],
)
def test_ids_are_escaped(name: str | int, written: str) -> None:
    """As in a URL, but only what a line of columns cannot hold."""
    assert trec_id(name) == written
    assert plain_id(written) == str(name)


@given(st.text(min_size=1).filter(lambda text: text.isascii() or text.encode("utf-8", "ignore").decode() == text))
def test_any_name_survives(name: str) -> None:
    """One column, and back."""
    assert trec_id(name).split() == [trec_id(name)]
    assert plain_id(trec_id(name)) == name


@given(
    st.dictionaries(
        st.sampled_from(["1", "2", "a%20b"]),
        st.dictionaries(st.sampled_from(list("abcdefg")), st.floats(-(2.0**100), 2.0**100, width=32), min_size=1),
        min_size=1,
    )
)
def test_run_is_read_as_written(tmp_path_factory: pytest.TempPathFactory, run: dict) -> None:
    """Every score, exactly, and so the order; by ir_measures as well."""
    file = tmp_path_factory.mktemp("runs") / "run.txt"
    write_run(file, run)
    again = read_run(file)
    as_single = {query: {d: np.float32(score) for d, score in scores.items()} for query, scores in again.items()}
    assert as_single == run
    for query, scores in run.items():
        assert list(again[query]) == ranking(scores)
    read = ir_measures.read_trec_run(str(file))
    theirs = {(doc.query_id, doc.doc_id): np.float32(doc.score) for doc in read}
    assert theirs == {(query, document): score for query, scores in run.items() for document, score in scores.items()}


def test_order_in_the_file_does_not_count(tmp_path: Path) -> None:
    """Scores do, as in trec_eval; tabs and blank lines are taken."""
    file = tmp_path / "run.txt"
    file.write_bytes(b"\xef\xbb\xbf1\tQ0\ta\t1\t0.5\tx\r\n\r\n1 Q0 b 2 0.9 x\n")
    assert ranking(read_run(file)["1"]) == ["b", "a"]


def test_qrels_of_beir_are_read(tmp_path: Path) -> None:
    """Three columns with a header; an id with spaces is escaped as ours are."""
    file = tmp_path / "test.tsv"
    file.write_text("query-id\tcorpus-id\tscore\n1\t31715818\t1\n3\tAnnual report\t2\n")
    assert read_qrels(file) == {"1": {"31715818": 1}, "3": {"Annual%20report": 2}}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("1 Q0 a 1 0.5", "line 2 has 5 columns", id="too few"),
        pytest.param("1 Q0 my file.txt 1 0.5 tag", "line 2 has 7 columns", id="a name with a space"),
        pytest.param("1 Q0 b 1 high tag", "line 2: 'high' is no number", id="no number"),
        pytest.param("1 Q0 b 1 nan tag", "line 2: 'nan' is no number", id="nan"),
        pytest.param("1 Q0 a 2 0.5 tag", "line 2 names document 'a' a second time", id="twice"),
    ],
)
def test_bad_line_of_a_run_is_named(tmp_path: Path, line: str, message: str) -> None:
    """A document twice is refused, as trec_eval does."""
    file = tmp_path / "run.txt"
    file.write_text(f"1 Q0 a 1 0.9 tag\n{line}\n")
    with pytest.raises(BadConfig, match=r"run\.txt, line 2") as raised:
        read_run(file)
    assert message in raised.value.message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("1 0 a", None, id="three columns by spaces"),
        pytest.param("1 0 b 0.5", "the grade is 0.5", id="half a grade"),
        pytest.param("1 0 b c d", "has 5 columns", id="five"),
        pytest.param("1 0 a 0", "a second time", id="twice"),
    ],
)
def test_bad_line_of_qrels_is_named(tmp_path: Path, line: str, message: str | None) -> None:
    """With the line."""
    file = tmp_path / "qrels.txt"
    file.write_text(f"1 0 a 1\n{line}\n")
    with pytest.raises(BadConfig, match="line 2") as raised:
        read_qrels(file)
    assert (message or "'a' is no number") in raised.value.message


@pytest.mark.parametrize("read", [read_run, read_qrels])
def test_unreadable_file_is_told(tmp_path: Path, read) -> None:
    """Not a traceback."""
    (tmp_path / "bytes").write_bytes(b"\xff\xff")
    for name in ("bytes", "missing"):
        with pytest.raises(BadConfig, match="cannot be read"):
            read(tmp_path / name)
