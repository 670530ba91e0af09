"""Files inside files: attachments of mails and PDFs, messages of a mailbox, entries of an archive.

An attachment becomes a document of its own, whose path is that of the file it lies in and its name, as if
that file were a folder: "mail/offer.eml/contract.pdf".
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from domaingpt.documents.formats import FORMATS, content_key, no_reader, sniffed_suffix, suffix_of
from domaingpt.documents.reading import attachments_of, read_document
from domaingpt.documents.workers.reasons import reason_for
from domaingpt.types import Document, Part

# Guesses, unmeasured: a mailbox of ten years; a mail in a mail in an archive in a mail; what a worker can do
# within its time.
MAX_PARTS = 20_000
MAX_DEPTH = 5
MAX_PART_BYTES = 1 << 30
MAX_NAME_CHARACTERS = 120
TOO_MANY = "and what comes after it"
# Controls, and characters that turn the direction of writing or are not seen.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file inside another, as its reader took it out.

    Attributes:
        name: As the file that holds it spells it; untrusted, and not yet a path.
        data: Its bytes; empty if they could not be taken out.
        reason: Why not, for the user; else empty.
    """

    name: str
    data: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PartRead:
    """What became of one file inside another; `document` is None unless the part is "indexed"."""

    part: Part
    document: Document | None


def read_parts(
    data: bytes,
    path: str,
    progress: Callable[[], None],
    *,
    suffix: str = "",
    begin: Callable[[int], None] = lambda _: None,
    lost: Mapping[int, str] | None = None,
) -> Iterator[PartRead]:
    """Read the files inside a file, and those inside them, in order.

    Args:
        data: The outer file's content.
        path: Of the outer file.
        progress: Passed to every reader.
        suffix: Says what the outer file is, where its path does not.
        begin: Hears the position of each file, from 0, before anything is done with it.
        lost: Positions not to be read, each with the reason: what a reader before died of.
    """
    reader = _PartReader(path, progress, begin, lost or {})
    yield from reader.inside(data, suffix or suffix_of(path), "", 1)


class _PartReader:
    """Takes files out of files, counting them and their bytes over all depths."""

    def __init__(
        self, path: str, progress: Callable[[], None], begin: Callable[[int], None], lost: Mapping[int, str]
    ) -> None:
        self._path, self._progress, self._begin, self._lost = path, progress, begin, lost
        self._n_parts = 0
        self._n_bytes = 0

    def inside(self, data: bytes, suffix: str, prefix: str, depth: int) -> Iterator[PartRead]:
        """Yield what lies in a file, each followed by what lies in it."""
        if not FORMATS[suffix].holds_files:
            return
        names = _Names()
        try:
            for attachment in attachments_of(FORMATS[suffix].reader)(data, self._path + "/" + prefix, self._progress):
                name = prefix + names.take(attachment.name)
                self._begin(self._n_parts)
                position, self._n_parts = self._n_parts, self._n_parts + 1
                self._n_bytes += len(attachment.data)
                if self._n_parts > MAX_PARTS or self._n_bytes > MAX_PART_BYTES:
                    yield _failed(f"{name} {TOO_MANY}", self._limit())
                    return
                yield from self._one(attachment, name, depth, self._lost.get(position, ""))
        except Exception as exc:  # noqa: BLE001 - what cannot be taken out of one file must not lose the file itself.
            yield _failed(f"{prefix}(attachments)", reason_for(exc))

    def _one(self, attachment: Attachment, name: str, depth: int, lost: str) -> Iterator[PartRead]:
        data = attachment.data
        suffix = suffix_of(name)
        if suffix not in FORMATS and (found := sniffed_suffix(data)) and not suffix:
            suffix, name = found, name + found
        key = content_key(hashlib.sha256(data).hexdigest(), suffix) if data else ""
        if attachment.reason or lost:
            yield _failed(name, attachment.reason or lost, key)
        elif not data:
            yield PartRead(Part(name, "skipped", "empty file", ""), None)
        elif why := no_reader(suffix):
            yield PartRead(Part(name, "skipped", why, key), None)
        elif depth > MAX_DEPTH:
            yield _failed(name, f"files in files, more than {MAX_DEPTH} deep, are not read", key)
        else:
            yield from self._read(data, name, suffix, key, depth)

    def _read(self, data: bytes, name: str, suffix: str, key: str, depth: int) -> Iterator[PartRead]:
        try:
            document = read_document(data, f"{self._path}/{name}", self._progress, suffix=suffix)
        except Exception as exc:  # noqa: BLE001 - an attachment's failure is a result, as a file's is.
            yield _failed(name, reason_for(exc), key)
            return
        yield PartRead(Part(name, "indexed", "", key), document)
        yield from self.inside(data, suffix, f"{name}/", depth + 1)

    def _limit(self) -> str:
        if self._n_parts > MAX_PARTS:
            return f"more than {MAX_PARTS:,} files lie in it: split it"
        return f"more than {MAX_PART_BYTES >> 20:,} MB lie in it: split it"


class _Names:
    """Turns the names of a file's attachments into paths that are safe to show and different from each other."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def take(self, name: str) -> str:
        """Return a relative path for a name, e.g. "contract (2).pdf" for the second of its kind."""
        steps = (_safe_step(step) for step in UNSAFE.sub("_", name).replace("\\", "/").split("/"))
        path = "/".join([step for step in steps if step][-MAX_DEPTH:]) or "attachment"
        count = self._taken[path.casefold()] = self._taken.get(path.casefold(), 0) + 1
        if count == 1:
            return path
        spelled = PurePosixPath(path)
        return self.take(str(spelled.with_name(f"{spelled.stem} ({count}){spelled.suffix}")))


def _safe_step(step: str) -> str:
    """Return one part of a path: never "." or "..", not too long, its suffix kept."""
    step = unicodedata.normalize("NFC", " ".join(step.split())).strip(". ") if step.strip(". ") else ""
    if len(step) <= MAX_NAME_CHARACTERS:
        return step
    suffix = PurePosixPath(step).suffix[:16]
    return step[: MAX_NAME_CHARACTERS - len(suffix) - 1].rstrip() + "…" + suffix


def _failed(name: str, reason: str, key: str = "") -> PartRead:
    return PartRead(Part(name, "failed", reason, key), None)
