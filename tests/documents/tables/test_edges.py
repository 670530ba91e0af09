"""Rows of cells with different widths."""

from __future__ import annotations

from domaingpt.documents.tables.edges import EdgedRow, aligned


def test_wide_cells_stand_over_the_first_of_their_columns() -> None:
    """Placed by the nearest right edge; a row without edges, or of as many cells, stays as it is."""
    rows = [
        EdgedRow(["a", "b", "c"], [1000, 2000, 3000]),
        EdgedRow(["wide", "z"], [1995, 3001]),
        EdgedRow(["x", "wide"], [1000, 3000]),
        EdgedRow(["beyond", "all"], [9000, 9001]),
        EdgedRow(["no", "edges"]),
        EdgedRow(["all", "of", "them"], [1, 2, 3]),
    ]
    assert aligned(rows) == [
        ["a", "b", "c"],
        ["wide", "", "z"],
        ["x", "wide", ""],
        ["beyond", "", "all"],
        ["no", "edges"],
        ["all", "of", "them"],
    ]


def test_edges_that_do_not_grow_place_nothing() -> None:
    """They are damage."""
    assert aligned([EdgedRow(["a", "b"], [2000, 1000]), EdgedRow(["c"], [1000])]) == [["a", "b"], ["c"]]
