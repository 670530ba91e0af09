"""Plain text → Document: the decoded file exactly, so that offsets are the file's own code points."""

from __future__ import annotations

from collections.abc import Callable

from domaingpt.documents.encoding import decode
from domaingpt.types import Document


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Decode a text file; newlines and a byte order mark are kept."""
    text, note = decode(data)
    progress()
    return Document(path=path, text=text, notes=(note,) if note else ())
