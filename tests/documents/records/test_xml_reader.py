"""XML in general, and feeds."""

from __future__ import annotations

import pytest
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Document

CATALOGUE = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE catalog SYSTEM "x.dtd">
<catalog xmlns="urn:x" xmlns:s="urn:s" s:schemaLocation="urn:x x.xsd" version="2"><name>Büro</name>
<book id="b1"><author><first>Ann</first></author><price currency="EUR">5.00</price></book>
<book id="b2"><author><first>Bo</first></author><price currency="EUR">6.50</price></book>
<chapter><title>Soil</title><para role="x">Clay is <emph>heavy</emph> and wet.</para><para>Sand.</para>
<summary>{long}</summary></chapter> after</catalog>"""
LONG = "The garden lies behind the house and is watered every morning. " * 4


def blocks(document: Document) -> list[tuple[str, int, str]]:
    texts = block_texts(document)
    return [(block.kind, block.level, text) for block, text in zip(document.blocks, texts, strict=True)]


def test_records_are_rows_and_texts_paragraphs_under_headings() -> None:
    """Attributes are fields; marks inside a text are not; a title is a heading once."""
    document = read_document(CATALOGUE.format(long=LONG).encode("latin-1"), "a.xml")
    assert document.title == "Büro"
    assert blocks(document) == [
        ("row", 0, "version: 2 | name: Büro"),
        ("row", 0, "id: b1 | author.first: Ann | price: 5.00 | price.currency: EUR"),
        ("row", 0, "id: b2 | author.first: Bo | price: 6.50 | price.currency: EUR"),
        ("heading", 1, "Soil"),
        ("paragraph", 0, "Clay is heavy and wet."),
        ("paragraph", 0, "Sand."),
        ("paragraph", 0, f"summary: {LONG.strip()}"),
        ("paragraph", 0, "after"),
    ]
    assert dict(document.left_out) == {"attributes of texts": 1}


RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:m="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Garden news</title><description>All of it</description><language>en</language>
<item><title>Frost</title><pubDate>Tue, 19 Nov 2024</pubDate><dc:creator>Ann</dc:creator><category>Cold</category>
<link>https://example.org/1</link><description>In short</description><m:content url="x"><m:title>Pic</m:title></m:content>
<content:encoded><![CDATA[<h2>Why</h2><p>It is <b>cold</b>.</p><img src="x"><p hidden>no</p>]]></content:encoded></item>
<item><title>Rain</title><description>Much &lt;i&gt;rain&lt;/i&gt; &amp;amp; wind.</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Log</title><subtitle>Of days</subtitle><entry><title>One</title>
<updated>2024-01-02</updated><author><name>Bo</name><email>b@example.org</email></author><category term="day"/>
<link rel="self" href="x"/><link href="https://example.org/one"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">
<p>Sun.</p></div></content></entry></feed>"""


def test_a_feed_is_read_item_by_item() -> None:
    """The full text where there is one; what is not shown is counted."""
    document = read_document(RSS.encode(), "a.rss")
    assert document.title == "Garden news"
    assert blocks(document) == [
        ("heading", 1, "Garden news"),
        ("paragraph", 0, "All of it"),
        ("heading", 2, "Frost"),
        ("row", 0, "Date: Tue, 19 Nov 2024 | Author: Ann | Categories: Cold | Link: https://example.org/1"),
        ("heading", 4, "Why"),
        ("paragraph", 0, "It is cold."),
        ("heading", 2, "Rain"),
        ("paragraph", 0, "Much rain & wind."),
    ]
    assert dict(document.left_out) == {"summary characters": 8, "images": 1, "hidden characters": 2, "other fields": 1}


def test_atom_has_other_names_for_the_same() -> None:
    """XHTML inside, addresses in attributes."""
    assert blocks(read_document(ATOM.encode("utf-16"), "a.xml")) == [
        ("heading", 1, "Log"),
        ("paragraph", 0, "Of days"),
        ("heading", 2, "One"),
        ("row", 0, "Date: 2024-01-02 | Author: Bo | Categories: day | Link: https://example.org/one"),
        ("paragraph", 0, "Sun."),
    ]


def test_a_web_page_behind_this_suffix_is_read_as_one() -> None:
    """XHTML is XML."""
    page = b'<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Hello there.</p></body></html>'
    assert read_document(page, "a.xml").text == "Hello there."


LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (LAUGHS.encode(), "declares XML entities"),
        (LAUGHS.encode("utf-16"), "declares XML entities"),
        (b'<!DOCTYPE l [<!ENTITY % x SYSTEM "file:///etc/passwd">%x;]><l/>', "declares XML entities"),
        (b"<a>\n<b></a>", "not XML: Opening and ending tag mismatch: b line 2 and a, line 2, column 8"),
        (b"<a>&unknown;</a>", "not XML"),
        (b"words", "not XML"),
        (b"<a>" * 1_000_000, "not XML: .*depth"),
    ],
    ids=["laughs", "laughs in utf-16", "external", "mismatch", "undefined", "words", "deep"],
)
def test_damaged_and_hostile_xml_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    """Nothing is expanded, nothing opened."""
    with pytest.raises(UnreadableDocument, match=reason):
        read_document(data, "a.xml")


def test_entities_of_a_document_type_that_is_not_loaded() -> None:
    """Those of HTML are known; others are counted."""
    document = read_document(
        b'<!DOCTYPE b PUBLIC "-//OASIS//DTD" "b.dtd"><b><c>Caf&eacute; &company;!</c></b>', "a.xml"
    )
    assert "Café" in document.text
    assert dict(document.left_out) == {"unknown entities": 1}


def test_nothing_is_lost_in_odd_shapes() -> None:
    """Text after many elements, a lone text, an element of attributes only."""
    many = "<a>" + "<b/>" * 500 + "tail</a>"
    assert read_document(f"<r>{many}</r>".encode(), "a.xml").text == "a\n\ntail"
    assert read_document(b"<r>words</r>", "a.xml").text == "words"
    assert read_document(b'<r><p lat="1" lon="2"/></r>', "a.xml").text == "p.lat: 1 | p.lon: 2"


def test_progress_is_reported_while_the_tree_is_built_and_walked() -> None:
    """A reader that is silent for too long is killed."""
    calls: list[None] = []
    source = b"<r>" + b"<row><a>1</a></row>" * 100_000 + b"</r>"
    document = read_document(source, "a.xml", lambda: calls.append(None))
    assert len(document.blocks) == 100_000
    assert len(calls) >= len(source) // (256 << 10) + 100_000 // 5000


def test_elements_of_attributes_in_a_row_are_records() -> None:
    """As databases write them; one alone is a field."""
    source = '<r><size w="1"/><row id="1" name="Ann"/><row id="2" name="Bo">text</row><tag>a</tag><tag>b</tag></r>'
    assert block_texts(read_document(source.encode(), "a.xml")) == [
        "size.w: 1",
        "id: 1 | name: Ann",
        "row: text | id: 2 | name: Bo",
        "tag: a | tag: b",
    ]


def test_fields_that_do_not_fit_a_row_begin_another() -> None:
    """None of their attributes is lost."""
    source = "<r>" + "".join(f'<f{n} unit="kg">{"x" * 90}{n}</f{n}>' for n in range(8)) + "</r>"
    document = read_document(source.encode(), "a.xml")
    assert [text.count("unit: kg") for text in block_texts(document)] == [3, 3, 2]


def test_a_feed_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    """With a note; other XML that is damaged is refused."""
    document = read_document(RSS[: RSS.index("wind.")].encode(), "a.rss")
    assert block_texts(document)[-1] == "Much rain &"
    (note,) = document.notes
    assert note.startswith("damaged XML, read as far as it goes: ")
    with pytest.raises(UnreadableDocument, match="not XML"):
        read_document(RSS[: RSS.index("wind.")].replace("rss", "other").encode(), "a.xml")
