"""An engine that reads what a test tells it to."""

from __future__ import annotations

from domaingpt.documents import ocr


class FakeRecognizer:
    """Gives what a test says, whatever the picture; keeps the pictures it was shown."""

    def __init__(self) -> None:
        self.lines = []
        self.seen = []

    def recognize(self, bitmap, progress):
        """Return `lines`, or raise it."""
        progress()
        self.seen.append(bitmap)
        if isinstance(self.lines, Exception):
            raise self.lines
        return self.lines

    def say(self, *texts, confidence=0.9):
        """Recognise these texts as lines below each other from now on."""
        self.lines = [line(text, top=40 * index, confidence=confidence) for index, text in enumerate(texts)]


def line(text, left=0, top=0, width=None, height=30, confidence=0.9, slope=0.0):
    """Return one recognised line; its right end is lower by slope times its width."""
    right = left + (width if width is not None else 15 * len(text))
    fall = slope * (right - left)
    corners = ((left, top), (right, top + fall), (right, top + height + fall), (left, top + height))
    return ocr.TextLine(text, confidence, corners)
