"""Mailboxes in their dialects."""

from __future__ import annotations

import time

import pytest
from properties import block_texts

from domaingpt.documents.mail.mailbox import attachments
from domaingpt.documents.reading import read_document
from domaingpt.errors import UnreadableDocument

LINE = "From jane@example.org Mon May  3 10:05:00 2021\n"


def mail(subject: str, body: str, day: int = 3, more: str = "") -> str:
    return f"From: jane@example.org\nDate: Mon, {day} May 2021 10:05:00 +0200\nSubject: {subject}\n{more}\n{body}\n"


def mails(text: str) -> list[tuple[str, str]]:
    found = attachments(text.encode(), "a.mbox", lambda: None)
    return [(each.name, each.data.decode().partition("\n\n")[2].strip()) for each in found]


def test_a_mailbox_says_how_many_mails_of_when_it_holds() -> None:
    """Its mails are files of their own."""
    data = LINE + mail("Later", "b", 9) + "\n" + LINE + mail("Earlier", "a", 2) + "\n" + LINE + mail("No date", "c", 99)
    document = read_document(data.encode(), "a.mbox")
    assert block_texts(document) == ["This mailbox holds 3 mails, from 2 May 2021 to 9 May 2021."]
    one = read_document((LINE + mail("Only", "b", 9)).encode(), "a.mbx")
    assert one.text == "This mailbox holds 1 mail, of 9 May 2021."


def test_mails_are_named_by_number_and_subject_and_appending_keeps_the_names() -> None:
    """Subjects are no paths."""
    data = LINE + mail("Re: a/b", "One.") + "\n" + LINE + mail("", "Two.")
    assert mails(data) == [("0001 Re a b.eml", "One."), ("0002.eml", "Two.")]
    assert mails(data + "\n" + LINE + mail("New", "Three."))[:2] == mails(data)


def test_the_mail_given_out_is_read_as_mail() -> None:
    """Without the line that parted it from others."""
    (found,) = attachments((LINE + mail("Boiler", "It is broken.")).encode(), "a.mbox", lambda: None)
    assert block_texts(read_document(found.data, found.name))[-1] == "It is broken."


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_that_begin_with_from_do_not_part_a_mail(end: str) -> None:
    """Neither behind a line of text, nor as a sentence behind a blank one, nor marked."""
    body = "Dear Bob,\nFrom there at 10:05 2021\n\nFrom now on we pay.\n\nFrom: quoted header\n\n>From jane Mon 10:05 2021\n>>From x"
    data = (LINE + mail("A", body) + "\n" + LINE + mail("B", "b")).replace("\n", end)
    found = [each.data.decode().replace(end, "\n").partition("\n\n")[2].strip()
             for each in attachments(data.encode(), "a.mbox", lambda: None)]  # fmt: skip
    assert found == [body.replace(">From", "From").replace(">>From", ">From"), "b"]


def test_a_mail_that_tells_its_length_keeps_lines_that_look_like_another() -> None:
    """The dialect mboxcl2 marks nothing in its mails."""
    body = "Look:\n\n" + LINE + "Subject: not a mail of its own\n\nend\n"
    first = mail("A", body, more=f"Content-Length: {len(body) + 1}\n")
    assert [name for name, _ in mails(LINE + first + LINE + mail("B", "b"))] == ["0001 A.eml", "0002 B.eml"]
    wrong = mail("A", "x", more="Content-Length: 70\n")
    assert [name for name, _ in mails(LINE + wrong + "\n" + LINE + mail("B", "b"))] == ["0001 A.eml", "0002 B.eml"]


def test_a_file_without_a_mail_is_no_mailbox() -> None:
    """Also one that says From."""
    with pytest.raises(UnreadableDocument, match="not a mailbox"):
        read_document(b"From the desk of Jane\n\nFrom here to there.\n", "a.mbox")


def test_time_is_linear_and_progress_is_shown() -> None:
    """Fifty megabytes that look like borders and are none, and a hundred thousand mails."""
    steps: list[int] = []
    begin = time.monotonic()
    with pytest.raises(UnreadableDocument):
        read_document(b"\n\nFrom x\n" * 2_000_000, "a.mbox", lambda: steps.append(1))
    assert len(steps) >= 40
    many = (LINE + "Subject: s\n\nb\n\n").encode() * 50_000
    assert read_document(many, "a.mbox", lambda: steps.append(1)).text == "This mailbox holds 50,000 mails."
    assert time.monotonic() - begin < 20
    assert sum(1 for _ in attachments(many, "a.mbox", lambda: None)) == 50_000
