"""Web pages."""

from __future__ import annotations

import pytest
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.errors import UnreadableDocument

PROSE = "The quick brown fox jumps over the lazy dog while the band plays on in the park. " * 4
ARTICLE = f"""<html><head><title>Fox News Daily | Site</title><script>var secret = 1;</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/about">About us</a></li></ul></nav>
<article><h1>The fox</h1><p>{PROSE}</p><h2>Its habits</h2><p>{PROSE}</p>
<ul><li>It eats mice.</li><li>It sleeps by day.</li></ul>
<p>{PROSE}</p></article><footer><a href="/legal">Legal notice</a></footer></body></html>"""


def test_an_article_is_read_without_its_navigation() -> None:
    """What is left out is counted."""
    document = read_document(ARTICLE.encode(), "a.html")
    texts = block_texts(document)
    assert PROSE.strip() in texts
    assert ("heading", 2, "Its habits") in [
        (block.kind, block.level, text) for block, text in zip(document.blocks, texts, strict=True)
    ]
    assert "It eats mice." in texts
    assert "About us" not in document.text
    assert "secret" not in document.text
    assert document.left_out["navigation characters"] > 0
    assert document.title


def test_a_page_of_tables_keeps_its_rows() -> None:
    """Filings are tables; an article extractor would drop or glue them."""
    page = (
        "<h1>Report</h1><table><tr><th>Year</th><th>Sales</th></tr><tr><td>2021</td><td>$5<br>m</td></tr>"
        "<tr><td>2022</td><td>$6</td></tr></table><p>Short note.</p>"
    )
    document = read_document(page.encode(), "a.htm")
    assert document.title == "Report"
    assert block_texts(document) == ["Year | Sales", "2021 | $5 m", "2022 | $6", "Short note."]
    assert [block.header for block in document.blocks] == ["", "Year | Sales", "Year | Sales", ""]


def test_paragraphs_made_of_line_breaks_are_parted() -> None:
    """The old way to write a page."""
    document = read_document(b"<body>First one.<br><br>Second<br>line.</body>", "a.html")
    assert block_texts(document) == ["First one.", "Second\nline."]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<p>Größe 5 €</p>".encode(), "Größe 5 €"),
        ('<meta charset="iso-8859-1"><p>Größe 5 €</p>'.encode("cp1252"), "Größe 5 €"),
        ('<meta http-equiv="content-type" content="a; charset=shift_jis"><p>日本語です</p>'.encode("cp932"),
         "日本語です"),
        ("\ufeff<p>Größe</p>".encode("utf-16-le"), "Größe"),
        ('<meta charset="utf-8"><p>Gr\u00f6\u00dfe und Stra\u00dfe, gr\u00fcn</p>'.encode("cp1252"),
         "Größe und Straße, grün"),
    ],
    ids=["utf-8", "declared latin-1", "declared shift_jis", "utf-16 mark", "wrongly declared"],
)  # fmt: skip
def test_the_encoding_is_that_of_mark_declaration_or_content(data: bytes, expected: str) -> None:
    """In this order."""
    assert read_document(data, "a.html").text == expected


def test_scripts_hidden_text_and_comments_are_not_text() -> None:
    """What a browser does not show is no evidence."""
    page = b"<p>Shown.</p><!-- note --><p style='display:none'>Hidden.</p><p hidden>Gone.</p><style>p{}</style>"
    assert "Hidden" not in read_document(page, "a.html").text
    assert read_document(page, "a.html").text.startswith("Shown.")


def test_an_empty_page_is_unreadable_and_deep_nesting_harmless() -> None:
    """Neither crashes."""
    with pytest.raises(UnreadableDocument, match="not HTML"):
        read_document(b" ", "a.html")
    deep = read_document(b"<p>first</p>" + b"<div>" * 100_000 + b"x", "a.html")
    assert deep.text == "first"
    assert deep.notes == ("page cut off: nested more than 256 deep, or more than 10 MB in one piece",)
