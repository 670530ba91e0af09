"""One file → its bytes, read once, with the checks that make it safe to open a name somebody else chose."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from domaingpt.errors import UnreadableDocument

MAX_FILE_BYTES = 200 << 20
LINK_OUT = "link that leads out of the documents folder"


def read_file(file: Path, path: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """Return a file's content.

    Args:
        file: Where it is; `path` is its tail, and what comes before is the documents folder.
        path: Relative to the documents folder.
        max_bytes: A larger file is refused before it is read.

    Raises:
        UnreadableDocument: If it vanished, is not readable by this user, not a regular file, too
            large, empty, or a link that leads out of the documents folder.
    """
    try:
        descriptor = _open(file, path)
    except FileNotFoundError as exc:
        raise UnreadableDocument("vanished while being read", path, "Run ingest again.") from exc
    except PermissionError as exc:
        raise UnreadableDocument("permission denied", path, "Give yourself the right to read the file.") from exc
    except OSError as exc:
        raise UnreadableDocument(f"cannot be opened: {exc.strerror or exc}", path) from exc
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableDocument("not a regular file", path)
        if status.st_size > max_bytes:
            raise UnreadableDocument(too_large(status.st_size, max_bytes), path, "Split the file into smaller ones.")
        try:
            # One byte more than allowed shows a file that grew meanwhile.
            data = stream.read(max_bytes + 1)
        except OSError as exc:
            raise UnreadableDocument(f"cannot be read: {exc.strerror or exc}", path) from exc
    if len(data) > max_bytes:
        raise UnreadableDocument("grew while being read", path, "Run ingest again.")
    if not data:
        raise UnreadableDocument("empty file", path)
    return data


def too_large(size_bytes: int, max_bytes: int = MAX_FILE_BYTES) -> str:
    """Return why a file of this size is not read; "" if it is."""
    if size_bytes <= max_bytes:
        return ""
    return f"{size_bytes / (1 << 20):,.0f} MB large; at most {max_bytes >> 20} MB are read"


def _open(file: Path, path: str) -> int:
    # NONBLOCK: opening a named pipe must not wait for a writer. NOFOLLOW: a link was resolved and
    # checked here, so one that appears now was put in its place to deceive.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    return os.open(_resolved(file, path), flags | getattr(os, "O_CLOEXEC", 0))


def _resolved(file: Path, path: str) -> str:
    spelled = os.fspath(file)
    root = spelled[: -len(path)] if spelled.replace(os.sep, "/").endswith("/" + path) else os.path.dirname(spelled)
    real_root, real = os.path.realpath(root), os.path.realpath(spelled)
    if os.path.commonpath([real_root, real]) != real_root:
        raise UnreadableDocument(LINK_OUT, path, "Copy the file itself into the folder.")
    return real
