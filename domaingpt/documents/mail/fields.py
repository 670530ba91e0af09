"""The header of a mail: bytes → its fields, decoded for a reader.

The standard library's `email.headerregistry` parses addresses by a grammar that takes minutes for a megabyte of
brackets and raises on real mail; what a person sees is the text of a field, and that is all that is needed here.
Sources: RFC 5322 (fields), RFC 2047 (encoded words), RFC 2231 (parameters).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from domaingpt.documents.assembly import one_line
from domaingpt.documents.mail.transfer import decode_base64, decode_quoted_printable, decode_text

# What a document or its parts are read by; the many other fields are for machines.
KEPT = frozenset(
    b"from sender reply-to to cc bcc date subject content-type content-disposition content-transfer-encoding "
    b"content-id content-location content-description content-length resent-from resent-date mime-version".split()
)
NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
FOLD = re.compile(r"\r?\n")
MAX_VALUE_BYTES = 64 << 10  # A list of a thousand addresses; a longer value is cut, and counted. Guess, unmeasured.
MAX_REPEATS = 10  # Of one field; mail that was sent on has a few.
FIELDS_PER_PROGRESS = 10_000
# "=?charset*language?encoding?text?="; writers forget that spaces are not allowed inside.
ENCODED_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?]*)\?=")
PARAMETER = re.compile(
    r""";\s*([^\s;=*"]{1,100})(\*\d{1,4})?(\*)?\s*=\s*("(?:[^"\\]|\\.){0,4000}+"|[^;]*)""", re.DOTALL
)
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
PLAIN_QUOTES = re.compile(r'"([^"\\<>@,;:()]*)"(?=\s*<)')


@dataclass(slots=True)
class Fields:
    """The fields of one header that are kept.

    Attributes:
        values: Lower-case name → raw values in order, each at most `MAX_VALUE_BYTES`.
        cut_bytes: Bytes of kept fields that were beyond the limits.
    """

    values: dict[str, list[bytes]] = field(default_factory=dict)
    cut_bytes: int = 0

    def text(self, name: str) -> str:
        """Return a field as a person reads it, on one line; "" if the header has none."""
        return decoded(self.values[name][0]) if name in self.values else ""

    def texts(self, name: str) -> str:
        """Return all occurrences of a field, for the one mail in a thousand that repeats it."""
        return ", ".join(filter(None, map(decoded, self.values.get(name, []))))

    def parameters(self, name: str) -> tuple[str, dict[str, str]]:
        """Return a structured field's own value in lower case, and its parameters."""
        return parameters(self.values[name][0]) if name in self.values else ("", {})

    def add(self, name: str, value: bytes) -> None:
        """Keep one more occurrence."""
        kept = self.values.setdefault(name, [])
        if len(kept) < MAX_REPEATS:
            kept.append(value[:MAX_VALUE_BYTES])
            self.cut_bytes += max(0, len(value) - MAX_VALUE_BYTES)
        else:
            self.cut_bytes += len(value)


def read_fields(data: bytes, start: int, end: int, progress: Callable[[], None]) -> tuple[Fields, int]:
    """Return the fields of the header in `data[start:end]`, and where the body begins.

    A line that is neither a field nor goes on with one ends the header and belongs to the body.
    """
    fields = Fields()
    for name, value_start, value_end, body in _spans(data, start, end, progress):
        if body is not None:
            return fields, body
        if name in KEPT:
            fields.add(name.decode("ascii"), data[value_start:value_end])
    return fields, end


def _spans(
    data: bytes, start: int, end: int, progress: Callable[[], None]
) -> Iterator[tuple[bytes, int, int, int | None]]:
    """Yield (name, value's span, None) per field, and with the last one of all where the body begins."""
    name, value_start, position, n_lines = b"", start, start, 0
    while position < end:
        n_lines += 1
        if n_lines % FIELDS_PER_PROGRESS == 0:
            progress()
        newline = data.find(b"\n", position, end)
        following = end if newline < 0 else newline + 1
        if data[position : position + 1] in b" \t" and position > start:
            position = following
            continue
        if name:
            yield name, value_start, position, None
            name = b""
        blank = data[position:following].isspace() if following - position <= 2 else False
        if blank:
            yield b"", 0, 0, following
            return
        found = NAME.match(data, position, following)
        if found:
            name, value_start = found[1].lower(), found.end()
        elif position != start or not data.startswith((b"From ", b">From "), position):
            yield b"", 0, 0, position
            return
        position = following
    if name:
        yield name, value_start, end, None


def decoded(value: bytes) -> str:
    """Return a field's value as a person reads it: unfolded, encoded words decoded, on one line."""
    text, _ = decode_text(value, "")
    text = FOLD.sub("", text)
    return PLAIN_QUOTES.sub(r"\1", one_line("".join(_words(text)).replace("\0", "")))


def _words(text: str) -> Iterator[str]:
    """Yield a text in pieces, encoded words decoded; neighbours in one charset may share a character."""
    position = 0
    pending, charset = b"", ""
    for word in ENCODED_WORD.finditer(text):
        between = text[position : word.start()]
        alone = bool(between.strip()) or not position
        if pending and (alone or word[1].lower() != charset):
            yield decode_text(pending, charset)[0]
            pending = b""
        if alone:
            yield between
        charset = word[1].lower()
        raw = word[3].encode("utf-8", "replace")
        pending += (
            decode_base64(raw)
            if word[2] in "bB"
            else decode_quoted_printable(raw.replace(b"_", b"=20").replace(b" ", b"=20"))
        )
        position = word.end()
    if pending:
        yield decode_text(pending, charset)[0]
    yield text[position:]


def parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """Return a value such as "text/plain; charset=utf-8" as its first part, lower case, and its parameters."""
    text, _ = decode_text(value, "")
    text = FOLD.sub("", text)
    main, semicolon, rest = text.partition(";")
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in PARAMETER.finditer(semicolon + rest):
        name, number, encoded, spelled = found.groups()
        plain = ESCAPED.sub(r"\1", spelled[1:-1]) if spelled[:1] == '"' == spelled[-1:] else spelled.strip(' \t"')
        pieces.setdefault(name.lower(), {}).setdefault(int(number[1:]) if number else 0, (plain, bool(encoded)))
    return one_line(main).lower(), {name: _joined(parts) for name, parts in pieces.items()}


def _joined(parts: dict[int, tuple[str, bool]]) -> str:
    """Return a parameter's value from its continuations, in order."""
    if not any(encoded for _, encoded in parts.values()):
        whole = "".join(parts[number][0] for number in sorted(parts))
        # RFC 2231 wants it otherwise, and nobody heeds it.
        return one_line("".join(_words(whole)))
    charset, _, first = parts[min(parts)][0].partition("'")
    _, _, first = first.partition("'")
    numbers = sorted(parts)[1:]
    raw = unquote_to_bytes(first) + b"".join(
        unquote_to_bytes(parts[number][0]) if parts[number][1] else parts[number][0].encode("utf-8", "replace")
        for number in numbers
    )
    return one_line(decode_text(raw, charset)[0])
