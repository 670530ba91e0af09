"""Bytes of a web page → its text → a tree, without a guess at what the page is about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree, html

from domaingpt.documents.encoding import BOMS, decode, decode_as
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

DECLARED_ENCODING = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
DECLARATION_WINDOW_BYTES = 4096  # HTML asks for the first 1024; real pages are less strict.
LIMITS = frozenset(["ERR_RESOURCE_LIMIT", "ERR_INTERNAL_ERROR"])  # What libxml2, by its version, calls too deep.
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def decode_html(data: bytes) -> tuple[str, str]:
    """Return the page's text and a note if its encoding was guessed: mark, declaration, then content."""
    if data.startswith(tuple(bom for bom, _ in BOMS)):
        text, note = decode(data)
        return text.removeprefix("\ufeff"), note
    declared = DECLARED_ENCODING.search(data[:DECLARATION_WINDOW_BYTES])
    if declared:
        text_as_declared = decode_as(data, declared.group(1).decode("ascii"))
        if text_as_declared is not None:
            return text_as_declared, ""
        # Declared wrongly: the content decides.
    return decode(data)


def parse_html(source: str, path: str) -> tuple[_Element, str]:
    """Return the tree of a page, and a note if a part of it is missing; comments are left out, nothing is fetched.

    Raises:
        UnreadableDocument: If no tree can be made of it.
    """
    # lxml refuses text with an encoding declaration of its own.
    source = XML_DECLARATION.sub("", source).replace("\0", "")
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(source or " ", parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as exc:
        raise UnreadableDocument(f"not HTML: {exc}", path) from exc
    too_deep = any(error.type_name in LIMITS for error in parser.error_log)
    return tree, "nested too deeply: what stands inside and behind the 256th level is left out" if too_deep else ""
