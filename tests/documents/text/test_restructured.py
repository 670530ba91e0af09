"""reStructuredText: the decoded file, with headings and table rows marked in place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.documents.text.restructured import find_blocks
from domaingpt.types import Document

SOURCE = """\
=========
The Guide
=========

Intro
=====

Text over
two lines
---------

.. note:: Not a heading

Part *one*
----------

::

    Indented
    --------

日本語
======

+------+-------+
| Year | Sales |
| (CE) |       |
+======+=======+
| 2021 | 5     |
|      | more  |
+------+-------+
| 2022 | 6     |
+------+-------+

=====  =====  ======
   Inputs     Output
------------  ------
A      B      A or B
=====  =====  ======
False  False  False
              sure
True   False  True
=====  =====  ======

.. csv-table:: Prices
   :header: "Item", "Price, EUR"

   "Pen", 2
   "Ink", 7

.. list-table::
   :header-rows: 1

   * - Name
     - Age
   * - Ann
     - 30

       old
   * - Bo
     - 31

End.
"""


def test_structure_is_marked_in_place() -> None:
    """Levels follow the order of styles; every kind of table gives rows with the names of its columns."""
    document = read_document(SOURCE.encode(), "a.rst")
    assert document.text == SOURCE
    assert document.title == "The Guide"
    found = [(b.kind, b.level, t, b.header) for b, t in zip(document.blocks, block_texts(document), strict=True)]
    assert found == [
        ("heading", 1, "The Guide", ""),
        ("heading", 2, "Intro", ""),
        ("heading", 3, "Part *one*", ""),
        ("heading", 2, "日本語", ""),
        ("row", 0, "| Year | Sales |\n| (CE) |       |", ""),
        ("row", 0, "| 2021 | 5     |\n|      | more  |", "Year (CE) | Sales"),
        ("row", 0, "| 2022 | 6     |", "Year (CE) | Sales"),
        ("row", 0, "Inputs     Output", ""),
        ("row", 0, "A      B      A or B", ""),
        ("row", 0, "False  False  False\n              sure", "Inputs A | B | Output A or B"),
        ("row", 0, "True   False  True", "Inputs A | B | Output A or B"),
        ("row", 0, '"Pen", 2', "Item | Price, EUR"),
        ("row", 0, '"Ink", 7', "Item | Price, EUR"),
        ("row", 0, "* - Name\n     - Age", ""),
        ("row", 0, "* - Ann\n     - 30\n\n       old", "Name | Age"),
        ("row", 0, "* - Bo\n     - 31", "Name | Age"),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "Para\n\n----\n\nMore",
        "Word\n--\n",
        "  Indented\n  --------\n",
        "x\n\n====\nLate\n",
        "=====\n=====\n=====\n",
        "== ==\nx",
    ],
    ids=["transition", "too short", "indented", "overline alone", "only lines", "no table"],
)
def test_what_only_looks_like_structure_is_left_alone(source: str) -> None:
    """As docutils takes it."""
    assert list(find_blocks(source)) == []


@given(st.text(st.sampled_from('=-+|*. \tab\n\r:\ufeff,"'), max_size=120))
def test_blocks_keep_their_promises_on_any_text(text: str) -> None:
    """Ascending, inside the text, without white space at their ends."""
    block_texts(Document("a.rst", text, blocks=tuple(find_blocks(text))))


@given(st.lists(st.sampled_from(SOURCE.splitlines()), max_size=30))
def test_blocks_keep_their_promises_on_any_order_of_lines(lines: list[str]) -> None:
    """Tables that are never closed, titles inside of them."""
    text = "\n".join(lines)
    block_texts(Document("a.rst", text, blocks=tuple(find_blocks(text))))


@pytest.mark.parametrize(
    "line",
    [
        "== ==\nx\n",
        "+-+-+\n",
        "+=+\n|x|\n",
        "====\n",
        "x\n====\n",
        ".. csv-table::\n",
        "   * - a\n",
        "=" * 1000 + "\n",
        "- - \n",
    ],
)
def test_the_time_is_linear_in_the_text(line: str) -> None:
    """Whatever is repeated; 1 MB takes about a second at most, a quadratic scan minutes."""
    started = time.perf_counter()
    n_blocks = sum(
        1 for _ in find_blocks(".. list-table::\n" * line.startswith("   *") + line * (1_000_000 // len(line)))
    )
    assert time.perf_counter() - started < 8
    assert n_blocks <= 1_000_000
