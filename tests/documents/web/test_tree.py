"""Bytes of a page → text → tree."""

from __future__ import annotations

import pytest

from domaingpt.documents.web.tree import decode_html, parse_html


@pytest.mark.parametrize("name", ["punycode", "idna", "unicode-escape", "utf-7", "undefined", "zip", "no-such"])
def test_a_declared_codec_that_is_no_encoding_of_pages_is_passed_over(name: str) -> None:
    """Some of Python's codecs raise errors of their own, or take quadratic time."""
    page = f'<meta charset="{name}"><p>+AGE- Größe \\n</p>'
    assert decode_html(page.encode()) == (page, "")


def test_an_xml_declaration_is_no_hindrance() -> None:
    """The parser refuses one in text that is decoded already."""
    tree, note = parse_html('<?xml version="1.0" encoding="latin-1"?><p>x\0y</p>', "a.html")
    assert note == ""
    assert tree.text_content() == "xy"


@pytest.mark.parametrize("source", ["<div>" * 300 + "x", "<p>" + "x" * (11 << 20)], ids=["deep", "long"])
def test_a_page_that_the_parser_gives_up_on_says_so(source: str) -> None:
    """What comes after is lost, and must not be so without a word."""
    assert "cut off" in parse_html(source, "a.html")[1]
