"""MBOX: a mailbox in one file (RFC 4155) → how many mails and of when; each mail is a file of its own in it.

A mail begins at a line "From sender date" behind a blank line. Of the four dialects, mboxrd and mboxo write ">From"
for such a line inside a mail, mboxcl2 says how long a mail is, and some programs do neither: so a "From " line
counts if it has a time and a field of a header follows, and not where a mail's own length reaches past it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.attachments import Attachment
from domaingpt.documents.mail.fields import Fields, read_fields
from domaingpt.documents.mail.message import day_in_words, moment
from domaingpt.documents.mail.names import name_of_subject
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

SEPARATOR = re.compile(
    rb"From [^\r\n]{0,500}?\d\d?:\d\d[^\r\n]{0,100}\r?\n(?:>?From [^\r\n]{0,500}\r?\n)?[!-9;-~]{1,100}:"
)
# Exports without a time in the line; then the field that follows must be one of a mail.
BARE_SEPARATOR = re.compile(
    rb"From [^\r\n]{0,500}\r?\n(?:Return-Path|Received|From|Date|Message-ID|Subject|To|MIME-Version|Delivered-To|"
    rb"X-[A-Za-z0-9-]{1,60}|Content-Type|Status):",
    re.IGNORECASE,
)
ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
MAX_LEADING_BLANK = 64
LEADING_BLANK = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n \t]{0,60}")
MESSAGES_PER_PROGRESS = 50
FINDS_PER_PROGRESS = 50_000


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read what a mailbox is; its mails come from `attachments`.

    Raises:
        UnreadableDocument: If no mail is in it.
    """
    n_messages = 0
    first: datetime | None = None
    last: datetime | None = None
    for start, end in message_spans(data, progress):
        n_messages += 1
        if n_messages % MESSAGES_PER_PROGRESS == 0:
            progress()
        fields, _ = read_fields(data, start, end, progress)
        sent = _sent(fields)
        if sent:
            first, last = min(first or sent, sent), max(last or sent, sent)
    if not n_messages:
        raise UnreadableDocument("not a mailbox: no mail begins in it", path)
    mails = f"{n_messages:,} mail" + ("s" if n_messages > 1 else "")
    span = ""
    if first and last:
        days = day_in_words(first), day_in_words(last)
        span = f", of {days[0]}" if days[0] == days[1] else f", from {days[0]} to {days[1]}"
    assembly = TextAssembly(path)
    assembly.add("paragraph", f"This mailbox holds {mails}{span}.")
    return assembly.document()


def attachments(data: bytes, path: str, progress: Callable[[], None]) -> Iterator[Attachment]:
    """Yield the mails of a mailbox, one at a time, as "0001 Subject.eml": the number stays when mails are appended."""
    del path
    for number, (start, end) in enumerate(message_spans(data, progress), start=1):
        progress()
        mail = data[start:end]
        fields, body = read_fields(mail, 0, len(mail), progress)
        if b">From " in mail:
            mail = mail[:body] + ESCAPED.sub(rb"\1", mail[body:])
        yield Attachment(name_of_subject(f"{number:04d} {fields.text('subject')}", f"{number:04d}"), mail)


def message_spans(data: bytes, progress: Callable[[], None]) -> Iterator[tuple[int, int]]:
    """Yield where each mail begins, behind its "From " line, and where it ends."""
    blank = LEADING_BLANK.match(data)
    begin = _next_separator(data, blank.end() if blank else 0, progress)
    while begin is not None:
        start = data.find(b"\n", begin) + 1
        following = _next_separator(data, _told_end(data, start, progress), progress)
        end = len(data) if following is None else following
        yield start, end
        begin = following


def is_separator(data: bytes, position: int) -> bool:
    """Return whether a mail begins with the line at a position."""
    return bool(SEPARATOR.match(data, position) or BARE_SEPARATOR.match(data, position))


def _next_separator(data: bytes, position: int, progress: Callable[[], None]) -> int | None:
    """Return where the next mail begins, at a position or behind it: behind a blank line, or at the beginning."""
    if position <= MAX_LEADING_BLANK and data.startswith(b"From ", position) and is_separator(data, position):
        return position
    n_finds = 0
    position = max(0, position - 1)  # The line feed before it.
    while (found := data.find(b"\nFrom ", position)) >= 0:
        n_finds += 1
        if n_finds % FINDS_PER_PROGRESS == 0:
            progress()
        position = found + 1
        is_behind_blank = data[max(0, found - 2) : found].rstrip(b"\r")[-1:] in (b"\n", b"")
        if is_behind_blank and is_separator(data, position):
            return position
    return None


def _told_end(data: bytes, start: int, progress: Callable[[], None]) -> int:
    """Return where a mail ends by its own Content-Length, if another one or the end is there; else its start."""
    fields, body = read_fields(data, start, len(data), progress)
    told = fields.text("content-length")
    if not told.isdigit() or len(told) > 12:
        return start
    end = body + int(told)
    if end >= len(data):
        return len(data) if end <= len(data) + 2 else start
    gap = re.compile(rb"[\r\n]{0,4}").match(data, end)
    following = gap.end() if gap else end
    return end if following >= len(data) or is_separator(data, following) else start


def _sent(fields: Fields) -> datetime | None:
    sent = moment(fields.text("date"))
    if sent is None:
        return None
    return sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent
