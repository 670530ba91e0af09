"""Mails made to hang a reader or fill its memory: contained, with neighbours of the damage read."""

from __future__ import annotations

import base64
import time
import tracemalloc
from collections.abc import Callable

import pytest
from properties import block_texts

from domaingpt.documents.mail import mailbox, outlook, reader
from domaingpt.documents.reading import read_document
from domaingpt.errors import UnreadableDocument

HEAD = "From: a@example.org\nTo: b@example.org\nDate: Mon, 3 May 2021 10:05:00 +0200\nSubject: s\n"
MIXED = "Content-Type: multipart/mixed; boundary={0}\n\n--{0}\n"
PDF_PART = "--b\nContent-Type: application/pdf; name=a.pdf\n\nx\n"
# Seconds without a sign of life that a test may see on a busy machine; the pool allows more.
MAX_SILENCE_S = 5.0


class Watch:
    """Notes the longest time between two signs of life."""

    def __init__(self) -> None:
        self.last = time.monotonic()
        self.silence_s = 0.0

    def __call__(self) -> None:
        """Note one."""
        now = time.monotonic()
        self.silence_s = max(self.silence_s, now - self.last)
        self.last = now


# Name → what follows the head; made when it is needed.
KINDS: dict[str, Callable[[], str]] = {
    "nested": lambda: "".join(MIXED.format(f"b{n}") for n in range(100_000)) + "\ntext",
    "nested, one boundary": lambda: MIXED.format("b") * 100_000 + "\ntext",
    "nested, growing boundary": lambda: "".join(MIXED.format("b" * n) for n in range(1, 2000)) + "\ntext",
    "never closed": lambda: MIXED.format("b") + "\n" + "text\n" * 2_000_000,
    "many fields": lambda: "To: ((((((@\n" * 1_000_000 + "\ntext",
    "long field": lambda: "Cc: " + "(" * 50_000_000 + "\n\ntext",
    "many folds": lambda: "Cc: " + "a\n " * 2_000_000 + "\n\ntext",
    "half encoded words": lambda: "Cc: " + "=?utf-8?q?" * 6000 + "\n\ntext",
    "many attachments": lambda: "Content-Type: multipart/mixed; boundary=b\n\n" + PDF_PART * 100_000,
    "continuations": lambda: "Content-Type: text/plain; " + "; ".join(f"name*{n}*=%41" for n in range(100_000)) + "\n\ntext",
    "quoted-printable": lambda: "Content-Transfer-Encoding: quoted-printable\n\n" + "=C3=A4=\n" * 12_500_000,
    "marks alone": lambda: "Content-Type: multipart/mixed; boundary=b\n\n" + "--b\n" * 2_000_000,
    "almost marks": lambda: "Content-Type: multipart/mixed; boundary=-\n\n" + "\n---x" * 2_000_000,
    "quotes": lambda: "\n" + "> " * 5_000_000 + "\n" + ">" * 5_000_000,
    "page of marks": lambda: "Content-Type: text/html\n\n" + "<div>" * 500_000 + "x",
    "page of paragraphs": lambda: "Content-Type: text/html\n\n" + "<p>a" * 200_000,
    "invitation": lambda: "Content-Type: text/calendar\n\nBEGIN:VEVENT\n" + 'ATTENDEE;CN="a:mailto:x\n' * 200_000,
    "charset": lambda: "Content-Type: text/plain; charset=punycode\n\n" + "a-" + "z9" * 2_000_000,
}  # fmt: skip


def mail(kind: str) -> bytes:
    """Return one hostile mail."""
    return (HEAD + KINDS[kind]()).encode()


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_mail_is_contained(kind: str) -> None:
    """It is read with what is left out counted, in bounded memory and never silent for long."""
    data = mail(kind)
    watch = Watch()
    try:
        document = reader.read(data, "a.eml", watch)
    except UnreadableDocument as exc:
        assert kind == "page of paragraphs"
        assert "holds more than 100,000 rows" in exc.message
        return
    found = sum(1 for _ in reader.attachments(data, "a.eml", watch))
    watch()
    assert watch.silence_s < MAX_SILENCE_S
    assert block_texts(document)[0].startswith("From: a@example.org | Date: Mon, 3 May 2021")
    assert found == {"many attachments": 19_999}.get(kind, 0)
    assert len(document.text) < 5_000_000


@pytest.mark.parametrize(
    ("kind", "left_out"),
    [
        ("nested", {"parts nested too deeply": 1}),
        ("many attachments", {"parts after the first 20,000": 80_001}),
        ("long field", {"header bytes beyond 64 KB": 50_000_002 - (64 << 10)}),
        ("never closed", {"bytes of text beyond 4 MB": 10_000_000 - (4 << 20) + 4}),
    ],
)
def test_what_a_limit_cuts_off_is_counted(kind: str, left_out: dict[str, int]) -> None:
    """Nothing is lost without a word."""
    assert reader.read(mail(kind), "a.eml", lambda: None).left_out == left_out


@pytest.mark.parametrize("kind", ["marks alone", "many attachments", "quoted-printable"])
def test_memory_is_bounded_by_a_multiple_of_the_mail(kind: str) -> None:
    """Spans, not copies."""
    data = mail(kind)
    tracemalloc.start()
    try:
        reader.read(data, "a.eml", lambda: None)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2 * len(data) + (80 << 20)


def test_base64_in_base64_is_taken_off_one_layer_at_a_time() -> None:
    """How deep is for whoever reads what comes out."""
    data = b"x" * 100_000
    for _ in range(5):
        data = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(data)
    (inside,) = reader.attachments(HEAD.encode() + data, "a.eml", lambda: None)
    assert inside.name == "message 1.eml"
    assert len(inside.data) < len(data)
    assert inside.data.startswith(b"Content-Type: message/rfc822")


def test_names_of_attachments_show_what_they_are() -> None:
    """No turned text, no controls, no novel; the suffix stays."""
    names = ["../../etc/passwd", "a\0b.pdf", "\u202efdp.exe", "x" * 10_000 + ".pdf", "dup.pdf", "dup.pdf", " \t"]
    parts = "".join(f'--b\nContent-Type: application/pdf; name="{name}"\n\nx\n' for name in names)
    data = (HEAD + "Content-Type: multipart/mixed; boundary=b\n\n" + parts).encode()
    found = [each.name for each in reader.attachments(data, "a.eml", lambda: None)]
    assert found[:3] == ["../../etc/passwd", "a b.pdf", "fdp.exe"]
    assert len(found[3]) == 200
    assert found[3].endswith("….pdf")
    assert found[4:] == ["dup.pdf", "dup.pdf", "part 7.pdf"]
    assert f"Attachments: {', '.join(found)}" in block_texts(read_document(data, "a.eml"))


def test_damage_anywhere_gives_a_reason_or_a_document() -> None:
    """Bytes changed, lines doubled, the mail cut: each by a fixed rule."""
    pdf = base64.encodebytes(b"%PDF" * 50).decode()
    data = (
        HEAD
        + 'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: multipart/alternative; boundary="c"\n\n'
        "--c\nContent-Type: text/plain; charset=utf-8; format=flowed\nContent-Transfer-Encoding: quoted-printable\n\n"
        "Gr=C3=B6=C3=9Fe \nOn 3 May 2021, Jane wrote:\n> text\n--c\nContent-Type: text/html\n\n<table><tr><td>a<td>b</table>"
        "\n--c\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nDTSTART:20210503T100000Z\nEND:VEVENT\n--c--\n"
        f"--b\nContent-Type: application/pdf; name*=utf-8''a%20b.pdf\nContent-Transfer-Encoding: base64\n\n{pdf}\n--b--\n"
    ).encode()
    mutants = [data[:n] for n in range(0, len(data), 17)]
    for position in range(0, len(data), 3):
        mutants += [data[:position] + bytes([value]) + data[position + 1 :] for value in (0, 10, 34, 45, 61, 255)]
    for mutant in mutants:
        for module in (reader, mailbox):
            try:
                module.read(mutant, "a.eml", lambda: None)
            except UnreadableDocument as exc:
                assert exc.message
            list(module.attachments(mutant, "a.eml", lambda: None))


def test_what_is_no_outlook_file_behind_its_first_bytes_is_damaged() -> None:
    """A header that points nowhere."""
    for tail in (b"", b"\xff" * 5000, bytes(5000)):
        with pytest.raises(UnreadableDocument, match=r"damaged Outlook file|not an Outlook item"):
            outlook.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + tail, "a.msg", lambda: None)
