"""The text of a mail → paragraphs, with what it quotes of earlier mails apart from its own words.

Quoted lines keep one mark at the head of their paragraph, so that wrapped sentences stay whole. An earlier mail
that follows to the end gets a heading, the line that introduces it, and so each chunk of it knows who wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from domaingpt.types import BlockKind

T = TypeVar("T")
HISTORY_LEVEL = 2  # Below the heading of the mail itself.
VALUES_PER_PROGRESS = 20_000
MARKS = re.compile(r"(?:>[ ]?)+")
WROTE = (
    "wrote|writes|schrieb|écrit|escribió|escribio|scritto|schreef|escreveu|napisał|napisała|skrev|kirjoitti|"
    "написал|написала|пише|yazdı|írta|napsal|wrote on"
)
MAX_INTRODUCTION = 400  # Characters: name, address, date and a verb, over at most three lines. Guess, unmeasured.
# "On Mon, 3 May 2021 at 10:05, Jane Doe <jane@example.org> wrote:", and its like in other languages.
INTRODUCTION = re.compile(rf"(?=.*(?:\d|@)).{{3,}}\b(?:{WROTE})\b[^:]{{0,20}}[:：]\s*", re.IGNORECASE | re.DOTALL)
DATED_ADDRESS = re.compile(r"\d{4}-\d\d-\d\d .{0,60}<[^>\s]+@[^>\s]+>\s*:\s*")
JAPANESE = re.compile(r"\d{4}年.{1,120}(?:のメール|wrote)\s*[:：]\s*", re.DOTALL)
CHINESE = re.compile(r".{1,200}(?:写道|寫道)\s*[:：]\s*", re.DOTALL)
SENDER_LINE = re.compile(
    r"\W{0,3}(?:From|Von|De|Da|Van|Från|Fra|Od|От|发件人|寄件者|差出人)\W{0,3}\s*[:：]", re.IGNORECASE
)
# What may stand right above it: "-----Original Message-----", "Begin forwarded message:".
MARK_LINE = re.compile(r"(?:[-_—*]{2,}[^\n]{0,60}|[^\n:]{3,60}:)[ \t]*\n(?=\S)")
TIME_LINE = re.compile(
    r"^\W{0,3}(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado(?: el)?|Fecha|Inviato|Data|Verzonden|Skickat|Sendt|Wysłano|"
    r"Отправлено|Дата|发送时间|日期|送信日時)\W{0,3}\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
SUBJECT_LINE = re.compile(
    r"^\W{0,3}(?:Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Ämne|Emne|Temat|Тема|主题|主旨|件名)\W{0,3}\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
MAX_OUTLOOK_HEADER = 4000  # Characters; its To line may name many.


@dataclass(frozen=True, slots=True)
class Piece:
    """One block to be: what `TextAssembly.add` is given."""

    kind: BlockKind
    text: str
    level: int = 0
    header: str = ""


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    depth: int  # Of quoting: the number of marks before its lines.


def pieces_of_text(lines: Iterable[str], progress: Callable[[], None]) -> list[Piece]:
    """Return the paragraphs of a plain text, quoted ones apart, earlier mails under a heading each."""
    paragraphs: list[_Paragraph] = []
    last_own = -1
    for paragraph in _introductions_apart(_paragraphs(_watched(lines, progress))):
        last_own = len(paragraphs) if _is_own(paragraph) else last_own
        paragraphs.append(paragraph)
    pieces: list[Piece] = []
    for index, paragraph in enumerate(_watched(paragraphs, progress)):
        is_trailing = last_own < index < len(paragraphs) - 1
        if is_trailing and not paragraph.depth and is_introduction(paragraph.text):
            pieces.append(Piece("heading", " ".join(paragraph.text.split()), HISTORY_LEVEL))
        elif not paragraph.depth and is_outlook_header(paragraph.text):
            pieces += outlook_pieces(paragraph.text)
        else:
            marks = f"{'>' * paragraph.depth} " if paragraph.depth else ""
            pieces.append(Piece("paragraph", marks + paragraph.text))
    return pieces


def _watched(values: Iterable[T], progress: Callable[[], None]) -> Iterator[T]:
    for number, value in enumerate(values):
        if number % VALUES_PER_PROGRESS == 0:
            progress()
        yield value


def is_introduction(text: str) -> bool:
    """Return whether a paragraph says no more than that an earlier mail follows, and whose."""
    if len(text) > MAX_INTRODUCTION or text.count("\n") > 3 or not text.rstrip().endswith((":", "：")):
        return False
    return any(pattern.fullmatch(text) for pattern in (INTRODUCTION, DATED_ADDRESS, JAPANESE, CHINESE))


def is_outlook_header(text: str) -> bool:
    """Return whether a paragraph begins with the header of an earlier mail, as Outlook copies it."""
    head = text[:MAX_OUTLOOK_HEADER]
    return bool(SENDER_LINE.match(head, _mark_end(head)) and TIME_LINE.search(head) and SUBJECT_LINE.search(head))


def outlook_pieces(text: str) -> list[Piece]:
    """Return an earlier mail's copied header as a heading, who wrote it, between what stands above and below."""
    end = _mark_end(text)
    sender, _, rest = text[end:].partition("\n")
    around = [Piece("paragraph", part) for part in (text[:end].strip(), rest) if part.strip()]
    position = 1 if end else 0
    return [*around[:position], Piece("heading", sender, HISTORY_LEVEL), *around[position:]]


def _mark_end(text: str) -> int:
    """Return where the sender's line may begin: behind a mark that an earlier mail follows, else at the start."""
    mark = MARK_LINE.match(text)
    return mark.end() if mark and SENDER_LINE.match(text, mark.end()) else 0


def _paragraphs(lines: Iterable[str]) -> Iterator[_Paragraph]:
    """Yield runs of lines of one depth of quoting, parted by blank lines."""
    collected: list[str] = []
    depth = 0
    for line in lines:
        marks = MARKS.match(line)
        content = line[marks.end() :] if marks else line
        line_depth = marks[0].count(">") if marks else 0
        if collected and (line_depth != depth or not content.strip()):
            yield _Paragraph("\n".join(collected), depth)
            collected = []
        depth = line_depth
        if content.strip():
            collected.append(content.rstrip())
    if collected:
        yield _Paragraph("\n".join(collected), depth)


def _introductions_apart(paragraphs: Iterable[_Paragraph]) -> Iterator[_Paragraph]:
    """Yield the paragraphs, an introduction that stands right below other text as one of its own."""
    for paragraph in paragraphs:
        split = None if paragraph.depth or not paragraph.text.endswith((":", "：")) else _introduction(paragraph.text)
        if split:
            yield from (_Paragraph(text, 0) for text in split)
        else:
            yield paragraph


def _introduction(text: str) -> tuple[str, str] | None:
    """Return what stands above the introduction of one to three lines that ends a paragraph, and it."""
    tail = text.rsplit("\n", 3)
    for n_lines in range(1, len(tail)):
        below = "\n".join(tail[-n_lines:])
        if is_introduction(below) and re.match(r"(?:On|Am|Le|El|Il|Op|Em|Den|W dniu|Dnia|\d)\b", below.strip()):
            return text[: len(text) - len(below) - 1], below
    return None


def _is_own(paragraph: _Paragraph) -> bool:
    return not paragraph.depth and not is_introduction(paragraph.text)
