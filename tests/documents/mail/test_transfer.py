"""Transfer encodings and charsets, whole and damaged."""

from __future__ import annotations

import base64
import binascii

import pytest

from domaingpt.documents.mail.transfer import decode_text, decoded_transfer

TEXT = b"The boiler was repaired on Monday."
ENCODED = base64.b64encode(TEXT)


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (ENCODED, TEXT),
        (b"\r\n".join(ENCODED[i : i + 8] for i in range(0, len(ENCODED), 8)) + b"\r\n", TEXT),
        (ENCODED.rstrip(b"="), TEXT),
        (b"* " + ENCODED[:12] + b"!\0\xff" + ENCODED[12:], TEXT),
        (ENCODED + b"\n" + base64.b64encode(b" Again."), TEXT + b" Again."),
        (ENCODED[:17], TEXT[:12]),
        (b"", b""),
        (b"=", b""),
    ],
    ids=["whole", "lines", "no padding", "foreign bytes", "two texts", "cut", "empty", "padding alone"],
)
def test_base64_gives_what_can_be_had(encoded: bytes, expected: bytes) -> None:
    """Damage costs its place."""
    assert decoded_transfer(encoded, " BASE64 ") == expected


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        (b"Gr=C3=B6=C3=9Fe", "Größe".encode()),
        (b"soft=\r\nbreak", b"softbreak"),
        (b"padded=  \r\nbreak", b"paddedbreak"),
        (b"5 = 5 and =ZZ", b"5 = 5 and =ZZ"),
        (b"end=", b"end"),
    ],
)
def test_quoted_printable_keeps_what_is_none(encoded: bytes, expected: bytes) -> None:
    """A lone "=" is text."""
    assert decoded_transfer(encoded, "Quoted-Printable") == expected


def test_uuencoded_lines_are_read_and_others_skipped() -> None:
    """Mail of the nineties."""
    encoded = b"begin 644 a.txt\n" + binascii.b2a_uu(TEXT) + b"!!damaged~~~~\n" + b"`\nend\n"
    assert decoded_transfer(encoded, "x-uuencode").startswith(TEXT)
    assert decoded_transfer(TEXT, "7bit") == TEXT


@pytest.mark.parametrize(
    ("data", "charset", "expected"),
    [
        ("Größe".encode("cp1252"), "iso-8859-1", "Größe"),
        ("Größe – “neu”, für alle größer".encode(), "iso-8859-1", "Größe – “neu”, für alle größer"),
        ("Größe 5 €, für alle".encode("cp1252"), "utf-8", "Größe 5 €, für alle"),
        ("日本語".encode("iso-2022-jp"), "ISO-2022-JP", "日本語"),
        ("你好，世界".encode("gb18030"), "gb2312", "你好，世界"),
        ("Größe".encode("utf-16"), "utf-16", "Größe"),
        (b"plain", "utf-16", "plain"),
        (b"plain", "cp037", "plain"),
        ("Größe".encode(), "", "Größe"),
        ("Größe".encode(), "unknown-8bit", "Größe"),
    ],
)
def test_text_is_decoded_by_its_charset_unless_that_is_wrong(data: bytes, charset: str, expected: str) -> None:
    """Bytes that are surely UTF-8 are UTF-8."""
    assert decode_text(data, charset)[0] == expected
