"""documents/ → a committed generation: discover, read, chunk, embed, index, commit.

The folder is the truth: after any history of edits, renames, deletions and crashes, one ingest gives
the chunks of a fresh build. Work that an earlier run finished is not done again: parsed text is
reused by (file hash, reader), chunks of unchanged documents are copied, vectors are reused by the
hash of the embedded string.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from domaingpt import durable
from domaingpt.chunks import CHUNKER, chunk_document, embedded_text, readable_name
from domaingpt.config import DomainConfig
from domaingpt.documents import ReaderPool, ReadJob, ReadResult, SkippedFile, discover, reader_key
from domaingpt.embeddings import Embedder, n_cores
from domaingpt.errors import BadConfig, IndexCorrupt, IndexMissing, IndexStale
from domaingpt.index import LocalIndex
from domaingpt.index import generation as generations
from domaingpt.index.corpus import Corpus, CorpusWriter, DocumentAccount, chunk_row
from domaingpt.index.lexical import LexicalBuilder
from domaingpt.index.lock import writer_lock
from domaingpt.index.staging import Staging, vector_key
from domaingpt.index.terms import Analyzer
from domaingpt.index.vectors import write_vectors
from domaingpt.ledger import FileEntry, Ledger, draw_up
from domaingpt.sources import Change, Source, compare, content_key
from domaingpt.types import Chunk, Document

SPECIAL_TOKENS = 4  # BERT adds 2 and T5 1 to a text; the rest is reserve
MIN_CONTEXT_TOKENS = 16
# Texts embedded between two commits of the staging file: what a kill can cost. At 25k tokens/s and
# 200 tokens a text this is two seconds; a batch is 1024 tokens, so larger groups gain little.
EMBED_GROUP = 256
READ_COMMIT_EVERY = 32  # documents parsed between two commits of the staging file


class Progress(Protocol):
    """Is told how far a stage is."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear that `done` of `total` are done; stages are "reading", "chunking", "embedding", "writing"."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did.

    Attributes:
        domain: Name.
        ledger: The account.
        committed: Number of the new generation; None when nothing had changed, or on a dry run.
        generation: Number of the generation that answers now; None if there is none.
        seconds: Wall time.
        dry_run: Whether nothing was written.
    """

    domain: str
    ledger: Ledger
    committed: int | None
    generation: int | None
    seconds: float
    dry_run: bool = False


def ingest(
    config: DomainConfig,
    documents_folder: Path,
    index_folder: Path,
    *,
    embedder: Embedder,
    rebuild: bool = False,
    progress: Progress = lambda stage, done, total: None,
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
    durable.make_private_dir(index_folder)
    with writer_lock(index_folder, config.name):
        generations.tidy(index_folder)
        run = _Ingest(config, documents_folder, index_folder, embedder, progress, notify)
        return run.run(rebuild=rebuild, started=started)


def plan(config: DomainConfig, documents_folder: Path, index_folder: Path, *, embedder: Embedder) -> IngestReport:
    """Return what `ingest` would do, from signatures and hashes alone; reads no document, writes nothing."""
    started = time.monotonic()
    run = _Ingest(config, documents_folder, index_folder, embedder, lambda *_: None, lambda _: None)
    found, skipped = run.discover()
    before = run.load_previous()
    changes = compare(documents_folder, found, before)
    entries = [*_entries_of_skipped(skipped), *_entries_of_removed(before, changes, skipped)]
    for change in changes:
        if change.error:
            entries.append(FileEntry(change.file.path, "failed", change.error))
        elif change.is_unchanged:
            entries.append(_entry_unchanged(change))
        else:
            verb = "to be read" if run.needs_reading(change) else "to be indexed; its content is known"
            entries.append(FileEntry(change.file.path, "indexed", verb))
    ledger = draw_up(entries, [], n_read=0, chunks={"total": 0, "new": 0, "embedded": 0, "over_limit": 0})
    number = run.previous.generation.number if run.previous else None
    return IngestReport(config.name, ledger, None, number, time.monotonic() - started, dry_run=True)


class _Ingest:
    """One run. Holds what its stages share; each method is one stage."""

    def __init__(
        self,
        config: DomainConfig,
        documents_folder: Path,
        index_folder: Path,
        embedder: Embedder,
        progress: Progress,
        notify: Callable[[str], None],
    ) -> None:
        self.config = config
        self.documents_folder = documents_folder
        self.index_folder = index_folder
        self.embedder = embedder
        self.progress = progress
        self.notify = notify
        self.previous: LocalIndex | None = None
        self.staging: Staging | None = None
        self.is_damaged = False
        self.analyzer = Analyzer(config.language)
        self.context_tokens = _context_tokens(config, embedder)

    def run(self, *, rebuild: bool, started: float) -> IngestReport:
        """Do all stages and return the report."""
        found, skipped = self.discover()
        before = {} if rebuild else self.load_previous()
        self.staging = Staging(self.index_folder, self.embedder.identity.key)
        if rebuild:
            self.staging.discard()
            self.staging = Staging(self.index_folder, self.embedder.identity.key)
        try:
            changes = compare(self.documents_folder, found, before)
            sources, n_read = self.read(changes)
            entries = [*_entries_of_skipped(skipped), *_entries_of_removed(before, changes, skipped)]
            if self._nothing_changed(changes, sources, before, entries):
                assert self.previous is not None  # noqa: S101 - implied by _nothing_changed
                return self._report_unchanged(changes, entries, sources, started)
            committed, ledger = self.build(changes, sources, entries, n_read)
        except BaseException:
            self.staging.close()
            raise
        self.staging.discard()
        generations.tidy(self.index_folder)
        return IngestReport(self.config.name, ledger, committed, committed, time.monotonic() - started)

    # --- what is there, what was there ---------------------------------------------------------

    def discover(self) -> tuple[list[Any], list[SkippedFile]]:
        """Return the files found and skipped."""
        if not self.documents_folder.is_dir():
            raise BadConfig(
                f"The documents folder of '{self.config.name}', {self.documents_folder}, is not there.",
                "Create it and put files into it, or correct [documents] path in domain.toml.",
            )
        return discover(self.documents_folder, self.config.documents.include, self.config.documents.exclude)

    def load_previous(self) -> dict[str, Source]:
        """Open the generation before, if one is good, and return what it noted of every file."""
        notices: list[str] = []
        try:
            generation = generations.open_current(self.index_folder, self.config.name, notices.append)
            self.previous = LocalIndex(generation)
            sources = {path: Source.from_json(path, entry) for path, entry in generation.sources().items()}
        except IndexMissing:
            return {}
        except (IndexCorrupt, IndexStale, KeyError, ValueError) as exc:
            self.notify(f"{exc} Building the index of '{self.config.name}' anew.")
            self.previous = None
            return {}
        for notice in notices:
            self.notify(notice)
        self.is_damaged = bool(notices)
        return sources

    @property
    def chunker(self) -> dict[str, Any]:
        """What the chunks depend on besides the documents."""
        return {
            "algorithm": CHUNKER,
            "max_tokens": self.config.chunking.max_tokens,
            "context_tokens": self.context_tokens,
            "embedder": self.embedder.identity.key,
        }

    def _same_settings(self) -> bool:
        manifest = self.previous.generation.manifest if self.previous else {}
        return (
            manifest.get("chunker") == self.chunker
            and manifest.get("language") == self.config.language
            and manifest.get("analyzer") == self.analyzer.name
        )

    # --- reading -------------------------------------------------------------------------------

    def needs_reading(self, change: Change) -> bool:
        """Return whether no reader has seen the file's bytes."""
        path = change.file.path
        return not change.error and not self._failed_before(change) and self._known(change.content_key, path) is None

    def read(self, changes: list[Change]) -> tuple[dict[str, Source], int]:
        """Read what no reader has seen; return a source for each file, and how many were read."""
        sources: dict[str, Source] = {}
        waiting: dict[str, list[Change]] = {}  # by content key: identical files are read once
        for change in changes:
            path = change.file.path
            if change.error:
                sources[path] = Source(path, "failed", change.error, None, "")
            elif self._failed_before(change):
                assert change.before is not None  # noqa: S101 - implied by _failed_before
                sources[path] = replace(change.before, signature=change.signature)
            elif change.is_unchanged or self._known(change.content_key, path) is not None:
                sources[path] = Source(path, "indexed", "", change.signature, change.content_key)
            else:
                waiting.setdefault(change.content_key, []).append(change)
        jobs = {group[0].file.path: group for group in waiting.values()}
        with ReaderPool(n_cores()) as pool:
            results = pool.read_all(ReadJob(path, self.documents_folder / path) for path in jobs)
            for done, result in enumerate(results, start=1):
                for change in jobs[result.path]:
                    sources[change.file.path] = self._keep(result, change)
                if done % READ_COMMIT_EVERY == 0:
                    self.staging.commit()
                self.progress("reading", done, len(jobs))
        self.staging.commit()
        return sources, len(jobs)

    def _keep(self, result: ReadResult, change: Change) -> Source:
        """Store a reader's result and return the file's source."""
        path = change.file.path
        key = content_key(result.sha256, reader_key(change.file.suffix)) if result.sha256 else ""
        # A file that changed after it was hashed has another key now; its signature is not trusted.
        signature = change.signature if key == change.content_key else None
        if result.document is None:
            return Source(path, "failed", result.error or "unreadable", signature, key)
        self.staging.add_content(key, result.document)
        return Source(path, "indexed", "", signature, key)

    def _failed_before(self, change: Change) -> bool:
        return change.is_unchanged and change.before is not None and change.before.status == "failed"

    def _known(self, key: str, path: str) -> Document | None:
        """Return the parsed document of a content key, from the generation before or from staging."""
        if self.previous is not None and (content := self.previous.corpus.content(key, path)) is not None:
            return content
        return self.staging.content(key, path) if self.staging else None

    # --- building ------------------------------------------------------------------------------

    def build(
        self, changes: list[Change], sources: dict[str, Source], entries: list[FileEntry], n_read: int
    ) -> tuple[int, Ledger]:
        """Write and commit a generation; return its number and the ledger."""
        with generations.new_generation(self.index_folder) as building:
            corpus = CorpusWriter(building / generations.CORPUS)
            layout = _Layout()
            accounts = self._write_documents(corpus, changes, sources, entries, layout)
            contents = {source.content_key for source in sources.values() if source.status == "indexed"}
            if self.previous is not None:
                corpus.copy_contents(self.previous.generation.folder / generations.CORPUS, contents)
            corpus.copy_contents(self.staging.path, contents)
            corpus.finish()
            n_embedded = self._embed(layout, Corpus(building / generations.CORPUS))
            self.progress("writing", 0, 1)
            self._write_arms(building, layout)
            ledger = draw_up(
                entries,
                accounts,
                n_read=n_read,
                chunks={
                    "total": corpus.n_rows,
                    "new": len(layout.new_rows),
                    "embedded": n_embedded,
                    "over_limit": layout.n_over_limit,
                },
            )
            _write_sources(building, sources)
            folder = generations.commit(self.index_folder, building, self._manifest(ledger, layout))
            self.progress("writing", 1, 1)
        return int(folder.name), ledger

    def _write_documents(
        self,
        corpus: CorpusWriter,
        changes: list[Change],
        sources: dict[str, Source],
        entries: list[FileEntry],
        layout: _Layout,
    ) -> list[DocumentAccount]:
        """Write every document with its chunks, in the order of paths; return their accounts."""
        accounts = []
        first_path: dict[str, str] = {}
        can_copy = self._same_settings()
        for done, change in enumerate(changes, start=1):
            source = sources[change.file.path]
            if source.status == "failed":
                entries.append(FileEntry(source.path, "failed", source.reason))
                continue
            old = self.previous.corpus.by_path.get(source.path) if self.previous else None
            if can_copy and self.previous and old and old.content_key == source.content_key:
                rows = self.previous.corpus.stored_rows(old)
                layout.copied(old.first_row, corpus.n_rows, len(rows))
                account = old.account
                corpus.add_document(source.path, source.content_key, old.title, account, rows)
            else:
                document = self._known(source.content_key, source.path)
                assert document is not None  # noqa: S101 - read() stored it
                chunks = self._chunk(document)
                account = _account(document, chunks)
                keys = [vector_key(text) for text in self._embedded_texts(chunks, layout)]
                layout.added(corpus.n_rows, keys)
                for row, chunk in enumerate(chunks, start=corpus.n_rows):
                    layout.lexical.add(row, lexical_terms(chunk, self.analyzer))
                rows = [chunk_row(chunk, key) for chunk, key in zip(chunks, keys, strict=True)]
                title = document.title or readable_name(document.path)
                corpus.add_document(source.path, source.content_key, title, account, rows)
            accounts.append(account)
            entries.append(_entry(change, source, account, first_path))
            self.progress("chunking", done, len(changes))
        return accounts

    def _chunk(self, document: Document) -> list[Chunk]:
        return chunk_document(
            document,
            count_tokens=self.embedder.count_tokens,
            max_tokens=self.config.chunking.max_tokens,
            context_tokens=self.context_tokens,
        )

    def _embedded_texts(self, chunks: list[Chunk], layout: _Layout) -> list[str]:
        """Return the strings to embed, counting those that would not fit the embedder."""
        texts = [embedded_text(chunk) for chunk in chunks]
        room = self.embedder.identity.max_tokens - SPECIAL_TOKENS
        layout.n_over_limit += sum(1 for count in self.embedder.count_tokens(texts) if count > room)
        return texts

    def _embed(self, layout: _Layout, corpus: Corpus) -> int:
        """Compute the vectors nobody has computed yet; return how many."""
        reuse = self._previous_vectors()
        missing: dict[bytes, int] = {}  # vector key → a row that needs it; equal strings are embedded once
        for row, key in layout.new_rows:
            if key not in missing and reuse(key) is None and not self.staging.has_vector(key):
                missing[key] = row
        keys = list(missing)
        for start in range(0, len(keys), EMBED_GROUP):
            group = keys[start : start + EMBED_GROUP]
            chunks = corpus.chunks([missing[key] for key in group])
            vectors = self.embedder.encode_document([embedded_text(chunk) for chunk in chunks])
            self.staging.add_vectors(group, vectors)
            self.progress("embedding", start + len(group), len(keys))
        return len(keys)

    def _previous_vectors(self) -> Callable[[bytes], int | None]:
        """Return a function from a vector key to the row of the generation before that has it."""
        previous = self.previous
        if previous is None or previous.generation.manifest["embedder"]["key"] != self.embedder.identity.key:
            return lambda _: None
        return previous.corpus.row_of_vector

    def _write_arms(self, building: Path, layout: _Layout) -> None:
        """Write vectors.faiss and lexical/."""
        vectors = np.zeros((layout.n_rows, self.embedder.identity.dim), np.float16)
        reuse = self._previous_vectors()
        for target, key in layout.new_rows:
            row = reuse(key)
            staged = None if row is not None else self.staging.vector(key)
            if row is not None and self.previous is not None:
                vectors[target] = self.previous.vectors.reconstruct(np.array([row]))[0]
            elif staged is not None:
                vectors[target] = staged
        if layout.copied_from and self.previous is not None:
            old = np.array(layout.copied_from, np.int64)
            new = np.array(layout.copied_to, np.int64)
            vectors[new] = self.previous.vectors.reconstruct(old)
            layout.lexical.copy(self.previous.lexical, old, new)
        write_vectors(building / generations.VECTORS, vectors, self.embedder.identity.dim)
        layout.lexical.write(building / generations.LEXICAL, layout.n_rows)

    def _manifest(self, ledger: Ledger, layout: _Layout) -> dict[str, Any]:
        identity = self.embedder.identity
        return {
            "domain": self.config.name,
            "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "embedder": {
                "name": identity.name,
                "key": identity.key,
                "weights_sha256": identity.weights_sha256,
                "dim": identity.dim,
                "engine": self.embedder.engine,
            },
            "chunker": self.chunker,
            "language": self.config.language,
            "analyzer": self.analyzer.name,
            "counts": {
                "documents": ledger.files["found"] - ledger.files["skipped"] - ledger.files["failed"],
                "chunks": layout.n_rows,
            },
            "ledger": ledger.to_json(),
        }

    # --- nothing to do -------------------------------------------------------------------------

    def _nothing_changed(
        self, changes: list[Change], sources: dict[str, Source], before: dict[str, Source], entries: list[FileEntry]
    ) -> bool:
        """Return whether the index would come out as it is."""
        if self.previous is None or self.is_damaged or not self._same_settings():
            return False
        statuses = {path: (source.status, source.content_key) for path, source in sources.items()}
        noted = {path: (source.status, source.content_key) for path, source in before.items()}
        return statuses == noted and all(change.is_unchanged or change.error for change in changes)

    def _report_unchanged(
        self, changes: list[Change], entries: list[FileEntry], sources: dict[str, Source], started: float
    ) -> IngestReport:
        """Note fresh signatures and skipped files, if they differ, and return the report."""
        assert self.previous is not None  # noqa: S101 - the caller found nothing changed
        generation = self.previous.generation
        documents = self.previous.corpus.by_path
        for change in changes:
            source = sources[change.file.path]
            if source.status == "failed":
                entries.append(FileEntry(source.path, "failed", source.reason))
            else:
                entries.append(_entry(change, source, documents[source.path].account, {}))
        accounts = [document.account for document in documents.values()]
        n_chunks = self.previous.corpus.n_chunks
        chunks = {"total": n_chunks, "new": 0, "embedded": 0, "over_limit": 0}
        ledger = draw_up(entries, accounts, n_read=0, chunks=chunks)
        committed = None
        stored = {path: source.to_json() for path, source in sources.items()}
        if _as_stored(stored) != generation.sources() or _skips(ledger) != _skips(
            Ledger.from_json(generation.manifest["ledger"])
        ):
            with generations.new_generation(self.index_folder) as building:
                linked = generations.link_unchanged(generation, building)
                _write_sources(building, sources)
                kept = {
                    k: v for k, v in generation.manifest.items() if k not in ("format", "generation", "files", "ledger")
                }
                folder = generations.commit(self.index_folder, building, {**kept, "ledger": ledger.to_json()}, linked)
                committed = int(folder.name)
        self.staging.discard()
        generations.tidy(self.index_folder)
        number = committed or generation.number
        return IngestReport(self.config.name, ledger, committed, number, time.monotonic() - started)


class _Layout:
    """Which row of the new generation comes from where."""

    def __init__(self) -> None:
        self.n_rows = 0
        self.n_over_limit = 0
        self.copied_from: list[int] = []
        self.copied_to: list[int] = []
        self.new_rows: list[tuple[int, bytes]] = []  # (row, vector key)
        self.lexical = LexicalBuilder()

    def copied(self, first_old: int, first_new: int, n: int) -> None:
        """Note that a document's rows are those of the generation before."""
        self.copied_from.extend(range(first_old, first_old + n))
        self.copied_to.extend(range(first_new, first_new + n))
        self.n_rows += n

    def added(self, first_row: int, keys: list[bytes]) -> None:
        """Note a document's new rows."""
        self.new_rows.extend(enumerate(keys, start=first_row))
        self.n_rows += len(keys)


def lexical_terms(chunk: Chunk, analyzer: Analyzer) -> list[str]:
    """Return the terms a chunk is matched by: its text's, its context's and its file name's."""
    name = readable_name(chunk.document)
    context = chunk.context if name in chunk.context else f"{name} {chunk.context}"
    return analyzer.terms(embedded_text(replace(chunk, context=context)))


def _context_tokens(config: DomainConfig, embedder: Embedder) -> int:
    """Return the room for a chunk's context.

    Raises:
        BadConfig: If the chunks would not fit the embedder.
    """
    limit = embedder.identity.max_tokens - SPECIAL_TOKENS
    prompt = embedder.identity.document_prompt
    room = limit - config.chunking.max_tokens - (embedder.count_tokens([prompt])[0] if prompt else 0)
    if room < MIN_CONTEXT_TOKENS:
        raise BadConfig(
            f"[chunking] max_tokens = {config.chunking.max_tokens} does not fit {embedder.identity.name}, which takes"
            f" {embedder.identity.max_tokens} tokens with context.",
            f"Set max_tokens to at most {limit - MIN_CONTEXT_TOKENS}.",
        )
    return room


def _account(document: Document, chunks: list[Chunk]) -> DocumentAccount:
    """Return where the document's characters went; raises if one would be lost."""
    position, white_space = 0, 0
    for start, end in [*((chunk.start, chunk.end) for chunk in chunks), (len(document.text), len(document.text))]:
        gap = document.text[position:start]
        if gap and not gap.isspace():
            raise AssertionError(f"{document.path}: characters {position} to {start} are in no chunk: {gap[:40]!r}")
        white_space += len(gap)
        position = end
    return DocumentAccount(
        characters=len(document.text),
        characters_in_chunks=sum(chunk.end - chunk.start for chunk in chunks),
        white_space=white_space,
        pages=dict(Counter(page.status for page in document.pages)),
        left_out=dict(document.left_out),
        notes=document.notes,
    )


def _entry(change: Change, source: Source, account: DocumentAccount, first_path: dict[str, str]) -> FileEntry:
    """Return the ledger's entry of a document that a reader made something of."""
    path = source.path
    needs_ocr = account.pages.get("needs_ocr", 0)
    if not account.characters_in_chunks:
        if needs_ocr:
            reason = f"no text: {needs_ocr} of {sum(account.pages.values())} pages are images and need OCR"
            return FileEntry(path, "failed", reason)
        return FileEntry(path, "skipped", "no text in it")
    notes = list(account.notes)
    if needs_ocr:
        notes.append(f"{needs_ocr} of {sum(account.pages.values())} pages have no text and need OCR")
    original = first_path.setdefault(source.content_key, path)
    if change.is_unchanged:
        return FileEntry(path, "unchanged", "; ".join(notes))
    if original != path:
        return FileEntry(path, "duplicate", "; ".join([f"same content as {original}", *notes]))
    return FileEntry(path, "indexed", "; ".join(notes))


def _entry_unchanged(change: Change) -> FileEntry:
    assert change.before is not None  # noqa: S101 - it is unchanged
    status = "failed" if change.before.status == "failed" else "unchanged"
    return FileEntry(change.file.path, status, change.before.reason)  # type: ignore[arg-type]


def _entries_of_skipped(skipped: Iterable[SkippedFile]) -> Iterator[FileEntry]:
    return (FileEntry(file.path, "skipped", file.reason) for file in skipped)


def _entries_of_removed(
    before: dict[str, Source], changes: list[Change], skipped: list[SkippedFile]
) -> Iterator[FileEntry]:
    there = {change.file.path for change in changes} | {file.path for file in skipped}
    return (FileEntry(path, "removed", "no longer in the folder") for path in before if path not in there)


def _skips(ledger: Ledger) -> list[FileEntry]:
    return [entry for entry in ledger.entries if entry.status in ("skipped", "failed")]


def _as_stored(entries: dict[str, Any]) -> Any:
    return json.loads(json.dumps(entries))


def _write_sources(building: Path, sources: dict[str, Source]) -> None:
    entries = {path: sources[path].to_json() for path in sorted(sources)}
    (building / generations.SOURCES).write_text(json.dumps(entries, ensure_ascii=True, indent=0), encoding="utf-8")
