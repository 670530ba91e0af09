"""Questions files: what is read as it stands, and how a bad line is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from domaingpt.errors import BadConfig
from domaingpt.evaluation import Question, parse_questions, read_questions


def parsed(text: str) -> list[Question]:
    return list(parse_questions(text, "q.jsonl"))


def test_question_and_query_are_the_same() -> None:
    """Files of either kind are read, blank lines ignored."""
    assert parsed('{"id": "a", "question": "When?"}\n\n{"id": "b", "query": "rent"}\r\n') == [
        Question("a", "When?"),
        Question("b", "rent"),
    ]


def test_ids_keep_their_type() -> None:
    """A number stays a number, or results could not be joined with the file."""
    assert [question.id for question in parsed('{"id": 7, "query": "x"}\n{"id": "7", "query": "x"}')] == [7, "7"]


def test_evaluation_fields_are_read() -> None:
    """Everything that `eval` needs."""
    line = '{"id": 1, "question": "?x", "answers": ["a"], "documents": ["d.pdf"], "pages": [2], "answerable": false}'
    assert parsed(line) == [Question(1, "?x", ("a",), ("d.pdf",), (2,), answerable=False)]


def test_line_separator_within_a_string_ends_no_line() -> None:
    """JSON strings may hold U+2028, U+0085 and form feeds as they are."""
    assert [question.text for question in parsed('{"id": 1, "query": "a\u2028b\x85c"}')] == ["a\u2028b\x85c"]


def test_lone_surrogate_becomes_a_question_mark() -> None:
    """No tokenizer takes half a character."""
    assert parsed('{"id": 1, "query": "\\ud800 rent"}')[0].text == "? rent"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{", "q.jsonl, line 2 is not JSON: ", id="not json"),
        pytest.param("[" * 100_000, "q.jsonl, line 2 is not JSON: ", id="too deep"),
        pytest.param("[]", "q.jsonl, line 2 is not a JSON object.", id="list"),
        pytest.param('{"query": "x"}', "q.jsonl, line 2 needs an 'id'", id="no id"),
        pytest.param('{"id": 1}', "q.jsonl, line 2 needs an 'id' and a 'question' or 'query'.", id="no question"),
        pytest.param('{"id": 1, "query": " "}', "q.jsonl, line 2 needs", id="blank question"),
        pytest.param('{"id": 1, "query": 5}', "q.jsonl, line 2 needs", id="number for a question"),
        pytest.param('{"id": null, "query": "x"}', "'id' is None", id="null id"),
        pytest.param('{"id": true, "query": "x"}', "'id' is True", id="boolean id"),
        pytest.param('{"id": 1, "query": "x", "answers": "a"}', "'answers' is 'a', but must be a list", id="answers"),
        pytest.param('{"id": 1, "query": "x", "pages": ["2"]}', "'pages' is", id="pages"),
        pytest.param('{"id": 1, "query": "x", "answerable": "no"}', "'answerable' is 'no'", id="answerable"),
    ],
)
def test_bad_line_is_named(line: str, message: str) -> None:
    """The file, the line, what is wrong and an example."""
    with pytest.raises(BadConfig, match="line 2") as raised:
        parsed('{"id": 1, "query": "good"}\n' + line)
    assert raised.value.message.startswith(message) or message in raised.value.message
    assert raised.value.hint == 'Each line is an object such as {"id": "1", "question": "…"}.'


def test_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    """Windows editors write one."""
    file = tmp_path / "q.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": 1, "query": "rent"}')
    assert list(read_questions(file)) == [Question(1, "rent")]


@pytest.mark.parametrize("content", [b"\xff\xfe", None], ids=["not utf-8", "missing"])
def test_unreadable_file_is_told(tmp_path: Path, content: bytes | None) -> None:
    """Not a traceback."""
    file = tmp_path / "q.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadConfig, match="cannot be read"):
        list(read_questions(file))


def test_queries_of_beir_are_read() -> None:
    """`_id` and `text`."""
    assert parsed('{"_id": "PLAIN-2", "text": "Do statins help?", "metadata": {}}') == [
        Question("PLAIN-2", "Do statins help?")
    ]


def test_draft_is_marked() -> None:
    """Until somebody has checked it."""
    assert parsed('{"id": 1, "question": "?x", "draft": true}')[0].draft
    with pytest.raises(BadConfig, match="'draft' is 1"):
        parsed('{"id": 1, "question": "?x", "draft": 1}')
