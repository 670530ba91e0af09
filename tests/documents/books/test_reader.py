"""Books (EPUB 2 and 3)."""

from __future__ import annotations

import io
import zipfile

import pytest
from epub_files import XHTML, make_epub
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import Document

NAV = XHTML.format(
    body='<nav epub:type="toc"><h1>Contents</h1><ol><li><a href="a.xhtml">Part One</a><ol>'
    '<li><a href="a.xhtml#roses">Of roses</a></li></ol></li><li><a href="b.xhtml">Part Two</a></li></ol></nav>'
)
NAV_ITEM = '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'


def outline(document: Document) -> list[tuple[int, str]]:
    return [(block.level, text) for block, text in zip(document.blocks, block_texts(document), strict=True)]


def test_chapters_stand_in_reading_order_with_what_the_book_says_of_itself() -> None:
    """The order of the spine, not of the archive; all headings, lists and entities of HTML."""
    data = make_epub(
        {
            "b.xhtml": "<h1>Two</h1><p>Late&nbsp;frost &amp; rain.</p>",
            "a.xhtml": "<h1>One</h1><h2>Soil</h2><p>Clay.</p>",
        },
        metadata="<dc:title>The Garden</dc:title><dc:creator>Ann Reed</dc:creator><dc:creator>Bo Li</dc:creator>"
        "<dc:date>1999-05-01</dc:date><dc:description>&lt;p&gt;On &lt;b&gt;soil&lt;/b&gt;.&lt;/p&gt;</dc:description>",
        spine=["c1", "c0"],
    )
    document = read_document(data, "garden.epub")
    assert document.title == "The Garden"
    assert outline(document) == [
        (0, "Title: The Garden"),
        (0, "Author: Ann Reed; Bo Li"),
        (0, "Date: 1999-05-01"),
        (0, "Description: On soil."),
        (1, "One"),
        (2, "Soil"),
        (0, "Clay."),
        (1, "Two"),
        (0, "Late frost & rain."),
    ]
    assert dict(document.left_out) == {}


def test_a_chapter_without_headings_takes_those_of_the_contents() -> None:
    """Where they point to; the contents themselves are not repeated, but counted."""
    data = make_epub(
        {"a.xhtml": '<p>First.</p><p><a id="roses"/>They like sun.</p>', "b.xhtml": "<h3>Own</h3><p>Second.</p>"},
        manifest=NAV_ITEM,
        spine=["nav", "c0", "c1"],
        parts={"OEBPS/nav.xhtml": NAV},
    )
    document = read_document(data, "a.epub")
    assert outline(document)[1:] == [
        (1, "Part One"),
        (0, "First."),
        (2, "Of roses"),
        (0, "They like sun."),
        (3, "Own"),
        (0, "Second."),
    ]
    assert document.left_out["contents characters"] == len("ContentsPart OneOf rosesPart Two")


def test_an_older_book_has_its_contents_in_a_part_of_their_own() -> None:
    """NCX of EPUB 2, and the page that the guide calls the table of contents."""
    ncx = (
        '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx><navMap>'
        "<navPoint><navLabel><text>Chapter I</text></navLabel><content src='a.html'/></navPoint></navMap></ncx>"
    )
    data = make_epub(
        {"toc.html": '<p>Contents</p><p><a href="a.html">Chapter I, of many things</a></p>', "a.html": "Bare text."},
        manifest='<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
        guide='<reference type="toc" href="toc.html"/>',
        parts={"OEBPS/toc.ncx": ncx},
    )
    assert outline(read_document(data, "a.epub"))[1:] == [(1, "Chapter I"), (0, "Bare text.")]


def test_a_footnote_stands_behind_the_paragraph_that_refers_to_it() -> None:
    """Also one from a part of its own; one that nothing refers to stays where it is."""
    data = make_epub(
        {
            "a.xhtml": '<p>Clay<a epub:type="noteref" href="#n1">1</a> is heavy.</p><p>Sand'
            '<a role="doc-noteref" href="notes.xhtml#n2">[2]</a> is light.</p>'
            '<aside epub:type="footnote" id="n1"><p>Fine grains. <a href="#r">↩</a></p></aside><p>End.</p>',
            "notes.xhtml": '<h1>Notes</h1><ol><li epub:type="endnote" id="n2"><p>2. Coarse grains.</p></li>'
            '<li epub:type="endnote" id="n3">Never named.</li></ol>',
        }
    )
    assert block_texts(read_document(data, "a.epub"))[1:] == [
        "Clay1 is heavy.",
        "1 Fine grains.",
        "Sand[2] is light.",
        "2. Coarse grains.",
        "End.",
        "Notes",
        "Never named.",
    ]


def test_tables_stay_rows_and_pictures_are_counted() -> None:
    """As on a web page."""
    data = make_epub(
        {
            "a.xhtml": "<p>All of the years that the garden has been open to visitors are listed here, with what was sold in each of them, in thousands of euros.</p><table><tr><th>Year</th><th>Sales</th></tr><tr><td>2021</td><td>5</td></tr></table><img src='i.png'/>"
        },
        manifest='<item id="i" href="i.png" media-type="image/png"/>',
        parts={"OEBPS/i.png": b"\x89PNG"},
    )
    document = read_document(data, "a.epub")
    assert [(b.kind, b.header) for b in document.blocks[2:]] == [("row", ""), ("row", "Year | Sales")]
    assert dict(document.left_out) == {"images": 1}


ENCRYPTED = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
    '<enc:EncryptedData><enc:EncryptionMethod Algorithm="{}"/></enc:EncryptedData></encryption>'
)


def test_a_protected_book_is_named_and_scrambled_fonts_are_no_hindrance() -> None:
    """Encryption of content is DRM; that of fonts is a habit of publishers."""
    drm = ENCRYPTED.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    with pytest.raises(EncryptedDocument, match="protected book"):
        read_document(make_epub({"a.xhtml": "x"}, parts={"META-INF/encryption.xml": drm}), "a.epub")
    fonts = ENCRYPTED.format("http://www.idpf.org/2008/embedding")
    document = read_document(make_epub({"a.xhtml": "Words."}, parts={"META-INF/encryption.xml": fonts}), "a.epub")
    assert block_texts(document)[1:] == ["Words."]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"META-INF/container.xml": "<container/>"}, "names no package document"),
        ({"META-INF/container.xml": '<container><rootfile full-path="../x.opf"/></container>'}, "x.opf is missing"),
        ({"OEBPS/content.opf": "<package>"}, "damaged book: OEBPS/content.opf"),
        ({"OEBPS/content.opf": "<package/>"}, "holds no chapter"),
        ({"OEBPS/content.opf": '<!DOCTYPE p [<!ENTITY a "b">]><package/>'}, "declares XML entities"),
        ({"OEBPS/a.xhtml": '<!DOCTYPE html [<!ATTLIST p a CDATA "b">]><html/>'}, "declares XML entities"),
        ({"OEBPS/a.xhtml": '<!ENTITY a "b">'.encode("utf-16")}, "declares XML entities"),
    ],
)
def test_a_damaged_or_hostile_book_is_refused_with_its_reason(parts: dict[str, str | bytes], reason: str) -> None:
    """Nothing is parsed that declares entities."""
    with pytest.raises(UnreadableDocument, match=reason):
        read_document(make_epub({"a.xhtml": "x"}, parts=parts), "a.epub")


def test_chapters_outside_the_book_or_missing_are_counted_and_repeated_ones_read_once() -> None:
    """Neither the folder above nor a web address is a part."""
    data = make_epub(
        {"a.xhtml": "<p>Here.</p>", "../../../etc/passwd": "", "http://x.org/y": "", "gone.xhtml": ""},
        manifest='<item id="again" href="A.XHTML" media-type="application/xhtml+xml"/>',
        spine=["c0", "again", "c1", "c2", "c3", "unknown", *["c0"] * 100_000],
    )
    stripped = make_epub({"a.xhtml": "<p>Here.</p>"}, parts={"OEBPS/content.opf": _package_of(data)})
    document = read_document(stripped, "a.epub")
    assert block_texts(document)[1:] == ["Here."]
    # The two outside the book and the unknown one are one and the same: no part.
    assert dict(document.left_out) == {"missing chapters": 2}


def test_a_chapter_that_is_no_xml_is_read_as_a_browser_would() -> None:
    """Unclosed tags, and nesting that no parser follows."""
    data = make_epub(
        {"a.xhtml": "<p>One<p>Two<br>three", "b.xhtml": "<div>" * 50_000 + "deep", "c.xhtml": "<p>Last.</p>"}
    )
    document = read_document(data, "a.epub")
    assert block_texts(document)[1:] == ["One", "Two\nthree", "Last."]
    assert dict(document.left_out) == {"damaged chapters": 1}


def test_contents_that_point_at_themselves_end() -> None:
    """A cycle of links is not followed."""
    nav = XHTML.format(body='<nav epub:type="toc"><ol><li><a href="nav.xhtml#x" id="x">Self</a></li></ol></nav>')
    data = make_epub({"a.xhtml": "Text."}, manifest=NAV_ITEM, spine=["nav", "c0"], parts={"OEBPS/nav.xhtml": nav})
    assert block_texts(read_document(data, "a.epub"))[1:] == ["Text."]


def _package_of(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("OEBPS/content.opf")


def test_a_part_of_too_many_tags_is_not_parsed() -> None:
    """Its tree would fill the memory of the reader."""
    data = make_epub({"a.xhtml": "<i/>" * 1_000_001, "b.xhtml": "Words."})
    document = read_document(data, "a.epub")
    assert block_texts(document)[1:] == ["Words."]
    assert dict(document.left_out) == {"damaged chapters": 1}


def test_readings_beside_characters_are_counted_and_pictures_of_pages_named() -> None:
    """A reading between the characters would part the word; a fixed layout says so."""
    ruby = make_epub({"a.xhtml": "<p><ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>都</p>"})
    document = read_document(ruby, "a.epub")
    assert block_texts(document)[1:] == ["東京都"]
    assert dict(document.left_out) == {"annotation characters": 7}
    fixed = '<dc:title>A</dc:title><meta property="rendition:layout">pre-paginated</meta>'
    pages = make_epub({"a.xhtml": '<img src="1.png"/>'}, metadata=fixed)
    assert read_document(pages, "a.epub").notes == (
        "fixed layout: text in the order of the file",
        "holds no text, only pictures of pages",
    )
