"""A diagram's data part (SmartArt; ECMA-376 part 1, 21.4) → its texts as an outline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.office.drawing import LEVEL_MARK, MAX_LEVEL, Paragraphs, integer

if TYPE_CHECKING:
    from lxml.etree import _Element

D = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
# Points that are shapes on the canvas or arrows between others, not content.
NOT_CONTENT = frozenset(["pres", "parTrans", "sibTrans"])


def add_diagram(assembly: TextAssembly, model: _Element, paragraphs: Paragraphs) -> None:
    """Append the texts of a diagram, a line each; see `outline`."""
    for level, text in outline(model, paragraphs):
        assembly.add("item", LEVEL_MARK * level + text)


def outline(model: _Element, paragraphs: Paragraphs) -> Iterator[tuple[int, str]]:
    """Yield level, from 0, and text of each node, parents before their children.

    Args:
        model: The root of the data part.
        paragraphs: Takes the texts.
    """
    nodes = {
        point.get("modelId", ""): point
        for point in model.iterfind(f"{D}ptLst/{D}pt")
        if point.get("type", "node") not in NOT_CONTENT
    }
    children = _children(model)
    roots = dict.fromkeys(name for name, point in nodes.items() if point.get("type") == "doc")
    seen: set[str] = set()
    # What no root leads to follows at the end; a circle is walked once.
    for root in [*roots, *nodes]:
        stack = [(-1 if root in roots else 0, root)]
        while stack:
            level, name = stack.pop()
            if name in seen or name not in nodes:
                continue
            seen.add(name)
            text = paragraphs.joined(nodes[name].find(f"{D}t"))
            if text:
                yield max(0, min(level, MAX_LEVEL)), text
            stack.extend((level + 1, child) for child in reversed(children[name]))


def _children(model: _Element) -> dict[str, list[str]]:
    ordered: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for connection in model.iterfind(f"{D}cxnLst/{D}cxn"):
        if connection.get("type", "parOf") == "parOf":
            place = integer(connection.get("srcOrd")), connection.get("destId", "")
            ordered[connection.get("srcId", "")].append(place)
    return defaultdict(list, {parent: [name for _, name in sorted(places)] for parent, places in ordered.items()})
