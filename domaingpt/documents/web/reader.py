"""HTML → Document: the article without the page around it, by trafilatura; else the whole body.

Nothing is fetched: links, images, frames and scripts are names to this reader. Visible characters of the page
that are not kept are counted as left out.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import trafilatura
from lxml import etree, html

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.tables.grids import add_plain_table
from domaingpt.documents.titles import meaningful_title
from domaingpt.documents.web.body import (
    BLANK_LINE,
    add_body,
    add_terms,
    is_data_table,
    main_characters,
    row_characters,
    title_above,
    visible_characters,
)
from domaingpt.documents.web.hidden import take_out_hidden
from domaingpt.documents.web.tables import add_web_table
from domaingpt.documents.web.tree import decode_html, parse_html

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.types import Document

# Below this share of the page's own text (outside navigation and links) the article was misjudged.
# Of 91 news pages with known articles none needed less than 0.31 (scrapinghub/article-extraction-benchmark).
KEPT_SHARE = 0.3
# More text of data tables lost than this share means a filing or a report, not an article. Guess; it
# changes none of the 91 pages.
LOST_TABLE_SHARE = 0.2
MAX_ONE_PIECE = 1000  # Characters; a longer page has paragraphs. Guess; it changes none of the 91 pages.
# trafilatura drops a <br> inside a cell and would glue the words around it.
LINE_BREAK = re.compile(r"<br\b", re.IGNORECASE)
TRAILING_SPACES = re.compile(r"(?<![ \t])[ \t]++\n")  # tried once a run of spaces
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
MAX_HEADLINE = 200  # Characters; a longer one is a paragraph in disguise.


logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # What it cannot extract is handled here.


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a web page saved as a file.

    Raises:
        UnreadableDocument: If no HTML parser makes a tree of it.
    """
    source, note = decode_html(data)
    progress()
    tree, cut_off = parse_html(source, path)
    progress()
    if n_hidden := take_out_hidden(tree):
        source = html.tostring(tree, encoding="unicode")
    n_visible = visible_characters(tree)
    article = _extract(source)
    progress()
    title = meaningful_title(_title(article, tree), path)
    assembly = TextAssembly(path)
    if article is not None:
        headline = _lost_headline(tree, title, article)
        if headline:
            assembly.add("heading", headline, level=1)
        # Where a page is one table, trafilatura's body is that table itself.
        _add_article(assembly, article.body if article.body.tag == "body" else [article.body], _originals(tree))
    if _misjudged(assembly, tree):
        assembly = TextAssembly(path)
        add_body(assembly, tree, progress)
    left_out = {
        "navigation characters": max(0, n_visible - _n_characters(assembly)),
        "hidden characters": n_hidden,
    }
    return assembly.document(title=title, left_out=left_out, notes=[note, cut_off])


def _extract(source: str) -> trafilatura.settings.Document | None:
    """Return trafilatura's article, or None if it finds none or fails on the page."""
    try:
        found = trafilatura.bare_extraction(
            LINE_BREAK.sub(r" \g<0>", source), include_comments=False, with_metadata=True
        )
    except (etree.LxmlError, ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        return None
    return found if isinstance(found, trafilatura.settings.Document) and found.body is not None else None


def _title(article: trafilatura.settings.Document | None, tree: _Element) -> str:
    if article is not None and article.title:
        return str(article.title)
    return str(tree.findtext(".//title") or tree.findtext(".//h1") or "")


def _misjudged(assembly: TextAssembly, tree: _Element) -> bool:
    """Return whether the page is no article, so that taking it for one lost text or its structure."""
    n_main, n_kept = main_characters(tree), _n_characters(assembly)
    kept_rows = sum(block.end - block.start for block in assembly.blocks if block.kind == "row")
    table_lost = row_characters(tree) - kept_rows > LOST_TABLE_SHARE * n_main
    # All in one piece: paragraphs made of line breaks were glued together.
    glued = len(assembly.blocks) == 1 and n_kept > MAX_ONE_PIECE
    return glued or table_lost or n_kept < KEPT_SHARE * n_main


def _lost_headline(tree: _Element, title: str, article: trafilatura.settings.Document) -> str:
    """Return the page's first headline if neither the title nor the article holds it."""
    headline = next((one_line("".join(element.itertext())) for element in tree.iter("h1")), "")
    kept = f"{title} {one_line(''.join(article.body.itertext()))}"
    return "" if headline in kept or len(headline) > MAX_HEADLINE else headline


def _n_characters(assembly: TextAssembly) -> int:
    return sum(block.end - block.start for block in assembly.blocks)


def _originals(tree: _Element) -> dict[str, _Element]:
    """Return the page's data tables by what they say: trafilatura's copies of them have lost their spans."""
    tables = [table for table in tree.iter("table") if is_data_table(table)]
    return {_fingerprint(table): table for table in reversed(tables)}


def _fingerprint(table: _Element) -> str:
    cells = (cell for cell in table.iterdescendants() if cell.tag in ("td", "th", "cell"))
    return "".join("".join("".join(cell.itertext()).split()) for cell in cells)


def _add_article(assembly: TextAssembly, parent: Iterable[_Element], originals: dict[str, _Element]) -> None:
    """Append the blocks of trafilatura's tree, whose tags are those of TEI.

    Args:
        assembly: The document so far.
        parent: Elements to append.
        originals: The page's own tables by their text; those that are used are taken out.
    """
    for element in parent:
        match element.tag:
            case "head":
                level = str(element.get("rend", "h2"))[-1]
                assembly.add("heading", _text(element), level=int(level) if level.isdigit() else 2)
            case "table" if any(len(cell) > 1 and _has_blocks(cell) for cell in element.iter("cell")):
                for cell in element.iter("cell"):  # A table that lays out the page.
                    assembly.add("paragraph", cell.text or "")
                    _add_article(assembly, cell, originals)
            case "table":
                _add_table(assembly, element, originals)
            case "list":
                _add_list(assembly, element)
            case "div" | "body" | "quote" if len(element) and _has_blocks(element):
                assembly.add("paragraph", element.text or "")
                _add_article(assembly, element, originals)
            case "code":
                assembly.add("paragraph", _text(element))
            case _:
                for paragraph in BLANK_LINE.split(_text(element)):
                    assembly.add("paragraph", paragraph)
        assembly.add("paragraph", element.tail or "")


def _add_table(assembly: TextAssembly, element: _Element, originals: dict[str, _Element]) -> None:
    original = originals.pop(_fingerprint(element), None)
    if original is not None:
        add_web_table(assembly, original, title_above(assembly))
        return
    rows = [[_text(cell) for cell in row.iter("cell")] for row in element.iter("row")]
    first = next(element.iter("row"), None)
    marked = first is not None and all(cell.get("role") == "head" for cell in first.iter("cell"))
    add_plain_table(assembly, rows, marked_header=marked)


def _add_list(assembly: TextAssembly, element: _Element) -> None:
    items = list(element.iter("item"))
    if element.get("rend") == "dl" and not any(map(_has_blocks, items)):
        terms = ((item.get("rend", "").startswith("dt"), _text(item, skip=("item",))) for item in items)
        add_terms(assembly, ((is_term, one_line(text)) for is_term, text in terms))
        return
    for item in items:
        assembly.add("paragraph", _text(item, skip=("list",)))


def _has_blocks(element: _Element) -> bool:
    return any(child.tag in ("p", "head", "list", "table", "quote", "div") for child in element)


def _text(element: _Element, skip: tuple[str, ...] = ()) -> str:
    return TRAILING_SPACES.sub("\n", "".join(_pieces(element, skip)))


def _pieces(element: _Element, skip: tuple[str, ...]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if child.tag == "lb":
            yield "\n"
        elif child.tag not in skip:
            yield from _pieces(child, skip)
        yield child.tail or ""
