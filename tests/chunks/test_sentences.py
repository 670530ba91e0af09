"""Text → sentences, lines, rows and headings."""

from __future__ import annotations

import pytest

from domaingpt.chunks.sentences import Break, split_sentences, split_units
from domaingpt.types import Block, Document, Page


def sentences(text):
    return [text[start:end] for start, end in split_sentences(text)]


def units(text, **fields):
    return [(text[unit.start : unit.end], unit.before) for unit in split_units(Document("a.txt", text, **fields))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It rained. We stayed.", ["It rained.", "We stayed."], id="two"),
        pytest.param("Dr. Smith paid Mr. Jones. He left.", ["Dr. Smith paid Mr. Jones.", "He left."], id="titles"),
        pytest.param("Apple Inc. Sales rose.", ["Apple Inc. Sales rose."], id="company"),
        pytest.param("See e.g. Section 3. Then stop.", ["See e.g. Section 3.", "Then stop."], id="e.g."),
        pytest.param("Made in the U.S. Treasury said so.", ["Made in the U.S. Treasury said so."], id="U.S."),
        pytest.param("J. P. Morgan lent it. Good.", ["J. P. Morgan lent it.", "Good."], id="initials"),
        pytest.param("The rate is 3.5 %. It rose.", ["The rate is 3.5 %.", "It rose."], id="decimals"),
        pytest.param("Visit example.org now. Then rest.", ["Visit example.org now.", "Then rest."], id="domain name"),
        pytest.param("“Stop!” He stopped.", ["“Stop!”", "He stopped."], id="closing quote"),
        pytest.param("(It rained.) We stayed.", ["(It rained.)", "We stayed."], id="bracket"),
        pytest.param("Why? Because! So…  Yes.", ["Why?", "Because!", "So…", "Yes."], id="other marks"),
        pytest.param("Wait... what happened?", ["Wait... what happened?"], id="small letter goes on"),
        pytest.param("1. The rent is due.", ["1. The rent is due."], id="enumerator"),
        pytest.param("It ended in 2022. Then came 2023.", ["It ended in 2022.", "Then came 2023."], id="year"),
        pytest.param("房价上涨了。利率呢？下降！", ["房价上涨了。", "利率呢？", "下降！"], id="chinese"),
        pytest.param("他说：「走。」她走了。", ["他说：「走。」", "她走了。"], id="chinese quote"),
        pytest.param("यह घर है। वह बाग है।", ["यह घर है।", "वह बाग है।"], id="hindi"),
        pytest.param("ما هذا؟ بيت.", ["ما هذا؟", "بيت."], id="arabic"),
        pytest.param(
            "the loan was repaid in june. a new one began at approx. 5 %. it runs on.",
            ["the loan was repaid in june.", "a new one began at approx. 5 %.", "it runs on."],
            id="no capitals anywhere",
        ),
        pytest.param("The firm etc. went on. and on.", ["The firm etc. went on. and on."], id="capitals before"),
        pytest.param("no mark at the end", ["no mark at the end"], id="no mark"),
        pytest.param("  spaces around.  ", ["spaces around."], id="stripped"),
        pytest.param(" \n\t ", [], id="white space only"),
        pytest.param("", [], id="empty"),
    ],
)
def test_sentences(text, expected):
    """One rule a line."""
    assert sentences(text) == expected


def test_sentences_of_a_part_keep_the_offsets_of_the_whole():
    """Half-open spans of the given text."""
    text = "Before. It rained. We stayed. After."
    assert [text[start:end] for start, end in split_sentences(text, 8, 29)] == ["It rained.", "We stayed."]


WRAPPED = """\
The tenant pays the rent on the third working day of each month,
without being asked, and keeps the receipts for as long as the
lease runs. The landlord returns the deposit within six months.
"""


def test_hard_wrapped_lines_flow_on():
    """A line that was full goes on in the next; a sentence ends where it ends."""
    assert units(WRAPPED) == [
        (WRAPPED[: WRAPPED.index("The landlord") - 1], Break.PARAGRAPH),
        ("The landlord returns the deposit within six months.", Break.SENTENCE),
    ]


def test_list_items_stay_apart():
    """Whatever marks them, and though each line is full."""
    items = [
        "• the boiler and the pipes in the cellar",
        "• the roof and the gutters of the house",
        "2) the garden wall and both of its gates",
    ]
    text = "\n".join(items)
    assert units(text) == [(items[0], Break.PARAGRAPH), (items[1], Break.LINE), (items[2], Break.LINE)]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(["Boiler | 2009 | good", "Roof | 1998 | leaks"], id="bars"),
        pytest.param(["Products 63,355 63,948", "Services 19,604 17,486", "Total 82,959 81,434"], id="numbers"),
    ],
)
def test_table_rows_stay_apart(rows):
    """One unit a row."""
    found = units("\n".join(rows))
    assert [text for text, _ in found] == rows
    assert {before for _, before in found[1:]} == {Break.LINE}


def test_blank_line_and_form_feed_part_paragraphs():
    """Also with blanks on the blank line, and with Windows newlines."""
    for gap in ("\n\n", "\n  \n", "\r\n\r\n", "\f"):
        text = f"it rained all day.{gap}we stayed at home."
        assert units(text)[1] == ("we stayed at home.", Break.PARAGRAPH)


def test_short_line_without_a_mark_is_a_heading():
    """It starts big or numbered, and stands on its own."""
    for line in ("4.2 Payment of the rent", "HOUSE RULES", "Item 2. Management’s discussion", "Article 5", "Costs:"):
        assert headings(f"{line}\n\nThe rent is due on the third day.") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "Purchase price: EUR 450,000",
        "Boiler installed 2009",
        "Deposit 2,700 euros",
        "购买价格：450,000",
        "It rained. We stayed",
        "2009",
        "the small print",
        "Rent | 900",
    ],
)
def test_line_that_says_something_is_no_heading(line):
    """It can be quoted, though no mark closes it."""
    assert headings(f"{line}\n\nThe rent is due on the third day.") == []


def headings(text):
    return [text[unit.start : unit.end] for unit in split_units(Document("a.txt", text)) if unit.is_heading]


def test_hyphenated_line_flows_on():
    """A hyphen at the line's end, and the marks that extractors put in its place."""
    for hyphen in ("-", "\u00ad", "\ufffe", "\u0002"):
        text = f"it is the land{hyphen}\nlord who pays."
        assert [found for found, _ in units(text)] == [text]


def test_blocks_of_the_reader_are_kept():
    """Headings and rows as told, paragraphs in sentences; what lies between them too."""
    text = "Rent\nItem 1 | 900\nIt is due monthly. Always.\nstray words"
    blocks = (Block("heading", 0, 4, 1), Block("row", 5, 17, header="Item | Euros"), Block("paragraph", 18, 44))
    found = split_units(Document("a.docx", text, blocks=blocks))
    assert [(text[unit.start : unit.end], unit.before, unit.is_heading, unit.header) for unit in found] == [
        ("Rent", Break.HEADING, True, ""),
        ("Item 1 | 900", Break.LINE, False, "Item | Euros"),
        ("It is due monthly.", Break.PARAGRAPH, False, ""),
        ("Always.", Break.SENTENCE, False, ""),
        ("stray words", Break.PARAGRAPH, False, ""),
    ]


def test_width_is_that_of_the_page():
    """A narrow page is wrapped at its own width, whatever the others have."""
    narrow = "The tenant pays the\nrent on the third day\nof each month."
    wide = "\n".join(
        f"Line {number} of a page whose lines are all as wide as this one here {number}" for number in range(9)
    )
    text = f"{narrow}\n{wide}"
    cut = len(narrow) + 1
    found = units(text, pages=(Page(1, 0, cut), Page(2, cut, len(text))))
    assert found[0] == (narrow, Break.PARAGRAPH)


def test_running_titles_are_units_of_their_own_and_not_quotable() -> None:
    """A line at the edge of most pages, its numbers aside, neither flows into the text nor is quoted."""
    bodies = ["The boiler is serviced each spring.", "The roof was mended in May.", "The deposit is due in June."]
    texts = [f"Harbour House File 2025/{n}\r\n{body}\r\nPage {n} of 3" for n, body in enumerate(bodies, start=1)]
    starts = [sum(len(text) + 1 for text in texts[:n]) for n in range(3)]
    pages = tuple(
        Page(n + 1, start, start + len(text)) for n, (start, text) in enumerate(zip(starts, texts, strict=True))
    )
    document = Document("file.pdf", "\n".join(texts), pages)

    units = split_units(document)

    quotable = [document.text[u.start : u.end] for u in units if not (u.is_running_title or u.is_heading)]
    assert quotable == bodies
    assert sum(unit.is_running_title for unit in units) == 6


def test_a_line_on_two_of_five_pages_is_no_running_title() -> None:
    """Only what stands on half the pages runs through."""
    texts = ["Same line here."] * 2 + [f"Other line {word}." for word in ("one", "two", "three")]
    starts = [sum(len(text) + 1 for text in texts[:n]) for n in range(5)]
    pages = tuple(
        Page(n + 1, start, start + len(text)) for n, (start, text) in enumerate(zip(starts, texts, strict=True))
    )

    assert not any(unit.is_running_title for unit in split_units(Document("a.pdf", "\n".join(texts), pages)))


def test_an_item_is_never_a_heading_and_ends_with_its_line() -> None:
    """Bullets of a slide are short and begin big, and are all that there is to quote."""
    text = "Margins\n\nStrong growth in Asia\nCosts fell. Prices rose"
    blocks = (Block("heading", 0, 7, 1), Block("item", 9, 30), Block("item", 31, 54))
    found = split_units(Document("a.pptx", text, blocks=blocks))
    assert [(text[unit.start : unit.end], unit.is_heading, unit.before) for unit in found] == [
        ("Margins", True, Break.HEADING),
        ("Strong growth in Asia", False, Break.LINE),
        ("Costs fell.", False, Break.LINE),
        ("Prices rose", False, Break.SENTENCE),
    ]
