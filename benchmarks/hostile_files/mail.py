"""Mails and mailboxes that are hostile: nesting, headers, encodings, attachments."""

from __future__ import annotations

import base64

from hostile_files import MB, HostileFile

HEAD = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: Boiler\r\nDate: Mon, 4 Jan 2021 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
BODY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe boiler was replaced in 2021.\r\n"


def nested_parts(depth: int = 20_000) -> bytes:
    head = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i) for i in range(depth))
    tail = b"".join(b"\r\n--b%d--\r\n" % i for i in reversed(range(depth)))
    return HEAD + head + BODY + tail


def nested_mails(depth: int = 2000) -> bytes:
    return (HEAD + b"Content-Type: message/rfc822\r\n\r\n") * depth + HEAD + BODY


def many_parts() -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 300_000 + b"--b--\r\n"


def many_attachments() -> bytes:
    part = b'--b\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="../../a%d.pdf"\r\n\r\nx\r\n'
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"".join(part % i for i in range(20_000))
        + b"--b--\r\n"
    )


def long_header() -> bytes:
    return HEAD + b"X-Long: " + b"a " * (20 * MB) + b"\r\n" + BODY


def folded_header() -> bytes:
    return HEAD + b"Subject: a\r\n" + b" b\r\n" * 1_000_000 + BODY


def many_headers() -> bytes:
    return HEAD + b"".join(b"X-%d: a\r\n" % i for i in range(300_000)) + BODY


def many_addresses() -> bytes:
    return b"To: " + b'"a, b" <a@example.org>,(((( ' * 30_000 + b"\r\n" + HEAD + BODY


def encoded_words() -> bytes:
    return b"Subject: " + b"=?utf-8?q?=C3=A9?= " * 100_000 + b"\r\n" + HEAD + BODY


def continued_parameters() -> bytes:
    more = b"".join(b"\r\n name*%d*=%%41;" % i for i in range(50_000))
    return HEAD + b"Content-Type: text/plain;" + more + b"\r\n\r\nText.\r\n"


def open_boundary() -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + BODY * 1000


def empty_boundary() -> bytes:
    return HEAD + b'Content-Type: multipart/mixed; boundary=""\r\n\r\n' + b"--\r\n" * 200_000 + BODY


def own_boundaries() -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 5000)
        + BODY
    )


def large_attachment() -> bytes:
    head = b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\n"
    return HEAD + head + base64.encodebytes(b"\0" * (60 * MB))


def odd_encodings() -> bytes:
    parts = b"".join(
        b"--b\r\nContent-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n=ZZ\xff\xfe+AGE- begin 644 x\r\n"
        % (c, e)
        for c in (b"undefined", b"punycode", b"utf-7", b"no-such", b"zlib_codec", b"idna")
        for e in (b"base64", b"quoted-printable", b"uuencode", b"8bit", b"no-such")
    )
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"


def page_that_fetches() -> bytes:
    return (
        HEAD
        + b"Content-Type: text/html\r\n\r\n<img src='http://127.0.0.1:9/seen.png'><p>The boiler was replaced in 2021.</p>"
    )


def mailbox_of_beginnings() -> bytes:
    return b"From a@example.org Mon Jan  4 10:00:00 2021\n" * 300_000


def mailbox_of_mails() -> bytes:
    return (b"From a@example.org Mon Jan  4 10:00:00 2021\n" + HEAD + BODY + b"\n") * 3000


def mailbox_of_nothing() -> bytes:
    return b"Not a mailbox.\n" * 10_000


FILES = (
    HostileFile("nested-parts.eml", "Parts nested 20,000 deep.", nested_parts),
    HostileFile("nested-mails.eml", "Mails in mails, 2,000 deep.", nested_mails),
    HostileFile("many-parts.eml", "300,000 parts.", many_parts, is_slow=True),
    HostileFile("many-attachments.eml", "20,000 attachments whose names lead out.", many_attachments),
    HostileFile("long-header.eml", "A header of 40 MB.", long_header, is_slow=True),
    HostileFile("folded-header.eml", "A subject folded a million times.", folded_header, is_slow=True),
    HostileFile("many-headers.eml", "300,000 headers.", many_headers, is_slow=True),
    HostileFile("addresses.eml", "30,000 addresses with open comments.", many_addresses),
    HostileFile("encoded-words.eml", "A subject of 100,000 encoded words.", encoded_words),
    HostileFile("continued-name.eml", "A name in 50,000 pieces.", continued_parameters),
    HostileFile("open-boundary.eml", "Parts that never end.", open_boundary),
    HostileFile("empty-boundary.eml", "A boundary of nothing.", empty_boundary),
    HostileFile("own-boundary.eml", "Parts in parts with one boundary for all.", own_boundaries),
    HostileFile("large-attachment.eml", "An attachment of 60 MB of nothing.", large_attachment, is_slow=True),
    HostileFile("odd-encodings.eml", "Six strange character sets in five encodings.", odd_encodings),
    HostileFile("fetches.eml", "A page with a picture that tells who reads it.", page_that_fetches),
    HostileFile("beginnings.mbox", "300,000 beginnings of a mail.", mailbox_of_beginnings),
    HostileFile("mails.mbox", "3,000 equal mails.", mailbox_of_mails),
    HostileFile("nothing.mbox", "A mailbox without a mail.", mailbox_of_nothing),
)
