"""Folder → the files to read, and the files left aside with a reason each.

Reads names, and the first bytes of files whose name has no suffix.
"""

from __future__ import annotations

import fnmatch
import os
import stat
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from domaingpt.documents.formats import SNIFFED_BYTES, no_reader, sniffed_suffix, suffix_of

LINK_OUT = "link that leads out of the documents folder"
SPECIAL_FILES = {
    stat.S_IFIFO: "named pipe, not a file",
    stat.S_IFSOCK: "socket, not a file",
    stat.S_IFCHR: "device, not a file",
    stat.S_IFBLK: "device, not a file",
}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that has a reader.

    Attributes:
        path: Relative to the documents folder, with "/", exactly as the file system spells it.
        size_bytes: Never 0.
        mtime_ns: Time of the last change of content.
        ctime_ns: Time of the last change of the entry; it also moves when mtime is set back by hand.
        suffix: Lower case, with its dot; that of its content where the name has none.
    """

    path: str
    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    suffix: str


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file or folder left aside; `reason` is shown to the user."""

    path: str
    reason: str


def discover(root: Path, include: Sequence[str], exclude: Sequence[str]) -> tuple[list[FoundFile], list[SkippedFile]]:
    """Walk a documents folder and return what is to be read and what is not, each sorted by path.

    Links are followed only from a file to a file inside the folder. A link to a folder inside is
    not followed: its files are found at their own place, and loops cannot happen.

    Raises:
        OSError: If the root itself cannot be listed.
    """
    found: list[FoundFile] = []
    skipped: list[SkippedFile] = []
    real_root = os.path.realpath(root)
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = _entries(os.path.join(root, folder))
        except OSError as exc:
            if not folder:
                raise
            skipped.append(SkippedFile(_shown(folder), f"folder cannot be read: {_why(exc)}"))
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            try:
                outcome = _inspect(entry, path, real_root)
            except OSError as exc:
                outcome = f"cannot be read: {_why(exc)}"
            if outcome is None:
                pending.append(path)
            elif isinstance(outcome, str):
                skipped.append(SkippedFile(_shown(path), outcome))
            elif _excluded(path, include, exclude):
                skipped.append(SkippedFile(path, "excluded by domain.toml"))
            else:
                found.append(outcome)
    return sorted(found, key=lambda file: file.path), sorted(skipped, key=lambda file: file.path)


def matches(path: str, pattern: str) -> bool:
    """Return whether a relative path with "/" fits a glob.

    `*`, `?` and `[...]` stay within one name; `**` spans any number of folders. A pattern without
    "/" fits the file's name at any depth; one without wildcards also names a folder and fits all
    below it. Names are compared as NFC, since macOS stores "é" in two code points.

    Examples:
        >>> matches("2023/q1/report.pdf", "*.pdf"), matches("2023/q1/report.pdf", "2023/*.pdf")
        (True, False)
        >>> matches("drafts/a/b.txt", "drafts/**"), matches("report.pdf", "**/*")
        (True, True)
    """
    names = tuple(unicodedata.normalize("NFC", path).split("/"))
    pattern = unicodedata.normalize("NFC", pattern).removeprefix("./").removeprefix("/")
    if pattern.endswith("/"):
        pattern += "**"
    if not any(wildcard in pattern for wildcard in "*?["):
        parts = tuple(pattern.split("/"))
        spots = range(len(names)) if len(parts) == 1 else range(1)
        return any(names[spot : spot + len(parts)] == parts for spot in spots)
    if "/" not in pattern and pattern != "**":
        return fnmatch.fnmatchcase(names[-1], pattern)
    return _names_match(names, tuple(pattern.split("/")))


@lru_cache(maxsize=4096)
def _names_match(names: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    """Match name by name; row by row, so that several `**` cost no more than names × patterns."""
    # reachable[i]: the patterns so far can consume exactly the first i names.
    reachable = [True] + [False] * len(names)
    for index, pattern in enumerate(patterns):
        step = [False] * (len(names) + 1)
        if pattern == "**":
            # As the last part `**` needs at least one name: "drafts/**" is not the file "drafts".
            least = 1 if index == len(patterns) - 1 else 0
            first = reachable.index(True) if True in reachable else len(names)
            for count in range(first + least, len(names) + 1):
                step[count] = True
        else:
            for count, name in enumerate(names):
                step[count + 1] = reachable[count] and fnmatch.fnmatchcase(name, pattern)
        reachable = step
    return reachable[-1]


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return list(entries)


def _inspect(entry: os.DirEntry[str], path: str, real_root: str) -> FoundFile | str | None:
    """Return the file, or why it is skipped, or None for a folder to descend into."""
    try:
        entry.name.encode("utf-8")
    except UnicodeEncodeError:
        return "file name is not valid UTF-8: rename it"
    if entry.is_symlink():
        refusal = _refused_link(entry, real_root)
        if refusal:
            return refusal
    is_folder = entry.is_dir(follow_symlinks=False)
    if entry.name.startswith((".", "~$")):
        return "hidden folder" if is_folder else "hidden file"
    if is_folder:
        return None
    return _inspect_file(entry, path)


def _refused_link(entry: os.DirEntry[str], real_root: str) -> str:
    """Return why a link is not followed, or an empty string."""
    target = os.path.realpath(entry.path)
    if os.path.commonpath([target, real_root]) != real_root:
        return LINK_OUT
    if not os.path.exists(target):
        return "link to nothing, or to itself"
    if os.path.isdir(target):
        return "link to a folder whose files are found at their own place"
    return ""


def _inspect_file(entry: os.DirEntry[str], path: str) -> FoundFile | str:
    status = entry.stat()
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        return SPECIAL_FILES.get(kind, "not a regular file")
    suffix = suffix_of(path)
    if suffix and (reason := no_reader(suffix)):
        return reason
    if status.st_size == 0:
        return "empty file"
    if not suffix and not (suffix := sniffed_suffix(_first_bytes(entry.path))):
        return "no reader for files without a suffix whose content is not text, mail or a known format"
    return FoundFile(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, suffix)


def _first_bytes(file: str) -> bytes:
    # NONBLOCK: what was a file a moment ago may be a named pipe now.
    with open(os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
        return stream.read(SNIFFED_BYTES)


def _excluded(path: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    if any(matches(path, pattern) for pattern in exclude):
        return True
    return not any(matches(path, pattern) for pattern in include)


def _shown(path: str) -> str:
    """Return a path that can be printed and stored even where the name is not UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _why(exc: OSError) -> str:
    return (exc.strerror or type(exc).__name__).lower()
