"""A bitmap → the text of a page, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from domaingpt.documents.ocr import Bitmap, Progress, Recognizer
from domaingpt.documents.ocr.layout import arrange

# Lines read with less are marks, photos or noise: RapidOCR's own threshold. They are left out, and counted.
MIN_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class RecognizedText:
    """What recognition made of one page.

    Attributes:
        text: In reading order; "" if nothing was read.
        confidence: 0 to 1, the mean over its characters; 0 without text.
        n_left_out: Lines too unsure to be kept.
    """

    text: str
    confidence: float
    n_left_out: int = 0


def recognized_text(bitmap: Bitmap, recognizer: Recognizer, progress: Progress) -> RecognizedText:
    """Read a bitmap; nothing is guessed: a line below `MIN_CONFIDENCE` is dropped whole."""
    found = [line for line in recognizer.recognize(bitmap, progress) if line.text.strip()]
    lines = [line for line in found if line.confidence >= MIN_CONFIDENCE]
    n_characters = sum(len(line.text) for line in lines)
    confidence = sum(line.confidence * len(line.text) for line in lines) / n_characters if n_characters else 0.0
    return RecognizedText(arrange(lines), confidence, len(found) - len(lines))


def page_ranges(numbers: list[int]) -> str:
    """Return ascending page numbers for the user.

    Examples:
        >>> page_ranges([3, 4, 5, 12]), page_ranges([7])
        ('pages 3-5, 12', 'page 7')
    """
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
    return f"{'page' if len(numbers) == 1 else 'pages'} {shown}"
