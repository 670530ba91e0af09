"""EML → Document, and its attachments one by one. Damage costs the part it is in, never the mail."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.attachments import Attachment
from domaingpt.documents.mail.contents import MESSAGES, SEALED, Choice, Contents, Role, contents, file_name, role
from domaingpt.documents.mail.fields import Fields, read_fields
from domaingpt.documents.mail.flowed import flowed_lines, lines
from domaingpt.documents.mail.history import Piece, pieces_of_text
from domaingpt.documents.mail.html_body import HtmlBody, may_say_more, parse_body, pieces_of_html, says_more
from domaingpt.documents.mail.invitation import invitation_lines
from domaingpt.documents.mail.message import Message, compose
from domaingpt.documents.mail.mime import Part, Structure, parse
from domaingpt.documents.mail.names import clean_name, name_of_subject
from domaingpt.documents.mail.signed import signed_content
from domaingpt.documents.mail.tnef import Unpacked, unpack
from domaingpt.documents.mail.transfer import decode_text, decoded_transfer
from domaingpt.errors import EncryptedDocument, UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

# About 1,300 printed pages: more in one text is a log or a bomb; the rest is counted. Guess, unmeasured.
MAX_BODY_BYTES = 4 << 20
MAX_ENCODED_BYTES = 4 * MAX_BODY_BYTES  # Quoted-printable takes three bytes for one, and breaks lines.
CUT_WINDOW_BYTES = 4096
SENDERS = ("from", "sender", "resent-from")
OTHERS = {"to": "To", "cc": "Cc", "bcc": "Bcc", "reply-to": "Reply-To"}
APPLE_LENGTH = re.compile(rb"\s{0,20}(\d{1,12})[ \t]*\r?\n")  # First line of an .emlx file.
SEALED_TEXT = re.compile(r"\s*-----BEGIN PGP MESSAGE-----")


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read one mail.

    Raises:
        EncryptedDocument: If all it says is encrypted.
        UnreadableDocument: If it has none of a mail's fields.
    """
    data, structure, fields = _opened(data, progress)
    sender = next((fields.texts(name) for name in SENDERS if name in fields.values), "")
    if not (sender or any(name in fields.values for name in ("to", "subject", "date", "content-type"))):
        raise UnreadableDocument("not a mail: it begins with none of a mail's fields", path)
    found = contents(structure)
    body = _Body(data, path, structure, progress)
    pieces = body.pieces(found)
    names: list[str] = []
    for name, part in found.attachments:
        if not is_wrapping(name, part):
            names.append(name)
            continue
        inside = part_bytes(data, part)
        names += [each.name for each in _unwrapped(name, inside, progress)]
        pieces = pieces or body.wrapped_pieces(unpack(inside, progress))
    if not pieces and (found.n_sealed or body.n_sealed) and not found.attachments:
        raise EncryptedDocument("is an encrypted mail", path)
    structure.count("images", found.n_images)
    structure.count("encrypted parts", found.n_sealed + body.n_sealed)
    return compose(
        Message(
            subject=fields.text("subject"),
            sender=sender,
            date=fields.text("date") or fields.text("resent-date"),
            others={label: fields.texts(name) for name, label in OTHERS.items()},
            body=pieces,
            attachments=names,
            left_out=structure.left_out,
            notes=structure.notes,
        ),
        path,
        progress,
    )


def attachments(data: bytes, path: str, progress: Callable[[], None]) -> Iterator[Attachment]:
    """Yield the files attached to a mail, one at a time, under their names in its text; mails in it as well."""
    del path
    data, structure, _ = _opened(data, progress)
    for name, part in contents(structure).attachments:
        progress()
        inside = part_bytes(data, part)
        if is_wrapping(name, part):
            yield from _unwrapped(name, inside, progress)
            continue
        if part.type in MESSAGES and not file_name(part):
            fields, _ = read_fields(inside, 0, len(inside), progress)
            name = name_of_subject(fields.text("subject"), name.removesuffix(".eml"))  # noqa: PLW2901
        yield Attachment(name, inside, "" if inside else "empty")


def is_wrapping(name: str, part: Part) -> bool:
    """Return whether an attachment is Outlook's winmail.dat."""
    return part.type in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat"


def _unwrapped(name: str, inside: bytes, progress: Callable[[], None]) -> Iterator[Attachment]:
    """Yield the files in a winmail.dat, or itself where it is none."""
    unpacked = unpack(inside, progress)
    for number, file in enumerate(unpacked.files, start=1):
        reason = "" if file.data else "an item of Outlook's own inside winmail.dat"
        yield Attachment(clean_name(file.name) or f"part {number}.bin", file.data, reason)
    if unpacked.is_damaged:
        yield Attachment(name, b"", "damaged winmail.dat")


def _opened(data: bytes, progress: Callable[[], None]) -> tuple[bytes, Structure, Fields]:
    """Return the bytes and the structure of a mail, those inside its signature if that is around it, and its fields."""
    data = whole_mail(data)
    structure = parse(data, progress)
    fields = structure.root.fields
    if structure.root.type in SEALED:
        inside = signed_content(part_bytes(data, structure.root))
        if inside:
            data = inside.replace(b"\r\n", b"\n")
            structure = parse(data, progress)
    return data, structure, fields


def whole_mail(data: bytes) -> bytes:
    """Return a mail's bytes without what Apple Mail puts around them, with line feeds for lone carriage returns."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # saved as text by an editor of Windows
        data = data.decode("utf-16", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    length = APPLE_LENGTH.match(data)
    if length:
        data = data[length.end() : length.end() + int(length[1])]
    return data.replace(b"\r", b"\n") if b"\r" in data and b"\n" not in data else data


def part_bytes(data: bytes, part: Part) -> bytes:
    """Return what a part holds, decoded."""
    return decoded_transfer(data[part.start : part.end], part.fields.text("content-transfer-encoding"))


class _Body:
    """Reads the texts of one mail."""

    def __init__(self, data: bytes, path: str, structure: Structure, progress: Callable[[], None]) -> None:
        self.n_sealed = 0
        self._counted: set[int] = set()  # Where the parts begin that were counted as cut.
        self._data = data
        self._path = path
        self._structure = structure
        self._progress = progress

    def pieces(self, found: Contents) -> list[Piece]:
        pieces: list[Piece] = []
        for text in found.texts:
            self._progress()
            pieces += self._of_choice(text) if isinstance(text, Choice) else self._of_part(text)
        return pieces

    def wrapped_pieces(self, unpacked: Unpacked) -> list[Piece]:
        """Return the text of a winmail.dat."""
        if unpacked.text or not unpacked.page:
            return pieces_of_text(lines(unpacked.text[:MAX_BODY_BYTES]), self._progress)
        parsed = parse_body(unpacked.page[:MAX_BODY_BYTES], "", self._path, self._progress)
        self._structure.count("hidden characters", parsed.n_hidden)
        return pieces_of_html(parsed, self._progress)

    def _of_choice(self, choice: Choice) -> list[Piece]:
        """Return the text in the form that says more; see `html_body.says_more`."""
        page = next((part for part in choice.page if role(part) is Role.PAGE), None)
        plain = "".join(self._text(part) for part in choice.plain)
        parsed = self._page(page) if page and may_say_more(self._bytes(page), plain) else None
        if parsed is None or page is None:
            return self._of_parts(choice.plain)
        pieces = pieces_of_html(parsed, self._progress)
        if choice.plain and not says_more(parsed, pieces, plain):
            return self._of_parts(choice.plain)
        self._structure.count("hidden characters", parsed.n_hidden)
        return pieces + self._of_parts([part for part in choice.page if part is not page])

    def _of_parts(self, parts: list[Part]) -> list[Piece]:
        return [piece for part in parts for piece in self._of_part(part)]

    def _of_part(self, part: Part) -> list[Piece]:
        match role(part):
            case Role.PAGE:
                parsed = self._page(part)
                if parsed is None:
                    return []
                self._structure.count("hidden characters", parsed.n_hidden)
                return pieces_of_html(parsed, self._progress)
            case Role.CALENDAR:
                return [Piece("paragraph", line) for line in invitation_lines(self._text(part))]
            case _:
                text = self._text(part)
                if SEALED_TEXT.match(text):
                    self.n_sealed += 1
                    return []
                if part.options.get("format", "").lower() == "flowed":
                    joins = part.options.get("delsp", "").lower() == "yes"
                    return pieces_of_text(flowed_lines(text, delete_space=joins), self._progress)
                return pieces_of_text(lines(text), self._progress)

    def _page(self, part: Part) -> HtmlBody | None:
        try:
            parsed = parse_body(self._bytes(part), part.options.get("charset", ""), self._path, self._progress)
        except UnreadableDocument as exc:
            self._structure.notes.append(exc.message)
            return None
        self._structure.notes += parsed.notes
        return parsed

    def _text(self, part: Part) -> str:
        text, note = decode_text(self._bytes(part), part.options.get("charset", ""))
        self._structure.notes.append(note)
        return text.replace("\0", "")

    def _bytes(self, part: Part) -> bytes:
        """Return a text part, decoded; what is beyond `MAX_BODY_BYTES` is counted."""
        end = min(part.end, part.start + MAX_ENCODED_BYTES)
        encoding = part.fields.text("content-transfer-encoding")
        decoded = decoded_transfer(self._data[part.start : end], encoding)
        cut = cut_at(decoded, MAX_BODY_BYTES)
        if part.start not in self._counted:
            self._counted.add(part.start)
            self._structure.count("bytes of text beyond 4 MB", part.end - end + len(decoded) - cut)
        return decoded[:cut]


def cut_at(text: bytes, limit: int) -> int:
    """Return where to cut a text so that no character is cut: behind a line if one ends near, else as in UTF-8."""
    if len(text) <= limit:
        return len(text)
    newline = text.rfind(b"\n", limit - CUT_WINDOW_BYTES, limit)
    cut = newline + 1 if newline > 0 else limit
    while cut > limit - 4 and text[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut
