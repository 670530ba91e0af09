"""Presentations for tests, by python-pptx."""

from __future__ import annotations

import io
from typing import Any

import pptx
from pptx.util import Inches

TITLE_AND_BODY, TITLE_ONLY, BLANK = 1, 5, 6
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def saved(deck: Any) -> bytes:
    """Return a python-pptx presentation as a file."""
    stream = io.BytesIO()
    deck.save(stream)
    return stream.getvalue()


def add_slide(deck: Any, title: str = "", *lines: str) -> Any:
    """Add a slide with a title, and lines in its body; a leading tab is a level."""
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_BODY if lines else TITLE_ONLY])
    slide.shapes.title.text = title
    if lines:
        frame = slide.placeholders[1].text_frame
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.text, paragraph.level = line.lstrip("\t"), len(line) - len(line.lstrip("\t"))
    return slide


def add_box(shapes: Any, text: str, left: float, top: float, width: float = 2, height: float = 1) -> Any:
    """Add a text box; all lengths in inches."""
    box = shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(height))
    box.text_frame.text = text
    return box


def deck_of(*slides: tuple[str, ...]) -> bytes:
    """Return a presentation of slides with title and lines."""
    deck = pptx.Presentation()
    for slide in slides:
        add_slide(deck, *slide)
    return saved(deck)
