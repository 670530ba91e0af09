"""A bitmap → the text of a page, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from domaingpt.documents.ocr import Bitmap, Progress, Recognizer, TextLine
from domaingpt.documents.ocr.layout import arrange

# Lines read with less are marks, photos or noise: RapidOCR's own threshold. They are left out, and counted.
MIN_CONFIDENCE = 0.5
# One or two characters are as often a corner, a tick or a speck; printed ones are read with 0.9 and more. Guess.
MIN_SHORT_CONFIDENCE = 0.8
SHORT_CHARACTERS = 2


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
    """Read a bitmap; nothing is guessed: a line that is not sure enough is dropped whole."""
    found = [line for line in recognizer.recognize(bitmap, progress) if line.text.strip()]
    lines = [line for line in found if line.confidence >= _least(line)]
    n_characters = sum(len(line.text) for line in lines)
    confidence = sum(line.confidence * len(line.text) for line in lines) / n_characters if n_characters else 0.0
    return RecognizedText(arrange(lines), confidence, len(found) - len(lines))


def _least(line: TextLine) -> float:
    return MIN_SHORT_CONFIDENCE if len(line.text.strip()) <= SHORT_CHARACTERS else MIN_CONFIDENCE


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
