"""Whether a file is a mail, by its first bytes: for files that mail programs export without a suffix.

A wrong yes would take a note or a log for a mail; so every line from the first must be a field of a header, two
of them a mail's own, and one must be what only a mail on its way has, or a sender with an address.
"""

from __future__ import annotations

import re

from domaingpt.documents.formats import OLE_MAGIC
from domaingpt.documents.mail.fields import NAME
from domaingpt.documents.mail.mailbox import is_separator

MAX_LINES = 400
# Written by mail servers and programs alone; a note may have a line "Received: 12 boxes", so their values count too.
TRANSPORT = frozenset(
    b"return-path received message-id delivered-to x-original-to envelope-to dkim-signature x-mailer x-received "
    b"arc-seal arc-message-signature arc-authentication-results authentication-results received-spf "
    b"x-mozilla-status x-apparently-to x-spam-status list-unsubscribe".split()
)
MACHINE_VALUE = re.compile(rb"[@<=;(\[]|^\s*\d{4}\s*$")
PERSONAL = frozenset(b"from to cc bcc date subject sender reply-to".split())
MESSAGE_STREAM = "__substg1.0_".encode("utf-16-le")  # Name of a stream in Outlook's .msg files.


def looks_like_mail(head: bytes) -> bool:
    """Return whether a file with these first bytes is a mail, a mailbox or an Outlook message."""
    return bool(mail_suffix(head))


def mail_suffix(head: bytes) -> str:
    """Return the suffix that a file should have: ".eml", ".mbox", ".msg", or "" if it is no mail.

    Args:
        head: The first 4 KB or more; a header that is longer is judged by its beginning.
    """
    if head.startswith(OLE_MAGIC):
        return ".msg" if MESSAGE_STREAM in head else ""
    head = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith(b"From ") and is_separator(head, 0):
        return ".mbox"
    return ".eml" if _begins_with_header(head) else ""


def _begins_with_header(head: bytes) -> bool:
    """Return whether the lines before the first blank one are the header of a mail."""
    values: dict[bytes, bytes] = {}
    name = b""
    for line in _header_lines(head):
        if line[:1] not in b" \t":
            field = NAME.match(line)
            if field is None:
                return False
            name, line = field[1].lower(), line[field.end() :]  # noqa: PLW2901
        elif not name:
            return False
        values[name] = values.get(name, b"") + line
    transport = sum(1 for name in TRANSPORT & values.keys() if MACHINE_VALUE.search(values[name]))
    personal = PERSONAL & values.keys()
    has_address = any(b"@" in values.get(name, b"") for name in (b"from", b"sender"))
    return transport > 1 or bool(transport and personal - {b"date"}) or (has_address and len(personal) > 1)


def _header_lines(head: bytes) -> list[bytes]:
    lines = head.split(b"\n", MAX_LINES)
    blank = next((index for index, line in enumerate(lines) if not line.strip()), None)
    if blank is not None:
        return lines[:blank]
    # The last line may be cut where the head ends.
    return lines[:-1] if len(lines) > 1 else lines
