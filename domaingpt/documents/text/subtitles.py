"""Subtitles (WebVTT, SubRip) → Document: cues joined to paragraphs, each with the time it begins and who speaks.

Headings name the span of about a minute, "00:01:20 – 00:02:18", so that every quote has its time near.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.encoding import decode
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}")
VOICE = re.compile(r"<v(?:\.[^\s<>]{1,100})?[ \t]+([^<>\n]{1,100})>")
TAG = re.compile(r"</?[A-Za-z0-9][^<>\n]{0,200}>|\{\\[^{}\n]{0,200}\}")  # also the positions of SubStation: {\an8}
SKIPPED_BLOCKS = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
NEW_SPEAKER = re.compile(r"[-–—]\s*\S|>>")
SENTENCE_END = (".", "!", "?", "…", '."', '!"', '?"', "。", "！", "？")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
# Guesses, unmeasured: a minute of speech is about a chunk; a pause parts paragraphs.
SECTION_S = 60.0
PAUSE_S = 2.0
PARAGRAPH_CHARACTERS = 400  # From here on a paragraph ends with its sentence, at twice as many anyhow.
ROLLING_GAP_S = 0.05  # Captions that roll up repeat the line above in the very next moment.
MAX_CUE_LINES = 200  # A text without times after the first is taken in such pieces.
CUES_PER_PROGRESS = 1000


@dataclass(slots=True)
class Cue:
    """What is shown from start to end, in seconds; a line break parts its lines."""

    start: float
    end: float
    lines: list[str]


@dataclass(slots=True)
class Speech:
    """A paragraph: what one speaker says without a pause."""

    start: float
    end: float
    speaker: str
    parts: list[str] = field(default_factory=list)
    n_characters: int = 0


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read subtitles.

    Raises:
        UnreadableDocument: If no line holds the times of a cue.
    """
    text, note = decode(data)
    progress()
    captions = _Captions(text, progress)
    assembly = TextAssembly(path)
    _add_sections(assembly, _speeches(captions.cues()))
    if not captions.n_cues:
        raise UnreadableDocument("not subtitles: no line holds the times of a cue", path)
    left_out = {"comment characters": captions.n_comment, "repeated caption lines": captions.n_repeated}
    return assembly.document(title=meaningful_title(captions.title, path), left_out=left_out, notes=[note])


def clock(seconds: float) -> str:
    """Return a time as it is shown.

    >>> clock(83.9)
    '00:01:23'
    """
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


class _Captions:
    """The cues of a text, each line once."""

    def __init__(self, text: str, progress: Callable[[], None]) -> None:
        self._text = text.removeprefix("\ufeff")
        self._progress = progress
        self.n_cues = self.n_comment = self.n_repeated = 0
        first = self._text.partition("\n")[0]
        self.title = first.removeprefix("WEBVTT").strip(" \t-\r") if first.startswith("WEBVTT") else ""

    def cues(self) -> Iterator[Cue]:
        """Yield the cues without what they repeat of the one before."""
        previous = Cue(0.0, -1.0, [])
        for cue in self._written():
            self.n_cues += 1
            if self.n_cues % CUES_PER_PROGRESS == 0:
                self._progress()
            shown = cue.lines
            if cue.start <= previous.end + ROLLING_GAP_S:
                n_repeated = _overlap(previous.lines, shown)
                self.n_repeated += n_repeated
                cue = Cue(cue.start, cue.end, shown[n_repeated:])  # noqa: PLW2901 - what is new of it.
            previous = Cue(cue.start, cue.end, shown or previous.lines)
            if cue.lines:
                yield cue

    def _written(self) -> Iterator[Cue]:
        """Yield the cues as they stand in the file."""
        cue: Cue | None = None
        skips = was_blank = False
        for match in LINE.finditer(self._text):
            raw = match[0].rstrip("\r\n")
            line = raw.strip()
            if raw and not line and cue is not None:
                continue  # A line of spaces is an empty line of the caption, not its end.
            timing = TIMING.match(line) if "-->" in line else None
            if timing:
                if cue is not None:
                    if not was_blank and cue.lines and cue.lines[-1].isdecimal():
                        cue.lines.pop()  # The number of this cue, with no blank line before it.
                    yield _finished(cue)
                cue, skips = Cue(_seconds(*timing.groups()[:4]), _seconds(*timing.groups()[4:]), []), False
            elif not line:
                if cue is not None:
                    yield _finished(cue)
                cue, skips = None, False
            elif cue is not None:
                if len(cue.lines) == MAX_CUE_LINES:
                    yield _finished(cue)
                    cue = Cue(cue.start, cue.end, [])
                cue.lines.append(line)
            elif skips or (was_blank and SKIPPED_BLOCKS.match(line)):
                self.n_comment += len(line)
                skips = True
            was_blank = not line
        if cue is not None:
            yield _finished(cue)


def _finished(cue: Cue) -> Cue:
    return Cue(cue.start, cue.end, [line for line in cue.lines if TAG.sub("", line).strip()])


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _overlap(before: list[str], lines: list[str]) -> int:
    """Return how many of the first lines are the last ones of the cue before."""
    plain = [_plain(line) for line in before], [_plain(line) for line in lines]
    for n_lines in range(min(len(before), len(lines), 4), 0, -1):
        if plain[0][-n_lines:] == plain[1][:n_lines]:
            return n_lines
    return 0


def _plain(text: str) -> str:
    return one_line(html.unescape(TAG.sub("", text)))


def _said(cue: Cue) -> Iterator[tuple[str, str]]:
    """Yield who says what: a voice tag, or a dash, begins with another speaker."""
    speaker = ""
    parts: list[str] = []
    for written in cue.lines:
        before, *voiced = VOICE.split(written)
        for name, text in (("", before), *zip(voiced[::2], voiced[1::2], strict=True)):
            text = _plain(text)  # noqa: PLW2901 - without its tags.
            if name or NEW_SPEAKER.match(text):
                if parts:
                    yield speaker, " ".join(parts)
                speaker, parts = one_line(html.unescape(name)), []
            if text:
                parts.append(text)
    if parts:
        yield speaker, " ".join(parts)


def _speeches(cues: Iterable[Cue]) -> Iterator[Speech]:
    current: Speech | None = None
    for cue in cues:
        for speaker, text in _said(cue):
            if current is None or _begins_anew(current, cue, speaker, text):
                if current is not None:
                    yield current
                current = Speech(cue.start, cue.end, speaker)
            current.parts.append(text)
            current.n_characters += len(text) + 1
            current.end = cue.end
    if current is not None:
        yield current


def _begins_anew(current: Speech, cue: Cue, speaker: str, text: str) -> bool:
    if speaker != current.speaker or cue.start - current.end > PAUSE_S or NEW_SPEAKER.match(text):
        return True
    limit = PARAGRAPH_CHARACTERS if current.parts[-1].endswith(SENTENCE_END) else 2 * PARAGRAPH_CHARACTERS
    return current.n_characters >= limit


def _add_sections(assembly: TextAssembly, speeches: Iterable[Speech]) -> None:
    section: list[Speech] = []
    for speech in speeches:
        if section and speech.end - section[0].start > SECTION_S:
            _add_section(assembly, section)
            section = []
        section.append(speech)
    if section:
        _add_section(assembly, section)


def _add_section(assembly: TextAssembly, section: list[Speech]) -> None:
    assembly.add("heading", f"{clock(section[0].start)} – {clock(max(s.end for s in section))}", level=1)
    for speech in section:
        said = f"{speech.speaker}: " if speech.speaker else ""
        assembly.add("paragraph", f"[{clock(speech.start)}] {said}{' '.join(speech.parts)}")
