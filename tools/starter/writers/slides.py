"""Writes PPTX with fixed dates, so that the same content gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.util import Cm, Pt

from starter.writers.blocks import Block, Bullets, Heading, PageBreak, Table, Text, bold_runs, parse
from starter.writers.office import write_fixed

TITLE_ONLY = 5  # of the default template's layouts
LEFT, TOP, WIDTH = Cm(1.8), Cm(4.2), Cm(21.8)
LINE, ROW = Cm(0.95), Cm(0.9)  # heights of a line of text and of a table's row


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide: its title, what stands on it (text, bullets, tables), and what the speaker notes say."""

    title: str
    body: str
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Pptx:
    """One presentation."""

    path: str
    title: str
    author: str
    when: datetime
    slides: Sequence[Slide]

    def write(self, root: Path) -> None:
        """Write the file below the root."""
        deck = Presentation()
        properties = deck.core_properties
        properties.title, properties.author, properties.last_modified_by = self.title, self.author, self.author
        properties.created = properties.modified = self.when
        for slide in self.slides:
            _add_slide(deck, slide)
        buffer = BytesIO()
        deck.save(buffer)
        write_fixed(root / self.path, buffer, self.when)


def _add_slide(deck: Any, slide: Slide) -> None:
    page = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    page.shapes.title.text = slide.title
    top = TOP
    for block in parse(slide.body):
        top += _add_block(page, block, top)
    if slide.notes:
        page.notes_slide.notes_text_frame.text = slide.notes


def _add_block(page: Any, block: Block, top: int) -> int:
    """Place a block at a height and return how much of the slide it takes."""
    match block:
        case Table(header, rows, _):
            height = ROW * (len(rows) + 1)
            grid = page.shapes.add_table(len(rows) + 1, len(header), LEFT, top, WIDTH, height).table
            for number, row in enumerate((header, *rows)):
                for column, text in enumerate(row):
                    grid.cell(number, column).text = text.replace("**", "")
            return height + LINE
        case Bullets(items):
            return _add_lines(page, [f"• {item}" for item in items], top)
        case Heading(text, _):
            return _add_lines(page, [f"**{text}**"], top)
        case Text(text):
            return _add_lines(page, [text], top)
        case PageBreak():
            raise ValueError("A slide has no page breaks: begin another slide.")


def _add_lines(page: Any, lines: Sequence[str], top: int) -> int:
    height = LINE * sum(1 + len(line) // 80 for line in lines)
    frame = page.shapes.add_textbox(LEFT, top, WIDTH, height).text_frame
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        for piece, is_bold in bold_runs(line):
            run = paragraph.add_run()
            run.text, run.font.size, run.font.bold = piece, Pt(16), is_bold
    return int(height + LINE // 2)
