"""Recognised lines → text in reading order."""

from __future__ import annotations

import random

from ocr_fakes import line

from domaingpt.documents.ocr.layout import arrange

LEFT = [f"left column line number {n}" for n in range(6)]
RIGHT = [f"right column line number {n}" for n in range(6)]


def shuffled(lines):
    random.Random(7).shuffle(lines)
    return lines


def two_columns(slope=0.0):
    return [
        line(text, left=x, top=40 * n + slope * x, width=500, slope=slope)
        for x, column in ((0, LEFT), (600, RIGHT))
        for n, text in enumerate(column)
    ]


def test_rows_come_from_the_top_and_a_wide_drop_begins_a_paragraph() -> None:
    lines = [line(text, top=top) for text, top in (("one", 0), ("two", 40), ("three", 80), ("four", 200))]
    assert arrange(shuffled(lines)) == "one\ntwo\nthree\n\nfour"


def test_cells_of_a_table_stay_in_their_row() -> None:
    rows = [("Products", "230,000"), ("Services", "68,425"), ("Total", "298,425"), ("Tax", "1"), ("Net", "298,424")]
    lines = [line(text, left=600 * x, top=40 * n) for n, row in enumerate(rows) for x, text in enumerate(row)]
    assert arrange(shuffled(lines)) == "\n".join(f"{label} {value}" for label, value in rows)


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    assert arrange(shuffled(two_columns())) == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def test_a_title_over_columns_comes_first_and_a_foot_last() -> None:
    title, foot = (
        line("A title across", left=200, top=-90, width=700),
        line("A foot across", left=200, top=330, width=700),
    )
    text = arrange(shuffled([*two_columns(), title, foot]))
    assert text.split("\n\n") == ["A title across", "\n".join(LEFT), "\n".join(RIGHT), "A foot across"]


def test_a_page_that_hangs_to_one_side_keeps_its_rows() -> None:
    """Two degrees over 1,100 pixels are more than a line."""
    rows = [
        line(f"{side} {n}", left=x, top=40 * n + 0.035 * x, width=400, slope=0.035)
        for n in range(5)
        for x, side in ((0, "a"), (700, "b"))
    ]
    assert arrange(shuffled(rows)) == "\n".join(f"a {n} b {n}" for n in range(5))
    assert arrange(shuffled(two_columns(0.035))) == "\n".join(LEFT) + "\n\n" + "\n".join(RIGHT)


def test_nothing_gives_nothing() -> None:
    assert arrange([]) == ""
    assert arrange([line("  ", width=20)]) == ""
