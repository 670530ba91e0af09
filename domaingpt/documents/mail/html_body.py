"""The HTML of a mail → pieces of its text: read whole, since a mail is no article with a page around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.encoding import decode_as
from domaingpt.documents.mail.history import (
    HISTORY_LEVEL,
    Piece,
    is_introduction,
    is_outlook_header,
    outlook_pieces,
)
from domaingpt.documents.web.body import add_body, visible_characters
from domaingpt.documents.web.hidden import take_out_hidden
from domaingpt.documents.web.tree import decode_html, parse_html

if TYPE_CHECKING:
    from lxml.etree import _Element

BLOCKS_PER_PROGRESS = 10_000
# Characters without white space of which less is a stub, and what stubs say.
STUB_CHARACTERS = 600  # Guess, unmeasured.
STUB = re.compile(
    r"(?:view|read|open|see|display)\b.{0,80}\b(?:browser|online|web ?page|html)|"
    r"(?:not|n't)\s+(?:support|display|show|view|read)\b.{0,60}|"
    r"html[- ](?:capable|enabled|compatible|format|version|mail|email|ansicht)|"
    r"(?:im|in\s+ihrem)\s+browser|navigateur|navegador",
    re.IGNORECASE | re.DOTALL,
)
LINK = re.compile(r"<?\bhttps?://\S+", re.IGNORECASE)
# A plain form with a smaller share of the words that the page shows leaves out most of it. Guess, unmeasured.
STUB_SHARE = 0.3
MARKUP_WEIGHT = 10  # Bytes of a page to a character of its text, from which on it is worth a look. Guess, unmeasured.
# A page with so many table rows that hold a figure has a table, which plain text gives one cell a line. Guess.
FIGURE_ROWS = 3


@dataclass(frozen=True, slots=True)
class HtmlBody:
    """A mail's HTML, parsed, without what no mail program shows.

    Attributes:
        tree: The page.
        path: Of the mail, for errors.
        n_visible: Characters shown.
        n_hidden: Characters that were taken out.
        notes: On its encoding and its depth.
    """

    tree: _Element = field(repr=False)
    path: str
    n_visible: int
    n_hidden: int
    notes: list[str]


def parse_body(data: bytes, charset: str, path: str, progress: Callable[[], None]) -> HtmlBody:
    """Return the HTML of a mail; the header's charset goes before the page's own.

    Raises:
        UnreadableDocument: If no HTML parser makes a tree of it.
    """
    text = decode_as(data, charset) if charset and data.isascii() else None
    note = ""
    if text is None:
        text = decode_as(data, charset) if charset and not _is_utf8(data) else None
    if text is None:
        text, note = decode_html(data)
    progress()
    tree, depth_note = parse_html(text, path)
    progress()
    n_hidden = take_out_hidden(tree)
    progress()
    return HtmlBody(tree, path, visible_characters(tree), n_hidden, [note, depth_note])


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def pieces_of_html(body: HtmlBody, progress: Callable[[], None]) -> list[Piece]:
    """Return the blocks of a mail's HTML; earlier mails in it begin with a heading each."""
    scratch = TextAssembly(body.path)
    add_body(scratch, body.tree, progress)
    text = scratch.document().text
    pieces: list[Piece] = []
    for number, block in enumerate(scratch.blocks):
        if number % BLOCKS_PER_PROGRESS == 0:
            progress()
        words = text[block.start : block.end]
        if block.kind == "paragraph" and is_outlook_header(words):
            pieces += outlook_pieces(words)
        elif block.kind == "paragraph" and is_introduction(words):
            pieces.append(Piece("heading", " ".join(words.split()), HISTORY_LEVEL))
        else:
            level = block.level + HISTORY_LEVEL if block.level else 0
            pieces.append(Piece(block.kind, words, level, block.header))
    return pieces


def may_say_more(page: bytes, plain: str) -> bool:
    """Return whether a page must be parsed to know if it says more than the plain form of the same text."""
    if b"<table" in page.lower() or STUB.search(plain[:STUB_CHARACTERS]):
        return True
    # Markup weighs several times its text; so long a plain form needs no comparison.
    return _n_words(plain) * MARKUP_WEIGHT <= len(page)


def says_more(page: HtmlBody, pieces: list[Piece], plain: str) -> bool:
    """Return whether a plain form is a stub or much shorter than the page, or loses a table of figures."""
    n_plain = _n_words(plain)
    if n_plain < STUB_SHARE * page.n_visible or (n_plain < STUB_CHARACTERS and STUB.search(plain)):
        return page.n_visible > n_plain
    rows = [piece for piece in pieces if piece.kind == "row" and any(map(str.isdigit, piece.text))]
    return len(rows) >= FIGURE_ROWS


def _n_words(plain: str) -> int:
    """Return the number of characters that are neither white space nor part of a link."""
    return len("".join(LINK.sub("", plain).split()))
