"""Plain text and Markdown: the decoded file, exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import block_texts

from domaingpt.documents import document_from_json, document_to_json, read_document
from domaingpt.documents.encoding import decode
from domaingpt.documents.text.markdown import find_blocks
from domaingpt.types import Block, Document, Page

MARKDOWN = """---
title: not a heading
---
# House *rules* #

Intro
Second line
---

Setext
======

```sh
# not a heading
```

| Item | Price |
|------|------:|
| Pen  | 2     |
Ink | 7

####### seven is none
## Two
"""


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_text_is_the_decoded_file(text: str) -> None:
    """Newlines of every kind and a byte order mark are kept; offsets are the file's."""
    assert read_document(text.encode(), "a.txt").text == text or text.startswith(("PK", "%PDF", "BM", "GIF8"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("\ufeffa\r\nb".encode(), "\ufeffa\r\nb"),
        ("\ufeffhäl".encode("utf-16-le"), "\ufeffhäl"),
        ("\ufeffhäl".encode("utf-16-be"), "\ufeffhäl"),
        ("\ufeffhäl".encode("utf-32-le"), "\ufeffhäl"),
        ("plain words".encode("utf-16-le"), "plain words"),
        ("Die Größe der Straße wäre schön".encode("cp1252"), "Die Größe der Straße wäre schön"),
        ("これは日本語の文章です。東京都".encode("shift_jis"), "これは日本語の文章です。東京都"),
        ("这是一个中文文档，内容是合同条款。".encode("gb18030"), "这是一个中文文档，内容是合同条款。"),
        (
            "這是一個繁體中文的文件，內容是合約條款。".encode("big5"),
            "這是一個繁體中文的文件，內容是合約條款。",
        ),
        (b"caf\xe9", "café"),
        (("ä" * 200).encode() + b"\xff", "ä" * 200 + "\ufffd"),
    ],
)
def test_encodings_are_recognised(data: bytes, expected: str) -> None:
    """By mark, then UTF-8, then a guess."""
    assert decode(data)[0] == expected


@given(st.binary(max_size=200))
def test_every_byte_string_decodes_to_storable_text(data: bytes) -> None:
    """No input raises, and no lone surrogate comes out."""
    decode(data)[0].encode("utf-8")


def test_markdown_structure_is_marked_in_place() -> None:
    """Headings outside fences and front matter, table rows with their header's names."""
    document = read_document(MARKDOWN.encode(), "a.md")
    assert document.text == MARKDOWN
    assert document.title == "House *rules*"
    assert [(block.kind, block.level, block.header) for block in document.blocks] == [
        ("heading", 1, ""),
        ("heading", 1, ""),
        ("row", 0, ""),
        ("row", 0, "Item | Price"),
        ("row", 0, "Item | Price"),
        ("heading", 2, ""),
    ]
    assert block_texts(document) == [
        "House *rules*",
        "Setext",
        "| Item | Price |",
        "| Pen  | 2     |",
        "Ink | 7",
        "Two",
    ]


@given(st.text(st.sampled_from("#=-| \t\n\r`~ab:>1.\ufeff"), max_size=80))
def test_markdown_blocks_keep_their_promises_on_any_text(text: str) -> None:
    """Ascending, inside the text, without white space at their ends."""
    block_texts(Document("a.md", text, blocks=tuple(find_blocks(text))))


def test_a_document_survives_the_wire() -> None:
    """What comes back is equal, field by field."""
    document = Document(
        "a.pdf",
        "x\u2028é😀",
        (Page(1, 0, 3, "ocr"),),
        (Block("row", 0, 1, 0, "h"),),
        "t",
        {"n": 2},
        ("note",),
    )
    assert document_from_json(document_to_json(document)) == document
