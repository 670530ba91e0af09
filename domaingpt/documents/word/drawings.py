"""Charts and diagrams in a Word file, which lie in parts of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.office.charts import CHARTS, add_chart
from domaingpt.documents.office.diagrams import D, add_diagram
from domaingpt.documents.office.drawing import Paragraphs, R
from domaingpt.documents.office.package import MISREAD
from domaingpt.documents.word.parts import related_element

if TYPE_CHECKING:
    from lxml.etree import _Element


class Drawings:
    """Appends the charts and diagrams of a file, each part once.

    Attributes:
        notes: Which could not be read, and why.
    """

    def __init__(self, package: Any, assembly: TextAssembly, progress: Callable[[], None]) -> None:
        self._package = package
        self._assembly = assembly
        self._progress = progress
        self.notes: list[str] = []
        self._read: set[str] = set()
        self._has_any = any(
            relationship.reltype.endswith(("/chart", "/chartEx", "/diagramData"))
            for relationship in package.rels.values()
        )

    def add(self, block: _Element) -> None:
        """Append what a paragraph or a table shows besides its text."""
        if not self._has_any:
            return
        for frame in block.iter(*CHARTS, f"{D}relIds"):
            is_chart = frame.tag in CHARTS
            relation_id = frame.get(f"{R}id" if is_chart else f"{R}dm", "")
            if relation_id in self._read:
                continue
            self._read.add(relation_id)
            try:
                self._add_part(relation_id, is_chart=is_chart)
            except MISREAD as exc:
                self.notes.append(f"a {'chart' if is_chart else 'diagram'} could not be read: {one_line(str(exc))}")

    def _add_part(self, relation_id: str, *, is_chart: bool) -> None:
        root = related_element(self._package, relation_id)
        if root is not None and is_chart:
            add_chart(self._assembly, root, self._progress)
        elif root is not None:
            add_diagram(self._assembly, root, Paragraphs())
