"""What a library says of a damaged file → words that the file's owner understands."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib

# What the messages of libraries have in common, first match first. They name offsets, types and options that say
# nothing to a reader of the account; the file's owner needs to know whether to fetch it again or to split it.
WORDS = (
    (r"excessive depth|recursion|nest", "it is nested too deeply"),
    (r"huge|buffer size limit|too (long|large|many)", "a part of it is too large"),
    (r"entit|doctype|dtd", "it declares XML entities"),
    (r"encoding|codec|ebcdic", "its text is in an unknown encoding"),
    (r"crc|checksum", "a checksum is wrong"),
    (
        r"not a zip|central directory|end of (data|file|central)|truncated|unexpected eof",
        "its end is missing (truncated?)",
    ),
    (r"no item named|no relationship|not found|missing", "a part is missing"),
    (r"compression method|decompress", "a part of it cannot be unpacked"),
)
PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), words) for pattern, words in WORDS)
UNPACKING = (zlib.error, EOFError, NotImplementedError, zipfile.BadZipFile)


def damage(exc: BaseException) -> str:
    """Return what is wrong with a file in plain words, by what a library raised on it.

    Examples:
        >>> damage(KeyError("There is no item named 'word/document.xml' in the archive"))
        'a part is missing'
        >>> damage(IndexError("list index out of range"))
        'its structure is broken'
    """
    message = str(exc)[:1000]
    for pattern, words in PATTERNS:
        if pattern.search(message):
            return words
    if isinstance(exc, UNPACKING):
        return "a part of it cannot be unpacked"
    if isinstance(exc, (struct.error, OverflowError)):
        return "a number in it is impossible"
    return "its structure is broken"
