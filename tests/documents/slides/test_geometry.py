"""The order of shapes."""

from __future__ import annotations

import pytest

from domaingpt.documents.slides.geometry import Box, is_outside, reading_order


@pytest.mark.parametrize(
    ("boxes", "expected"),
    [
        pytest.param([(0, 5, 9, 1), (0, 0, 9, 1)], [1, 0], id="the upper first"),
        pytest.param([(5, 0, 4, 9), (0, 0, 4, 9)], [1, 0], id="the left column first"),
        pytest.param([(5, 0, 4, 2), (0, 1, 4, 2)], [1, 0], id="half beside counts as beside"),
        # Two columns of a heading and a text each, written column by column: the file's order holds.
        pytest.param([(0, 0, 4, 1), (0, 2, 4, 5), (5, 0, 4, 1), (5, 2, 4, 5)], [0, 1, 2, 3], id="by columns"),
        pytest.param([(0, 0, 4, 1), (5, 0, 4, 1), (0, 2, 4, 5), (5, 2, 4, 5)], [0, 1, 2, 3], id="by rows"),
        pytest.param([(0, 0, 9, 9), (1, 1, 2, 1)], [0, 1], id="a label on a shape stays behind it"),
        pytest.param([(9, 9, 1, 1), (0, 0, 1, 1)], [0, 1], id="apart on both axes: as in the file"),
        pytest.param([(0, 5, 9, 1), None, (0, 0, 9, 1)], [1, 2, 0], id="one without a place: as in the file"),
        pytest.param([], [], id="none"),
    ],
)
def test_shapes_are_ordered_by_place_where_the_file_contradicts_the_eye(
    boxes: list[tuple[int, int, int, int] | None], expected: list[int]
) -> None:
    """Left, top, width, height."""
    assert reading_order([Box(*box) if box else None for box in boxes]) == expected


def test_a_drawing_of_very_many_shapes_keeps_the_file_s_order() -> None:
    """Comparing every pair would take too long."""
    boxes = [Box(0, 300 - top, 5, 1) for top in range(300)]
    assert reading_order(boxes) == list(range(300))
    assert reading_order(boxes[:200]) == list(reversed(range(200)))


def test_a_shape_is_outside_when_nothing_of_it_lies_on_the_slide() -> None:
    """An edge on the edge shows nothing."""
    assert [is_outside(Box(left, 1, 5, 5), 100, 50) for left in (-5, -4, 99, 100)] == [True, False, False, True]
    assert [is_outside(Box(1, top, 5, 5), 100, 50) for top in (-5, -4, 49, 50)] == [True, False, False, True]
