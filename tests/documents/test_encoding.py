"""Bytes → text, where a document names its encoding."""

from __future__ import annotations

import time

import pytest

from domaingpt.documents.encoding import decode_as


@pytest.mark.parametrize(
    ("data", "label", "expected"),
    [
        (b"5 \x80", "ISO-8859-1", "5 €"),
        (b"5 \x80", '"us-ascii"', "5 €"),
        ("日本①".encode("cp932"), "Shift_JIS", "日本①"),
        ("你好".encode("gb18030"), "gb2312", "你好"),
        ("Größe".encode(), "utf8", "Größe"),
        ("Größe".encode("cp1252"), "utf-8", None),
        (b"x", "no-such-encoding", None),
        (b"x", "a\0b", None),
        (b"68656c6c6f", "hex", None),
        (b"x", "undefined", None),
    ],
)
def test_a_declared_encoding_is_believed_if_it_explains_the_bytes(data: bytes, label: str, expected: str) -> None:
    """Labels mean the superset that writers used; codecs that are no encodings of documents are refused."""
    assert decode_as(data, label) == expected


def test_a_codec_of_quadratic_cost_is_not_used() -> None:
    """Python's punycode would take minutes."""
    begin = time.monotonic()
    assert decode_as(b"a-" + b"z9" * 1_000_000, "punycode") is None
    assert decode_as(b"xn--" + b"z9" * 1_000_000, "IDNA") is None
    assert time.monotonic() - begin < 1
