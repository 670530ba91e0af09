"""What a mail says, whichever file it lay in → Document.

The first block is one row with sender, date and subject, so that one quote tells who wrote when about what.
Then a heading with sender and day stands above the body, so that each chunk of a long mail knows both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.mail.history import Piece
from domaingpt.documents.tables.grids import CELL_SEPARATOR

if TYPE_CHECKING:
    from domaingpt.types import Document

MAX_NAMED_ATTACHMENTS = 500  # More names in a row tell nobody anything. Guess, unmeasured.
MAX_DATE_CHARACTERS = 100  # The longest real ones name a time zone in words.
PIECES_PER_PROGRESS = 5000


@dataclass(slots=True)
class Message:
    """A mail as a person sees it.

    Attributes:
        subject: On one line.
        sender: "Jane Doe <jane@example.org>", as the header spells it.
        date: As the header spells it.
        others: Label → value of the other fields worth showing: To, Cc, Bcc, Reply-To; empty ones are left away.
        body: Its text in order.
        attachments: Names, as shown.
        left_out: As in `Document`.
        notes: As in `Document`.
    """

    subject: str = ""
    sender: str = ""
    date: str = ""
    others: dict[str, str] = field(default_factory=dict)
    body: Sequence[Piece] = ()
    attachments: Sequence[str] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: Sequence[str] = ()


def compose(message: Message, path: str, progress: Callable[[], None]) -> Document:
    """Return a mail as a document."""
    assembly = TextAssembly(path)
    _add_labelled(assembly, {"From": message.sender, "Date": message.date, "Subject": message.subject})
    _add_labelled(assembly, message.others)
    left_out = dict(message.left_out)
    names = list(message.attachments)
    if names:
        listed = ", ".join(names[:MAX_NAMED_ATTACHMENTS])
        rest = len(names) - MAX_NAMED_ATTACHMENTS
        assembly.add("paragraph", f"Attachments: {listed}" + (f" and {rest:,} more" if rest > 0 else ""))
    heading = ", ".join(filter(None, (display_name(message.sender), _day(message.date))))
    if message.body:
        assembly.add("heading", heading, level=1)
    _add_pieces(assembly, message.body, progress)
    notes = list(dict.fromkeys(note for note in message.notes if note))
    return assembly.document(title=message.subject, left_out=left_out, notes=notes)


def display_name(sender: str) -> str:
    """Return how a person calls a sender: the name before the address, else the address."""
    name, _, address = sender.partition("<")
    if name.strip(' "'):
        return name.strip(' "')
    return address.partition(">")[0].strip() or sender


def moment(date: str) -> datetime | None:
    """Return the time a Date field tells; None if it tells none."""
    if len(date) > MAX_DATE_CHARACTERS:
        return None
    try:
        return parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def day_in_words(day: datetime) -> str:
    """Return "3 May 2021"; in English whatever the machine's language is."""
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _day(date: str) -> str:
    found = moment(date)
    return day_in_words(found) if found else ""


def _add_labelled(assembly: TextAssembly, values: Mapping[str, str]) -> None:
    cells = (f"{label}: {value}" for label, value in values.items() if value)
    assembly.add("row", CELL_SEPARATOR.join(cells))


def _add_pieces(assembly: TextAssembly, pieces: Iterable[Piece], progress: Callable[[], None]) -> None:
    for number, piece in enumerate(pieces, start=1):
        if number % PIECES_PER_PROGRESS == 0:
            progress()
        assembly.add(piece.kind, piece.text, level=piece.level, header=piece.header)
