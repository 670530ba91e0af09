"""Presentations."""

from __future__ import annotations

import io
import re

import pptx
import pytest
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches, Pt
from properties import block_texts
from slide_files import BLANK, OFFICE, add_box, add_slide, deck_of, saved
from zip_files import part, strict, with_parts, with_relation

from domaingpt.documents import read_document
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import Page

PICTURE = bytes.fromhex(  # A PNG of one pixel.
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)
SLIDE = "ppt/slides/slide1.xml"


def texts(data: bytes) -> list[str]:
    return block_texts(read_document(data, "a.pptx"))


def test_a_slide_is_a_page_and_its_title_a_heading() -> None:
    """Deeper bullets carry a mark for each level; citations name the slide's number."""
    document = read_document(deck_of(("Margins", "Asia grew", "\tChina", "\t\tShanghai"), ("Costs",)), "a.pptx")
    assert document.text == "Margins\n\nAsia grew\n– China\n– – Shanghai\n\nCosts"
    assert [(block.kind, block.level) for block in document.blocks] == [
        ("heading", 1),
        ("item", 0),
        ("item", 0),
        ("item", 0),
        ("heading", 1),
    ]
    assert document.pages == (Page(1, 0, 39), Page(2, 41, 46))
    assert document.title == "Margins"


def test_a_slide_without_title_is_named_by_its_number() -> None:
    """Else its text would stand under the title before; one without text is an empty page."""
    deck = pptx.Presentation()
    add_slide(deck, "First")
    add_box(deck.slides.add_slide(deck.slide_layouts[BLANK]).shapes, "alone", 1, 1)
    deck.slides.add_slide(deck.slide_layouts[BLANK])
    document = read_document(saved(deck), "a.pptx")
    assert block_texts(document) == ["First", "Slide 2", "alone"]
    assert [page.status for page in document.pages] == ["text", "text", "empty"]


def test_a_hidden_slide_is_read_and_told() -> None:
    """It is kept for the questions after the talk."""
    deck = pptx.Presentation()
    add_slide(deck, "Shown")
    add_slide(deck, "Backup")._element.set("show", "0")
    document = read_document(saved(deck), "a.pptx")
    assert block_texts(document) == ["Shown", "Backup"]
    assert document.notes == ("hidden in the show, and read: slide 2",)


def test_shapes_are_read_as_the_eye_goes() -> None:
    """The title first wherever it stands, then rows from left to right, a group as one."""
    deck = pptx.Presentation()
    slide = add_slide(deck, "Title")
    slide.shapes.title.top = Inches(6)
    add_box(slide.shapes, "below right", 5, 3)
    add_box(slide.shapes, "upper right", 5, 1)
    group = slide.shapes.add_group_shape()
    add_box(group.shapes, "grouped lower", 1, 2)
    add_box(group.shapes, "grouped upper", 1, 0.5)
    assert texts(saved(deck)) == ["Title", "grouped upper", "grouped lower", "upper right", "below right"]


def test_numbers_of_lists_are_printed() -> None:
    """A level that is left starts again; a bullet ends a list."""
    data = deck_of(("T", "one", "\ta", "\tb", "two", "\ta again", "plain", "one again"))
    xml = part(data, SLIDE)
    for text, kind in (("one", "arabicPeriod"), ("two", "arabicPeriod"), ("one again", 'arabicPeriod" startAt="3')):
        xml = xml.replace(
            f"<a:p><a:pPr/><a:r><a:t>{text}<", f'<a:p><a:pPr><a:buAutoNum type="{kind}"/></a:pPr><a:r><a:t>{text}<'
        )
    xml = xml.replace('<a:pPr lvl="1"/>', '<a:pPr lvl="1"><a:buAutoNum type="alphaLcParenR"/></a:pPr>')
    assert texts(with_parts(data, {SLIDE: xml}))[1:] == [
        "1. one", "– a) a", "– b) b", "2. two", "– a) a again", "plain", "3. one again",
    ]  # fmt: skip


def test_tables_name_their_columns_and_spanned_cells_are_empty() -> None:
    """As in any other format."""
    deck = pptx.Presentation()
    table = add_slide(deck, "T").shapes.add_table(3, 3, Inches(1), Inches(2), Inches(6), Inches(2)).table
    for row, cells in enumerate([("Region", "2023", "2024"), ("North", "10", "12"), ("South", "none", "")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(2, 1).merge(table.cell(2, 2))
    assert texts(saved(deck)) == ["T", "Region: North | 2023: 10 | 2024: 12", "Region: South | 2023: none"]


def test_a_chart_s_figures_are_rows_under_its_title() -> None:
    """Each names its category and series; numbers are shown as the chart shows them."""
    deck = pptx.Presentation()
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["Europe", "Asia"]
    data.add_series("2023", (0.25, None))
    data.add_series("2024", (0.301, 0.5))
    frame = add_slide(deck, "Shares").shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED, Inches(1), Inches(2), Inches(6), Inches(4), data
    )
    frame.chart.has_title = True
    frame.chart.chart_title.text_frame.text = "Share of sales"
    frame.chart.value_axis.has_title = True
    frame.chart.value_axis.axis_title.text_frame.text = "of the group"
    document = read_document(saved(deck), "a.pptx")
    assert block_texts(document) == [
        "Shares",
        "Chart: Share of sales (of the group)",
        "Category: Europe | 2023: 25.0% | 2024: 30.1%",
        "Category: Asia | 2024: 50.0%",
    ]
    assert document.blocks[2].header == "Chart: Share of sales (of the group)"


def test_notes_stand_below_their_slide() -> None:
    """Under a heading, and without the number and the picture of the slide on their page."""
    deck = pptx.Presentation()
    add_slide(deck, "One", "said").notes_slide.notes_text_frame.text = "Mention the loan.\nThen pause."
    add_slide(deck, "Two").notes_slide.notes_text_frame.text = ""
    document = read_document(saved(deck), "a.pptx")
    assert block_texts(document) == ["One", "said", "Notes", "Mention the loan.", "Then pause.", "Two"]
    assert document.blocks[2].level == 2
    assert document.pages[0].end == document.blocks[4].end


def test_comments_name_their_authors() -> None:
    """Those of old PowerPoint, and threads of the new one with their replies."""
    p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    n = 'xmlns:n="http://schemas.microsoft.com/office/powerpoint/2018/8/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    body = "<n:txBody><a:bodyPr/><a:p><a:r><a:t>{}</a:t></a:r></a:p></n:txBody>"
    data = deck_of(("One", "line"), ("Two",))
    data = with_relation(data, SLIDE, f"{OFFICE}/comments", "../comments/comment1.xml")
    threads = "http://schemas.microsoft.com/office/2018/10/relationships"
    data = with_relation(data, "ppt/slides/slide2.xml", f"{threads}/comments", "/ppt/comments/new.xml")
    data = with_relation(data, "ppt/presentation.xml", f"{OFFICE}/commentAuthors", "commentAuthors.xml")
    name = "ppt/_rels/presentation.xml.rels"
    data = with_parts(
        with_parts(data, {name: part(data, name).replace("rIdTest", "rIdClassic")}),
        {
            "ppt/commentAuthors.xml": f'<p:cmAuthorLst {p}><p:cmAuthor id="7" name="Jane Doe"/></p:cmAuthorLst>',
            "ppt/comments/comment1.xml": f'<p:cmLst {p}><p:cm authorId="7"><p:text>Source?</p:text></p:cm>'
            '<p:cm authorId="9"><p:text>No author\nknown</p:text></p:cm></p:cmLst>',
            "ppt/authors.xml": f'<n:authorLst {n}><n:author id="{{A}}" name="Kim"/></n:authorLst>',
            "ppt/comments/new.xml": f'<n:cmLst {n}><n:cm authorId="{{A}}"><n:replyLst><n:reply authorId="{{A}}">'
            f"{body.format('Done.')}</n:reply></n:replyLst>{body.format('Update this.')}</n:cm></n:cmLst>",
        },
    )
    data = with_relation(data, "ppt/presentation.xml", f"{threads}/authors", "authors.xml")
    assert texts(data) == [
        "One", "line", "Comment by Jane Doe: Source?", "Comment: No author known",
        "Two", "Comment by Kim: Update this.", "Reply by Kim: Done.",
    ]  # fmt: skip


def test_pictures_are_told_by_what_people_wrote_of_them() -> None:
    """Names of files and guesses of programs say nothing; such pictures are counted."""
    deck = pptx.Presentation()
    slide = add_slide(deck, "T")
    told = "The plant in Lyon after the fire"
    for description in (told, "image1.png", "Picture 4", "", "A cat Description automatically generated"):
        picture = slide.shapes.add_picture(io.BytesIO(PICTURE), 0, 0, Inches(1), Inches(1))
        picture._element.nvPicPr.cNvPr.set("descr", description)
    document = read_document(saved(deck), "a.pptx")
    assert block_texts(document) == ["T", f"Picture: {told}"]
    assert document.left_out == {"images": 4}


def test_a_footer_stands_once_and_the_slide_s_number_never() -> None:
    """Where it stands first, below the rest."""
    data = deck_of(("One", "a"), ("Two", "b"))
    for number in (1, 2):
        name = f"ppt/slides/slide{number}.xml"
        shapes = "".join(
            f'<p:sp><p:nvSpPr><p:cNvPr id="{9 + index}" name="f"/><p:cNvSpPr/><p:nvPr><p:ph type="{kind}" idx="{10 + index}"/>'
            f"</p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
            for index, (kind, text) in enumerate([("ftr", "Confidential"), ("sldNum", "77"), ("dt", "3 May")])
        )
        xml = part(data, name)
        data = with_parts(
            data,
            {
                name: xml.replace("</p:grpSpPr>", f"</p:grpSpPr>{shapes}", 1).replace(
                    "<p:grpSpPr/>", f"<p:grpSpPr/>{shapes}", 1
                )
            },
        )
    assert texts(data) == ["One", "a", "3 May", "Confidential", "Two", "b"]


def test_what_a_layout_prints_on_its_slides_stands_once() -> None:
    """Not its prompts, nor hints beside the slide, nor what a slide turns off."""
    deck = pptx.Presentation()
    add_slide(deck, "Bare", "a")._element.set("showMasterSp", "0")
    add_slide(deck, "One", "b")
    add_slide(deck, "Two", "c")
    data = saved(deck)
    layout, master = "ppt/slideLayouts/slideLayout2.xml", "ppt/slideMasters/slideMaster1.xml"

    def shape(text: str, left: int) -> str:
        return (
            '<p:sp><p:nvSpPr><p:cNvPr id="99" name="f"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm>'
            f'<a:off x="{left}" y="0"/><a:ext cx="9" cy="9"/></a:xfrm></p:spPr><p:txBody><a:bodyPr/>'
            f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree>"
        )

    for name, text in ((layout, "ACME Ltd"), (master, "Confidential")):
        shapes = (shape(text, 0) + shape("Hint", 99_999_999)).replace("</p:spTree><p:sp>", "<p:sp>")
        data = with_parts(data, {name: part(data, name).replace("</p:spTree>", shapes)})
    assert texts(data) == ["Bare", "a", "One", "b", "ACME Ltd", "Confidential", "Two", "c"]


def test_notes_that_many_slides_claim_are_read_once() -> None:
    """Else a small file could ask for its size squared."""
    deck = pptx.Presentation()
    add_slide(deck, "One").notes_slide.notes_text_frame.text = "said once"
    add_slide(deck, "Two")
    data = with_relation(saved(deck), "ppt/slides/slide2.xml", f"{OFFICE}/notesSlide", "../notesSlides/notesSlide1.xml")
    assert texts(data) == ["One", "Notes", "said once", "Two"]


def test_a_long_text_is_work_in_progress() -> None:
    """A reader that is silent for too long is killed."""
    calls: list[None] = []
    read_document(deck_of(("T", *["line"] * 5000)), "a.pptx", lambda: calls.append(None))
    n_parts = len(calls)
    calls.clear()
    read_document(deck_of(("T", "line")), "a.pptx", lambda: calls.append(None))
    assert n_parts - len(calls) == 10


def test_what_nobody_sees_is_counted() -> None:
    """Shapes switched off or beside the slide, and letters too small to read; a title may stand beside it."""
    deck = pptx.Presentation()
    slide = add_slide(deck, "Seen")
    slide.shapes.title.top = Inches(-3)
    add_box(slide.shapes, "off", 1, 1)._element.nvSpPr.cNvPr.set("hidden", "1")
    add_box(slide.shapes, "be side", 20, 1)
    add_box(slide.shapes, "tiny", 1, 3).text_frame.paragraphs[0].runs[0].font.size = Pt(1)
    document = read_document(saved(deck), "a.pptx")
    assert block_texts(document) == ["Seen"]
    assert document.left_out == {"hidden characters": 3 + 6 + 4}


def test_a_diagram_is_an_outline() -> None:
    """Its texts lie in a part of their own, parents before children; a circle of them ends."""
    d = 'xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    points = "".join(
        f'<d:pt modelId="{name}" type="{kind}"><d:t><a:bodyPr/><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>'
        for name, kind, text in [("0", "doc", ""), ("2", "node", "Second"), ("1", "node", "First"), ("3", "node", "Below"),
                                 ("4", "pres", "frame"), ("5", "node", "Apart")]
    )  # fmt: skip
    arrows = "".join(
        f'<d:cxn srcId="{source}" destId="{target}" srcOrd="{order}"/>'
        for source, target, order in [("0", "2", 1), ("0", "1", 0), ("1", "3", 0), ("3", "1", 0)]
    )
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="d"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
        '<p:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/></p:xfrm><a:graphic><a:graphicData>'
        f'<d:relIds {d} r:dm="rIdTest"/></a:graphicData></a:graphic></p:graphicFrame>'
    )
    data = with_relation(deck_of(("T",)), SLIDE, f"{OFFICE}/diagramData", "../diagrams/data1.xml")
    data = with_parts(
        data,
        {
            "ppt/diagrams/data1.xml": f"<d:dataModel {d}><d:ptLst>{points}</d:ptLst><d:cxnLst>{arrows}</d:cxnLst></d:dataModel>",
            SLIDE: part(data, SLIDE).replace("</p:spTree>", f"{frame}{frame}</p:spTree>"),
        },
    )
    assert texts(data) == ["T", "First", "– Below", "Second", "Apart"]


def test_a_choice_between_programs_is_read_once() -> None:
    """The fallback repeats for old programs what the choice holds."""
    data = deck_of(("T", "x"))
    xml = part(data, SLIDE)
    start, end = xml.rindex("<p:sp>"), xml.rindex("</p:sp>") + len("</p:sp>")
    shape = xml[start:end]
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = f'<mc:AlternateContent {mc}><mc:Choice Requires="p">{shape}</mc:Choice><mc:Fallback>{shape}</mc:Fallback></mc:AlternateContent>'
    assert texts(with_parts(data, {SLIDE: xml[:start] + both + xml[end:]})) == ["T", "x"]


@pytest.mark.parametrize("suffix", [".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"])
def test_shows_and_templates_are_presentations(suffix: str) -> None:
    """They differ in the content type of one part."""
    data = deck_of(("T", "x"))
    kind = "presentationml.presentation.main+xml"
    name = "[Content_Types].xml"
    data = with_parts(data, {name: part(data, name).replace(kind, "presentationml.slideshow.main+xml")})
    assert block_texts(read_document(data, f"a{suffix}")) == ["T", "x"]


def test_a_strict_presentation_is_read_like_another() -> None:
    """ISO 29500 strict has its own namespaces."""
    deck = pptx.Presentation()
    add_slide(deck, "T", "x").notes_slide.notes_text_frame.text = "said"
    data = strict(saved(deck))
    assert "purl.oclc.org" in part(data, SLIDE)
    assert texts(data) == ["T", "x", "Notes", "said"]


def test_a_slide_that_cannot_be_read_does_not_cost_the_others() -> None:
    """It is missing, damaged, no slide, or stands twice in the list: each is named, its page is empty."""
    data = deck_of(("One",), ("Two",), ("Three",), ("Four",), ("Five",))
    relations = "ppt/_rels/presentation.xml.rels"
    main = "ppt/presentation.xml"
    ids = re.findall(r'<p:sldId id="\d+" r:id="(\w+)"', part(data, main))
    data = with_parts(
        data,
        {
            "ppt/slides/slide2.xml": None,
            "ppt/slides/slide3.xml": "<p:sld",
            relations: part(data, relations).replace("slides/slide4.xml", "presentation.xml"),
            main: part(data, main).replace(f'"{ids[4]}"', f'"{ids[0]}"'),
        },
    )
    document = read_document(data, "a.pptx")
    assert block_texts(document) == ["One"]
    assert [page.status for page in document.pages] == ["text", "empty", "empty", "empty", "empty"]
    assert document.notes[0] == "slide 2 could not be read: part ppt/slides/slide2.xml is missing"
    assert document.notes[1].startswith("slide 3 could not be read: ")
    assert document.notes[2:] == (
        "slide 4 could not be read: is not a slide",
        "slide 5 could not be read: is named twice",
    )


def test_damage_beside_a_slide_does_not_cost_its_text() -> None:
    """Its chart, comments, notes or layout may be broken; of very many damages a few are told."""
    deck = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["x"]
    data.add_series("s", (1,))
    slide = add_slide(deck, "T", "line")
    slide.shapes.add_chart(XL_CHART_TYPE.PIE, 0, Inches(6), Inches(1), Inches(1), data)
    slide.notes_slide.notes_text_frame.text = "said"
    add_slide(deck, "Next", "more")
    whole = with_relation(saved(deck), SLIDE, f"{OFFICE}/comments", "../comments/comment1.xml")
    charts = re.findall(r"charts/[\w.]+", part(whole, "ppt/slides/_rels/slide1.xml.rels"))
    names = [f"ppt/{charts[0]}", "ppt/comments/comment1.xml", "ppt/notesSlides/notesSlide1.xml"]
    broken = with_parts(whole, dict.fromkeys([*names, "ppt/slideLayouts/slideLayout2.xml"], "<x"))
    document = read_document(broken, "a.pptx")
    assert block_texts(document) == ["T", "line", "Next", "more"]
    told = [note.partition(" could not be read: ")[0] for note in document.notes]
    assert told == ["slide 1: a shape", "slide 1: its layout", "slide 1: its comments", "slide 1: its notes"]
    many = deck_of(*[(f"T{number}",) for number in range(13)])
    gone = with_parts(many, {f"ppt/slides/slide{number}.xml": None for number in range(2, 14)})
    assert read_document(gone, "a.pptx").notes[10:] == ("2 more such damages",)


def nested(depth: int) -> bytes:
    data = deck_of(("T", "x"))
    box = '<p:sp><p:nvSpPr><p:cNvPr id="9" name="b"/></p:nvSpPr><p:txBody><a:p><a:r><a:t>deep</a:t></a:r></a:p></p:txBody></p:sp>'
    return with_parts(
        data,
        {
            SLIDE: part(data, SLIDE).replace(
                "</p:spTree>", f"{'<p:grpSp>' * depth}{box}{'</p:grpSp>' * depth}</p:spTree>"
            )
        },
    )


def test_groups_in_groups_end_somewhere() -> None:
    """Far deeper than anybody nests them; the rest of the slide is read."""
    assert texts(nested(50)) == ["T", "x", "deep"]
    document = read_document(nested(60), "a.pptx")
    assert block_texts(document) == ["T", "x"]
    assert document.left_out == {"shapes nested too deeply": 1}
    with pytest.raises(UnreadableDocument, match="damaged presentation: slide 1 could not be read: Excessive depth"):
        read_document(nested(5000), "a.pptx")


def test_hostile_and_damaged_presentations_are_refused() -> None:
    """Each with its own reason, before a parser sees it where it can."""
    whole = deck_of(("T", "x"))
    with pytest.raises(UnreadableDocument, match="damaged Office file"):
        read_document(whole[: len(whole) // 2], "a.pptx")
    with pytest.raises(EncryptedDocument, match="needs a password"):
        magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        read_document(magic + bytes(100) + "EncryptedPackage".encode("utf-16-le"), "a.pptx")
    with pytest.raises(UnreadableDocument, match=r"declares XML entities in ppt/slides/slide1\.xml"):
        read_document(with_parts(whole, {SLIDE: '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "a.pptx")
    with pytest.raises(UnreadableDocument, match="zip bomb"):
        read_document(with_parts(whole, {"ppt/media/x.bin": bytes(80 << 20)}), "a.pptx")
    with pytest.raises(
        UnreadableDocument,
        match=r"damaged presentation: slide 1 could not be read: part ppt/slides/slide1\.xml is missing",
    ):
        read_document(with_parts(whole, {SLIDE: None}), "a.pptx")
    with pytest.raises(UnreadableDocument, match="holds no presentation"):
        read_document(with_parts(whole, {"ppt/presentation.xml": "<x/>"}), "a.pptx")
    with pytest.raises(UnreadableDocument, match="no main part is named"):
        read_document(with_parts(whole, {"_rels/.rels": None}), "a.pptx")
    many = '<p:sldId id="1" r:id="rId1"/>' * 20_001
    main = part(whole, "ppt/presentation.xml")
    with pytest.raises(UnreadableDocument, match="has 20,002 slides; at most 20,000 are read"):
        read_document(
            with_parts(whole, {"ppt/presentation.xml": main.replace("</p:sldIdLst>", f"{many}</p:sldIdLst>")}), "a.pptx"
        )
