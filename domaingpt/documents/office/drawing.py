"""DrawingML, the language of shapes in all Office formats → paragraphs of text.

A paragraph comes with its level and its automatic number; what is too small to be seen is left out and counted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaingpt.documents.office.numerals import numeral

if TYPE_CHECKING:
    from lxml.etree import _Element

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SIGNS = {f"{A}br": "\n", f"{A}tab": "\t"}
NOT_TEXT = frozenset([f"{A}pPr", f"{A}rPr", f"{A}endParaRPr", FALLBACK])
TINY_HUNDREDTHS = 200  # 2 points, as in `pdf.hidden`
MAX_LEVEL = 8  # ECMA-376 part 1, 21.1.2.2.7
LEVEL_MARK = "– "  # Before a line, once for each level that it is deeper than the first.
MAX_NUMBER = 32_767  # ECMA-376 part 1, 20.1.10.71
NUMBER_STYLES = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
NUMBER_TYPE = re.compile(r"([a-z]+(?:Lc|Uc)?)(Period|ParenR|ParenBoth|Plain)")
MARKS = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}
# What programs write themselves: file names, "Picture 4", the guess of a model.
MEANINGLESS = re.compile(
    r"\S+\.(png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp|heic)|"
    r"(picture|image|img|graphic|photo|bild|grafik|photograph|screenshot|logo|icon|shape|object)[ _-]?\d*|"
    r".*(description automatically generated|ai-generated content may be incorrect).*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(slots=True)
class Paragraphs:
    """Takes the paragraphs of text bodies, and counts what nobody sees.

    Attributes:
        n_hidden: Characters left out because they are too small to be seen, white space apart.
    """

    n_hidden: int = field(default=0)

    def of(self, body: _Element) -> Iterator[tuple[int, str]]:
        """Yield level, from 0, and text of each paragraph that has any; automatic numbers are printed."""
        counts: dict[int, int] = defaultdict(int)
        for paragraph in body.iterchildren(f"{A}p"):
            text = self.text(paragraph).strip()
            properties = paragraph.find(f"{A}pPr")
            level = min(integer(properties.get("lvl") if properties is not None else None), MAX_LEVEL)
            label = _label(properties, counts, level) if text else ""
            if text:
                yield level, f"{label} {text}" if label else text

    def joined(self, body: _Element | None) -> str:
        """Return the paragraphs of a body on one line."""
        return " ".join(text for _, text in self.of(body)) if body is not None else ""

    def text(self, paragraph: _Element) -> str:
        """Return a paragraph's text with tabs and line breaks."""
        parts: list[str] = []
        # A stack instead of recursion: nesting is bounded by the file, not by us.
        stack = [iter(paragraph)]
        while stack:
            element = next(stack[-1], None)
            if element is None:
                stack.pop()
            elif element.tag in (f"{A}t", MATH_TEXT):
                parts.append(element.text or "")
            elif element.tag in SIGNS:
                parts.append(SIGNS[element.tag])
            elif _is_tiny(element):
                self.n_hidden += count_characters(element)
            elif element.tag not in NOT_TEXT and not _is_slide_number(element):
                stack.append(iter(element))
        return "".join(parts)


def count_characters(parent: _Element) -> int:
    """Return how many characters the texts below an element have, white space apart."""
    return sum(len("".join((element.text or "").split())) for element in parent.iter(f"{A}t"))


def meaningful_description(properties: _Element | None) -> str:
    """Return the alternative text of a shape, "" if nobody wrote one.

    Args:
        properties: Its non-visual properties (`cNvPr`, `docPr`).
    """
    if properties is None:
        return ""
    text = " ".join((properties.get("descr") or "").split())
    is_name = text == (properties.get("name") or "").strip()
    return "" if is_name or MEANINGLESS.fullmatch(text) else text


def integer(text: str | None, default: int = 0) -> int:
    """Return the number a text spells, or `default` where it spells none."""
    try:
        return int(text) if text and len(text) < 20 else default
    except ValueError:
        return default


def _label(properties: _Element | None, counts: dict[int, int], level: int) -> str:
    """Return the paragraph's automatic number, and go on counting from it."""
    automatic = properties.find(f"{A}buAutoNum") if properties is not None else None
    for deeper in [other for other in counts if other > level or (automatic is None and other == level)]:
        del counts[deeper]
    if automatic is None:
        return ""
    start = min(max(integer(automatic.get("startAt"), 1), 1), MAX_NUMBER)
    counts[level] = counts[level] + 1 if counts[level] else start
    found = NUMBER_TYPE.fullmatch(automatic.get("type") or "")
    style = NUMBER_STYLES.get(found[1], "decimal") if found else "decimal"
    return MARKS[found[2] if found else "Period"].format(numeral(counts[level], style))


def _is_tiny(element: _Element) -> bool:
    if element.tag not in (f"{A}r", f"{A}fld"):
        return False
    properties = element.find(f"{A}rPr")
    return properties is not None and 0 < integer(properties.get("sz")) <= TINY_HUNDREDTHS


def _is_slide_number(element: _Element) -> bool:
    return bool(element.tag == f"{A}fld" and element.get("type") == "slidenum")
