"""What changed in a documents folder since the generation before.

A file whose signature (size, modification and change time) is as noted is taken as unchanged and not
opened. Any other file is hashed; only bytes that no reader has seen are read. A signature that is
younger than the clock can tell is not noted, so that a later edit in the same instant is not missed
(the "racily clean" entries of git's index).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domaingpt import durable
from domaingpt.documents import FoundFile, content_key, reader_key, suffix_of
from domaingpt.documents.opening import too_large
from domaingpt.ledger import FileStatus
from domaingpt.types import Part

RACY_NS = 2_000_000_000  # the coarsest time stamp in use is FAT's, two seconds


@dataclass(frozen=True, slots=True)
class Source:
    """What an ingest notes of one file that has a reader.

    Attributes:
        path: Relative to the documents folder.
        status: "indexed" or "failed".
        reason: Why it failed, or a note.
        signature: Size, mtime and ctime in nanoseconds; None while they are too young to trust.
        content_key: SHA-256 of the bytes and the reader's key; "" if the bytes could not be read.
        parts: The files inside it.
    """

    path: str
    status: FileStatus
    reason: str
    signature: tuple[int, int, int] | None
    content_key: str
    parts: tuple[Part, ...] = ()

    @property
    def is_current(self) -> bool:
        """Whether every file inside was read by the reader that would read it now, or by none as now."""
        return all(
            part.content_key == content_key(part.content_key.partition(" ")[0], suffix_of(part.name))
            for part in self.parts
            if part.content_key
        )

    def members(self) -> Iterator[Source]:
        """Yield the files inside as sources of their own, below this one's path."""
        for part in self.parts:
            yield Source(f"{self.path}/{part.name}", part.status, part.reason, None, part.content_key)

    def to_json(self) -> dict[str, Any]:
        """Return the entry as stored in sources.json, without the path."""
        # Not by asdict, which copies deeply: an ingest of many small files spends its time here.
        entry: dict[str, Any] = {
            "status": self.status,
            "reason": self.reason,
            "signature": self.signature,
            "content_key": self.content_key,
        }
        if self.parts:
            entry["parts"] = [[part.name, part.status, part.reason, part.content_key] for part in self.parts]
        return entry

    @classmethod
    def from_json(cls, path: str, stored: Mapping[str, Any]) -> Source:
        """Return the entry that `to_json` gave."""
        signature = tuple(stored["signature"]) if stored["signature"] else None
        parts = tuple(Part(*part) for part in stored.get("parts", []))
        return cls(path, stored["status"], stored["reason"], signature, stored["content_key"], parts)


@dataclass(frozen=True, slots=True)
class Change:
    """One found file against what was noted of it.

    Attributes:
        file: As found now.
        before: As noted by the generation before; None for a new path.
        content_key: Of the file's bytes now; "" if they could not be read.
        signature: What to note; None if it was too young to trust when the bytes were hashed.
        error: Why they could not be read.
    """

    file: FoundFile
    before: Source | None
    content_key: str
    signature: tuple[int, int, int] | None
    error: str = ""

    @property
    def is_unchanged(self) -> bool:
        """Whether the path was there before with the same content, read by the same reader."""
        return self.before is not None and bool(self.content_key) and self.before.content_key == self.content_key

    @property
    def failed_before(self) -> bool:
        """Whether the same bytes failed to be read before; they would fail again."""
        return self.is_unchanged and self.before is not None and self.before.status == "failed"


def compare(
    root: Path, found: list[FoundFile], before: Mapping[str, Source], progress: Callable[[int], None] = lambda _: None
) -> list[Change]:
    """Return one `Change` for each found file, hashing only those whose signature is not as noted."""
    changes = []
    for file in found:
        source = before.get(file.path)
        is_known = source is not None and source.content_key.endswith(f" {reader_key(file.suffix)}")
        if source is not None and is_known and source.signature == _signature(file):
            changes.append(Change(file, source, source.content_key, source.signature))
        else:
            changes.append(_hashed(root, file, source))
        progress(1)
    return changes


def is_still(root: Path, file: FoundFile) -> bool:
    """Return whether a file has the size and times it was found with."""
    try:
        status = (root / file.path).stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns) == _signature(file)


def trusted_signature(file: FoundFile) -> tuple[int, int, int] | None:
    """Return a file's signature if an edit from now on is sure to change it."""
    is_young = time.time_ns() - max(file.mtime_ns, file.ctime_ns) < RACY_NS
    return None if is_young else _signature(file)


def _signature(file: FoundFile) -> tuple[int, int, int]:
    return file.size_bytes, file.mtime_ns, file.ctime_ns


def _hashed(root: Path, file: FoundFile, before: Source | None) -> Change:
    # Judged before the bytes are read: an edit after that must not hide in the same tick of the clock.
    signature = trusted_signature(file)
    if reason := too_large(file.size_bytes):  # nor hashed: a file may have terabytes of nothing
        return Change(file, before, "", None, reason)
    try:
        return Change(file, before, content_key(durable.sha256_file(root / file.path), file.suffix), signature)
    except FileNotFoundError:
        return Change(file, before, "", None, "vanished while being read")
    except OSError as exc:
        return Change(file, before, "", None, (exc.strerror or str(exc)).lower())
