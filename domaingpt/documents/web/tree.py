"""Bytes of a web page → text → tree. Shared by web pages and by formats that hold HTML."""

from __future__ import annotations

import re
from html import entities
from typing import TYPE_CHECKING

from lxml import etree, html

from domaingpt.documents.damage import damage
from domaingpt.documents.encoding import BOMS, decode, decode_as
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

DECLARED_ENCODING = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
DECLARATION_WINDOW_BYTES = 4096  # HTML asks for the first 1024; real pages are less strict.
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
LIMITS = frozenset(["ERR_RESOURCE_LIMIT", "ERR_INTERNAL_ERROR"])  # What libxml2, by its version, says then.
# libxml2's own limits, which keep a hostile page from taking all memory.
CUT_OFF = "page cut off: nested more than 256 deep, or more than 10 MB in one piece"


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


def named_characters(source: str) -> str:
    """Return XML with the entities of HTML as characters: a document type would declare them, and none is loaded.

    >>> named_characters("caf&eacute; &amp; &unknown;")
    'café &amp; &unknown;'
    """
    return NAMED_ENTITY.sub(_character, source)


def _character(match: re.Match[str]) -> str:
    return match[0] if match[1] in XML_ENTITIES else entities.html5.get(f"{match[1]};", match[0])


def parse_html(source: str, path: str) -> tuple[_Element, str]:
    """Return the tree of a page, and a note for the user if the parser gave up on the way; nothing is fetched.

    Raises:
        UnreadableDocument: If no tree can be made of it.
    """
    # lxml refuses text with an encoding declaration of its own.
    source = XML_DECLARATION.sub("", source).replace("\0", "")
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(source or " ", parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as exc:
        raise UnreadableDocument(f"not HTML: {damage(exc)}", path) from exc
    gave_up = any(entry.type_name in LIMITS for entry in parser.error_log)
    return tree, CUT_OFF if gave_up else ""
