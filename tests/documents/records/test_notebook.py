"""Jupyter notebooks."""

from __future__ import annotations

import json

import pytest
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Document

TABLE = (
    "<div><style scoped>.x {}</style><table><thead><tr><th></th><th>year</th><th>sales</th></tr></thead>"
    "<tbody><tr><th>0</th><td>2021</td><td>5.5</td></tr></tbody></table></div>"
)


def read(*cells: dict[str, object], **fields: object) -> Document:
    notebook = {"nbformat": 4, "metadata": {"kernelspec": {"name": "python3"}}, "cells": cells, **fields}
    return read_document(json.dumps(notebook).encode(), "a.ipynb")


def code(source: str, *outputs: dict[str, object]) -> dict[str, object]:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": outputs}


def test_texts_keep_their_headings_tables_and_paragraphs() -> None:
    """As in a Markdown file; lines that only draw are gone."""
    source = "# Sales\n\nBy year,\nin euros.\n\n| Year | Sales |\n|------|-------|\n| 2021 | 5.5 |\n\nEnd\n===\n![plot](attachment:p.png) seen"
    document = read({"cell_type": "markdown", "source": [source]})
    assert document.title == "Sales"
    assert [(b.kind, b.level, t, b.header) for b, t in zip(document.blocks, block_texts(document), strict=True)] == [
        ("heading", 1, "Sales", ""),
        ("paragraph", 0, "By year,\nin euros.", ""),
        ("row", 0, "| Year | Sales |", ""),
        ("row", 0, "| 2021 | 5.5 |", "Year | Sales"),
        ("heading", 1, "End", ""),
        ("paragraph", 0, "plot seen", ""),
    ]
    assert dict(document.left_out) == {"images": 1}


def test_code_is_one_block_and_its_outputs_follow() -> None:
    """Printed text without colours, tables as rows, errors by name; pictures are counted."""
    document = read(
        code("x = 1\n\nprint(x)", {"output_type": "stream", "name": "stdout", "text": ["\x1b[31m1\x1b[0m\n", "2\n"]}),
        code("df", {"output_type": "execute_result", "data": {"text/html": TABLE, "text/plain": "   year"}}),
        code("f()", {"output_type": "error", "ename": "KeyError", "evalue": "'a'", "traceback": ["long"]}),
        code("p()", {"output_type": "display_data", "data": {"image/png": "iVBOR", "text/plain": "<Figure>"}}),
    )
    assert block_texts(document) == [
        "x = 1\n\nprint(x)",
        "1\n2",
        "df",
        "year | sales",
        "0 | 2021 | 5.5",
        "f()",
        "KeyError: 'a'",
        "p()",
        "<Figure>",
    ]
    assert [b.header for b in document.blocks if b.kind == "row"] == ["df", "df › | year | sales"]
    assert dict(document.left_out) == {"images": 1}


def test_format_3_is_read_as_well() -> None:
    """Worksheets, heading cells, and data as fields of the output."""
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Old"]},
        {"cell_type": "code", "input": ["1+1"], "outputs": [{"output_type": "pyout", "text": ["2"], "png": "iVBOR"}]},
    ]
    notebook = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]})
    document = read_document(notebook.encode(), "a.ipynb")
    assert block_texts(document) == ["Old", "1+1", "2"]
    assert document.blocks[0].level == 2


def test_long_outputs_are_cut_at_a_line_and_counted() -> None:
    """Logs of a training run, and pictures of many megabytes."""
    log = "step of the run\n" * 1000
    picture = {"output_type": "display_data", "data": {"image/png": "A" * (8 << 20)}}
    document = read(code("run()", {"output_type": "stream", "text": log}, picture))
    assert len(document.text) <= 2010
    assert document.text.endswith("step of the run")
    assert document.left_out["output characters"] == len(log) - 1 - 125 * 16
    assert document.left_out["images"] == 1


@pytest.mark.parametrize("source", [b"[1]", b'{"a": 1}', b"{"])
def test_what_is_no_notebook_is_refused(source: bytes) -> None:
    """Another JSON file, or a damaged one."""
    with pytest.raises(UnreadableDocument, match=r"not a notebook|not JSON"):
        read_document(source, "a.ipynb")
    assert read_document(b'{"cells": []}', "a.ipynb").text == ""
