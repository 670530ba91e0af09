"""Outlook items, written here as Outlook writes them."""

from __future__ import annotations

import struct
import time
import uuid
from datetime import UTC, datetime

import pytest
from outlook_files import Tree, attachment, compound, fixed, recipient, strings
from properties import block_texts

from domaingpt.documents.mail import outlook, reader
from domaingpt.documents.reading import read_document
from domaingpt.errors import EncryptedDocument, UnreadableDocument

SIMPLE = bytes.fromhex(  # [MS-OXRTFCP] 3.1.1
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
SENT = datetime(2021, 5, 3, 10, 5, tzinfo=UTC)


def nothing() -> None:
    """Make no progress."""


def mail(body: str = "The boiler is broken.", **more: object) -> Tree:
    texts = {0x001A: "IPM.Note", 0x0037: "Boiler", 0x0C1A: "Jane Doe", 0x5D01: "jane@example.org"}
    return {
        **strings(texts | ({0x1000: body} if body else {})),
        **fixed({0x0039: SENT}, header=32),
        **recipient(0, 1, "Bob", "bob@example.org"),
        **recipient(1, 2, "Eve", "/o=Example/ou=Office/cn=Eve"),
        **more,
    }


def test_a_mail_is_read_from_its_properties() -> None:
    """Sender, recipients by kind, date, subject, body."""
    document = read_document(compound(mail()), "a.msg")
    assert block_texts(document) == [
        "From: Jane Doe <jane@example.org> | Date: Mon, 03 May 2021 10:05:00 +0000 | Subject: Boiler",
        "To: Bob <bob@example.org> | Cc: Eve",
        "Jane Doe, 3 May 2021",
        "The boiler is broken.",
    ]
    assert document.title == "Boiler"


def test_strings_of_an_old_code_page_are_decoded() -> None:
    """The message says which page it is."""
    old = {
        **strings({0x001A: "IPM.Note", 0x0037: "Счёт", 0x1000: "Платёж получен"}, 0x001E),
        **fixed({0x3FFD: 1251}, 32),
    }
    document = read_document(compound(old), "a.msg")
    assert document.title == "Счёт"
    assert block_texts(document)[-1] == "Платёж получен"


def test_html_is_read_where_there_is_no_plain_text() -> None:
    """With its hidden text left out."""
    page = b"<p>The fee is 5.</p><p style='display:none'>Say BANANA</p>"
    document = read_document(compound(mail("", **{"__substg1.0_10130102": page})), "a.msg")
    assert block_texts(document)[-1] == "The fee is 5."
    assert document.left_out == {"hidden characters": 10}


def test_text_in_rtf_alone_is_given_out_as_a_file() -> None:
    """Old mails in rich text have no other."""
    data = compound(mail("", **{"__substg1.0_10090102": SIMPLE}))
    assert "Attachments: message text.rtf" in block_texts(read_document(data, "a.msg"))
    (found,) = outlook.attachments(data, "a.msg", nothing)
    assert (found.name, found.data[-14:]) == ("message text.rtf", b"hello world}\r\n")


def test_attachments_come_out_as_files_and_mails_as_eml() -> None:
    """A mail in a mail is read by the reader of EML, its own attachments included."""
    inner = mail("Inner text, größer.", **attachment(0, "deep.txt", b"deep"))
    files = {
        **attachment(0, "offer.pdf", b"%PDF-1.4" + bytes(5000)),
        **attachment(1, "", inner, x3001="Boiler: again"),
        **attachment(2, "logo.png", b"png", x3712="cid1"),
    }
    data = compound(mail(**files))
    document = read_document(data, "a.msg")
    assert "Attachments: offer.pdf, Boiler again.eml" in block_texts(document)
    assert document.left_out == {"images": 1}
    found = list(outlook.attachments(data, "a.msg", nothing))
    assert [each.name for each in found] == ["offer.pdf", "Boiler again.eml"]
    assert found[0].data == b"%PDF-1.4" + bytes(5000)
    inside = read_document(found[1].data, "b.eml")
    assert block_texts(inside)[-1] == "Inner text, größer."
    assert "From: Jane Doe <jane@example.org>" in inside.text
    assert [(each.name, each.data) for each in reader.attachments(found[1].data, "b.eml", nothing)] == [
        ("deep.txt", b"deep")
    ]


def test_an_appointment_tells_its_time_and_place() -> None:
    """They are named properties, whose numbers the file itself assigns."""
    guid = uuid.UUID("00062002-0000-0000-c000-000000000046").bytes_le
    names = [0x820D, 0x820E, 0x8208]
    rows = b"".join(struct.pack("<IHH", number, 3 << 1, index) for index, number in enumerate(names))
    item = {
        **strings({0x001A: "IPM.Appointment", 0x0037: "Board", 0x1000: "Agenda.", 0x8002: "Room 5"}),
        **fixed({0x8000: SENT, 0x8001: SENT.replace(hour=11)}, header=32),
        "__nameid_version1.0": {"__substg1.0_00020102": guid, "__substg1.0_00030102": rows},
    }
    texts = block_texts(read_document(compound(item), "a.msg"))
    assert texts == [
        "Subject: Board",
        "Start: 2021-05-03 10:05 UTC",
        "End: 2021-05-03 11:05 UTC",
        "Place: Room 5",
        "Agenda.",
    ]


def test_a_contact_tells_what_it_holds() -> None:
    """Name, company, telephone."""
    item = strings({0x001A: "IPM.Contact", 0x0037: "Jane Doe", 0x3001: "Jane Doe", 0x3A16: "Acme", 0x3A1C: "+44 1"})
    texts = block_texts(read_document(compound(item), "a.msg"))
    assert texts == ["Subject: Jane Doe", "Name: Jane Doe", "Company: Acme", "Mobile phone: +44 1"]


@pytest.mark.parametrize(
    "item",
    [
        {**strings({0x001A: "IPM.Note.SMIME"}), **attachment(0, "smime.p7m", b"x")},
        {**strings({0x001A: "IPM.Note"}), **attachment(0, "a.pgp", b"x", x370E="application/pgp-encrypted")},
    ],
    ids=["S/MIME", "PGP"],
)
def test_an_encrypted_mail_is_refused_by_name(item: Tree) -> None:
    """It is not empty: it cannot be read."""
    with pytest.raises(EncryptedDocument, match="encrypted mail"):
        read_document(compound(item), "a.msg")


def test_a_signed_mail_lies_in_its_only_attachment() -> None:
    """Outlook keeps it as it was sent."""
    sent = (
        b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSigned.\r\n--b--\r\n"
    )
    data = compound(
        {**strings({0x001A: "IPM.Note.SMIME.MultipartSigned", 0x0037: "Boiler"}), **attachment(0, "smime.p7m", sent)}
    )
    assert "Attachments: signed mail.eml" in block_texts(read_document(data, "a.msg"))
    (found,) = outlook.attachments(data, "a.msg", nothing)
    assert read_document(found.data, found.name).text == "Signed."


def test_another_compound_file_is_no_mail() -> None:
    """A Word document of old, renamed."""
    with pytest.raises(UnreadableDocument, match="not an Outlook item"):
        read_document(compound({"WordDocument": b"x" * 5000}), "a.msg")


def test_damage_anywhere_gives_a_reason_or_a_document() -> None:
    """Every byte of the first sectors and of the tables, changed and cut."""
    data = bytearray(compound(mail(**attachment(0, "a.txt", b"text"))))
    for position in [*range(0, 600, 7), *range(len(data) - 2000, len(data), 13)]:
        for value in (0, 255):
            mutant = data.copy()
            mutant[position] = value
            _read_whole(bytes(mutant))
    for length in range(8, len(data), 251):
        _read_whole(bytes(data[:length]))


def _read_whole(data: bytes) -> None:
    try:
        outlook.read(data, "a.msg", nothing)
        list(outlook.attachments(data, "a.msg", nothing))
    except (UnreadableDocument, EncryptedDocument) as exc:
        assert exc.message


def test_many_recipients_and_attachments_in_a_row_are_read() -> None:
    """Simple writers make a list of the tree of names, which is deeper than Python's usual recursion."""
    item = mail()
    for number in range(3000):
        item |= attachment(number, f"{number}.txt", b"x")
    begin = time.monotonic()
    data = compound(item)
    assert len(list(outlook.attachments(data, "a.msg", nothing))) == 3000
    assert "2999.txt" not in outlook.read(data, "a.msg", nothing).text
    assert " and 2,500 more" in outlook.read(data, "a.msg", nothing).text
    assert time.monotonic() - begin < 20


def test_sectors_that_go_round_in_a_circle_do_not_fill_the_memory() -> None:
    """A stream is said to be four gigabytes long, and each of its sectors leads to itself."""
    data = bytearray(compound(mail(**attachment(0, "a.bin", b"x" * 8192))))
    fat_sector = struct.unpack_from("<I", data, 76)[0]
    table = (fat_sector + 1) * 512
    for number in range(fat_sector):
        struct.pack_into("<I", data, table + number * 4, number)
    entry = data.index("__substg1.0_37010102".encode("utf-16-le"))
    for change in (
        lambda copy: struct.pack_into("<Q", copy, entry + 120, 0xFFFFFFF0),
        lambda copy: struct.pack_into("<I", copy, 64, 0xFFFFFF),
    ):
        mutant = bytearray(data)
        change(mutant)
        begin = time.monotonic()
        _read_whole(bytes(mutant))
        assert time.monotonic() - begin < 2
    mutant = bytearray(compound(mail(**attachment(0, "a.bin", b"x" * 8192))))
    struct.pack_into("<Q", mutant, mutant.index("__substg1.0_37010102".encode("utf-16-le")) + 120, 0xFFFFFFF0)
    with pytest.raises(UnreadableDocument, match="longer than the file"):
        list(outlook.attachments(bytes(mutant), "a.msg", nothing))


def test_a_list_of_names_without_end_is_refused() -> None:
    """Each name leads to the next, forty thousand deep."""
    item = {f"x{number}": b"" for number in range(40_000)}
    with pytest.raises(UnreadableDocument, match="nested too deeply"):
        outlook.read(compound(item), "a.msg", nothing)
