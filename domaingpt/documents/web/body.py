"""A web page's whole visible body as blocks, and how much of it is prose rather than navigation."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.tables.grids import add_plain_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lxml.etree import _Element

NOT_SHOWN = frozenset(
    ["script", "style", "noscript", "template", "head", "iframe", "object", "svg", "canvas", "audio",
     "video", "select", "option", "textarea", "datalist", "map"]
)  # fmt: skip
NAVIGATION = frozenset(["nav", "header", "footer", "aside", "button", "a", "menu", "dialog"])
BLOCK_TAGS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div",
     "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "li",
     "main", "nav", "ol", "p", "pre", "section", "summary", "ul"]
)  # fmt: skip
# Inside a table they mean that it lays out a page.
LAYOUT_TAGS = frozenset(["table", "h1", "h2", "h3", "ul", "ol"])
MENUS = frozenset(["nav", "menu"])
HEADING = re.compile(r"h[1-6]")
ELEMENTS_PER_PROGRESS = 10_000
BLANK_LINE = re.compile(r"\n[ \t]*\n")  # Two <br> in a row, the old way to part paragraphs.
SPACES = re.compile(r"[^\S\n]+|\n")


def visible_characters(tree: _Element) -> int:
    """Return the number of characters a browser shows, white space collapsed."""
    return sum(len(text) for text in _texts(tree, NOT_SHOWN))


def main_characters(tree: _Element) -> int:
    """Return the number of visible characters outside navigation, links and forms."""
    return sum(len(text) for text in _texts(tree, NOT_SHOWN | NAVIGATION))


def row_characters(tree: _Element) -> int:
    """Return the number of characters in rows of two or more cells of data tables, outside navigation."""
    total = 0
    for table in tree.iter("table"):
        if _is_data_table(table) and not any(parent.tag in NAVIGATION for parent in table.iterancestors()):
            rows = ([cell for cell in row if cell] for row in _grid(table))
            total += sum(sum(map(len, row)) for row in rows if len(row) > 1)
    return total


def add_body(assembly: TextAssembly, tree: _Element, progress: Callable[[], None] | None = None) -> None:
    """Append everything a browser shows, block by block, tables row by row."""
    line: list[str] = []
    # A sign of life costs a message to another process: one every so many elements.
    pulse = itertools.cycle([progress or _silent, *[_silent] * (ELEMENTS_PER_PROGRESS - 1)])

    def flush(kind: str = "paragraph", level: int = 0) -> None:
        text = "".join(line)
        line.clear()
        if kind == "heading":
            assembly.add("heading", text, level=level)
            return
        for paragraph in BLANK_LINE.split(text):
            assembly.add("paragraph", paragraph)

    def walk(element: _Element) -> None:
        next(pulse)()
        # Recursion is bounded: libxml2 stops nesting at 256 unless asked for huge trees.
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in NOT_SHOWN or tag in MENUS or not tag:
            return
        if tag == "table" and _is_data_table(element):
            flush()
            add_plain_table(assembly, _grid(element), marked_header=_has_marked_header(element))
            return
        heading = bool(HEADING.fullmatch(tag))
        if heading or tag in BLOCK_TAGS or tag in ("table", "tr", "td", "th"):
            flush()
        if tag == "br":
            line.append("\n")
        line.append(_collapsed(element.text))
        for child in element:
            walk(child)
            line.append(_collapsed(child.tail))
        if heading:
            flush("heading", int(tag[1]))
        elif tag in BLOCK_TAGS or tag in ("table", "tr", "td", "th"):
            flush()

    walk(tree)
    flush()


def _silent() -> None:
    pass


def _texts(tree: _Element, skipped: frozenset[str]) -> Iterator[str]:
    """Yield the visible texts outside some tags, each with its white space collapsed and trimmed."""
    stack: list[tuple[_Element, bool]] = [(tree, False)]
    while stack:
        element, done = stack.pop()
        if done:
            yield " ".join((element.tail or "").split())
            continue
        if element is not tree:
            stack.append((element, True))
        if not isinstance(element.tag, str) or element.tag in skipped:
            continue
        yield " ".join((element.text or "").split())
        stack.extend((child, False) for child in reversed(element))


def _collapsed(text: str | None) -> str:
    return SPACES.sub(" ", text) if text else ""


def _is_data_table(table: _Element) -> bool:
    """Return whether a table holds data rather than the page's layout."""
    if any(element.tag in LAYOUT_TAGS for element in table.iterdescendants()):
        return False
    return any(sum(child.tag in ("td", "th") for child in row) > 1 for row in table.iter("tr"))


def _grid(table: _Element) -> list[list[str]]:
    return [[_cell_text(cell) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]


def _cell_text(cell: _Element) -> str:
    parts = [cell.text or ""]
    for element in cell.iterdescendants():
        if element.tag == "br" or element.tag in BLOCK_TAGS:
            parts.append(" ")
        if element.tag not in NOT_SHOWN:
            parts.append(element.text or "")
        parts.append(element.tail or "")
    return " ".join("".join(parts).split())


def _has_marked_header(table: _Element) -> bool:
    first = next(table.iter("tr"), None)
    cells = [cell for cell in first if cell.tag in ("td", "th")] if first is not None else []
    return len(cells) > 1 and all(cell.tag == "th" for cell in cells)
