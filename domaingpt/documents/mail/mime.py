"""The parts of a mail (RFC 2046) as spans of its bytes: nothing is copied, nothing decoded.

The standard library's parser holds a mail as a list of its lines, four times its size, and walks nested parts by
recursion, each level looking at every line; a mail of 100,000 levels ends it. Here a level is one search for its
boundary over its own span, to a depth that no honest mail has.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from domaingpt.documents.mail.fields import Fields, read_fields

MAX_DEPTH = 50  # Real mail nests four or five deep; every level costs a search over its span. Guess, unmeasured.
MAX_PARTS = 20_000  # As in an Office file.
PARTS_BEYOND = f"parts after the first {MAX_PARTS:,}"
MAX_MARKS = 2 * MAX_PARTS  # Of one multipart; there is a mark more than parts, and closing ones.
FINDS_PER_PROGRESS = 100_000
TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+")
# Where the declared boundary is nowhere: the first line of the body, if a part's header follows it.
UNDECLARED = re.compile(rb"\s*--([^\r\n]{1,200}?)[ \t]*\r?\n(?=Content-)", re.IGNORECASE)


@dataclass(slots=True)
class Part:
    """One part of a mail; its body is `data[start:end]`, still in its transfer encoding.

    Attributes:
        type: "text/plain" and the like, lower case.
        options: Parameters of its Content-Type.
        fields: Its header.
        start: First byte of its body.
        end: One past the last.
        parent: Type of the part it lies in; "" for the mail itself.
        children: Parts inside, in order, for a multipart.
    """

    type: str
    options: dict[str, str]
    fields: Fields
    start: int
    end: int
    parent: str = ""
    children: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Structure:
    """A mail's parts and what was found amiss with them.

    Attributes:
        root: The mail itself.
        left_out: Name → how many: parts nested too deeply, parts after the first `MAX_PARTS`, stray characters.
        notes: For the user.
    """

    root: Part
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def count(self, name: str, n: int = 1) -> None:
        """Add to what is left out."""
        if n:
            self.left_out[name] = self.left_out.get(name, 0) + n


def parse(data: bytes, progress: Callable[[], None]) -> Structure:
    """Return the structure of a mail; every byte string has one."""
    structure = Structure(_part(data, 0, len(data), "", progress))
    pending = [(structure.root, 0)]
    n_parts = 1
    while pending:
        part, depth = pending.pop()
        progress()
        structure.count("header bytes beyond 64 KB", part.fields.cut_bytes)
        if not part.type.startswith("multipart/") or part.children:
            continue
        if depth >= MAX_DEPTH:
            structure.count("parts nested too deeply")
            continue
        spans = _children(data, part, structure, progress)
        if spans is None:
            # Unmarked, it is all one text, as mail programs show it.
            part.type = "text/plain"
            structure.notes.append("damaged: a mail of several parts without a mark between them")
            continue
        kept = spans[: max(0, MAX_PARTS - n_parts)]
        structure.count(PARTS_BEYOND, len(spans) - len(kept))
        n_parts += len(kept)
        for start, end in kept:
            part.children.append(_part(data, start, end, part.type, progress))
        _adopt(data, part)
        pending.extend((child, depth + 1) for child in reversed(part.children))
    return structure


def _adopt(data: bytes, part: Part) -> None:
    """Give an inner multipart its texts back, where it has the boundary of the part around it."""
    for index, child in enumerate(part.children):
        shares = child.options.get("boundary") == part.options.get("boundary")
        if not (child.type.startswith("multipart/") and shares) or data[child.start : child.end].strip():
            continue
        end = index + 1
        while end < len(part.children) and part.children[end].type.startswith("text/"):
            end += 1
        child.children = part.children[index + 1 : end]
        for each in child.children:
            each.parent = child.type
        del part.children[index + 1 : end]
        return


def _part(data: bytes, start: int, end: int, parent: str, progress: Callable[[], None]) -> Part:
    fields, body = read_fields(data, start, end, progress)
    kind, options = fields.parameters("content-type")
    if not TYPE.fullmatch(kind):
        kind = "message/rfc822" if parent == "multipart/digest" else "text/plain"
    return Part(kind, options, fields, body, end, parent)


def _children(
    data: bytes, part: Part, structure: Structure, progress: Callable[[], None]
) -> list[tuple[int, int]] | None:
    """Return the spans of a multipart's parts, headers included; None if nothing marks them."""
    boundary = part.options.get("boundary", "").encode("utf-8", "replace").rstrip()
    marks = _marks(data, part, boundary, progress) if boundary else iter(())
    kept = list(itertools.islice(marks, MAX_MARKS))
    if not kept:
        found = UNDECLARED.match(data, part.start, part.end)
        if found is None:
            return None
        boundary = found[1]
        marks = _marks(data, part, boundary, progress)
        kept = list(itertools.islice(marks, MAX_MARKS))
        structure.notes.append("damaged: its parts are marked otherwise than declared")
    following = next(marks, None)
    end = part.end if following is None else following[0]
    structure.count(PARTS_BEYOND, data.count(b"\n--" + boundary, end, part.end))
    structure.count("characters outside all parts", _stray(data, kept, end))
    edges = [(after, closes) for _, after, closes in kept]
    ends = [before for before, _, _ in kept[1:]] + [end]
    return [
        (start, max(start, end)) for (start, closes), end in zip(edges, ends, strict=True) if not closes and start < end
    ]


def _marks(data: bytes, part: Part, boundary: bytes, progress: Callable[[], None]) -> Iterator[tuple[int, int, bool]]:
    """Yield each line that marks a part: where the text before it ends, where the next part begins, if it closes.

    Parts behind a closing mark are read too: broken mail has them, closed by an inner part of the same boundary.
    """
    mark = b"--" + boundary
    position, n_finds = part.start, 0
    while (found := data.find(mark, position, part.end)) >= 0:
        n_finds += 1
        if n_finds % FINDS_PER_PROGRESS == 0:
            progress()
        position = found + len(mark)
        if found > part.start and data[found - 1] != 0x0A:
            continue
        closes = data.startswith(b"--", position)
        newline = data.find(b"\n", position, part.end)
        after = part.end if newline < 0 else newline + 1
        if data[position + 2 * closes : min(after, position + 200)].strip():
            continue  # A longer boundary, of an inner part.
        position = after
        before = found - 1 if found > part.start else found
        if before > part.start and data[before - 1] == 0x0D:
            before -= 1
        yield before, after, closes


def _stray(data: bytes, marks: list[tuple[int, int, bool]], last: int) -> int:
    """Return the number of characters behind closing marks; what stands before all parts is for old programs."""
    ends = [before for before, _, _ in marks[1:]] + [last]
    return sum(len(data[after:end].strip()) for (_, after, closes), end in zip(marks, ends, strict=True) if closes)
