"""documents/ → a committed generation: discover, compare, read, build, commit.

The folder is the truth: after any history of edits, renames, deletions and crashes, one ingest gives
the chunks of a fresh build. Work that an earlier run finished is not done again: parsed text is
reused by (file hash, reader), the rest as `build.py` says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from domaingpt import durable
from domaingpt.answer.abstention.calibration import calibrate, still_calibrated
from domaingpt.build import Build, Progress, changed_embedder, write_sources
from domaingpt.config import DomainConfig
from domaingpt.documents import FoundFile, SkippedFile, discover
from domaingpt.embeddings import Embedder
from domaingpt.errors import BadConfig, IndexCorrupt, IndexMissing, IndexStale
from domaingpt.index import LocalIndex
from domaingpt.index import generation as generations
from domaingpt.index.corpus import DocumentAccount
from domaingpt.index.lock import writer_lock
from domaingpt.index.staging import Staging
from domaingpt.intake import read_changed
from domaingpt.ledger import FileEntry, FileStatus, Ledger, draw_up
from domaingpt.sources import Change, Source, compare

__all__ = ["IngestReport", "Progress", "ingest", "plan"]

NO_CHUNKS = {"total": 0, "new": 0, "embedded": 0, "over_limit": 0}


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did.

    Attributes:
        domain: Name.
        ledger: The account.
        generation: Number of the generation that answers now; None if there is none.
        seconds: Wall time.
        changed: Whether the documents, chunks or settings differ from the generation before. When
            only signatures or skipped files do, a generation is committed without saying so.
        dry_run: Whether nothing was written.
    """

    domain: str
    ledger: Ledger
    generation: int | None
    seconds: float
    changed: bool = True
    dry_run: bool = False


def ingest(
    config: DomainConfig,
    documents_folder: Path,
    index_folder: Path,
    *,
    embedder: Embedder,
    rebuild: bool = False,
    progress: Progress = lambda *_: None,
    notify: Callable[[str], None] = lambda _: None,
) -> IngestReport:
    """Bring a domain's index up to date with its folder, and return when that is durable.

    Args:
        config: The domain's settings.
        documents_folder: Is only read.
        index_folder: Is created if need be.
        embedder: Turns chunks into vectors.
        rebuild: Read and embed everything anew.
        progress: Hears how far it is.
        notify: Hears what the user should know, e.g. that the old index is damaged.

    Raises:
        DomainBusy: If another process writes this index.
        BadConfig: If the settings do not fit the embedder or the folder is missing.
    """
    started = time.monotonic()
    found, skipped = _discover(config, documents_folder)
    durable.make_private_dir(index_folder)
    with writer_lock(index_folder, config.name):
        generations.tidy(index_folder)
        previous = _Previous() if rebuild else _open_previous(config, index_folder, notify)
        staging = Staging(index_folder, embedder.identity.key, empty=rebuild)
        try:
            build = Build(config, embedder, previous=previous.index, staging=staging, progress=progress)
            _tell_of_another_embedder(previous, embedder, notify)
            changes = compare(documents_folder, found, previous.sources)
            sources, n_read = read_changed(changes, documents_folder, build, staging, progress)
            entries = [*_skipped_entries(skipped), *_removed_entries(previous.sources, changes, skipped)]
            if previous.index is not None and _is_as_before(changes, sources, previous, build):
                ledger, folder = _note(previous.index, changes, sources, entries, index_folder, n_read)
                changed = False
            else:
                ledger, folder = _commit(build, changes, sources, entries, index_folder, n_read)
                changed = True
        except BaseException:
            staging.close()
            raise
        finally:
            previous.close()
        staging.discard()
        generations.tidy(index_folder, drop_damaged=rebuild or previous.is_damaged)
    return IngestReport(config.name, ledger, int(folder.name), time.monotonic() - started, changed)


def plan(
    config: DomainConfig,
    documents_folder: Path,
    index_folder: Path,
    *,
    embedder: Embedder,
    notify: Callable[[str], None] = lambda _: None,
) -> IngestReport:
    """Return what `ingest` would do, from signatures and hashes alone; reads no document, writes nothing."""
    started = time.monotonic()
    found, skipped = _discover(config, documents_folder)
    previous = _open_previous(config, index_folder, lambda _: None)
    build = Build(config, embedder, previous=previous.index, staging=None, progress=lambda *_: None)
    _tell_of_another_embedder(previous, embedder, notify)
    changes = compare(documents_folder, found, previous.sources)
    entries = [*_skipped_entries(skipped), *_removed_entries(previous.sources, changes, skipped)]
    for change in changes:
        path = change.file.path
        if change.error:
            entries.append(FileEntry(path, "failed", change.error))
        elif change.failed_before:
            entries.append(FileEntry(path, "failed", change.before.reason if change.before else ""))
        elif change.is_unchanged:
            entries.append(FileEntry(path, "unchanged"))
        else:
            known = build.known(change.content_key, path) is not None
            entries.append(FileEntry(path, "indexed", "to be indexed; its content is known" if known else "to be read"))
    number = previous.index.generation.number if previous.index else None
    previous.close()
    ledger = draw_up(entries, [], n_read=0, chunks=NO_CHUNKS)
    is_removed = any(entry.status == "removed" for entry in entries)
    changed = is_removed or any(not (change.is_unchanged or change.error) for change in changes)
    return IngestReport(config.name, ledger, number, time.monotonic() - started, changed, dry_run=True)


# --- what is there, what was there -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Previous:
    """The generation before, if one is good."""

    index: LocalIndex | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    is_damaged: bool = False

    def close(self) -> None:
        """Close the index's files."""
        if self.index is not None:
            self.index.close()


def _discover(config: DomainConfig, documents_folder: Path) -> tuple[list[FoundFile], list[SkippedFile]]:
    if not documents_folder.is_dir():
        raise BadConfig(
            f"The documents folder of '{config.name}', {documents_folder}, is not there.",
            "Create it and put files into it, or correct [documents] path in domain.toml.",
        )
    return discover(documents_folder, config.documents.include, config.documents.exclude)


def _open_previous(config: DomainConfig, index_folder: Path, notify: Callable[[str], None]) -> _Previous:
    notices: list[str] = []
    try:
        generation = generations.open_current(index_folder, config.name, notices.append)
        sources = {path: Source.from_json(path, entry) for path, entry in generation.sources().items()}
        index = LocalIndex(generation)
    except IndexMissing:
        return _Previous()
    except (IndexCorrupt, IndexStale, KeyError, ValueError) as exc:
        notify(f"{exc} Building the index of '{config.name}' anew.")
        return _Previous()
    for notice in notices:
        notify(notice)
    return _Previous(index, sources, is_damaged=bool(notices))


def _tell_of_another_embedder(previous: _Previous, embedder: Embedder, notify: Callable[[str], None]) -> None:
    """Say that everything is embedded anew, and what stays meanwhile."""
    if previous.index is None:
        return
    built = previous.index.generation.manifest["embedder"]
    if built["key"] != embedder.identity.key:
        notify(
            f"The index was built with {built['name']} ({built['dim']}-d); {changed_embedder(built, embedder)}."
            " Every chunk is cut and embedded anew; the text that was read is kept, and so is the old index until"
            " the new one is whole."
        )


# --- committing --------------------------------------------------------------------------------


def _commit(
    build: Build,
    changes: list[Change],
    sources: dict[str, Source],
    entries: list[FileEntry],
    index_folder: Path,
    n_read: int,
) -> tuple[Ledger, Path]:
    """Build and commit a generation."""
    with generations.new_generation(index_folder) as folder:
        built = build.write(folder, _documents(sources))
        _note_failures(sources, built.failed)
        entries += _found_entries(changes, sources, built.accounts)
        ledger = draw_up(entries, built.accounts.values(), n_read=n_read, chunks=built.chunks)
        write_sources(folder, sources)
        manifest = build.manifest(ledger, built)
        manifest["abstention"] = _calibration(build, folder, manifest, n_new=built.chunks["new"])
        return ledger, generations.commit(index_folder, folder, manifest, built.linked)


def _documents(sources: Mapping[str, Source]) -> Iterator[Source]:
    """Yield the files and, after each, the files inside it."""
    for source in sources.values():
        yield source
        yield from source.members()


def _note_failures(sources: dict[str, Source], failed: Mapping[str, str]) -> None:
    """Mark the documents that could not be cut into chunks, be they files or inside of files."""
    for path, source in sources.items():
        parts = tuple(
            replace(part, status="failed", reason=failed[member.path]) if member.path in failed else part
            for part, member in zip(source.parts, source.members(), strict=True)
        )
        if path in failed:
            sources[path] = replace(source, status="failed", reason=failed[path], parts=parts)
        elif parts != source.parts:
            sources[path] = replace(source, parts=parts)


def _calibration(build: Build, folder: Path, manifest: dict[str, Any], *, n_new: int) -> dict[str, Any] | None:
    """Return the calibration to be stored: that of the generation before if few chunks have changed since."""
    kept = None
    if build.previous is not None and build.has_same_settings():
        before = build.previous.generation.manifest
        n_gone = before["counts"]["chunks"] + n_new - manifest["counts"]["chunks"]
        kept = still_calibrated(before.get("abstention"), n_changed=n_new + n_gone)
    if kept is not None:
        return kept
    dead: dict[str, Any] = {f"{generations.DEAD}/{file.name}": {} for file in (folder / generations.DEAD).glob("*.npy")}
    index = LocalIndex(generations.Generation(folder, {**manifest, "files": dead}))
    try:
        found = calibrate(index, build.embedder, language=build.config.language, k=build.config.retrieval.k)
    finally:
        index.close()
    return found.to_json() if found else None


def _is_as_before(changes: list[Change], sources: dict[str, Source], previous: _Previous, build: Build) -> bool:
    """Return whether the index would come out as it is."""
    if previous.is_damaged or not build.has_same_settings():
        return False
    now = {path: (source.status, source.content_key, source.parts) for path, source in sources.items()}
    then = {path: (source.status, source.content_key, source.parts) for path, source in previous.sources.items()}
    return now == then and all(change.is_unchanged or change.error for change in changes)


def _note(
    previous: LocalIndex,
    changes: list[Change],
    sources: dict[str, Source],
    entries: list[FileEntry],
    index_folder: Path,
    n_read: int,
) -> tuple[Ledger, Path]:
    """Note fresh signatures and skipped files where they differ, in a generation of linked files."""
    accounts = {document.path: document.account for document in previous.corpus.documents}
    entries += _found_entries(changes, sources, accounts)
    chunks = {**NO_CHUNKS, "total": previous.corpus.n_chunks}
    ledger = draw_up(entries, accounts.values(), n_read=n_read, chunks=chunks)
    generation = previous.generation
    stored = {path: Source.from_json(path, entry) for path, entry in generation.sources().items()}
    if stored == sources and _asides(ledger) == _asides(Ledger.from_json(generation.manifest["ledger"])):
        return ledger, generation.folder
    with generations.new_generation(index_folder) as folder:
        linked = generations.link_unchanged(generation, folder)
        write_sources(folder, sources)
        manifest = {k: v for k, v in generation.manifest.items() if k not in generations.FILLED_IN}
        return ledger, generations.commit(index_folder, folder, {**manifest, "ledger": ledger.to_json()}, linked)


# --- entries of the ledger ---------------------------------------------------------------------


def _skipped_entries(skipped: Iterable[SkippedFile]) -> Iterator[FileEntry]:
    return (FileEntry(file.path, "skipped", file.reason) for file in skipped)


def _removed_entries(
    before: Mapping[str, Source], changes: Iterable[Change], skipped: Iterable[SkippedFile]
) -> Iterator[FileEntry]:
    there = {change.file.path for change in changes} | {file.path for file in skipped}
    return (FileEntry(path, "removed", "no longer in the folder") for path in before if path not in there)


def _found_entries(
    changes: Iterable[Change], sources: Mapping[str, Source], accounts: Mapping[str, DocumentAccount]
) -> Iterator[FileEntry]:
    """Yield the entry of each found file, and of the files inside it."""
    first_path: dict[str, str] = {}  # by content key
    for change in changes:
        source = sources[change.file.path]
        yield _entry(source, accounts, first_path, is_unchanged=change.is_unchanged)
        holding = {str(folder) for part in source.parts for folder in PurePosixPath(part.name).parents}
        for part, member in zip(source.parts, source.members(), strict=True):
            held = replace(member, parts=(part,)) if part.name in holding else member
            yield _entry(held, accounts, first_path, is_unchanged=change.is_unchanged, inside=source.path)


def _entry(
    source: Source,
    accounts: Mapping[str, DocumentAccount],
    first_path: dict[str, str],
    *,
    is_unchanged: bool,
    inside: str = "",
) -> FileEntry:
    """Return the entry of a file, or of one inside another."""
    if source.status != "indexed":
        return FileEntry(source.path, source.status, source.reason, inside)
    original = first_path.setdefault(source.content_key, source.path)
    status, reason = _outcome(source, accounts[source.path], original, is_unchanged=is_unchanged)
    return FileEntry(source.path, status, reason, inside)


def _outcome(source: Source, account: DocumentAccount, original: str, *, is_unchanged: bool) -> tuple[FileStatus, str]:
    """Return what became of a document that a reader made something of, and what to say of it."""
    n_pages, needs_ocr = sum(account.pages.values()), account.pages.get("needs_ocr", 0)
    notes = list(account.notes)
    if not account.characters_in_chunks and not source.parts:
        if needs_ocr:
            reason = f"no text: {needs_ocr} of {n_pages} pages are images and need OCR"
            return "failed", "; ".join([reason, *notes])
        return "skipped", "; ".join(["no text in it", *notes])
    if is_unchanged:
        return "unchanged", "; ".join(notes)
    if original != source.path:
        return "duplicate", "; ".join([f"same content as {original}", *notes])
    return "indexed", "; ".join(notes)


def _asides(ledger: Ledger) -> list[FileEntry]:
    return [entry for entry in ledger.entries if entry.status in ("skipped", "failed")]
