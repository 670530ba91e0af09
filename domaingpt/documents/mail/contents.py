"""The parts of a mail → what each is to a reader: text to read, a file to attach, or neither.

Between alternatives (multipart/alternative, RFC 2046 section 5.1.4) the plain text is read, which says what the
HTML says without its layout, unless it is empty or only tells that there is HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from domaingpt.documents.mail.mime import Part, Structure
from domaingpt.documents.mail.names import clean_name, name_of_subject, nameless

MESSAGES = frozenset(["message/rfc822", "message/global", "message/news"])
SIGNATURES = frozenset(
    ["application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature",
     "application/pgp-keys", "application/pgp-encrypted"]
)  # fmt: skip
SEALED = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
CALENDARS = frozenset(["text/calendar", "text/x-vcalendar"])
PAGES = frozenset(["text/html", "application/xhtml+xml", "text/enriched", "text/richtext"])


class Role(Enum):
    """What a part is to a reader."""

    TEXT = auto()
    PAGE = auto()
    CALENDAR = auto()
    ATTACHMENT = auto()
    IMAGE = auto()
    SIGNATURE = auto()
    SEALED = auto()


@dataclass(slots=True)
class Choice:
    """The same text in several forms, of which one is read: `plain` or `page`; either may be empty."""

    plain: list[Part] = field(default_factory=list)
    page: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Contents:
    """A mail's parts by what they are.

    Attributes:
        texts: In order: a part to read, or a choice between forms of one text.
        attachments: (name as shown, part), in order.
        n_images: Images that belong to the text.
        n_sealed: Encrypted parts.
    """

    texts: list[Part | Choice] = field(default_factory=list)
    attachments: list[tuple[str, Part]] = field(default_factory=list)
    n_images: int = 0
    n_sealed: int = 0


def role(part: Part) -> Role:
    """Return what a part without children is to a reader."""
    disposition, _ = part.fields.parameters("content-disposition")
    named = bool(file_name(part))
    kind = part.type
    if kind in SIGNATURES:
        return Role.SIGNATURE
    if kind in SEALED or part.parent == "multipart/encrypted":
        return Role.SEALED
    if kind == "text/rfc822-headers" or (kind.startswith("message/") and kind not in MESSAGES):
        return Role.TEXT  # Reports on delivery and the like, whatever their disposition.
    if disposition == "attachment" or kind in MESSAGES:
        return Role.ATTACHMENT
    if kind in CALENDARS:
        return Role.CALENDAR
    if kind.startswith("image/") and (part.parent == "multipart/related" or not named):
        return Role.IMAGE
    if kind in PAGES and (not named or disposition == "inline" or part.parent in ("", "multipart/related")):
        return Role.PAGE
    if kind.startswith("text/") and (not named or disposition == "inline" or not part.parent):
        return Role.TEXT
    return Role.ATTACHMENT


def file_name(part: Part) -> str:
    """Return the name a part has as a file, as its sender spelled it; "" if it has none."""
    _, options = part.fields.parameters("content-disposition")
    return options.get("filename") or part.options.get("name") or ""


def contents(structure: Structure) -> Contents:
    """Return what a mail's parts are."""
    found = Contents()
    _collect(structure.root, found, found.texts)
    return found


def _collect(part: Part, found: Contents, texts: list[Part | Choice]) -> None:
    # Recursion is bounded by `mime.MAX_DEPTH`.
    if part.type == "multipart/alternative":
        texts += _alternatives(part, found)
    elif part.children:
        for child in part.children:
            _collect(child, found, texts)
    elif not part.type.startswith("multipart/"):
        _sort_in(part, found, texts)


def _alternatives(part: Part, found: Contents) -> list[Part | Choice]:
    choice = Choice()
    beside: list[Part | Choice] = []
    for child in part.children:
        inner: list[Part | Choice] = []
        _collect(child, found, inner)
        beside += [each for each in inner if isinstance(each, Choice) or role(each) is Role.CALENDAR]
        leaves = [each for each in inner if isinstance(each, Part) and role(each) is not Role.CALENDAR]
        # Other kinds of text, such as AMP, are one more form of the same; richer forms stand later.
        if any(role(leaf) is Role.PAGE for leaf in leaves):
            choice.page = leaves
        elif leaves and (not choice.plain or leaves[0].type == "text/plain"):
            choice.plain = leaves
    return [choice, *beside]


def _sort_in(part: Part, found: Contents, texts: list[Part | Choice]) -> None:
    match role(part):
        case Role.TEXT | Role.PAGE | Role.CALENDAR:
            texts.append(part)
        case Role.IMAGE:
            found.n_images += 1
        case Role.SEALED:
            found.n_sealed += 1
        case Role.ATTACHMENT:
            found.attachments.append((_shown_name(part, len(found.attachments) + 1), part))


def _shown_name(part: Part, number: int) -> str:
    name = clean_name(file_name(part))
    if name:
        return name
    if part.type in MESSAGES:
        return name_of_subject(part.fields.text("content-description"), f"message {number}")
    return nameless(part.type, number)
