"""Web pages saved as one file."""

from __future__ import annotations

import pytest

from domaingpt.documents.reading import read_document
from domaingpt.errors import UnreadableDocument

PAGE = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/\r\nSubject: Prices\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    '<html><head><meta charset=3D"utf-8"></head><body><p>Die Gr=C3=B6=C3=9Fe ist =\r\n5 m.</p></body></html>\r\n'
    "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
    "--b\r\nContent-Type: text/css\r\n\r\np { color: red }\r\n--b--\r\n"
)  # fmt: skip


@pytest.mark.parametrize("suffix", [".mht", ".mhtml"])
def test_the_page_is_read_and_its_images_are_counted(suffix: str) -> None:
    """As if it were saved as HTML."""
    document = read_document(PAGE.encode(), "a" + suffix)
    assert document.text == "Die Größe ist 5 m."
    assert document.title == "Prices"
    assert document.left_out == {"images": 1}


def test_an_archive_without_a_page_is_refused() -> None:
    """By name."""
    with pytest.raises(UnreadableDocument, match="no web page"):
        read_document(b"From: x\nContent-Type: image/png\n\nx", "a.mht")
