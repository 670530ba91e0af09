"""JSON and JSON Lines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Document

LONG = "The garden lies behind the house and is watered every morning. " * 4


def blocks(document: Document) -> list[tuple[str, int, str]]:
    texts = block_texts(document)
    return [(block.kind, block.level, text) for block, text in zip(document.blocks, texts, strict=True)]


def read(value: object, path: str = "a.json") -> Document:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_document(data, path)


def test_flat_records_are_rows_that_name_their_fields() -> None:
    """Also nested fields and short lists, as long as the record fits."""
    records = [
        {"id": 1, "name": "Ann", "address": {"city": "Bonn", "zip": "53111"}, "tags": ["a", "b"], "left": None},
        {"id": 2, "name": "Bo", "paid": True},
        {"nothing": {}, "at": [None, ""], "all": None},
    ]
    assert blocks(read(records)) == [
        ("row", 0, "id: 1 | name: Ann | address.city: Bonn | address.zip: 53111 | tags: a, b"),
        ("row", 0, "id: 2 | name: Bo | paid: true"),
    ]


def test_a_record_with_records_or_long_texts_inside_is_a_heading_with_what_is_below() -> None:
    """Texts first: after a heading they would seem to belong to it."""
    order = {"title": "Order 7", "orders": [{"no": 1, "sum": 5}, {"no": 2, "sum": 6}], "note": LONG + "\n\nSecond."}
    document = read({"customer": {"name": "Ann", "all": [order]}, "year": 2024})
    assert blocks(document) == [
        ("row", 0, "year: 2024"),
        ("heading", 1, "customer"),
        ("row", 0, "name: Ann"),
        ("heading", 2, "all"),
        ("heading", 3, "Order 7"),
        ("row", 0, "title: Order 7"),
        ("paragraph", 0, f"note: {LONG}".strip()),
        ("paragraph", 0, "Second."),
        ("heading", 4, "orders"),
        ("row", 0, "no: 1 | sum: 5"),
        ("row", 0, "no: 2 | sum: 6"),
    ]


def test_numbers_repeated_keys_and_constants_stay_as_written() -> None:
    """No rounding, no infinity, nothing overwritten."""
    source = b'{"a": 1e400, "b": 0.10, "b": 12345678901234567890.123456789, "c": NaN, "d": -Infinity}'
    assert read(source).text == "a: 1e400 | b: 0.10 | b: 12345678901234567890.123456789 | c: NaN | d: -Infinity"


def test_a_list_of_lists_is_a_table() -> None:
    """Its first row names the columns."""
    assert (
        read([["Year", "Sales"], [2021, 5.0], [2022, 7.5]]).text == "Year: 2021 | Sales: 5.0\nYear: 2022 | Sales: 7.5"
    )


def test_lists_of_words_and_of_texts() -> None:
    """Words stand on one line, texts each on its own."""
    assert block_texts(read(["red", "green", LONG, "blue"])) == ["red, green", LONG.strip(), "blue"]
    assert block_texts(read({"colours": ["x" * 90] * 6})) == [
        "colours",
        ", ".join(["x" * 90] * 4),
        ", ".join(["x" * 90] * 2),
    ]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "user", "content": "Hi.\n\nThere.", "timestamp": 1700000000},
         ["[2023-11-14 22:13:20 UTC] user: Hi.", "There."]),
        ({"author": {"role": "tool", "name": "Bo"}, "content": {"content_type": "text", "parts": ["One. ", "Two."]}},
         ["Bo: One. Two."]),
        ({"from": "Ann", "date": "2024-01-02T10:00:00", "text": ["See ", {"type": "link", "text": "example.org"}]},
         ["[2024-01-02T10:00:00] Ann: See example.org"]),
        ({"user": "U1", "ts": "1512085950.000216", "text": "Lunch?"}, ["[2017-11-30 23:52:30 UTC] U1: Lunch?"]),
    ],
    ids=["training data", "ChatGPT", "Telegram", "Slack"],
)  # fmt: skip
def test_a_chat_is_read_as_who_said_what_when(message: object, expected: list[str]) -> None:
    """Whatever the exporting program calls its fields."""
    assert block_texts(read([message])) == expected


def test_a_record_with_an_author_and_more_to_say_is_no_message() -> None:
    """A review's rating must not be lost."""
    assert read([{"author": "Ann", "text": "Good.", "rating": 4}]).text == "author: Ann | text: Good. | rating: 4"


def test_a_conversation_kept_as_a_tree_is_read_in_its_order() -> None:
    """As ChatGPT exports it; fields that are not shown are counted."""
    said = {"author": {"role": "user"}, "content": {"parts": ["Hello."]}, "id": "m1"}
    nodes = {"root": {"message": None}, "n1": {"message": said, "parent": "root"}}
    document = read([{"title": "A talk", "mapping": nodes}])
    assert blocks(document) == [
        ("heading", 1, "A talk"),
        ("row", 0, "title: A talk"),
        ("heading", 2, "messages"),
        ("paragraph", 0, "user: Hello."),
    ]
    assert dict(document.left_out) == {"fields of messages": 1}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b'{"a": 1,\n "b": tru}', "Expecting value in line 2, column 7"),
        (b"[1, 2\n3]", "expecting ',' or ']' in line 1, column 6|expecting ',' or ']' in line 2, column 1"),
        (b"[1, 2] 3", "more follows the end of the list in line 1, column 8"),
        (b'{"a": 1} x', "more follows the end of the value in line 1, column 10"),
        (b"  ", "Expecting value in line 1, column 3"),
        (b"[", "Expecting value in line 1, column 2"),
        (b"[" * 1_000_000, "nested too deeply"),
        (b'{"a":' * 1_000_000, "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_with_its_place(source: bytes, reason: str) -> None:
    """Line and column count from 1."""
    with pytest.raises(UnreadableDocument, match=reason):
        read(source)


def test_values_nested_deeper_than_anything_sensible_are_counted() -> None:
    """Below the limit of the parser, above that of the outline."""
    document = read(b'{"a":' * 500 + b"1" + b"}" * 500)
    assert dict(document.left_out) == {"values nested too deeply": 1}


def test_lines_are_read_one_by_one_and_damaged_ones_counted() -> None:
    """Also in a file that calls itself JSON."""
    document = read(b'\xef\xbb\xbf{"a": 1}\r\n{"a": 2\r\n\r\n[["x", "y"]]\n{"a": 3}', "a.jsonl")
    assert block_texts(document) == ["a: 1", "Record 2", "x | y", "a: 3"]
    assert dict(document.left_out) == {"damaged lines": 1}
    assert document.notes == ("1 of 4 lines are not JSON, the first is line 2",)
    assert block_texts(read(b'{"a": 1}\n{"a": 2}\n', "a.json")) == ["a: 1", "a: 2"]
    with pytest.raises(UnreadableDocument, match="no line is JSON"):
        read(b"one\ntwo\n", "a.ndjson")


@pytest.mark.parametrize(
    "source", [b'{"a": [' + b"1," * 300_000 + b"1]}", b"[" + b"[]," * 300_000 + b"1]"], ids=["whole", "list"]
)
def test_progress_is_reported_while_values_are_read(source: bytes) -> None:
    """A reader that is silent for too long is killed."""
    calls: list[None] = []
    read_document(source, "a.json", lambda: calls.append(None))
    assert len(calls) >= 6


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.sampled_from("ab \n:|é1."), max_size=30),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(st.sampled_from(["", "a", "role"]), below),
    max_leaves=20,
)


@given(VALUES)
def test_every_word_and_number_of_a_value_is_in_the_text(value: object) -> None:
    """Whatever its shape; keys of empty values aside."""
    document = read(json.dumps(value).encode())
    block_texts(document)
    text = " ".join(document.text.split())
    for leaf in _leaves(value):
        for word in leaf.split():
            assert word in text


def _leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for below in value.values() for leaf in _leaves(below)]
    if isinstance(value, list):
        return [leaf for below in value for leaf in _leaves(below)]
    return [] if value is None else [value if isinstance(value, str) else json.dumps(value)]
