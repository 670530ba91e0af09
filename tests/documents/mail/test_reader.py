"""Mails: what a person sees of them."""

from __future__ import annotations

import base64
import contextlib

import pytest
from properties import block_texts

from domaingpt.chunks import chunk_document
from domaingpt.documents.attachments import Attachment
from domaingpt.documents.mail.reader import attachments
from domaingpt.documents.reading import read_document
from domaingpt.errors import EncryptedDocument, UnreadableDocument
from domaingpt.types import Document

HEAD = "From: Jane Doe <jane@example.org>\nTo: Bob <bob@example.org>\nDate: Mon, 3 May 2021 10:05:00 +0200\nSubject: Boiler\n"


def mail(rest: str, head: str = HEAD) -> bytes:
    return (head + rest).encode()


def multipart(kind: str, *parts: str, boundary: str = "b1") -> str:
    marked = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n{marked}--{boundary}--\n'


def read(data: bytes) -> Document:
    return read_document(data, "a.eml")


def body(data: bytes) -> list[str]:
    """Return the blocks behind the heading that names sender and day."""
    texts = block_texts(read(data))
    return texts[texts.index("Jane Doe, 3 May 2021") + 1 :]


def files(data: bytes) -> list[Attachment]:
    return list(attachments(data, "a.eml", lambda: None))


def test_the_first_row_tells_who_wrote_when_about_what() -> None:
    """One quote answers when Jane wrote about the boiler."""
    document = read(mail("\nIt is broken.\n"))
    assert block_texts(document) == [
        "From: Jane Doe <jane@example.org> | Date: Mon, 3 May 2021 10:05:00 +0200 | Subject: Boiler",
        "To: Bob <bob@example.org>",
        "Jane Doe, 3 May 2021",
        "It is broken.",
    ]
    assert [block.kind for block in document.blocks] == ["row", "row", "heading", "paragraph"]
    assert document.title == "Boiler"
    assert document.notes == ()


def test_each_chunk_of_a_long_mail_knows_sender_day_and_subject() -> None:
    """They are in its context."""
    paragraphs = "\n\n".join(f"Sentence number {n} of a long mail about heating." for n in range(100))
    document = read(mail(f"\n{paragraphs}\n"))
    chunks = chunk_document(
        document, count_tokens=lambda texts: [len(text.split()) for text in texts], max_tokens=60, context_tokens=40
    )
    assert len(chunks) > 5
    assert all(chunk.context == "Boiler › Jane Doe, 3 May 2021" for chunk in chunks[1:])


def test_of_two_alternatives_the_plain_one_is_read() -> None:
    """They say the same; the HTML one with more ado."""
    data = mail(multipart("alternative", "Content-Type: text/plain\n\nThe fee is 5.",
                          "Content-Type: text/html\n\n<p>The <b>fee</b> is 5.</p>"))  # fmt: skip
    assert body(data) == ["The fee is 5."]


@pytest.mark.parametrize(
    "stub",
    ["", "  \n", "Your mail program does not support HTML.", "View this mail in your browser: https://example.org/x",
     "https://example.org/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
)  # fmt: skip
def test_a_plain_alternative_that_says_nothing_gives_way_to_html(stub: str) -> None:
    """The page is read whole, rows as rows."""
    page = (
        "<h1>Prices</h1><table><tr><th>Part</th><th>Price</th></tr><tr><td>Valve</td><td>12</td></tr></table>"
        "<p>All prices of this newsletter hold until the end of next month.</p>"
    )
    data = mail(multipart("alternative", f"Content-Type: text/plain\n\n{stub}", f"Content-Type: text/html\n\n{page}"))
    document = read(data)
    assert body(data)[0] == "Prices"
    row = next(block for block in document.blocks if document.text[block.start : block.end] == "Valve | 12")
    assert (row.kind, row.header) == ("row", "Part | Price")
    heading = next(block for block in document.blocks if document.text[block.start : block.end] == "Prices")
    assert heading.level == 3  # below sender and day


def test_a_table_of_figures_is_read_from_the_page() -> None:
    """Plain text has one cell a line, so that no figure knows its row and column."""
    rows = "".join(f"<tr><td>Part {n}</td><td>{n * 7}</td></tr>" for n in range(1, 5))
    page = f"<p>Dear Bob,</p><table><tr><th>Item</th><th>Price</th></tr>{rows}</table><p>Best</p>"
    plain = "Dear Bob,\n\nItem\nPrice\n" + "".join(f"Part {n}\n{n * 7}\n" for n in range(1, 5)) + "Best"
    data = mail(multipart("alternative", f"Content-Type: text/plain\n\n{plain}", f"Content-Type: text/html\n\n{page}"))
    assert body(data) == [
        "Dear Bob,",
        "Item | Price",
        "Part 1 | 7",
        "Part 2 | 14",
        "Part 3 | 21",
        "Part 4 | 28",
        "Best",
    ]


def test_html_is_read_whole_without_what_is_hidden() -> None:
    """A mail is no article; the preview line of newsletters is hidden."""
    page = "<span style='display:none'>Preview</span><p>One.</p><p>Two.</p><img src='cid:x'>"
    data = mail(f"Content-Type: text/html; charset=utf-8\n\n{page}\n")
    assert body(data) == ["One.", "Two."]
    assert read(data).left_out == {"hidden characters": 7}


def test_attachments_are_named_in_the_text_and_given_out() -> None:
    """Under the same names."""
    pdf = base64.encodebytes(b"%PDF-1.4 data").decode()
    data = mail(multipart(
        "mixed", "Content-Type: text/plain\n\nSee offer.",
        f'Content-Type: application/pdf; name="offer.pdf"\nContent-Transfer-Encoding: base64\n\n{pdf}',
        "Content-Type: text/csv\nContent-Disposition: attachment; filename*=utf-8''gr%C3%B6%C3%9Fe.csv\n\na,b\n1,2",
        "Content-Type: application/pdf\nContent-Disposition: attachment\n\n%PDF",
    ))  # fmt: skip
    assert "Attachments: offer.pdf, größe.csv, part 3.pdf" in block_texts(read(data))
    assert body(data) == ["See offer."]
    assert files(data) == [
        Attachment("offer.pdf", b"%PDF-1.4 data"), Attachment("größe.csv", b"a,b\n1,2"), Attachment("part 3.pdf", b"%PDF"),
    ]  # fmt: skip


def test_a_mail_in_a_mail_is_a_file_named_by_its_subject() -> None:
    """It is read as a mail of its own."""
    inner = "Content-Type: message/rfc822\n\n" + HEAD.replace("Boiler", "Re: Boiler / valve") + "\nInner text."
    data = mail(multipart("mixed", "Content-Type: text/plain\n\nSee below.", inner))
    (found,) = files(data)
    assert found.name == "Re Boiler valve.eml"
    assert body(found.data) == ["Inner text."]
    assert "Inner text" not in read(data).text


def test_a_mail_in_a_digest_needs_no_type() -> None:
    """RFC 2046, section 5.1.5."""
    data = mail(multipart("digest", "\n" + HEAD + "\nOne.", "\n" + HEAD + "\nTwo."))
    assert [body(each.data) for each in files(data)] == [["One."], ["Two."]]


def test_images_of_the_text_are_counted_and_photos_attached() -> None:
    """What stands in multipart/related belongs to the page."""
    related = multipart("related", "Content-Type: text/html\n\n<p>Hi.<img src='cid:1'></p>",
                        'Content-Type: image/png; name="logo.png"\nContent-ID: <1>\n\npng', boundary="b2")  # fmt: skip
    data = mail(multipart("mixed", related, 'Content-Type: image/jpeg; name="IMG_1.jpg"\n'
                          "Content-Disposition: inline\n\njpg"))  # fmt: skip
    assert body(data) == ["Hi."]
    assert read(data).left_out == {"images": 1}
    assert [each.name for each in files(data)] == ["IMG_1.jpg"]


def test_attachments_inside_the_richer_alternative_are_not_lost() -> None:
    """Apple Mail puts them there."""
    rich = multipart("mixed", "Content-Type: text/html\n\n<p>Hi there.</p>",
                     'Content-Type: application/pdf; name="a.pdf"\n\n%PDF', boundary="b2")  # fmt: skip
    data = mail(multipart("alternative", "Content-Type: text/plain\n\nHi there.", rich))
    assert body(data) == ["Hi there."]
    assert [each.name for each in files(data)] == ["a.pdf"]


def test_an_invitation_is_lines_of_what_when_and_where() -> None:
    """Beside the text."""
    calendar = (
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:16010101T030000\nEND:STANDARD\nEND:VTIMEZONE\n"
        'BEGIN:VEVENT\nSUMMARY:Board\\, quarterly\nDTSTART;TZID="Europe/Berlin":20210503T100000\n'
        "DTEND:20210503T090000Z\nLOCATION:Room\n  5\nORGANIZER;CN=Jane Doe:mailto:jane@example.org\n"
        "DESCRIPTION:One\\nTwo\nEND:VEVENT\nEND:VCALENDAR"
    )
    data = mail(multipart("alternative", "Content-Type: text/plain\n\nYou are invited.",
                          f"Content-Type: text/calendar; method=REQUEST\n\n{calendar}"))  # fmt: skip
    assert body(data) == [
        "You are invited.", "Event: Board, quarterly", "Start: 2021-05-03 10:00 (Europe/Berlin)",
        "End: 2021-05-03 09:00 (UTC)", "Place: Room 5", "Organizer: Jane Doe <jane@example.org>", "Description: One\nTwo",
    ]  # fmt: skip


def test_a_report_on_delivery_is_read_as_text() -> None:
    """Why it bounced, whatever its disposition."""
    report = (
        "Content-Type: message/delivery-status\nContent-Disposition: attachment; filename=d.txt\n\nStatus: 4.2.2 (full)"
    )
    returned = "Content-Type: message/rfc822-headers\n\nSubject: Offer 17"
    data = mail(multipart("report", "Content-Type: text/plain\n\nNot delivered.", report, returned))
    assert body(data) == ["Not delivered.", "Status: 4.2.2 (full)", "Subject: Offer 17"]
    assert files(data) == []


def test_a_signature_is_no_attachment() -> None:
    """A signed mail is read; its seal says nothing."""
    data = mail(multipart("signed", "Content-Type: text/plain\n\nSigned text.",
                          'Content-Type: application/pkcs7-signature; name="smime.p7s"\n\nxyz'))  # fmt: skip
    assert body(data) == ["Signed text."]
    assert files(data) == []


@pytest.mark.parametrize("way", ["in one piece", "in chunks of unknown number"])
def test_a_mail_inside_its_signature_is_read(way: str) -> None:
    """S/MIME as Outlook sends it, unless told otherwise: nothing but base64 to other programs."""
    inner = multipart(
        "mixed", "Content-Type: text/plain\n\nSigned text.", 'Content-Type: text/csv; name="a.csv"\n\n1,2'
    )
    signed = tagged(0x04, inner.encode())
    if way != "in one piece":
        chunks = b"".join(tagged(0x04, inner.encode()[n : n + 50]) for n in range(0, len(inner), 50))
        signed = b"\x24\x80" + chunks + b"\0\0"
    encapsulated = tagged(0x30, tagged(0x06, bytes.fromhex("2a864886f70d010701")) + tagged(0xA0, signed))
    seal = tagged(0x30, tagged(0x02, b"\1") + tagged(0x31, tagged(0x30, b"")) + encapsulated + tagged(0x31, b""))
    whole = tagged(0x30, tagged(0x06, bytes.fromhex("2a864886f70d010702")) + tagged(0xA0, seal))
    head = 'Content-Type: application/pkcs7-mime; smime-type=signed-data; name="smime.p7m"\nContent-Transfer-Encoding: base64\n\n'
    data = mail(head + base64.encodebytes(whole).decode())
    assert body(data) == ["Signed text."]
    assert files(data) == [Attachment("a.csv", b"1,2")]
    for length in range(0, len(whole), 7):
        cut = mail(head + base64.encodebytes(whole[:length]).decode())
        with contextlib.suppress(EncryptedDocument):
            read(cut)


def tagged(tag: int, content: bytes) -> bytes:
    """Return a value in DER."""
    n = len(content)
    return bytes([tag]) + (bytes([n]) if n < 0x80 else b"\x82" + n.to_bytes(2, "big")) + content


@pytest.mark.parametrize(
    "rest",
    [
        multipart("encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1",
                  "Content-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----"),
        'Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\n\nxyz',
        "\n-----BEGIN PGP MESSAGE-----\n\nhQIMA\n-----END PGP MESSAGE-----\n",
    ],
    ids=["PGP/MIME", "S/MIME", "PGP in the text"],
)  # fmt: skip
def test_an_encrypted_mail_is_refused_by_name(rest: str) -> None:
    """It is not empty: it cannot be read."""
    with pytest.raises(EncryptedDocument, match="encrypted mail"):
        read(mail(rest))


def test_an_encrypted_part_beside_text_is_counted() -> None:
    """The text is read."""
    data = mail(multipart("mixed", "Content-Type: text/plain\n\nSee the list's rules.",
                          "Content-Type: application/pkcs7-mime\n\nxyz"))  # fmt: skip
    assert body(data) == ["See the list's rules."]
    assert read(data).left_out == {"encrypted parts": 1}


def test_text_that_is_no_mail_is_refused() -> None:
    """A file may be called .eml."""
    with pytest.raises(UnreadableDocument, match="not a mail"):
        read(b"Just some notes\nof a meeting.\n")


def test_apple_mail_files_are_mails_with_a_number_before_and_settings_behind() -> None:
    """The number says how long the mail is."""
    inside = mail("\nHello.\n")
    data = f"{len(inside)}      \n".encode() + inside + b'<?xml version="1.0"?><plist>flags</plist>'
    texts = block_texts(read_document(data, "1.emlx"))
    assert texts[-1] == "Hello."


def test_line_ends_of_all_systems_are_read() -> None:
    """Those of old Macs too."""
    rest = multipart("mixed", "Content-Type: text/plain\n\nOne.", 'Content-Type: text/x-log; name="a.log"\n\nline')
    for end in ("\r\n", "\r"):
        data = mail(rest).replace(b"\n", end.encode())
        assert body(data) == ["One."]
        assert [(each.name, each.data) for each in files(data)] == [("a.log", b"line")]


def test_flowed_text_is_joined_where_the_program_broke_it() -> None:
    """RFC 3676: a space at the end of a line, by depth of quoting."""
    text = "The boiler \nis broken.\nSince May.\n\n> Which \n> one?\n\n-- \nJane"
    data = mail(f"Content-Type: text/plain; format=flowed\n\n{text}")
    assert body(data) == ["The boiler is broken.\nSince May.", "> Which one?", "--\nJane"]
    data = mail("Content-Type: text/plain; format=flowed; delsp=yes\n\nDonaudampf \nschiff")
    assert body(data) == ["Donaudampfschiff"]


def test_a_mail_of_attachments_alone_has_no_heading() -> None:
    """Scanners send such."""
    data = mail('Content-Type: application/pdf; name="scan.pdf"\n\n%PDF')
    assert block_texts(read(data))[1:] == ["To: Bob <bob@example.org>", "Attachments: scan.pdf"]


def test_parts_marked_otherwise_than_declared_are_read_with_a_note() -> None:
    """Programs of spammers and scanners do so."""
    data = mail(
        'Content-Type: multipart/mixed; boundary="other"\n\n--real\nContent-Type: text/plain\n\nText.\n--real--'
    )
    assert body(data) == ["Text."]
    assert read(data).notes == ("damaged: its parts are marked otherwise than declared",)


def test_an_inner_part_with_the_boundary_of_the_outer_one_keeps_its_alternatives() -> None:
    """And the attachments behind its end are not lost."""
    data = mail(
        'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: multipart/alternative; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nSame text.\n--b\nContent-Type: text/html\n\n<p>Same text.</p>\n--b--\n"
        '--b\nContent-Type: application/pdf; name="a.pdf"\n\n%PDF\n--b--\n'
    )
    assert body(data) == ["Same text."]
    assert [each.name for each in files(data)] == ["a.pdf"]
    assert read(data).notes == ()


def test_text_behind_the_last_part_is_counted() -> None:
    """Some lists put their footer there."""
    data = mail(multipart("mixed", "Content-Type: text/plain\n\nText.") + "\nFooter of a list\n")
    assert read(data).left_out == {"characters outside all parts": len("Footer of a list")}
