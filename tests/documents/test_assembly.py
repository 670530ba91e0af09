"""Text under construction."""

from __future__ import annotations

from properties import block_texts

from domaingpt.documents.assembly import TextAssembly
from domaingpt.types import Page


def test_pages_begin_with_their_first_block_and_end_with_their_last() -> None:
    """What lies between two pages is white space that belongs to neither; rows of two pages are two tables."""
    assembly = TextAssembly("a")
    assembly.begin_page(1)
    assembly.begin_page(2)
    assembly.add("heading", "Rent", level=1)
    assembly.add("row", "May | 1")
    assembly.begin_page(3)
    assembly.add("row", "June | 2")
    assembly.add("row", "July | 3")
    assembly.begin_page(4)
    document = assembly.document()
    assert document.text == "Rent\n\nMay | 1\n\nJune | 2\nJuly | 3"
    assert document.pages == (
        Page(1, 0, 0, "empty"),
        Page(2, 0, 13),
        Page(3, 15, 32),
        Page(4, 32, 32, "empty"),
    )
    assert block_texts(document) == ["Rent", "May | 1", "June | 2", "July | 3"]


def test_a_block_taken_back_leaves_its_page_empty() -> None:
    """And the next page begins where it stood."""
    assembly = TextAssembly("a")
    assembly.begin_page(1)
    assembly.add("heading", "Dropped", level=1)
    assembly.drop_last()
    assembly.begin_page(2)
    assembly.add("paragraph", "Kept.")
    assert assembly.document().pages == (Page(1, 0, 0, "empty"), Page(2, 0, 5))


def test_a_text_without_pages_has_no_page_table() -> None:
    """Most formats have none."""
    assembly = TextAssembly("a")
    assembly.add("paragraph", "x")
    assert assembly.document().pages == ()
