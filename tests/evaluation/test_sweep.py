"""The sweep over weights, and the picture of it."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hits import search

from domaingpt.evaluation import Measure, Question
from domaingpt.evaluation.judgements import judgements
from domaingpt.evaluation.plot import HEIGHT, LABEL_HEIGHT, WIDTH, Panel, svg
from domaingpt.evaluation.sweep import CHUNKS, WEIGHTS, sweep

QUESTIONS = [Question(1, "a?", documents=("right",)), Question(2, "b?", documents=("right",), pages=(5,))]
RIGHT, WRONG, PAGED = ("right", 4, 0.0), ("wrong", 5, 0.0), ("right", 5, 0.0)


def test_each_weight_is_searched_with() -> None:
    """Here a right document comes later the heavier the dense arm is, and "auto" finds it first."""

    def search_with(weight: float | None):
        n_before = 0 if weight is None else round(weight * 10)
        return search({"a?": [WRONG] * n_before + [RIGHT], "b?": [RIGHT] * n_before + [PAGED]})

    told: list[tuple[int, int]] = []
    judged = judgements(QUESTIONS, ["right", "wrong"])
    rows = sweep(QUESTIONS, judged, [Measure("R", 1), Measure("page", 5)], search_with, lambda *n: told.append(n))
    assert [row.weight for row in rows] == list(WEIGHTS) == [*(n / 10 for n in range(11)), None]
    assert [row.mean(Measure("R", 1)) for row in rows] == [1.0, *[0.5] * 10, 1.0]
    assert [row.mean(Measure("page", 5)) for row in rows] == [*[1.0] * 5, *[0.0] * 6, 1.0]
    assert rows[4].in_first == {k: float(k >= 5) for k in CHUNKS}
    assert rows[11].in_first == dict.fromkeys(CHUNKS, 1.0)
    assert told[-1] == (24, 24)


PANELS = [
    Panel("a < b", "weight", ["0", "1", "auto"], {"R@1": [0.5, 0.9, 0.7], "R@5": [0.9, 1.0, 0.7]}, n_joined=2),
    Panel("c", "k", ["1", "2"], {"one": [1.0, 1.0]}, n_joined=2),
]
SVG = "{http://www.w3.org/2000/svg}"


def test_picture_is_well_formed_and_names_everything() -> None:
    """XML; titles escaped; a label with the last value for each line."""
    root = ET.fromstring(svg(PANELS))
    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert {"a < b", "c", "weight", "k", "0", "1", "auto", "R@1 0.700", "R@5 0.700", "one 1.000"} <= set(texts)
    assert root.get("viewBox") == f"0 0 {2 * WIDTH} {HEIGHT}"


def test_lines_join_only_what_belongs_together() -> None:
    """ "auto" is no point on the axis of weights: a ring of its own."""
    root = ET.fromstring(svg(PANELS[:1]))
    lines = [line.get("points").split() for line in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2, 2]
    circles = list(root.iter(f"{SVG}circle"))
    assert [circle.get("fill") == "#fff" for circle in circles] == [False, False, True] * 2


def test_higher_is_higher_and_all_is_inside() -> None:
    """Y falls as values rise; the axis begins a round fifth below the lowest value."""
    root = ET.fromstring(svg(PANELS[:1]))
    points = [point.split(",") for point in next(root.iter(f"{SVG}polyline")).get("points").split()]
    (x0, y0), (x1, y1) = [(float(x), float(y)) for x, y in points]
    assert x0 < x1
    assert y0 > y1
    assert all(0 < float(circle.get("cy")) < HEIGHT for circle in root.iter(f"{SVG}circle"))
    ticks = [t.text for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "end"]
    assert ticks == ["0.4", "0.6", "0.8", "1.0"]


@pytest.mark.parametrize("value", [0.0, 0.55, 1.0])
def test_labels_do_not_lie_on_each_other(value: float) -> None:
    """Six lines that end at the same point, anywhere."""
    panel = Panel("t", "x", ["0", "1"], {f"line{n}": [0.5, value] for n in range(6)}, n_joined=2)
    root = ET.fromstring(svg([panel]))
    ends = sorted(float(t.get("y")) for t in root.iter(f"{SVG}text") if re.match(r"line\d", t.text))
    gaps = [second - first for first, second in pairwise(ends)]
    assert all(gap >= LABEL_HEIGHT - 0.01 for gap in gaps)
    assert 0 < ends[0] < ends[-1] < HEIGHT
