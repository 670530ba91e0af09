"""The same table in the formats that name a row's cells."""

from __future__ import annotations

import io

import docx
import openpyxl
import pytest

from domaingpt.answer.figures.answer import drafted
from domaingpt.answer.figures.choosing import find_figure
from domaingpt.documents.sheets import delimited, excel
from domaingpt.documents.text import markdown
from domaingpt.documents.web import reader as web
from domaingpt.documents.word import reader as word
from domaingpt.index.terms import Analyzer
from domaingpt.types import Document

ROWS = [
    ["Product", "Three months ended June 25, 2022", "Three months ended June 26, 2021"],
    ["Boilers", "1,204", "1,100"],
    ["Pumps", "530", "498"],
]
LEAD = "Net sales by product (in millions):"


def by_markdown() -> Document:
    lines = ["| " + " | ".join(row) + " |" for row in [ROWS[0], ["---"] * 3, *ROWS[1:]]]
    return markdown.read("\n".join(["# Vantor", "", LEAD, "", *lines]).encode(), "a.md", lambda: None)


def by_web() -> Document:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS[1:])
    head = f"<tr><th></th>{''.join(f'<th>{cell}</th>' for cell in ROWS[0][1:])}</tr>"
    page = f"<html><body><h1>Vantor</h1><p>{LEAD}</p><table>{head}{rows}</table></body></html>"
    return web.read(page.encode(), "a.html", lambda: None)


def by_word() -> Document:
    written, stream = docx.Document(), io.BytesIO()
    written.add_paragraph(LEAD)
    table = written.add_table(3, 3)
    for i, row in enumerate(ROWS):
        for j, cell in enumerate(row):
            table.cell(i, j).text = cell
    written.save(stream)
    return word.read(stream.getvalue(), "a.docx", lambda: None)


def by_sheet() -> Document:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in [["Net sales (in millions)"], ROWS[0], ["Boilers", 1204, 1100], ["Pumps", 530, 498]]:
        book.active.append(row)
    book.save(stream)
    return excel.read(stream.getvalue(), "a.xlsx", lambda: None)


def answer(question: str, document: Document) -> str | None:
    figure = find_figure(question, ["a"], lambda _: document, Analyzer("en").terms, lambda terms: [1.0] * len(terms))
    draft = drafted(figure) if figure else None
    if draft:
        assert all(document.text[item.start : item.end] == item.quote for item in draft.cited)
    return draft.text if draft else None


@pytest.mark.parametrize("make", [by_markdown, by_web, by_word, by_sheet])
def test_the_cell_of_the_time_asked_for_is_the_answer(make) -> None:
    text = answer("What were net sales of pumps in the three months ended June 26, 2021?", make())
    assert text is not None
    assert "Pumps" in text
    assert ", three months ended June 26, 2021: 498 million [1]" in text


@pytest.mark.parametrize("make", [by_markdown, by_web, by_word, by_sheet])
def test_no_cell_of_another_time_or_row_is_taken(make) -> None:
    assert answer("Net sales of pumps in the nine months ended June 26, 2021?", make()) is None
    assert answer("Net sales of radiators in the three months ended June 26, 2021?", make()) is None


def test_an_amount_with_its_currency_needs_no_unit() -> None:
    text = 'Product,"June 25, 2022","June 26, 2021"\nBoilers,"$1,204","$1,100"\nPumps,530,498\n'
    document = delimited.read(text.encode(), "a.csv", lambda: None)
    assert answer("Boilers on June 26, 2021", document) == "Boilers, June 26, 2021: $1,100 [1]"
    assert answer("Pumps on June 26, 2021", document) is None


def test_a_row_with_a_cell_left_out_is_passed_over() -> None:
    page = by_web()
    gone = Document(page.path, page.text.replace("530 | 498", "498"), (), page.blocks, page.title)
    blocks = tuple(b for b in gone.blocks if b.start < gone.text.index("Pumps"))
    cut = Document(page.path, gone.text, (), (*blocks, type(blocks[0])("row", gone.text.index("Pumps"), len(gone.text), 0, page.blocks[-1].header)), page.title)  # fmt: skip
    assert answer("Net sales of pumps in the three months ended June 25, 2022?", cut) is None
