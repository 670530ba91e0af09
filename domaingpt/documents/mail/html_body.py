"""The HTML of a mail → pieces of its text: read whole, since a mail is no article with a page around it."""

from __future__ import annotations

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
from domaingpt.documents.web.source import decode_html, parse_html

if TYPE_CHECKING:
    from lxml.etree import _Element

BLOCKS_PER_PROGRESS = 10_000


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
