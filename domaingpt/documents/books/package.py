"""The package document of a book: what it is, its chapters in reading order, and its table of contents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import one_line
from domaingpt.documents.books.parts import Parts, resolve, types_of
from domaingpt.errors import EncryptedDocument, UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
# Scrambled fonts are no protection of the text (EPUB 3.3, section 4.3.2; Adobe's older way).
FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
MAX_TOC_LEVEL = 6
# What of the metadata is text for the reader: element of Dublin Core → label.
DESCRIBED = {
    "creator": "Author",
    "contributor": "Contributor",
    "publisher": "Publisher",
    "date": "Date",
    "language": "Language",
    "subject": "Subject",
    "description": "Description",
}


@dataclass(frozen=True, slots=True)
class TocEntry:
    """A line of the table of contents: where it points to in its part ("" is the start), label and depth from 1."""

    fragment: str
    label: str
    level: int


@dataclass(frozen=True, slots=True)
class Package:
    """What the package document says.

    Attributes:
        title: Of the book, or "".
        facts: Author, date and so on, each (label, value).
        chapters: Names of the parts in reading order, each once.
        n_missing: Chapters named but not there, too large, or outside the book.
        toc: Part → its entries of the table of contents, in order.
        contents_pages: Parts that hold nothing but the table of contents, by what the package says.
        n_images: Image files of the book.
        is_fixed: Whether every page is laid out as a picture is.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    chapters: tuple[str, ...]
    n_missing: int
    toc: Mapping[str, list[TocEntry]] = field(default_factory=dict)
    contents_pages: frozenset[str] = frozenset()
    n_images: int = 0
    is_fixed: bool = False


def read_package(parts: Parts) -> Package:
    """Read container, package document and table of contents.

    Raises:
        EncryptedDocument: If more than its fonts is encrypted.
        UnreadableDocument: If one of them is missing or damaged.
    """
    _refuse_protection(parts)
    rootfile = next((e.get("full-path") for e in parts.xml(CONTAINER).iter("rootfile") if e.get("full-path")), None)
    if not rootfile:
        raise UnreadableDocument("damaged book: names no package document", parts.path)
    package = parts.xml(rootfile)
    items = {item.get("id", ""): item for item in package.iter("item") if item.get("href")}
    names = {key: resolve(rootfile, item.get("href", ""))[0] for key, item in items.items()}
    contents = {names[key] for key, item in items.items() if "nav" in item.get("properties", "").split()}
    contents |= {
        resolve(rootfile, e.get("href", ""))[0] for e in package.iter("reference") if e.get("type", "").lower() == "toc"
    }
    spine = list(dict.fromkeys(names.get(e.get("idref", ""), "") for e in package.iter("itemref")))
    found = [parts.find(name) for name in spine if name]
    chapters = tuple(dict.fromkeys(name for name in found if name))
    title = next(_texts(package, "title"), "")
    return Package(
        title=title,
        facts=tuple(_facts(package)),
        chapters=chapters,
        n_missing=len(spine) - len(found) + found.count(None),
        toc=_toc(parts, items, names),
        contents_pages=frozenset(contents),
        n_images=sum(item.get("media-type", "").startswith("image/") for item in items.values()),
        is_fixed=any(
            e.get("property") == "rendition:layout" and one_line(e.text or "") == "pre-paginated"
            for e in package.iter("meta")
        ),
    )


def _refuse_protection(parts: Parts) -> None:
    if parts.find(ENCRYPTION) is None:
        return
    for method in parts.xml(ENCRYPTION).iter("EncryptionMethod"):
        parent = method.getparent()
        # A key is encrypted for each reader; only data is content.
        is_data = parent is not None and parent.tag == "EncryptedData"
        if is_data and method.get("Algorithm", "") not in FONT_OBFUSCATION:
            raise EncryptedDocument("is a protected book (DRM)", parts.path)


def _facts(package: _Element) -> Iterator[tuple[str, str]]:
    for tag, label in DESCRIBED.items():
        values = list(dict.fromkeys(_texts(package, tag)))
        if values:
            yield label, "; ".join(values)


def _texts(package: _Element, tag: str) -> Iterator[str]:
    """Yield the texts of one kind of metadata; the manifest and spine have no such tags."""
    for element in package.iter(tag):
        if text := one_line("".join(element.itertext())):
            yield text


def _toc(parts: Parts, items: Mapping[str, _Element], names: Mapping[str, str]) -> dict[str, list[TocEntry]]:
    """Return the entries of the navigation document of EPUB 3, else of the NCX of EPUB 2."""
    navigation = [key for key, item in items.items() if "nav" in item.get("properties", "").split()]
    older = [key for key, item in items.items() if item.get("media-type") == "application/x-dtbncx+xml"]
    for key in (*navigation, *older):
        name = parts.find(names[key])
        try:
            tree = parts.chapter(name)[0] if name else None
        except UnreadableDocument:
            tree = None
        if tree is None or name is None:
            continue
        entries = _navigation_entries(tree) if key in navigation else _ncx_entries(tree)
        toc: dict[str, list[TocEntry]] = {}
        for href, label, level in entries:
            target, fragment = resolve(name, href)
            if target and label:
                toc.setdefault(target, []).append(TocEntry(fragment, label, min(level, MAX_TOC_LEVEL)))
        if toc:
            return toc
    return {}


def _navigation_entries(tree: _Element) -> Iterator[tuple[str, str, int]]:
    for nav in tree.iter("nav"):
        if types_of(nav) & {"toc", "doc-toc"}:
            for link in nav.iter("a"):
                level = sum(1 for parent in link.iterancestors("ol"))
                yield link.get("href", ""), one_line("".join(link.itertext())), max(1, level)


def _ncx_entries(tree: _Element) -> Iterator[tuple[str, str, int]]:
    for point in tree.iter("navPoint", "navpoint"):
        label = next(point.iter("text"), None)
        content = next((child for child in point if child.tag == "content"), None)
        if label is not None and content is not None:
            level = 1 + sum(1 for parent in point.iterancestors("navPoint", "navpoint"))
            yield content.get("src", ""), one_line("".join(label.itertext())), level
