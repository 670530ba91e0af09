"""Which files without a suffix are mails, and which only look a little like one."""

from __future__ import annotations

import pytest
from outlook_files import compound, strings

from domaingpt.documents.mail.sniffing import looks_like_mail, mail_suffix


@pytest.mark.parametrize(
    ("head", "suffix"),
    [
        (b"From: Jane <jane@example.org>\nSubject: Boiler\n\nText", ".eml"),
        (b"Return-Path: <jane@example.org>\r\nReceived: from a (b) by c;\r\n\tMon\r\nSubject: x\r\n\r\nText", ".eml"),
        (b"Received: from a (1.2.3.4) by b with SMTP id 5\n" + b"X-Long: y\n" * 500, ""),
        (b"Received: from a (1.2.3.4) by b\nMessage-ID: <x@y>\n" + b"X-Long: y\n" * 500, ".eml"),
        (b"MIME-Version: 1.0\nDate: Mon, 3 May 2021\nFrom: a@example.org\nTo: b@example.org\n\n", ".eml"),
        (b"\xef\xbb\xbfFrom: a@example.org\nTo: b@example.org\n\nx", ".eml"),
        (b"From jane@example.org Mon May  3 10:05:00 2021\nReturn-Path: <x>\n", ".mbox"),
        (b"From - Mon May 03 10:05:00 2021\nX-Mozilla-Status: 0001\n", ".mbox"),
        (compound(strings({0x001A: "IPM.Note", 0x0037: "x"})), ".msg"),
    ],
)  # fmt: skip
def test_mails_are_known_by_their_first_bytes(head: bytes, suffix: str) -> None:
    """The suffix they should have, or none."""
    assert mail_suffix(head) == suffix
    assert looks_like_mail(head) == bool(suffix)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\n\n",
        b"Subject: history\nTo: remember\n\nNotes of a lesson.",
        b"From: Jane\nTo: Bob\nDate: today\n\nDon't forget the milk.",
        b"From the beginning at 10:05 in 2021\nit was clear: nobody knew.",
        b"From: London\nTo: Paris\nDate: 3 May\n\nItinerary",
        b"Received: 12 boxes\nFrom: Acme Ltd\nDate: 3 May\n",
        b"---\ntitle: Mail\nfrom: jane@example.org\nto: bob@example.org\n---\n# Text",
        b"HTTP/1.1 200 OK\r\nDate: Mon, 3 May 2021\r\nContent-Type: text/html\r\n\r\n<html>",
        b"Date: Mon, 3 May 2021 10:05:00 GMT\r\nServer: Apache\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n",
        b"GET / HTTP/1.1\r\nFrom: bot@example.org\r\nDate: now\r\nHost: x\r\n\r\n",
        b"2021-05-03 10:05:00 INFO From: jane@example.org To: bob@example.org Subject: x\n",
        b"May  3 10:05:00 host postfix/smtp[1]: to=<bob@example.org>, Message-ID: <x@y>\n",
        b"From: jane@example.org\nIt was a dark night.\nSubject: weather\n\n",
        b"Name: x\nVersion: 1.0\nSummary: a package\nAuthor-email: jane@example.org\n\nDescription",
        b"Subject: a\nReferences: 5, 6\n\nAn essay.",
        b"key: value\nfrom: 5\nto: 6\n",
        b"%PDF-1.4\nFrom: a@example.org\nTo: b\n\n",
        compound({"WordDocument": b"x"}),
        bytes(range(256)) * 16,
    ],
)  # fmt: skip
def test_what_looks_a_little_like_mail_is_none(head: bytes) -> None:
    """Notes, itineraries, logs, front matter, dumps of HTTP, package metadata."""
    assert not looks_like_mail(head)
