"""The account of an ingest: nothing that lay in the folder is lost without a word.

files found           = indexed + unchanged + duplicate + skipped + failed     (removed ones apart)
attachments found     = the same: files inside files, which are documents of their own
pages                 = with text + by OCR + empty + needing OCR
characters of text    = characters in chunks + white space between chunks
chunks over the embedder's limit = 0
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from domaingpt.index.corpus import DocumentAccount
from domaingpt.types import Document

FileStatus = Literal["indexed", "unchanged", "duplicate", "skipped", "failed", "removed"]
FOUND: tuple[FileStatus, ...] = ("indexed", "unchanged", "duplicate", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What became of one file; `reason` is empty for files that are simply indexed.

    `inside` is the path of the file it lies in, such as the mail it is attached to; else empty.
    """

    path: str
    status: FileStatus
    reason: str = ""
    inside: str = ""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One ingest's account.

    Attributes:
        files: Number of files by status, with "found" (all but removed) and "read" (by a reader, now).
        pages: Number of pages by status, with "total", over the documents of the index.
        characters: "documents", "chunks", "white_space", and what readers left out by kind.
        chunks: "total", "new" (not in the generation before), "embedded" (computed now), "over_limit".
        left_out: What readers left out, by kind.
        attachments: As `files`, without "removed" and "read": number of files inside files by status.
        entries: Files and attachments that are not plainly indexed or unchanged, and reader's notes, by path.
    """

    files: dict[str, int]
    pages: dict[str, int]
    characters: dict[str, int]
    chunks: dict[str, int]
    left_out: dict[str, int] = field(default_factory=dict)
    attachments: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("found", *FOUND), 0))
    entries: tuple[FileEntry, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether every sum of the module's table holds."""
        files, attachments = (sum(account[s] for s in FOUND) for account in (self.files, self.attachments))
        pages = sum(self.pages[s] for s in ("text", "ocr", "empty", "needs_ocr"))
        characters = self.characters["chunks"] + self.characters["white_space"]
        return (
            self.files["found"] == files
            and self.attachments["found"] == attachments
            and self.pages["total"] == pages
            and self.characters["documents"] == characters
            and self.chunks["over_limit"] == 0
        )

    @property
    def needs_user(self) -> bool:
        """Whether a file failed or a page waits for OCR: exit code 3."""
        return bool(self.files["failed"] or self.attachments["failed"] or self.pages["needs_ocr"])

    def to_json(self) -> dict[str, Any]:
        """Return the ledger as stored in the manifest and printed with --json."""
        return {**asdict(self), "balanced": self.balanced}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Ledger:
        """Return the ledger that `to_json` gave."""
        entries = tuple(FileEntry(**entry) for entry in stored["entries"])
        parts = {key: stored[key] for key in ("files", "pages", "characters", "chunks", "left_out")}
        parts |= {"attachments": stored["attachments"]} if "attachments" in stored else {}
        return cls(**parts, entries=entries)


def account_for(document: Document, spans: Sequence[tuple[int, int]]) -> DocumentAccount:
    """Return where a document's characters went, by the spans of its chunks.

    Raises:
        AssertionError: If a visible character lies in no chunk, which is a bug.
    """
    position, white_space = 0, 0
    n_characters = len(document.text)
    for start, end in [*spans, (n_characters, n_characters)]:
        gap = document.text[position:start]
        if gap and not gap.isspace():
            raise AssertionError(f"{document.path}: characters {position} to {start} are in no chunk: {gap[:40]!r}")
        white_space += len(gap)
        position = end
    return DocumentAccount(
        characters=n_characters,
        characters_in_chunks=sum(end - start for start, end in spans),
        white_space=white_space,
        pages=dict(Counter(page.status for page in document.pages)),
        left_out=dict(document.left_out),
        notes=document.notes,
    )


def draw_up(
    entries: Iterable[FileEntry], accounts: Iterable[DocumentAccount], *, n_read: int, chunks: dict[str, int]
) -> Ledger:
    """Sum up an ingest.

    Args:
        entries: One for every file found, and the removed ones.
        accounts: One for every document that a reader made something of.
        n_read: Files that a reader opened in this ingest.
        chunks: As in `Ledger.chunks`.
    """
    entries = sorted(entries, key=lambda entry: entry.path)
    statuses = Counter(entry.status for entry in entries if not entry.inside)
    files: dict[str, int] = {status: statuses[status] for status in FOUND}
    inside = Counter(entry.status for entry in entries if entry.inside)
    pages: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for account in accounts:
        pages.update(account.pages)
        left_out.update(account.left_out)
        characters.update(
            documents=account.characters, chunks=account.characters_in_chunks, white_space=account.white_space
        )
    return Ledger(
        files={"found": sum(files.values()), **files, "removed": statuses["removed"], "read": n_read},
        pages={"total": sum(pages.values()), **{s: pages[s] for s in ("text", "ocr", "empty", "needs_ocr")}},
        characters={key: characters[key] for key in ("documents", "chunks", "white_space")},
        chunks=chunks,
        left_out=dict(left_out),
        attachments={"found": inside.total()} | {status: inside[status] for status in FOUND},
        entries=tuple(entry for entry in entries if entry.reason or entry.status not in ("indexed", "unchanged")),
    )
