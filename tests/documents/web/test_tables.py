"""Tables of web pages: spans, headers of several rows, cells of marks, and what stands above."""

from __future__ import annotations

import pytest
from lxml import html

from domaingpt.documents import read_document
from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.web.tables import MAX_COLUMNS, add_web_table


def rows(table: str, title: str = "") -> list[tuple[str, str]]:
    """Return (text, header) of every block of one table."""
    assembly = TextAssembly("a.html")
    add_web_table(assembly, html.fromstring(table), title)
    document = assembly.document()
    return [(document.text[block.start : block.end], block.header) for block in document.blocks]


def test_filing_joins_marks_to_figures_and_spans_to_names() -> None:
    """Space between columns is no column; a name over several cells is that of each."""
    table = """<table><tr><td></td><td></td><td colspan=7>Three Months Ended</td></tr>
        <tr><td></td><td></td><td colspan=3>June 25,<br>2022</td><td></td><td colspan=3>June 26,<br>2021</td></tr>
        <tr><td>Products</td><td></td><td>$</td><td>63,355</td><td></td><td></td><td>$</td><td>(63,948</td><td>)</td>
        <tr><td>Margin</td><td></td><td></td><td>34.5</td><td>%</td><td></td><td></td><td>—</td><td></td></tr></table>"""
    names = "Net sales › | Three Months Ended June 25, 2022 | Three Months Ended June 26, 2021"
    assert rows(table, "Net sales")[-2:] == [
        ("Products | $ 63,355 | $ (63,948)", names),
        ("Margin | 34.5% | —", names),
    ]


def test_label_over_several_rows_stands_in_each_and_names_follow_filled_cells() -> None:
    """A row with an empty cell has fewer names, so that the n-th is that of its n-th cell."""
    table = """<table><caption>Berths</caption>
        <thead><tr><th rowspan=2>Quay<th colspan=2>Size<th rowspan=2>Rent</tr><tr><th>Length<th>Depth</tr></thead>
        <tfoot><tr><td>All<td>220<td>4<td>90</tr></tfoot>
        <tbody><tr><th scope=row rowspan=2>North<td>100<td>4<td>50</tr><tr><td>120<td><td>40</tr></tbody></table>"""
    names = "Berths › Quay | Size Length | Size Depth | Rent"
    assert rows(table)[-3:] == [
        ("North | 100 | 4 | 50", names),
        ("North | 120 | 40", "Berths › Quay | Size Length | Rent"),
        ("All | 220 | 4 | 90", names),
    ]


def test_line_across_the_table_is_a_title() -> None:
    """It holds the unit, as a rule."""
    table = "<table><tr><td colspan=3>In thousands<tr><td>Item<td>2023<td>2022<tr><td>Rent<td>5<td>4</table>"
    assert rows(table) == [
        ("In thousands", ""),
        ("Item | 2023 | 2022", "In thousands"),
        ("Rent | 5 | 4", "In thousands › Item | 2023 | 2022"),
    ]


def test_span_of_time_over_the_labels_belongs_to_bare_years() -> None:
    """The corner of such a table says nothing of the labels."""
    table = "<table><tr><td>Year Ended June 30,<td>2023<td>2022<tr><td>Rent<td>5<td>4<tr><td>Tax<td>3<td>2</table>"
    assert rows(table)[1] == ("Rent | 5 | 4", "| Year Ended June 30, 2023 | Year Ended June 30, 2022")


@pytest.mark.parametrize("span", ["1000000000", "9" * 5000, "-3", "x", "", "0"])
def test_spans_are_bounded(span: str) -> None:
    """A billion columns are no columns."""
    table = f"<table><tr><td colspan='{span}' rowspan='{span}'>A<td>B</tr><tr><td>C<td>D</tr></table>"
    assert sum(len(text) for text, _ in rows(table)) < 100 * MAX_COLUMNS


def test_many_spans_stay_small() -> None:
    """Every cell of every row spans everything: the cells are counted, and the rest is not read."""
    cell = "<td colspan=999999 rowspan=65534>x"
    table = "<table>" + f"<tr>{cell * 5}</tr>" * 3000 + "</table>"
    assert len(rows(table)) <= 3000


def test_article_keeps_its_table_in_place_with_spans() -> None:
    """The article extractor loses spans; the page's own table takes the place of its copy."""
    prose = "<p>" + "The quick brown fox jumps over the lazy dog while the band plays on in the park. " * 6 + "</p>"
    table = """<table><tr><th rowspan=2>Den<th colspan=2>Foxes</tr><tr><th>Young<th>Old</tr>
        <tr><td>Hill<td>4<td>2</tr><tr><td>Brook<td>3<td>1</tr></table>"""
    page = f"<html><body><article><h1>Foxes</h1>{prose}<p>Counted in May:</p>{table}{prose * 3}</article></body></html>"
    document = read_document(page.encode(), "a.html")
    texts = [document.text[block.start : block.end] for block in document.blocks]
    headers = {text: block.header for text, block in zip(texts, document.blocks, strict=True)}
    assert headers["Hill | 4 | 2"] == "Counted in May › Den | Foxes Young | Foxes Old"
    assert texts.index("Counted in May:") < texts.index("Hill | 4 | 2") < len(texts) - 1


def test_terms_and_their_descriptions_are_rows() -> None:
    """Each description with its terms."""
    document = read_document(b"<dl><dt>Rent<dd>900<dt>Bath<dt>Shower<dd>one<dd>new</dl>", "a.html")
    assert [document.text[block.start : block.end] for block in document.blocks] == [
        "Rent: 900",
        "Bath, Shower: one",
        "Bath, Shower: new",
    ]
    assert {block.kind for block in document.blocks} == {"row"}
