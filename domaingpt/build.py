"""Parsed documents → the files of a new generation: chunk, embed, write both arms.

What the generation before already holds is linked or copied: chunks of documents that did not change, and
every vector whose embedded string is the same. Only the rest is computed, and kept in the staging file as
it is made, so that a killed build goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from domaingpt.chunks import CHUNKER, embedded_spans, embedded_text, iterate_chunks, readable_name
from domaingpt.config import BOUNDS, DomainConfig
from domaingpt.embeddings import Embedder
from domaingpt.errors import BadConfig, DomainGPTError
from domaingpt.index import LocalIndex
from domaingpt.index import generation as generations
from domaingpt.index.corpus import ChunkRow, CorpusFile, DocumentAccount, DocumentRow, chunk_row
from domaingpt.index.segment import CORPUS, Segment, SegmentWriter, key_array, to_rewrite
from domaingpt.index.sentence_vectors import Bytes, to_bytes
from domaingpt.index.staging import Staging, vector_key
from domaingpt.index.terms import Analyzer
from domaingpt.ledger import Ledger, account_for
from domaingpt.sources import Source
from domaingpt.types import Chunk, Document

SPECIAL_TOKENS = 4  # BERT adds 2 and T5 1 to a text; the rest is reserve
MIN_CONTEXT_TOKENS = 16
# Texts embedded between two commits of the staging file: what a kill can cost. At 25k tokens/s and
# 150 tokens a text this is 1.5 s; a batch is 1024 tokens, so larger groups gain little.
EMBED_GROUP = 256
CHUNK_GROUP = 1024  # Chunks of a document that are held at once. Guess, unmeasured.

_Old = tuple[Segment, npt.NDArray[np.int64]]  # a segment of the generation before, and its dead documents now


class Progress(Protocol):
    """Is told how far a stage is."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Hear that `done` of `total` are done; stages are "reading", "chunking", "embedding", "writing"."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote.

    Attributes:
        accounts: Where each document's characters went, by path.
        chunks: Counts for the ledger.
        failed: Documents that could not be cut into chunks, with the reason, by path.
        segments: Names of all segments, linked and new.
        linked: Manifest entries of the files that were linked from the generation before.
    """

    accounts: Mapping[str, DocumentAccount]
    chunks: dict[str, int]
    failed: Mapping[str, str]
    segments: list[str]
    linked: dict[str, dict[str, Any]]


class Build:
    """Writes one generation.

    Args:
        config: The domain's settings.
        embedder: Counts tokens and makes vectors.
        previous: The generation before, or None.
        staging: Keeps what is computed; None only to ask about settings.
        progress: Hears how far it is.

    Raises:
        BadConfig: If the chunks would not fit the embedder.
    """

    def __init__(
        self,
        config: DomainConfig,
        embedder: Embedder,
        *,
        previous: LocalIndex | None,
        staging: Staging | None,
        progress: Progress,
    ) -> None:
        self.config = config
        self.embedder = embedder
        self.previous = previous
        self.staging = staging
        self.progress = progress
        self.analyzer = Analyzer(config.language)
        self.context_tokens = _context_tokens(config, embedder)

    # --- what can be reused --------------------------------------------------------------------

    def settings(self) -> dict[str, Any]:
        """Return what chunks and terms depend on besides the documents, as stored in the manifest."""
        return {
            "chunker": {
                "algorithm": CHUNKER,
                "max_tokens": self.config.chunking.max_tokens,
                "context_tokens": self.context_tokens,
                "embedder": self.embedder.identity.key,
            },
            "language": self.config.language,
            "analyzer": self.analyzer.name,
        }

    def has_same_settings(self) -> bool:
        """Return whether the generation before was built with today's settings."""
        if self.previous is None:
            return False
        manifest = self.previous.generation.manifest
        return all(manifest.get(key) == value for key, value in self.settings().items())

    def known(self, content_key: str, path: str) -> Document | None:
        """Return the parsed document of a content key, from the generation before or from staging."""
        if self.previous is not None and (content := self.previous.corpus.content(content_key, path)) is not None:
            return content
        return self.staging.content(content_key, path) if self.staging else None

    # --- writing -------------------------------------------------------------------------------

    def write(self, folder: Path, sources: Iterable[Source]) -> Built:
        """Write what the indexed sources need beyond the segments of the generation before.

        Documents that did not change stay where they are; what small or half-dead segments hold is
        written together with the new documents as one segment.
        """
        indexed = sorted((s for s in sources if s.status == "indexed"), key=lambda source: source.path)
        accounts = self._unchanged(indexed)
        fresh = [source for source in indexed if source.path not in accounts]
        old = self._old_segments(accounts)
        new = self._new_segment(folder, fresh, accounts, old) if fresh or _to_rewrite(old, 0) else None
        names = [segment.name for segment, _ in old]
        linked: dict[str, dict[str, Any]] = {}
        if self.previous is not None:
            below = [f"{generations.SEGMENTS}/{name}" for name in names]
            linked = generations.link_unchanged(self.previous.generation, folder, below)
        _write_dead(folder, old)
        counts = {"total": sum(_alive(old)), "new": 0, "embedded": 0, "over_limit": 0}
        if new is not None:
            names.append(new.writer.folder.name)
            counts["total"] += new.writer.corpus.n_rows
            counts |= {"new": len(new.writer.new_keys), "embedded": new.n_embedded, "over_limit": new.n_over_limit}
        return Built(accounts, counts, new.failed if new else {}, names, linked)

    def _new_segment(
        self, folder: Path, fresh: Sequence[Source], accounts: dict[str, DocumentAccount], old: list[_Old]
    ) -> _NewSegment:
        """Write the fresh documents and what is rewritten with them; take that out of the old segments."""
        new = _NewSegment(SegmentWriter(folder / generations.SEGMENTS / self._segment_name(), self._dim))
        self._add_documents(new, fresh, accounts)
        with contextlib.ExitStack() as copied:
            for i in reversed(_to_rewrite(old, new.writer.corpus.n_rows)):
                segment, dead = old.pop(i)
                new.writer.copy(copied.enter_context(contextlib.closing(Segment(segment.folder, dead))))
            self._finish(new, {source.content_key for source in fresh})
        return new

    def manifest(self, ledger: Ledger, built: Built) -> dict[str, Any]:
        """Return what the manifest says of this generation."""
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
            **self.settings(),
            "segments": built.segments,
            "counts": {"documents": len(built.accounts), "chunks": ledger.chunks["total"]},
            "ledger": ledger.to_json(),
        }

    def _unchanged(self, sources: Sequence[Source]) -> dict[str, DocumentAccount]:
        """Return the accounts of the documents that are as they were, by path."""
        if self.previous is None or not self.has_same_settings():
            return {}
        rows = {source.path: self.previous.corpus.by_path.get(source.path) for source in sources}
        keys = {source.path: source.content_key for source in sources}
        return {path: row.account for path, row in rows.items() if row is not None and row.content_key == keys[path]}

    def _old_segments(self, unchanged: Collection[str]) -> list[_Old]:
        """Return the segments of the generation before with all documents dead that are not as they were."""
        if self.previous is None or not self.has_same_settings():
            return []
        dying: dict[int, list[DocumentRow]] = {}
        for document in self.previous.corpus.documents:
            if document.path not in unchanged:
                dying.setdefault(document.segment, []).append(document)
        starts = accumulate((len(segment) for segment in self.previous.segments), initial=0)
        return [
            (segment, segment.without(dying.get(i, []), start))
            for i, (segment, start) in enumerate(zip(self.previous.segments, starts, strict=False))
        ]

    def _segment_name(self) -> str:
        taken = [segment.name for segment in self.previous.segments] if self.previous else []
        return f"{1 + max(map(int, taken), default=0):06d}"

    def _add_documents(self, new: _NewSegment, sources: Sequence[Source], accounts: dict[str, DocumentAccount]) -> None:
        """Chunk documents into a new segment, noting the account of each."""
        for done, source in enumerate(sources, start=1):
            try:
                accounts[source.path] = self._chunk(source, new)
            except (DomainGPTError, MemoryError):
                raise
            except Exception as exc:  # noqa: BLE001 - one document must not stop the others
                new.failed[source.path] = f"a bug while cutting it into chunks: {type(exc).__name__}: {exc}"
            self.progress("chunking", done, len(sources))

    def _chunk(self, source: Source, new: _NewSegment) -> DocumentAccount:
        """Chunk a document and return its account."""
        document = self.known(source.content_key, source.path)
        assert document is not None
        chunks = iterate_chunks(
            document,
            count_tokens=self.embedder.count_tokens,
            max_tokens=self.config.chunking.max_tokens,
            context_tokens=self.context_tokens,
        )
        room = self.embedder.identity.max_tokens - SPECIAL_TOKENS
        n_over_limit = 0
        rows: list[ChunkRow] = []
        keys: list[bytes] = []
        terms: list[npt.NDArray[np.uint64]] = []
        # Some at a time: a long document's chunks take several times the memory of their rows.
        while group := list(islice(chunks, CHUNK_GROUP)):
            texts = [embedded_text(chunk) for chunk in group]
            n_over_limit += sum(1 for n_tokens in self.embedder.count_tokens(texts) if n_tokens > room)
            keys += [vector_key(text, embedded_spans(chunk, text)) for chunk, text in zip(group, texts, strict=True)]
            terms += [new.writer.term_hashes(lexical_terms(chunk, self.analyzer)) for chunk in group]
            rows += map(chunk_row, group)
        account = account_for(document, [(start, end) for _, start, end, *_ in rows])
        title = document.title or readable_name(document.path)
        # From here on nothing can fail, so that a document is either wholly there or not at all.
        new.n_over_limit += n_over_limit
        new.writer.add(source.content_key, title, account, path=source.path, rows=rows, keys=keys, terms=terms)
        return account

    def _finish(self, new: _NewSegment, content_keys: Collection[str]) -> None:
        """Add the texts of the new documents, compute their vectors, and write the rest of the segment."""
        writer = new.writer
        for segment in self.previous.segments if self.previous else []:
            writer.corpus.copy_contents(segment.corpus.path, content_keys)
        writer.corpus.copy_contents(self._staging.path, content_keys)
        writer.corpus.finish()
        vectors, sentences, new.n_embedded = self._vectors(writer)
        self.progress("writing", 0, 1)
        writer.finish(vectors, sentences)
        self.progress("writing", 1, 1)

    def _vectors(self, writer: SegmentWriter) -> tuple[npt.NDArray[np.float16], list[Bytes], int]:
        """Return the vectors (m, d) of a segment's new documents, their sentences', and how many were computed."""
        keys = [key.tobytes() for key in writer.new_keys]
        first: dict[bytes, int] = {}  # vector key → the first row that needs it; equal strings are embedded once
        for row, key in enumerate(keys):
            first.setdefault(key, row)
        vectors = np.zeros((len(keys), self._dim), np.float16)
        sentences: list[Bytes] = [np.zeros((0, self._dim), np.int8)] * len(keys)
        missing = self._reused_vectors(vectors, sentences, first)
        known = self._staging.vectors(missing)
        for key, (vector, of_key) in known.items():
            vectors[first[key]], sentences[first[key]] = vector, of_key
        missing = [key for key in missing if key not in known]
        corpus = CorpusFile(writer.folder / CORPUS)
        for start in range(0, len(missing), EMBED_GROUP):
            group = missing[start : start + EMBED_GROUP]
            rows = [first[key] for key in group]
            found = corpus.chunks(rows)
            chunks = [found[row] for row in rows]
            texts = [embedded_text(chunk) for chunk in chunks]
            spans = [embedded_spans(chunk, text) for chunk, text in zip(chunks, texts, strict=True)]
            computed, of_chunks = self.embedder.encode_spans(texts, spans)
            stored = [to_bytes(of_chunk) for of_chunk in of_chunks]
            self._staging.add_vectors(group, computed, stored)
            vectors[rows] = computed
            for row, of_row in zip(rows, stored, strict=True):
                sentences[row] = of_row
            self.progress("embedding", start + len(group), len(missing))
        corpus.close()
        if len(first) < len(keys):
            rows = [first[key] for key in keys]
            vectors, sentences = vectors[rows], [sentences[row] for row in rows]
        return vectors, sentences, len(missing)

    def _reused_vectors(
        self, vectors: npt.NDArray[np.float16], sentences: list[Bytes], first: Mapping[bytes, int]
    ) -> list[bytes]:
        """Fill in the vectors that the generation before has; return the keys of the others."""
        previous = self.previous
        if previous is None or previous.generation.manifest["embedder"]["key"] != self.embedder.identity.key:
            return list(first)
        missing = list(first)
        for segment in previous.segments:
            which, rows = segment.rows_of_vectors(key_array(missing))
            targets = [first[missing[i]] for i in which]
            vectors[targets] = segment.vectors.reconstruct(rows)
            for target, of_row in zip(targets, segment.sentences.stored_of(rows), strict=True):
                sentences[target] = of_row
            found = set(which.tolist())
            missing = [key for i, key in enumerate(missing) if i not in found]
        return missing

    @property
    def _dim(self) -> int:
        return self.embedder.identity.dim

    @property
    def _staging(self) -> Staging:
        assert self.staging is not None
        return self.staging


class _NewSegment:
    """A segment being written, and what there is to say of its new documents."""

    def __init__(self, writer: SegmentWriter) -> None:
        self.writer = writer
        self.failed: dict[str, str] = {}
        self.n_over_limit = 0
        self.n_embedded = 0


def _to_rewrite(old: Sequence[_Old], n_new: int) -> list[int]:
    return to_rewrite([len(segment) for segment, _ in old], _alive(old), n_new)


def _alive(segments: Sequence[_Old]) -> list[int]:
    """Return how many chunks of each segment count."""
    return [len(segment) - int(dead[:, 2].sum()) for segment, dead in segments]


def _write_dead(folder: Path, segments: Sequence[_Old]) -> None:
    """Write which documents of the segments are dead."""
    for segment, dead in segments:
        if len(dead):
            (folder / generations.DEAD).mkdir(exist_ok=True, mode=0o700)
            np.save(folder / generations.DEAD / f"{segment.name}.npy", dead, allow_pickle=False)


def write_sources(folder: Path, sources: Mapping[str, Source]) -> None:
    """Write sources.json: what was noted of every file, by path."""
    entries = {path: sources[path].to_json() for path in sorted(sources)}
    (folder / generations.SOURCES).write_text(json.dumps(entries), encoding="utf-8")


def lexical_terms(chunk: Chunk, analyzer: Analyzer) -> list[str]:
    """Return the terms a chunk is matched by: its text's, its context's and its file name's."""
    name = readable_name(chunk.document)
    context = chunk.context if name in chunk.context else f"{name} {chunk.context}"
    return analyzer.terms(embedded_text(replace(chunk, context=context)))


def changed_embedder(built: Mapping[str, Any], embedder: Embedder) -> str:
    """Return what is other today than in a manifest's "embedder", in words."""
    now = embedder.identity
    if (built["name"], built["dim"]) != (now.name, now.dim):
        return f"domain.toml now names {now.name} ({now.dim}-d)"
    if built["weights_sha256"] != now.weights_sha256:
        return f"the weights of {now.name} have changed since"
    return f"the document prompt, pooling or token limit of {now.name} has changed since"


def _context_tokens(config: DomainConfig, embedder: Embedder) -> int:
    """Return the room for a chunk's context.

    Raises:
        BadConfig: If the chunks would not fit the embedder.
    """
    limit = embedder.identity.max_tokens - SPECIAL_TOKENS
    prompt = embedder.identity.document_prompt
    limit -= embedder.count_tokens([prompt])[0] if prompt else 0
    room = limit - config.chunking.max_tokens
    if room < MIN_CONTEXT_TOKENS:
        most = limit - MIN_CONTEXT_TOKENS
        raise BadConfig(
            f"[chunking] max_tokens = {config.chunking.max_tokens} does not fit {embedder.identity.name}, which takes"
            f" {embedder.identity.max_tokens} tokens with context{' and prompt' if prompt else ''}.",
            f"Set max_tokens to at most {most}."
            if most >= BOUNDS["chunking.max_tokens"][0]
            else "That is too short for chunks of text; choose another model.",
        )
    return room
