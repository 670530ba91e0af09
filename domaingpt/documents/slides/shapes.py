"""Shapes of a slide → blocks: text, tables, charts, diagrams, and what pictures are said to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.office.charts import CHARTS, add_chart
from domaingpt.documents.office.diagrams import D, add_diagram
from domaingpt.documents.office.drawing import LEVEL_MARK, A, Paragraphs, R, count_characters, meaningful_description
from domaingpt.documents.office.package import Package
from domaingpt.documents.slides.geometry import P, box_of, reading_order
from domaingpt.documents.tables.grids import add_table

if TYPE_CHECKING:
    from lxml.etree import _Element

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
SHAPES = frozenset(f"{P}{name}" for name in ("sp", "grpSp", "graphicFrame", "pic"))
MAX_GROUP_DEPTH = 50  # PowerPoint's own decks nest three or four. Guess, unmeasured.
STEPS_PER_PROGRESS = 500  # Shapes, paragraphs, cells.
MEDIA = tuple(f"{A}{name}" for name in ("videoFile", "audioFile", "wavAudioFile", "quickTimeFile", "audioCd"))


class ShapeReader:
    """Appends shapes to a text, and counts what it leaves out.

    Attributes:
        paragraphs: Takes the texts of shapes.
    """

    def __init__(self, package: Package, assembly: TextAssembly, progress: Callable[[], None]) -> None:
        self.paragraphs = Paragraphs()
        self._package = package
        self._assembly = assembly
        self._progress = progress
        self._left_out: Counter[str] = Counter()
        self._read_parts: set[str] = set()
        self._n_steps = 0

    def left_out(self) -> dict[str, int]:
        """Return what was left out so far, by name."""
        return {**self._left_out, "hidden characters": self.paragraphs.n_hidden}

    def leave_out(self, shape: _Element) -> None:
        """Count the text of a shape that nobody sees."""
        self.paragraphs.n_hidden += count_characters(shape)

    def add(self, shape: _Element, part: str, depth: int = 0) -> None:
        """Append a shape, or the shapes of a group.

        Args:
            shape: One of `shapes_of`.
            part: The part it stands in, whose relationships it uses.
            depth: Of groups around it.
        """
        self._step()
        if is_hidden(shape):
            self.leave_out(shape)
        elif shape.tag == f"{P}sp":
            self._add_text(shape.find(f"{P}txBody"))
        elif shape.tag == f"{P}pic":
            self._add_picture(shape)
        elif shape.tag == f"{P}graphicFrame":
            self._add_graphic(shape, part)
        elif depth < MAX_GROUP_DEPTH:
            members = shapes_of(shape)
            for position in reading_order([box_of(member) for member in members]):
                self.add(members[position], part, depth + 1)
        else:
            self._left_out["shapes nested too deeply"] += sum(1 for _ in shape.iter(f"{P}sp", f"{P}pic"))

    def is_new(self, part: str) -> bool:
        """Return whether there is such a part and none of it was read before; it is now."""
        is_new = bool(part) and part not in self._read_parts
        self._read_parts.add(part)
        return is_new

    def _step(self) -> None:
        self._n_steps += 1
        if self._n_steps % STEPS_PER_PROGRESS == 0:
            self._progress()

    def _add_text(self, body: _Element | None) -> None:
        for level, text in self.paragraphs.of(body) if body is not None else ():
            self._step()
            self._assembly.add("item", LEVEL_MARK * level + text)

    def _add_picture(self, shape: _Element) -> None:
        description = meaningful_description(_properties(shape))
        if any(next(shape.iter(tag), None) is not None for tag in MEDIA):
            self._left_out["videos and sounds"] += 1
        elif not description:
            self._left_out["images"] += 1
        if description:
            self._assembly.add("item", f"Picture: {description}")

    def _add_graphic(self, frame: _Element, part: str) -> None:
        content = frame.find(f"{A}graphic/{A}graphicData")
        if content is None:
            return
        if (table := content.find(f"{A}tbl")) is not None:
            add_table(self._assembly, [list(self._cells(row)) for row in table.iterchildren(f"{A}tr")])
        elif (chart := next(content.iterchildren(*CHARTS), None)) is not None:
            target = self._package.target(part, chart.get(f"{R}id"))
            if self.is_new(target):
                add_chart(self._assembly, self._package.root(target), self._progress)
        elif (diagram := content.find(f"{D}relIds")) is not None:
            target = self._package.target(part, diagram.get(f"{R}dm"))
            if self.is_new(target):
                add_diagram(self._assembly, self._package.root(target), self.paragraphs)
        elif next(content.iter(f"{P}oleObj"), None) is not None:
            self._left_out["embedded files"] += 1
        else:
            self._left_out["drawings"] += 1
        if description := meaningful_description(_properties(frame)):
            self._assembly.add("item", f"Picture: {description}")

    def _cells(self, row: _Element) -> Iterator[str]:
        for cell in row.iterchildren(f"{A}tc"):
            self._step()
            # A cell that another one spans is in the file, and empty.
            is_spanned = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
            yield "" if is_spanned else self.paragraphs.joined(cell.find(f"{A}txBody"))


def shapes_of(parent: _Element | None) -> list[_Element]:
    """Return the shapes of a slide or a group; of a choice between old and new programs, that for the new."""
    found = []
    for child in parent if parent is not None else ():
        if child.tag in SHAPES:
            found.append(child)
        elif child.tag == f"{MC}AlternateContent":
            choice = child.find(f"{MC}Choice")
            found.extend(shape for shape in (choice if choice is not None else ()) if shape.tag in SHAPES)
    return found


def is_hidden(shape: _Element) -> bool:
    """Return whether a shape is switched off."""
    properties = _properties(shape)
    return properties is not None and properties.get("hidden") in ("1", "true")


def _properties(shape: _Element) -> _Element | None:
    found: _Element | None = shape.find(f"*/{P}cNvPr")
    return found
