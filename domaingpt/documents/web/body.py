"""A web page's whole visible body as blocks, and how much of it is prose rather than navigation."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.web.shown import BLOCK_TAGS, NOT_SHOWN
from domaingpt.documents.web.tables import MAX_TITLE_CHARACTERS, add_web_table, cell_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lxml.etree import _Element

NAVIGATION = frozenset(["nav", "header", "footer", "aside", "button", "a", "menu", "dialog"])
# Inside a table they mean that it lays out a page.
LAYOUT_TAGS = frozenset(["table", "h1", "h2", "h3", "ul", "ol"])
LINE_TAGS = BLOCK_TAGS | {"table", "tr", "td", "th"}
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
        if is_data_table(table) and not any(parent.tag in NAVIGATION for parent in table.iterancestors()):
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
        if _has_rows(element):
            flush()
            _add_rows(assembly, element)
            return
        heading = bool(HEADING.fullmatch(tag))
        is_block = heading or tag in LINE_TAGS
        if is_block:
            flush()
        if tag == "br":
            line.append("\n")
        line.append(_collapsed(element.text))
        for child in element:
            walk(child)
            line.append(_collapsed(child.tail))
        if heading:
            flush("heading", int(tag[1]))
        elif is_block:
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


def is_data_table(table: _Element) -> bool:
    """Return whether a table holds data rather than the page's layout."""
    if any(element.tag in LAYOUT_TAGS for element in table.iterdescendants()):
        return False
    return any(sum(child.tag in ("td", "th") for child in row) > 1 for row in table.iter("tr"))


def _grid(table: _Element) -> list[list[str]]:
    return [[cell_text(cell) for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]


def title_above(assembly: TextAssembly) -> str:
    """Return the short paragraph that the text so far ends with; a heading is known to its section already."""
    if not assembly.blocks or assembly.blocks[-1].kind != "paragraph":
        return ""
    text = one_line(assembly.last)
    return text.rstrip(":") if len(text) <= MAX_TITLE_CHARACTERS else ""


def _has_rows(element: _Element) -> bool:
    return (element.tag == "table" and is_data_table(element)) or (element.tag == "dl" and _is_plain_list(element))


def _add_rows(assembly: TextAssembly, element: _Element) -> None:
    if element.tag == "table":
        add_web_table(assembly, element, title_above(assembly))
    else:
        add_terms(assembly, ((child.tag == "dt", cell_text(child)) for child in element))


def _is_plain_list(element: _Element) -> bool:
    """Return whether a list of terms holds only terms and short descriptions."""
    return all(
        child.tag in ("dt", "dd") and not any(inner.tag in BLOCK_TAGS for inner in child.iterdescendants())
        for child in element
    )


def add_terms(assembly: TextAssembly, items: Iterable[tuple[bool, str]]) -> None:
    """Append a list of terms, a line for each description: "Term: description".

    Args:
        assembly: The document so far.
        items: Whether each is a term, and what it says; descriptions follow the terms that they describe.
    """
    terms: list[str] = []
    is_described = True
    for is_term, text in items:
        if is_term:
            terms = [text] if is_described else [*terms, text]
            is_described = False
        elif text:
            term = ", ".join(filter(None, terms)).rstrip(": ")
            assembly.add("row" if term else "paragraph", f"{term}: {text}" if term else text)
            is_described = True
    if not is_described:
        assembly.add("paragraph", ", ".join(terms))
