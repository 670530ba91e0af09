"""Feeds (RSS 0.9 to 2.0, Atom) → Document: each item a heading with its date, author and text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lxml import etree

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.tables.grids import CELL_SEPARATOR
from domaingpt.documents.titles import meaningful_title
from domaingpt.documents.web.fragments import add_fragment

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.types import Document

ITEMS = ("item", "entry")
# Local names of elements in RSS, Atom and Dublin Core, best first.
DATES = ("pubDate", "published", "updated", "date", "modified", "issued")
AUTHORS = ("creator", "author", "contributor")
FULL_TEXTS = ("encoded", "content")
MEDIA = "mrss"  # The namespace of pictures and films, whose `content` is none.
SUMMARIES = ("description", "summary", "subtitle", "tagline")
READ = frozenset([*DATES, *AUTHORS, *FULL_TEXTS, *SUMMARIES, *ITEMS, "title", "category", "subject", "link", "channel"])


def is_feed(root: _Element) -> bool:
    """Return whether XML is a feed: by its root, and for RDF by the items it holds."""
    name = _name(root)
    if name in ("rss", "feed"):
        return True
    return name == "RDF" and any(_name(child) == "item" for child in root.iterchildren(etree.Element))


class Feed:
    """One feed on its way to a document."""

    def __init__(self, root: _Element, path: str, progress: Callable[[], None]) -> None:
        self._root = root
        self._channel = next((child for child in root.iterchildren(etree.Element) if _name(child) == "channel"), root)
        self._assembly = TextAssembly(path)
        self._progress = progress
        self._left_out: Counter[str] = Counter()

    def document(self, *notes: str) -> Document:
        """Return the channel's title and description, then its items in the order of the file."""
        title = _first(self._channel, "title")
        self._assembly.add("heading", title, level=1)
        self._count_unread(self._channel)
        self._add_html(_element(self._channel, SUMMARIES), 1)
        for item in self._items():
            self._progress()
            self._add_item(item)
        return self._assembly.document(
            title=meaningful_title(title, self._assembly.path), left_out=self._left_out, notes=notes
        )

    def _items(self) -> Iterator[_Element]:
        # In RSS 1.0 the items stand beside the channel.
        for parent in dict.fromkeys((self._channel, self._root)):
            yield from (child for child in parent.iterchildren(etree.Element) if _name(child) in ITEMS)

    def _add_item(self, item: _Element) -> None:
        self._assembly.add("heading", _first(item, "title"), level=2)
        author = _element(item, AUTHORS)
        named = _element(author, ("name",)) if author is not None else None
        facts = {
            "Date": _first(item, *DATES),
            "Author": _plain(named if named is not None else author),
            "Categories": ", ".join(dict.fromkeys(_categories(item))),
            "Link": _link(item),
        }
        self._assembly.add("row", CELL_SEPARATOR.join(f"{name}: {value}" for name, value in facts.items() if value))
        self._count_unread(item)
        text, summary = _element(item, FULL_TEXTS), _element(item, SUMMARIES)
        if text is not None and summary is not None:
            self._left_out["summary characters"] += len(_plain(summary))
        self._add_html(text if text is not None else summary, 2)

    def _count_unread(self, parent: _Element) -> None:
        """Count what else is said of a feed or an item: languages, identifiers, places of comments."""
        for child in parent.iterchildren(etree.Element):
            self._left_out["other fields"] += _name(child) not in READ and bool(_plain(child))

    def _add_html(self, element: _Element | None, below: int) -> None:
        if element is None:
            return
        if len(element):  # XHTML inside an Atom feed.
            copy = "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)
            source = f"{element.text or ''}{copy}"
        else:
            source = element.text or ""
        self._left_out.update(add_fragment(self._assembly, source, below=below))


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _element(parent: _Element, names: tuple[str, ...]) -> _Element | None:
    """Return the first child of the first of the names that says anything."""
    children = {
        _name(child): child
        for child in reversed(list(parent.iterchildren(etree.Element)))
        if (len(child) or (child.text or "").strip()) and MEDIA not in str(child.tag)
    }
    return next((children[name] for name in names if name in children), None)


def _plain(element: _Element | None) -> str:
    return one_line("".join(element.itertext())) if element is not None else ""


def _first(parent: _Element, *names: str) -> str:
    return _plain(_element(parent, names))


def _categories(item: _Element) -> Iterator[str]:
    for child in item.iterchildren(etree.Element):
        if _name(child) in ("category", "subject") and (label := _plain(child) or one_line(child.get("term", ""))):
            yield label


def _link(item: _Element) -> str:
    """Return the address of the item's page: text in RSS, an attribute in Atom."""
    for child in item.iterchildren(etree.Element):
        if _name(child) == "link" and child.get("rel", "alternate") == "alternate":
            return _plain(child) or one_line(child.get("href", ""))
    return ""
