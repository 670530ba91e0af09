"""Plain text of a mail → its lines, joined where the writer's program broke them (format=flowed, RFC 3676)."""

from __future__ import annotations

import re
from collections.abc import Iterator

LINE = re.compile(r"[^\n]*(?:\n|$)")
QUOTE_MARKS = re.compile(r">*")
SIGNATURE_MARK = "-- "


def lines(text: str) -> Iterator[str]:
    """Yield the lines of a text without their ends."""
    for found in LINE.finditer(text):
        if found[0]:
            yield found[0].rstrip("\r\n")


def flowed_lines(text: str, *, delete_space: bool = False) -> Iterator[str]:
    """Yield the lines of a text in format=flowed, those that flow into each other as one.

    Args:
        text: As decoded.
        delete_space: The space that marks a flowing line is no space between words (DelSp=yes).
    """
    parts: list[str] = []
    depth = 0
    for line in lines(text):
        marks = QUOTE_MARKS.match(line)
        line_depth = marks.end() if marks else 0
        content = line[line_depth:]
        content = content.removeprefix(" ")  # Space-stuffing.
        if parts and line_depth != depth:
            yield _quoted(parts, depth)
            parts = []
        depth = line_depth
        if content.endswith(" ") and content != SIGNATURE_MARK:
            parts.append(content[:-1] if delete_space else content)
            continue
        parts.append(content)
        yield _quoted(parts, depth)
        parts = []
    if parts:
        yield _quoted(parts, depth)


def _quoted(parts: list[str], depth: int) -> str:
    text = "".join(parts)
    return f"{'>' * depth} {text}" if depth else text
