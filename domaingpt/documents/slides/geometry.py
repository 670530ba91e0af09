"""Where shapes stand on a slide, and in which order a person reads them."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from domaingpt.documents.office.drawing import A, integer

if TYPE_CHECKING:
    from lxml.etree import _Element

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
# Shapes side by side or above each other by this share of the smaller one. Guess, checked by eye on twelve decks.
OVERLAP_SHARE = 0.5
MAX_COMPARED = 200  # Shapes; every pair is compared. A slide with more is a drawing. Guess, unmeasured.


class Box(NamedTuple):
    """A rectangle in English Metric Units (914,400 an inch), from the slide's or the group's top left corner."""

    left: int
    top: int
    width: int
    height: int


def box_of(shape: _Element) -> Box | None:
    """Return where a shape says that it stands; None where it leaves that to its layout."""
    for path in (f"{P}spPr/{A}xfrm", f"{P}grpSpPr/{A}xfrm", f"{P}xfrm"):
        transform = shape.find(path)
        offset = transform.find(f"{A}off") if transform is not None else None
        extent = transform.find(f"{A}ext") if transform is not None else None
        if offset is not None and extent is not None:
            return Box(
                integer(offset.get("x")), integer(offset.get("y")), integer(extent.get("cx")), integer(extent.get("cy"))
            )
    return None


def is_outside(box: Box, width: int, height: int) -> bool:
    """Return whether nothing of a shape lies on a slide of this size."""
    beside = box.left >= width or box.left + box.width <= 0
    return beside or box.top >= height or box.top + box.height <= 0


def reading_order(boxes: Sequence[Box | None]) -> list[int]:
    """Return the positions of the shapes as they are read.

    The file's order holds, since authors arrange it for screen readers or write in it, but for what contradicts
    the eye: of two shapes above each other the upper comes first, of two side by side the left one.
    """
    if len(boxes) > MAX_COMPARED:
        return list(range(len(boxes)))
    after: list[list[int]] = [[] for _ in boxes]
    n_before = [0] * len(boxes)
    for i, first in enumerate(boxes):
        for j, second in enumerate(boxes):
            if i != j and first is not None and second is not None and _precedes(first, second):
                after[i].append(j)
                n_before[j] += 1
    return _sorted_by(after, n_before)


def _sorted_by(after: Sequence[Sequence[int]], n_before: list[int]) -> list[int]:
    """Sort topologically, the lowest position first where several are free; a circle is cut at its lowest."""
    free = [position for position, count in enumerate(n_before) if not count]
    waiting = dict.fromkeys(position for position, count in enumerate(n_before) if count)
    order: list[int] = []
    while free or waiting:
        position = heapq.heappop(free) if free else next(iter(waiting))
        waiting.pop(position, None)
        order.append(position)
        for later in after[position]:
            n_before[later] -= 1
            if not n_before[later] and later in waiting:
                del waiting[later]
                heapq.heappush(free, later)
    return order


def _precedes(first: Box, second: Box) -> bool:
    side_by_side = _overlap(first.top, first.height, second.top, second.height)
    stacked = _overlap(first.left, first.width, second.left, second.width)
    if side_by_side and stacked:
        return False  # One lies on the other.
    if stacked:
        return _middle(first.top, first.height) < _middle(second.top, second.height)
    return side_by_side and _middle(first.left, first.width) < _middle(second.left, second.width)


def _overlap(start: int, length: int, other_start: int, other_length: int) -> bool:
    shared = min(start + length, other_start + other_length) - max(start, other_start)
    return shared > 0 and shared >= OVERLAP_SHARE * min(length, other_length)


def _middle(start: int, length: int) -> float:
    return start + length / 2
