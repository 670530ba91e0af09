"""Pictures of text → text: the seam between a reader and the engine of the `ocr` extra. Loads nothing heavy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

PACKAGE = "rapidocr"
EXTRA_HINT = "pip install -c constraints.txt '.[ocr]'"
# Of PP-OCRv6 small, by its model card; its character set has neither Cyrillic, Arabic, Hangul nor Indic letters.
LANGUAGES = "English, Chinese, Japanese and other languages in Latin script"


class RecognitionFailed(Exception):
    """The engine gave up on one picture: out of memory, or an error of its own."""


Progress = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Bitmap:
    """A grey picture: `pixels` holds height × width bytes, row by row from the top, 255 is white."""

    pixels: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class TextLine:
    """A piece of a printed line.

    Attributes:
        text: As recognised.
        confidence: 0 to 1, the mean over its characters.
        corners: x, y in pixels of the upper left, upper right, lower right and lower left corner, y downwards.
    """

    text: str
    confidence: float
    corners: tuple[tuple[float, float], ...]

    @property
    def left(self) -> float:
        """Smallest x."""
        return min(x for x, _ in self.corners)

    @property
    def right(self) -> float:
        """Largest x."""
        return max(x for x, _ in self.corners)

    @property
    def middle(self) -> float:
        """Mean y."""
        return sum(y for _, y in self.corners) / len(self.corners)

    @property
    def height(self) -> float:
        """Length of the left side."""
        (left, top), (bottom_left, bottom) = self.corners[0], self.corners[-1]
        return float(((left - bottom_left) ** 2 + (top - bottom) ** 2) ** 0.5)


class Recognizer(Protocol):
    """Finds and reads the text of a picture."""

    def recognize(self, bitmap: Bitmap, progress: Progress) -> Sequence[TextLine]:
        """Return the pieces of text in any order, in the picture's own coordinates.

        Args:
            bitmap: Of one page; the engine turns it where it stands on its side or its head.
            progress: Called after every few pieces.

        Raises:
            RecognitionFailed: On this picture; the next may be read all the same.
        """


@lru_cache(maxsize=1)
def version() -> str:
    """Return the engine's version, or "" where the `ocr` extra is not installed."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed(PACKAGE)
    except PackageNotFoundError:
        return ""


def available() -> bool:
    """Return whether the `ocr` extra is installed. Imports nothing of it."""
    return bool(version())


@lru_cache(maxsize=1)
def load_recognizer() -> Recognizer:
    """Return the engine, loaded at the first call in a process.

    Raises:
        ModelLoadFailed: If its weights are not the expected ones.
    """
    from domaingpt.documents.ocr.engine import RapidRecognizer

    return RapidRecognizer()
