"""Names of columns, one a cell → what is shown of them with a chunk."""

from __future__ import annotations

import pytest

from domaingpt.chunks.table_headers import MAX_CHARACTERS, shown_header


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        pytest.param(
            "Income › in millions ›  | Three Months Ended May 31, 2031 | Three Months Ended May 31, 2030"
            " | Six Months Ended May 31, 2031 | Six Months Ended May 31, 2030",
            "Income › in millions › Three Months Ended May 31, 2031 May 31, 2030 Six Months Ended May 31, 2031",
            id="times are said once",
        ),
        pytest.param(
            "Site | Gross Amount | Gross Number | Net Amount",
            "Site Gross Amount Number Net Amount",
            id="what two names begin with is said once",
        ),
        pytest.param("Income › May 31, 2031", "Income › May 31, 2031", id="no names"),
    ],
)
def test_each_thing_is_shown_once(header: str, shown: str) -> None:
    """Rows of a PDF have no bars; nothing counts the names in a context."""
    assert shown_header(header, "Rent\t5\t4") == shown


def test_names_of_a_row_with_bars_stay_as_many_as_its_cells() -> None:
    """They are matched one to one when the row is quoted."""
    assert shown_header("Item | Gross price | Gross sum", "Rope | 5 | 4") == "Item | Gross price | Gross sum"


def test_long_names_are_cut_after_a_word() -> None:
    """Room is short beside a chunk."""
    shown = shown_header("Title › " + " | ".join(f"Column number {i}" for i in range(60)), "a\tb")
    assert len(shown) <= MAX_CHARACTERS
    assert shown.startswith("Title › Column number 0 1 2")
