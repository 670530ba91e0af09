"""OpenDocument texts."""

from __future__ import annotations

import pytest
from odf_files import flat, opendocument
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.types import Document


def read(body: str, **options: str) -> Document:
    return read_document(opendocument("text", body, **options), "a.odt")


def kinds(document: Document) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, text) for b, text in zip(document.blocks, block_texts(document), strict=True)]


def texts(body: str, **options: str) -> list[str]:
    return block_texts(read(body, **options))


def style(name: str, properties: str, family: str = "text", parent: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}">'
        f"{properties}</style:style>"
    )


def test_headings_paragraphs_and_tables_stand_in_page_order() -> None:
    """Outline levels give headings, so do the styles Title and Subtitle; a table names its columns in every row."""
    body = (
        '<text:p text:style-name="P1">Lease</text:p><text:p text:style-name="Subtitle">of 12 Elm Street</text:p>'
        '<text:h text:outline-level="2">Rent</text:h><text:p>Due monthly.</text:p>'
        "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Month</text:p>"
        "</table:table-cell><table:table-cell><text:p>Due</text:p></table:table-cell></table:table-row>"
        "</table:table-header-rows><table:table-row><table:table-cell><text:p>May</text:p></table:table-cell>"
        "<table:table-cell><text:p>at</text:p><text:p>once</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p>After.</text:p>"
    )
    document = read(body, automatic=style("P1", "", "paragraph", "Title"), title="Lease of Elm Street")
    assert kinds(document) == [
        ("heading", 1, "Lease"),
        ("heading", 2, "of 12 Elm Street"),
        ("heading", 2, "Rent"),
        ("paragraph", 0, "Due monthly."),
        ("row", 0, "Month: May | Due: at once"),
        ("paragraph", 0, "After."),
    ]
    assert document.title == "Lease of Elm Street"
    assert read(body, automatic=style("P1", "", "paragraph", "Title")).title == "Lease"


def test_white_space_is_that_of_the_page() -> None:
    """Runs collapse, also across spans; spaces, tabs and breaks that count are elements."""
    body = (
        '<text:p>\n  pay <text:span> within</text:span>\n 30<text:s text:c="2"/>days<text:tab/>net'
        "<text:line-break/>or less</text:p>"
    )
    assert texts(body) == ["pay within 30  days\tnet\nor less"]


def test_notes_and_comments_follow_their_paragraph() -> None:
    """Their marks are not glued to words; those of a table follow the table."""
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>Since 2020.</text:p></text:note-body></text:note>"
    )
    end = note.replace("footnote", "endnote").replace("citation>1<", "citation>i<")
    comment = "<office:annotation><dc:creator>Jane</dc:creator><text:p>Check</text:p><text:p>this.</text:p></office:annotation>"
    body = (
        f"<text:p>Rent{note} is due.{comment}{end}</text:p><text:p>Next.</text:p>"
        f"<table:table><table:table-row><table:table-cell><text:p>a{note}</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    assert texts(body) == [
        "Rent is due.",
        "Note 1: Since 2020.",
        "Endnote i: Since 2020.",
        "Comment by Jane: Check this.",
        "Next.",
        "a | b",
        "Note 1: Since 2020.",
    ]


def test_hidden_text_and_deletions_are_left_out_and_counted() -> None:
    """Hidden by style, by parent style, by section, by white on white, tiny; deletions are not text at all."""
    automatic = (
        style("T1", '<style:text-properties text:display="none"/>')
        + style("T2", "", parent="T1")
        + style("T3", '<style:text-properties fo:color="#FFFFFF"/>')
        + style("T4", '<style:text-properties fo:color="#ffffff" fo:background-color="#000000"/>')
        + style("T5", '<style:text-properties fo:font-size="1pt"/>')
    )
    spans = "".join(f'<text:span text:style-name="T{n}">word{n} </text:span>' for n in range(1, 6))
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>never</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        f'<text:p>shown <text:change/>{spans}</text:p><text:section text:display="none"><text:p>secret</text:p>'
        "</text:section><text:section><text:p>open</text:p></text:section>"
    )
    document = read(body, automatic=automatic)
    assert block_texts(document) == ["shown word4", "open"]
    assert document.left_out == {"hidden characters": 26, "hidden sections": 1}


@pytest.mark.parametrize(
    "around",
    [
        "<table:table><table:table-row><table:table-cell><text:p>{}</text:p></table:table-cell></table:table-row></table:table>",
        "<draw:frame><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>",
        "<text:p><draw:ellipse><text:p>{}</text:p></draw:ellipse></text:p>",
        "<text:section><text:p>{}</text:p></text:section>",
        '<text:p text:style-name="P2">{}</text:p>',
    ],
    ids=["cell", "frame", "shape", "section", "shaded paragraph"],
)
def test_white_text_on_a_ground_of_its_own_is_shown(around: str) -> None:
    """There may be a colour behind it."""
    automatic = (
        style("T1", '<style:text-properties fo:color="#ffffff"/>')
        + style("P1", '<style:paragraph-properties fo:background-color="#000080"/>', "paragraph")
        + style("P2", "", "paragraph", "P1")
    )
    white = '<text:span text:style-name="T1">white</text:span>'
    assert texts(around.format(white), automatic=automatic) == ["white"]
    assert texts(f"<text:p>{white}</text:p>", automatic=automatic) == []


LIST_STYLE = (
    '<text:list-style style:name="L1">'
    '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>'
    '<text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/>'
    '<text:list-level-style-number text:level="3" style:num-format="i" style:num-prefix="(" style:num-suffix=")"'
    ' text:start-value="4"/></text:list-style>'
    '<text:list-style style:name="B"><text:list-level-style-bullet text:level="1" text:bullet-char="•"/></text:list-style>'
)


def item(*content: str, start: str = "") -> str:
    value = f' text:start-value="{start}"' if start else ""
    return f"<text:list-item{value}>{''.join(content)}</text:list-item>"


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def test_list_numbers_are_printed_and_bullets_are_not() -> None:
    """Levels, start values, lists that go on; a second paragraph of an item has no number."""
    inner = f"<text:list>{item(p('b'), '<text:list>' + item(p('c')) + '</text:list>')}{item(p('d'))}</text:list>"
    body = (
        f'<text:list xml:id="one" text:style-name="L1">{item(p("a"), p("more"), inner)}{item(p("e"), start="7")}</text:list>'
        f'<text:list text:style-name="B">{item(p("dot"))}</text:list>'
        f'<text:list text:continue-list="one" text:style-name="L1">{item(p("f"))}</text:list>'
        f'<text:list text:style-name="L1">{item(p("anew"))}</text:list>'
    )
    assert texts(body, automatic=LIST_STYLE) == [
        "1. a",
        "more",
        "1.1 b",
        "(iv) c",
        "1.2 d",
        "7. e",
        "dot",
        "8. f",
        "1. anew",
    ]


def test_headings_are_numbered_by_the_outline() -> None:
    """Contracts are quoted by these numbers."""
    styles = (
        '<office:styles><text:outline-style><text:outline-level-style text:level="1" style:num-format="I" '
        'style:num-suffix="."/><text:outline-level-style text:level="2" style:num-format="1"/></text:outline-style>'
        "</office:styles>"
    )
    body = "".join(
        f'<text:h text:outline-level="{level}"{plain}>x</text:h>'
        for level, plain in ((1, ""), (2, ""), (2, ""), (1, ' text:is-list-header="true"'), (1, ""), (2, ""))
    )
    assert texts(body, styles=styles) == ["I. x", "1 x", "2 x", "x", "II. x", "1 x"]


def test_text_boxes_follow_their_paragraph_and_margins_stand_once_at_the_end() -> None:
    """A page number is not text; what every page repeats is told once."""
    box = "<draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box></draw:frame>"
    page = (
        "<style:master-page><style:header><text:p>Confidential</text:p></style:header>"
        "<style:header-left><text:p>Confidential</text:p></style:header-left>"
        "<style:footer><text:p>Page <text:page-number>3</text:page-number> of Acme</text:p></style:footer>"
        '<style:footer-first style:display="false"><text:p>not shown</text:p></style:footer-first></style:master-page>'
    )
    assert texts(
        f"<text:p>before{box}</text:p><text:p>after</text:p>",
        styles=f"<office:master-styles>{page}</office:master-styles>",
    ) == [
        "before",
        "boxed",
        "after",
        "Headers",
        "Confidential",
        "Footers",
        "Page of Acme",
    ]


def test_merged_repeated_and_nested_cells_keep_their_columns() -> None:
    """A covered cell holds nothing; a nested table is one text a row."""

    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell{more}><text:p>{text}</text:p></table:table-cell>"

    nested = f"<table:table><table:table-row>{cell('x')}{cell('y')}</table:table-row></table:table>"
    repeated = ' table:number-columns-repeated="2"'
    body = (
        "<table:table><table:table-header-rows><table:table-row>"
        f"{cell('Item')}{cell('Unit')}{cell('Price')}</table:table-row></table:table-header-rows>"
        f"<table:table-row>{cell('wide')}<table:covered-table-cell><text:p>under</text:p></table:covered-table-cell>"
        f"<table:table-cell>{nested}</table:table-cell></table:table-row>"
        f'<table:table-row table:number-rows-repeated="2">{cell("same", repeated)}{cell("7")}</table:table-row></table:table>'
    )
    assert texts(body) == [
        "Item: wide | Price: x, y",
        "Item: same | Unit: same | Price: 7",
        "Item: same | Unit: same | Price: 7",
    ]


@pytest.mark.parametrize("suffix", ["fodt", "FODT"])
def test_a_flat_file_is_read_alike(suffix: str) -> None:
    """One XML document instead of a package."""
    assert read_document(flat("text", "<text:p>flat</text:p>"), f"a.{suffix}").text == "flat"
