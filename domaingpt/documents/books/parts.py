"""Parts of a book by name, and their XML as trees whose tags carry no namespace."""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree

from domaingpt.documents.web.tree import XML_DECLARATION, decode_html, named_characters, parse_html
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_PART_BYTES = 32 << 20  # A chapter is a few hundred KB; its tree holds twenty times its bytes.
MAX_TAGS = 1_000_000  # Of one part: about 4 s of work and 300 MB of tree, measured on empty elements.
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*>", re.IGNORECASE)


class Parts:
    """The parts of one book that was checked by `archive.check_office_zip`."""

    def __init__(self, archive: zipfile.ZipFile, path: str) -> None:
        self._archive = archive
        self._names = {name.casefold(): name for name in reversed(archive.namelist())}
        self._exact = frozenset(archive.namelist())
        self.path = path

    def find(self, name: str) -> str | None:
        """Return the name of a part as the file spells it, None if there is none or it is too large."""
        found = name if name in self._exact else self._names.get(name.casefold())
        if found is None or self._archive.getinfo(found).file_size > MAX_PART_BYTES:
            return None
        return found

    def read(self, name: str) -> bytes:
        """Return the bytes of a part that `find` knows."""
        return self._archive.read(name)

    def xml(self, name: str) -> _Element:
        """Return the tree of a part that must be XML.

        Raises:
            UnreadableDocument: If it is missing, damaged, or declares entities.
        """
        found = self.find(name)
        if found is None:
            raise UnreadableDocument(f"damaged book: {name} is missing", self.path)
        try:
            return _parse_xml(decode_html(self.read(found))[0], self.path)
        except etree.XMLSyntaxError as exc:
            raise UnreadableDocument(f"damaged book: {name}: {exc}", self.path) from exc

    def chapter(self, name: str) -> tuple[_Element, bool]:
        """Return the tree of a chapter, XHTML or what a browser would make of it, and whether it is all of it."""
        source = decode_html(self.read(name))[0]
        try:
            return _parse_xml(source, self.path), True
        except etree.XMLSyntaxError:
            tree, cut_off = parse_html(source, self.path)
            return tree, not cut_off


def resolve(base: str, href: str) -> tuple[str, str]:
    """Return the part and the fragment that a reference in the part `base` names; "" for one that leaves the book.

    >>> resolve("EPUB/text/a.xhtml", "../notes.xhtml#n%201")
    ('EPUB/notes.xhtml', 'n 1')
    >>> resolve("EPUB/a.xhtml", "../../secret")
    ('', '')
    """
    target, _, fragment = href.partition("#")
    if ":" in target.partition("/")[0] or target.startswith("/"):
        return "", ""
    if not target:
        return base, unquote(fragment)
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(target)))
    return ("", "") if name.startswith("..") else (name, unquote(fragment))


def types_of(element: _Element) -> frozenset[str]:
    """Return what an element is said to be, in the words of EPUB 3 and of ARIA: {"footnote"}, {"doc-footnote"}."""
    return frozenset(f"{element.get(EPUB_TYPE, '')} {element.get('type', '')} {element.get('role', '')}".split())


def _parse_xml(source: str, path: str) -> _Element:
    """Return the tree of XML with the entities of HTML, all comments gone, tags in lower case."""
    if re.search(r"<!\s*ENTITY", source, re.IGNORECASE):
        raise UnreadableDocument("declares XML entities", path)
    if source.count("<") > MAX_TAGS:
        raise UnreadableDocument(f"damaged book: a part of more than {MAX_TAGS:,} tags", path)
    source = DOCTYPE.sub("", XML_DECLARATION.sub("", source.lstrip("\ufeff"), count=1), count=1)
    source = named_characters(source).replace("\0", "")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        tree = etree.fromstring(source.strip(), parser=parser)
    except ValueError as exc:
        raise UnreadableDocument(f"damaged book: {exc}", path) from exc
    for element in tree.iter(etree.Element):
        name = element.tag.rpartition("}")[2]
        if name != element.tag:
            element.tag = name
    return tree
