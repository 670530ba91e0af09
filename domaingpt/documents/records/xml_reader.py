"""XML → Document: feeds item by item; in any other XML records as rows, texts as paragraphs, the rest as headings.

Nothing is fetched or expanded: a file that declares entities is refused.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from lxml import etree

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.records.feeds import Feed, is_feed
from domaingpt.documents.tables.grids import CELL_SEPARATOR
from domaingpt.documents.titles import meaningful_title
from domaingpt.documents.web.tree import XML_DECLARATION, decode_html, named_characters
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.types import Document

PIECE_BYTES = 256 << 10
ELEMENTS_PER_PROGRESS = 5000
ENTITY = re.compile(r"<!\s*ENTITY", re.IGNORECASE)
# As in `outline`: what fits a chunk, and what is a text rather than the value of a field.
MAX_ROW_CHARACTERS = 400
MAX_SHORT_CHARACTERS = 200
PLACE = re.compile(r", line \d+, column \d+$")
MAX_HEADING_LEVEL = 6
MAX_LABEL_CHARACTERS = 100
# Elements that name what they stand in, best first; of these names attributes do as well.
LABELS = ("title", "name", "label", "head", "heading", "subject", "id")
TITLES = frozenset(["title", "head", "heading"])  # They say nothing but what it is called.
# Elements of texts (DocBook, DITA, TEI, JATS, XHTML) that need no name before what they say.
PROSE = frozenset(["p", "para", "simpara", "title", "head", "li", "listitem", "ab", "l", "quote", "abstract", "text"])

Pair = tuple[str, str]
"""Path and text of one field."""


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read an XML file.

    Raises:
        UnreadableDocument: If it is damaged, with line and column, or declares entities.
    """
    source, note = decode_html(data)
    root, damage = _parse(source, path, progress)
    if _name(root) == "html":
        from domaingpt.documents.web.reader import read as read_page  # Its article extractor is slow to load.

        return read_page(data, path, progress)
    if is_feed(root):
        return Feed(root, path, progress).document(note, damage)
    assembly = TextAssembly(path)
    walker = _Walker(assembly, progress)
    if _is_text(root):
        assembly.add("paragraph", _text(root))
    else:
        walker.add_children(root, 1)
    n_unknown = sum(1 for _ in root.iter(etree.Entity))
    left_out = {"attributes of texts": walker.n_attributes, "unknown entities": n_unknown}
    return assembly.document(title=meaningful_title(_label(root), path), left_out=left_out, notes=[note])


def _parse(source: str, path: str, progress: Callable[[], None]) -> tuple[_Element, str]:
    """Return the root, and a note if it is that of a damaged feed: what is there of its items is worth reading."""
    if ENTITY.search(source):
        raise UnreadableDocument("declares XML entities", path)
    # Line breaks of the declaration stay, so that lines are counted as in the file.
    source = XML_DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), source.removeprefix("\ufeff"))
    data = named_characters(source).encode()
    try:
        return _tree(data, progress), ""
    except etree.XMLSyntaxError as exc:
        if exc.msg == "unknown error":  # What libxml2 says when it gets no more memory.
            raise MemoryError from exc
        reason = _reason(exc)
        with contextlib.suppress(etree.LxmlError):
            root = _tree(data, progress, recover=True)
            if root is not None and is_feed(root):
                return root, f"damaged XML, read as far as it goes: {reason}"
        raise UnreadableDocument(f"not XML: {reason}", path) from exc
    except (etree.LxmlError, ValueError) as exc:
        raise UnreadableDocument(f"not XML: {exc}", path) from exc


def _tree(data: bytes, progress: Callable[[], None], *, recover: bool = False) -> _Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True,
        encoding="utf-8", recover=recover,
    )  # fmt: skip
    for position in range(0, len(data), PIECE_BYTES):
        parser.feed(data[position : position + PIECE_BYTES])
        progress()
    return parser.close()


def _reason(error: etree.XMLSyntaxError) -> str:
    """Return what is wrong and where; libxml2 may quote the file in between."""
    message = PLACE.sub("", one_line((error.msg or str(error)).partition("\n")[0]))
    return f"{message}, line {error.lineno}, column {error.offset + 1}" if error.lineno else message


class _Walker:
    """Appends elements in the order of the file."""

    def __init__(self, assembly: TextAssembly, progress: Callable[[], None]) -> None:
        self._assembly = assembly
        self._progress = progress
        self._n_calls = 0
        self.n_attributes = 0

    def add_children(self, element: _Element, level: int, heading: str = "") -> None:
        """Append what is in an element; short fields that follow one another share a row."""
        # Recursion is bounded: libxml2 stops nesting at 256 unless asked for huge trees.
        row: list[Pair] = list(_attributes(element))
        self._assembly.add("paragraph", one_line(element.text or ""))
        for child in element.iterchildren(etree.Element):
            self._report()
            if heading and _name(child) in TITLES and _text(child) == heading:
                continue  # It is the heading already.
            pairs = _flat(child, _name(child))
            if pairs is not None and _is_field(child):
                if _length([*row, *pairs]) > MAX_ROW_CHARACTERS:
                    self._add_row(row)
                    row = []
                row += pairs
            else:
                self._add_row(row)
                row = []
                self._add_element(child, pairs, level)
            if (child.tail or "").strip():
                self._add_row(row)
                row = []
                self._assembly.add("paragraph", one_line(child.tail))
        self._add_row(row)

    def _add_element(self, element: _Element, pairs: list[Pair] | None, level: int) -> None:
        name = _name(element)
        if _is_text(element) and (pairs is None or len(element) > 0 or name in PROSE):
            text = _text(element)
            self.n_attributes += sum(len(each.attrib) for each in element.iter(etree.Element))
            self._assembly.add("paragraph", text if name in PROSE or not text else f"{name}: {text}")
        elif pairs is not None and _length(pairs) <= MAX_ROW_CHARACTERS:
            # A record: the name of its element is the same in all of them, and says little.
            self._add_row([(path.removeprefix(f"{name}."), text) for path, text in pairs])
        else:
            label = _label(element)
            self._assembly.add("heading", label or name, level=min(level, MAX_HEADING_LEVEL))
            self.add_children(element, level + 1, label)

    def _add_row(self, pairs: list[Pair]) -> None:
        self._assembly.add("row", CELL_SEPARATOR.join(f"{path}: {text}" for path, text in pairs if text))

    def _report(self) -> None:
        self._n_calls += 1
        if self._n_calls % ELEMENTS_PER_PROGRESS == 0:
            self._progress()


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: _Element) -> str:
    return one_line("".join(element.itertext()))


def _is_text(element: _Element) -> bool:
    """Return whether an element holds a text, perhaps with marks inside, rather than fields."""
    if len(element) == 0:
        return True
    n_pieces = _n_pieces(element)
    # A stray word between records makes no text of them.
    return n_pieces > 0 and 2 * n_pieces >= len(element)


def _is_field(element: _Element) -> bool:
    """Return whether an element is a field of what it stands in, rather than a text or a record of its own."""
    if len(element) or (_name(element) in PROSE and element.text):
        return False
    neighbours = (element.getprevious(), element.getnext())
    # A row of them, each with attributes, is a table: <row id="1" name="Ann"/>.
    return not (element.attrib and any(each is not None and each.tag == element.tag for each in neighbours))


def _n_pieces(element: _Element) -> int:
    """Return the number of texts that stand in an element itself."""
    return sum(bool(text and text.strip()) for text in (element.text, *(child.tail for child in element)))


def _attributes(element: _Element) -> Iterator[Pair]:
    for name, value in element.attrib.items():
        local = str(name).rpartition("}")[2]
        # Addresses of schemas are for programs.
        if str(value).strip() and local not in ("schemaLocation", "noNamespaceSchemaLocation", "space"):
            yield local, one_line(str(value))


def _flat(element: _Element, path: str) -> list[Pair] | None:
    """Return the fields below an element with their paths, or None if they are no short record."""
    pairs: list[Pair] = []
    length = 0
    stack = [(element, path)]
    while stack:
        each, at = stack.pop()
        children = list(itertools.islice(each.iterchildren(etree.Element), MAX_ROW_CHARACTERS))
        if len(children) == MAX_ROW_CHARACTERS:
            return None
        found = [(f"{at}.{name}", value) for name, value in _attributes(each)]
        if _is_text(each):
            text = _text(each) if length <= MAX_ROW_CHARACTERS else ""
            if len(text) > MAX_SHORT_CHARACTERS or (len(each) and each is not element):
                return None
            if text:
                found.insert(0, (at, text))
        elif _n_pieces(each):
            return None
        else:
            stack += [(child, f"{at}.{_name(child)}") for child in reversed(children)]
        pairs += found
        length += sum(len(text) for _, text in found) + 1
        if length > MAX_ROW_CHARACTERS:
            return None
    return pairs


def _length(pairs: list[Pair]) -> int:
    return sum(len(path) + len(text) + 5 for path, text in pairs)


def _label(element: _Element) -> str:
    """Return what an element is called by a child or an attribute; "" if by none."""
    for name in LABELS:
        child = next((each for each in element.iterchildren(etree.Element) if _name(each) == name), None)
        for label in (_text(child) if child is not None else "", one_line(str(element.get(name, "")))):
            if 0 < len(label) <= MAX_LABEL_CHARACTERS:
                return label
    return ""
