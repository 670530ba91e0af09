"""WordprocessingML elements → the text a reader of the printed page sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from docx.oxml.ns import qn

if TYPE_CHECKING:
    from lxml.etree import _Element

COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
DRAWING_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
# Deleted or moved away, field codes, properties, phonetic guides; Fallback repeats what Choice holds.
NOT_SHOWN = frozenset(
    [
        qn(f"w:{name}")
        for name in ("del", "moveFrom", "delText", "delInstrText", "instrText", "pPr", "rPr", "rt", "sdtPr")
    ]
    + [COMPATIBILITY + "Fallback"]
)
BOX = qn("w:txbxContent")
SIGNS = {
    qn("w:tab"): "\t",
    qn("w:ptab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}
# Wrappers that hold blocks, rows or cells without being one.
WRAPPERS = frozenset(
    [qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")]
    + [COMPATIBILITY + "AlternateContent", COMPATIBILITY + "Choice"]
)


def inline_text(paragraph: _Element, is_hidden: Callable[[_Element], bool]) -> str:
    """Return a paragraph's text with tabs and line breaks; its text boxes stand apart (`boxes_of`).

    Args:
        paragraph: A `w:p`.
        is_hidden: Whether to leave an element out, such as `HiddenRuns.take`.
    """
    parts: list[str] = []
    # A stack instead of recursion: nesting is bounded by the file, not by us.
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == qn("w:t") or element.tag in (MATH_TEXT, DRAWING_TEXT):
            parts.append(element.text or "")
        elif element.tag in SIGNS:
            parts.append(SIGNS[element.tag])
        elif element.tag not in NOT_SHOWN and element.tag != BOX and not is_hidden(element):
            stack.append(iter(element))
    return "".join(parts)


def boxes_of(paragraph: _Element) -> Iterator[_Element]:
    """Yield the text boxes anchored in a paragraph, without those nested in one of them."""
    stack = [iter(paragraph)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag == BOX:
            yield element
        elif element.tag not in NOT_SHOWN:
            stack.append(iter(element))


def children_of(parent: _Element, *tags: str) -> Iterator[_Element]:
    """Yield the children with one of the tags, also those inside wrappers, in document order."""
    wanted = {qn(tag) for tag in tags}
    stack = [iter(parent)]
    while stack:
        element = next(stack[-1], None)
        if element is None:
            stack.pop()
        elif element.tag in wanted:
            yield element
        elif element.tag in WRAPPERS:
            stack.append(iter(element))
