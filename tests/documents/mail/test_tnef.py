"""winmail.dat, written here as Outlook writes it."""

from __future__ import annotations

import base64
import struct

from properties import block_texts

from domaingpt.documents.mail.reader import attachments
from domaingpt.documents.mail.tnef import PackedFile, Unpacked, unpack
from domaingpt.documents.reading import read_document


def attribute(tag: int, value: bytes) -> bytes:
    return struct.pack("<BII", 2, tag, len(value)) + value + b"\0\0"


def properties(*values: bytes) -> bytes:
    return struct.pack("<I", len(values)) + b"".join(values)


def text_property(number: int, text: str) -> bytes:
    raw = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x1F, number, 1, len(raw)) + raw.ljust(-(-len(raw) // 4) * 4, b"\0")


NAMED = struct.pack("<HH16sII", 0x0003, 0x8005, bytes(16), 0, 0x8501) + struct.pack("<I", 7)
SHORT = struct.pack("<HHHH", 0x000B, 0x0E1B, 1, 0)
WINMAIL = (
    struct.pack("<IH", 0x223E9F78, 5)
    + attribute(0x00069007, struct.pack("<II", 1252, 0))
    + attribute(0x00069003, properties(NAMED, SHORT, text_property(0x1000, "Die Größe ist 5.")))
    + attribute(0x00069002, bytes(14))
    + attribute(0x00018010, b"GRE~1.PDF\0")
    + attribute(0x0006800F, b"%PDF-1.4")
    + attribute(0x00069005, properties(SHORT, text_property(0x3707, "größe.pdf")))
    + attribute(0x00069002, bytes(14))
    + attribute(0x00018010, "Brücke.txt".encode("cp1252") + b"\0")
    + attribute(0x0006800F, b"text")
)


def unpacked(data: bytes) -> Unpacked:
    return unpack(data, lambda: None)


def mail(text: str) -> bytes:
    wrapped = base64.encodebytes(WINMAIL).decode()
    return (
        "From: a@example.org\nSubject: s\nContent-Type: multipart/mixed; boundary=b\n\n"
        f"--b\n\n{text}\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\n"
        f"Content-Transfer-Encoding: base64\n\n{wrapped}\n--b--\n"
    ).encode()


def test_files_in_it_are_attachments_of_the_mail() -> None:
    """Under their long names."""
    data = mail("See the drawings.")
    texts = block_texts(read_document(data, "a.eml"))
    assert texts[1:] == ["Attachments: größe.pdf, Brücke.txt", "a@example.org", "See the drawings."]
    found = list(attachments(data, "a.eml", lambda: None))
    assert [(each.name, each.data) for each in found] == [("größe.pdf", b"%PDF-1.4"), ("Brücke.txt", b"text")]


def test_its_text_is_read_where_the_mail_has_no_other() -> None:
    """Some servers leave nothing else."""
    assert block_texts(read_document(mail(""), "a.eml"))[-1] == "Die Größe ist 5."


def test_damage_gives_what_stands_before_it() -> None:
    """Cut anywhere, changed anywhere."""
    assert unpacked(WINMAIL[:-6]).files[0] == PackedFile("größe.pdf", b"%PDF-1.4")
    assert unpacked(WINMAIL[:-6]).is_damaged
    for length in range(len(WINMAIL)):
        unpacked(WINMAIL[:length])
    for position in range(6, len(WINMAIL)):
        unpacked(WINMAIL[:position] + b"\xff" + WINMAIL[position + 1 :])


def test_what_is_no_winmail_is_named_as_damaged() -> None:
    """It is not lost without a word."""
    data = mail("Text.").replace(base64.encodebytes(WINMAIL), b"AAAA\n")
    (found,) = attachments(data, "a.eml", lambda: None)
    assert (found.name, found.data, found.reason) == ("winmail.dat", b"", "damaged winmail.dat")
