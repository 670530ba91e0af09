"""Outlook's MSG → Document: mails, invitations, contacts; and its attachments one by one.

A mail inside a mail is given out as EML, made here from its properties, since a compound file cannot be cut out of
another one. Text that is there as RTF alone is given out as a file as well, for the reader of RTF.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import TYPE_CHECKING

from domaingpt.documents.attachments import Attachment
from domaingpt.documents.mail.compressed_rtf import decompressed
from domaingpt.documents.mail.fields import Fields, read_fields
from domaingpt.documents.mail.flowed import lines
from domaingpt.documents.mail.history import Piece, pieces_of_text
from domaingpt.documents.mail.html_body import may_say_more, parse_body, pieces_of_html, says_more
from domaingpt.documents.mail.message import Message, compose
from domaingpt.documents.mail.names import clean_name, name_of_subject, nameless
from domaingpt.documents.mail.outlook_items import item_lines
from domaingpt.documents.mail.outlook_storage import DAMAGE, OBJECT, Storage, open_outlook
from domaingpt.documents.mail.reader import MAX_BODY_BYTES
from domaingpt.errors import EncryptedDocument, UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

CLASS, SUBJECT, HEADERS, BODY, HTML, RTF = 0x001A, 0x0037, 0x007D, 0x1000, 0x1013, 0x1009
SENDER_NAME, SENDER_SMTP, SENDER_ADDRESS = 0x0C1A, 0x5D01, 0x0C1F
AUTHOR_NAME, AUTHOR_SMTP, AUTHOR_ADDRESS = 0x0042, 0x5D02, 0x0065
SENT, DELIVERED = 0x0039, 0x0E06
RECIPIENT_KIND, RECIPIENT_NAME, RECIPIENT_SMTP, RECIPIENT_ADDRESS = 0x0C15, 0x3001, 0x39FE, 0x3003
RECIPIENT_KINDS = {1: "To", 2: "Cc", 3: "Bcc"}
SHOWN_RECIPIENTS = {"To": 0x0E04, "Cc": 0x0E03, "Bcc": 0x0E02}
LONG_NAME, SHORT_NAME, SHOWN_NAME, CONTENT, MIME_TYPE = 0x3707, 0x3704, 0x3001, 0x3701, 0x370E
CONTENT_ID, HIDDEN, FLAGS = 0x3712, 0x7FFE, 0x3714
RENDERED_IN_BODY = 4  # PidTagAttachFlags, [MS-OXCMSG] 2.2.2.18
RECIPIENTS, ATTACHMENTS = "__recip_version1.0_", "__attach_version1.0_"
ENCRYPTED_CLASS = "ipm.note.smime"
SIGNED_CLASS = "ipm.note.smime.multipartsigned"
RICH_TEXT_NAME = "message text.rtf"
SIGNED_NAME = "signed mail.eml"
MAX_DEPTH = 10  # Of mails in mails in one file. Guess, unmeasured.
LINE_ENDS = re.compile(r"[\r\n]+")


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read an Outlook item.

    Raises:
        EncryptedDocument: If all it says is encrypted.
        UnreadableDocument: If it is damaged, or a compound file of another kind.
    """
    try:
        top = open_outlook(data)
        progress()
        message = _message(top, path, progress)
    except DAMAGE as exc:
        raise UnreadableDocument(_damage(exc), path) from exc
    return compose(message, path, progress)


def attachments(data: bytes, path: str, progress: Callable[[], None]) -> Iterator[Attachment]:
    """Yield the files attached to an Outlook item, one at a time; a mail among them as EML."""
    try:
        top = open_outlook(data)
        if _is_rich_text_alone(top):
            rtf = decompressed(top.binary(RTF), progress)
            yield Attachment(RICH_TEXT_NAME, rtf, "" if rtf else "damaged text in compressed RTF")
        for number, storage in enumerate(_attached(top), start=1):
            progress()
            yield _attachment(storage, number, _is_signed(top))
    except DAMAGE as exc:
        raise UnreadableDocument(_damage(exc), path) from exc


def _damage(exc: Exception) -> str:
    return "nested too deeply" if isinstance(exc, RecursionError) else f"damaged Outlook file: {exc}"


def _message(top: Storage, path: str, progress: Callable[[], None]) -> Message:
    kind = top.text(CLASS).lower()
    if not kind and not top.has(BODY) and not top.text(SUBJECT):
        raise UnreadableDocument("not an Outlook item", path)
    files = list(_attached(top))
    if _is_encrypted(kind, top, files):
        raise EncryptedDocument("is an encrypted mail", path)
    fields = _transport_fields(top)
    names = [_name(storage, number, _is_signed(top)) for number, storage in enumerate(files, start=1)]
    if _is_rich_text_alone(top):
        names.insert(0, RICH_TEXT_NAME)
    body, left_out, notes = _body(top, path, progress)
    left_out["images"] = sum(1 for storage in top.children(ATTACHMENTS) if _is_inline_image(storage))
    return Message(
        subject=top.text(SUBJECT) or fields.text("subject"),
        sender=_sender(top),
        date=fields.text("date") or _date(top),
        others=_recipients(top),
        body=[*(Piece("paragraph", line) for line in item_lines(top, kind)), *body],
        attachments=names,
        left_out=left_out,
        notes=notes,
    )


def _body(top: Storage, path: str, progress: Callable[[], None]) -> tuple[list[Piece], dict[str, int], list[str]]:
    """Return an item's text, what is left out of it, and notes; plain text goes before HTML."""
    text = top.text(BODY)
    left_out = {"characters of text beyond 4 MB": max(0, len(text) - MAX_BODY_BYTES)}
    page = (top.binary(HTML) or top.text(HTML).encode("utf-8", "replace"))[:MAX_BODY_BYTES]
    if page and may_say_more(page, text):
        parsed = parse_body(page, top.charset, path, progress)
        pieces = pieces_of_html(parsed, progress)
        if not text or says_more(parsed, pieces, text):
            return pieces, {"hidden characters": parsed.n_hidden}, parsed.notes
    return pieces_of_text(lines(text[:MAX_BODY_BYTES]), progress), left_out, []


def _is_encrypted(kind: str, top: Storage, files: list[Storage]) -> bool:
    if top.text(BODY) or top.binary(HTML):
        return False
    if kind.startswith(ENCRYPTED_CLASS) and not kind.startswith(SIGNED_CLASS):
        return True
    return any(storage.text(MIME_TYPE).lower() == "application/pgp-encrypted" for storage in files)


def _transport_fields(top: Storage) -> Fields:
    """Return the header with which the mail arrived, empty for one that was never sent."""
    raw = top.text(HEADERS).encode("utf-8", "replace")
    return read_fields(raw, 0, len(raw), lambda: None)[0]


def _sender(top: Storage) -> str:
    """Return who sent it, and on whose behalf if that is somebody else, as Outlook shows it."""
    sender = _person(top, SENDER_NAME, SENDER_SMTP, SENDER_ADDRESS)
    author = _person(top, AUTHOR_NAME, AUTHOR_SMTP, AUTHOR_ADDRESS)
    if not sender or not author:
        return sender or author
    return sender if _address(sender) == _address(author) else f"{sender} on behalf of {author}"


def _person(storage: Storage, name: int, smtp: int, address: int) -> str:
    called = LINE_ENDS.sub(" ", storage.text(name))
    mail = storage.text(smtp, address)
    # Inside a company an address is a path in its directory: "/o=Company/ou=…/cn=Jane".
    if "@" not in mail or mail in called:
        return called or mail
    return f"{called} <{mail}>" if called else mail


def _address(person: str) -> str:
    return person.rpartition("<")[2].strip("> ").lower()


def _date(top: Storage) -> str:
    sent = top.time(SENT, DELIVERED)
    return format_datetime(sent) if sent else ""


def _recipients(top: Storage) -> dict[str, str]:
    people: dict[str, list[str]] = {label: [] for label in SHOWN_RECIPIENTS}
    for storage in top.children(RECIPIENTS):
        label = RECIPIENT_KINDS.get(storage.integer(RECIPIENT_KIND))
        person = _person(storage, RECIPIENT_NAME, RECIPIENT_SMTP, RECIPIENT_ADDRESS)
        if label and person:
            people[label].append(person)
    return {label: ", ".join(people[label]) or top.text(number) for label, number in SHOWN_RECIPIENTS.items()}


def _attached(top: Storage) -> Iterator[Storage]:
    return (storage for storage in top.children(ATTACHMENTS) if not _is_inline_image(storage))


def _is_inline_image(storage: Storage) -> bool:
    kind, name = storage.text(MIME_TYPE).lower(), storage.text(LONG_NAME, SHORT_NAME).lower()
    is_image = kind.startswith("image/") or name.endswith((".png", ".gif", ".jpg", ".jpeg", ".bmp"))
    shown = storage.integer(FLAGS) & RENDERED_IN_BODY or storage.integer(HIDDEN)
    return is_image and bool(shown or storage.text(CONTENT_ID))


def _name(storage: Storage, number: int, is_signed: bool = False) -> str:
    if is_signed and number == 1:
        return SIGNED_NAME  # The mail itself, as it was sent.
    embedded = storage.has(CONTENT, OBJECT)
    name = clean_name(storage.text(LONG_NAME, SHORT_NAME))
    if embedded and not name:
        return name_of_subject(storage.text(SHOWN_NAME), f"message {number}")
    return name or clean_name(storage.text(SHOWN_NAME)) or nameless(storage.text(MIME_TYPE).lower(), number)


def _is_rich_text_alone(top: Storage) -> bool:
    return bool(top.binary(RTF)) and not (top.text(BODY) or top.binary(HTML) or top.text(HTML) or _is_signed(top))


def _is_signed(top: Storage) -> bool:
    return top.text(CLASS).lower().startswith(SIGNED_CLASS)


def _attachment(storage: Storage, number: int, is_signed: bool) -> Attachment:
    name = _name(storage, number, is_signed)
    if not storage.has(CONTENT, OBJECT):
        content = storage.binary(CONTENT)
        return Attachment(name, content, "" if content else "its content is not in the mail")
    embedded = storage.embedded(CONTENT)
    if embedded is None or not embedded.text(CLASS):
        return Attachment(name, b"", "an object of another program inside the mail")
    name = name.removesuffix(".msg")
    return Attachment(name if name.endswith(".eml") else name + ".eml", as_eml(embedded))


def as_eml(message: Storage, depth: int = 0) -> bytes:
    """Return an Outlook message as EML in UTF-8, for the reader of EML; mails in it up to `MAX_DEPTH` deep."""
    boundary = b"=_part_%d" % depth
    head = {
        "From": _sender(message),
        **_recipients(message),
        "Date": _transport_fields(message).text("date") or _date(message),
        "Subject": message.text(SUBJECT),
        "MIME-Version": "1.0",
    }
    fields = [
        f"{name}: {LINE_ENDS.sub(' ', value)}".encode("utf-8", "replace") for name, value in head.items() if value
    ]
    extra = "\n".join(item_lines(message, message.text(CLASS).lower()))
    text = f"{extra}\n\n{message.text(BODY)}" if extra else message.text(BODY)
    page = b"" if text else message.binary(HTML)
    parts = [
        _eml_part("text/html" if page else "text/plain; charset=utf-8", "", page or text.encode("utf-8", "replace"))
    ]
    for number, storage in enumerate(_attached(message), start=1):
        embedded = storage.embedded(CONTENT) if depth < MAX_DEPTH else None
        if embedded is not None:
            parts.append(b"Content-Type: message/rfc822\n\n" + as_eml(embedded, depth + 1))
        else:
            name = _name(storage, number, _is_signed(message))
            parts.append(_eml_part("application/octet-stream", name, storage.binary(CONTENT)))
    fields.append(b'Content-Type: multipart/mixed; boundary="' + boundary + b'"')
    middle = b"".join(b"\n--" + boundary + b"\n" + part for part in parts)
    return b"\n".join(fields) + b"\n\n" + middle + b"\n--" + boundary + b"--\n"


def _eml_part(kind: str, name: str, content: bytes) -> bytes:
    lines_ = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    if name:
        spelled = name.replace("\\", "\\\\").replace('"', '\\"')
        lines_.append(f'Content-Disposition: attachment; filename="{spelled}"')
    return "\n".join(lines_).encode("utf-8", "replace") + b"\n\n" + encodebytes(content)
