"""Names of files in a mail, as somebody else chose them → names that can be shown and told apart."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePosixPath

from domaingpt.documents.assembly import one_line

# Control characters, and those that turn the direction of text: "exe.pdf" may be drawn for "fdp.exe".
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]+")
PATH_PARTS = re.compile(r'[/\\:*?"<>|]+')
MAX_NAME_CHARACTERS = 200  # File systems allow 255 bytes. Guess, unmeasured.
MAX_SUFFIX_CHARACTERS = 12
TYPES = mimetypes.MimeTypes()  # Python's own table: the one of the system differs from machine to machine.
SUFFIXES = {"message/rfc822": ".eml", "text/plain": ".txt", "image/jpeg": ".jpg", "text/html": ".html"}


def clean_name(name: str) -> str:
    """Return a name on one line, without characters that nobody sees, at most `MAX_NAME_CHARACTERS` long.

    A path in it stays: what becomes of "../" is for whoever makes a path of the name.
    """
    name = one_line(UNSEEN.sub(" ", name))
    if len(name) <= MAX_NAME_CHARACTERS:
        return name
    suffix = PurePosixPath(name).suffix
    suffix = suffix if len(suffix) <= MAX_SUFFIX_CHARACTERS else ""
    return name[: MAX_NAME_CHARACTERS - len(suffix) - 1].rstrip() + "…" + suffix


def name_of_subject(subject: str, fallback: str) -> str:
    """Return a name for a mail that is a file of its own: its subject, made harmless, with ".eml"."""
    return (clean_name(PATH_PARTS.sub(" ", subject)[:MAX_NAME_CHARACTERS]).strip(". ") or fallback) + ".eml"


def nameless(kind: str, number: int) -> str:
    """Return a name for a part that has none: "part 3.pdf"."""
    suffix = SUFFIXES.get(kind) or TYPES.guess_extension(kind) or ".bin"
    return f"part {number}{suffix}"
