"""The slides of an OpenDocument presentation → a page each: its title, its shapes, its notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.opendocument.names import qn

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.documents.opendocument.blocks import Blocks
    from domaingpt.documents.opendocument.styles import Styles

# What a slide shows of its master: a number, a date, a line at its foot.
MASTER_CLASSES = ("page-number", "date-time", "footer", "header")


def add_slides(blocks: Blocks, body: _Element, styles: Styles, progress: Callable[[], None]) -> list[str]:
    """Append every slide; return notes for the user."""
    hidden = []
    for number, slide in enumerate(body.iterchildren(qn("draw:page")), start=1):
        progress()
        blocks.assembly.begin_page(number)
        if _is_hidden(slide, styles):
            hidden.append(str(number))
        _add_slide(blocks, slide)
    return [f"hidden in the show, and read: slide {', '.join(hidden)}"] if hidden else []


def _add_slide(blocks: Blocks, slide: _Element) -> None:
    titles = [shape for shape in slide if shape.get(qn("presentation:class")) == "title"]
    for title in titles:
        text = " ".join(blocks.texts(title))
        blocks.title = blocks.title or text
        blocks.assembly.add("heading", text, level=1)
    for shape in slide:
        if shape.tag == qn("presentation:notes"):
            notes = list(_notes(blocks, shape))
            if notes:
                blocks.assembly.add("heading", "Notes", level=2)
            for text in notes:
                blocks.assembly.add("paragraph", text)
        elif shape not in titles and shape.get(qn("presentation:class")) not in MASTER_CLASSES:
            blocks.add_block(shape)


def _notes(blocks: Blocks, notes: _Element) -> Iterator[str]:
    for shape in notes:
        if shape.get(qn("presentation:class")) == "notes":
            yield from blocks.texts(shape)


def _is_hidden(slide: _Element, styles: Styles) -> bool:
    style = slide.get(qn("draw:style-name"), "")
    return (
        styles.attribute("drawing-page", style, "style:drawing-page-properties", "presentation:visibility") == "hidden"
    )
