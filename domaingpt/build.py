"""Parsed documents → the files of a new generation: chunk, embed, write both arms.

What the generation before already holds is copied: chunks of documents that did not change, and every
vector whose embedded string is the same. Only the rest is computed, and kept in the staging file as it
is made, so that a killed build goes on where it stopped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from domaingpt.chunks import CHUNKER, chunk_document, embedded_text, readable_name
from domaingpt.config import BOUNDS, DomainConfig
from domaingpt.embeddings import Embedder
from domaingpt.errors import BadConfig, DomainGPTError
from domaingpt.index import LocalIndex
from domaingpt.index import generation as generations
from domaingpt.index.corpus import Corpus, CorpusWriter, DocumentAccount, chunk_row
from domaingpt.index.lexical import LexicalBuilder
from domaingpt.index.staging import Staging, vector_key
from domaingpt.index.terms import Analyzer
from domaingpt.index.vectors import write_vectors
from domaingpt.ledger import Ledger, account_for
from domaingpt.sources import Source
from domaingpt.types import Chunk, Document

SPECIAL_TOKENS = 4  # BERT adds 2 and T5 1 to a text; the rest is reserve
MIN_CONTEXT_TOKENS = 16
# Texts embedded between two commits of the staging file: what a kill can cost. At 25k tokens/s and
# 200 tokens a text this is two seconds; a batch is 1024 tokens, so larger groups gain little.
EMBED_GROUP = 256


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
    """

    accounts: Mapping[str, DocumentAccount]
    chunks: dict[str, int]
    failed: Mapping[str, str]


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
        """Write the corpus and both arms of the indexed sources, in the order of their paths."""
        indexed = sorted((s for s in sources if s.status == "indexed"), key=lambda source: source.path)
        corpus = CorpusWriter(folder / generations.CORPUS)
        rows = _Rows()
        accounts: dict[str, DocumentAccount] = {}
        failed: dict[str, str] = {}
        for done, source in enumerate(indexed, start=1):
            try:
                accounts[source.path] = self._copy(source, corpus, rows) or self._chunk(source, corpus, rows)
            except (DomainGPTError, MemoryError):
                raise
            except Exception as exc:  # noqa: BLE001 - one document must not stop the others
                failed[source.path] = f"a bug while cutting it into chunks: {type(exc).__name__}: {exc}"
            self.progress("chunking", done, len(indexed))
        keys = {source.content_key for source in indexed}
        if self.previous is not None:
            corpus.copy_contents(self.previous.generation.folder / generations.CORPUS, keys)
        corpus.copy_contents(self._staging.path, keys)
        corpus.finish()
        n_embedded = self._embed(rows, folder / generations.CORPUS)
        self.progress("writing", 0, 1)
        self._write_arms(folder, rows, corpus.n_rows)
        self.progress("writing", 1, 1)
        counts = {
            "total": corpus.n_rows,
            "new": len(rows.new),
            "embedded": n_embedded,
            "over_limit": rows.n_over_limit,
        }
        return Built(accounts, counts, failed)

    def manifest(self, ledger: Ledger, n_documents: int) -> dict[str, Any]:
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
            "counts": {"documents": n_documents, "chunks": ledger.chunks["total"]},
            "ledger": ledger.to_json(),
        }

    def _copy(self, source: Source, corpus: CorpusWriter, rows: _Rows) -> DocumentAccount | None:
        """Copy a document that is as it was; return its account, or None if it is not."""
        old = self.previous.corpus.by_path.get(source.path) if self.previous else None
        if (
            self.previous is None
            or old is None
            or old.content_key != source.content_key
            or not self.has_same_settings()
        ):
            return None
        stored = self.previous.corpus.stored_rows(old)
        rows.copied_from.extend(range(old.first_row, old.first_row + len(stored)))
        rows.copied_to.extend(range(corpus.n_rows, corpus.n_rows + len(stored)))
        corpus.add_document(source.path, source.content_key, old.title, old.account, stored)
        return old.account

    def _chunk(self, source: Source, corpus: CorpusWriter, rows: _Rows) -> DocumentAccount:
        """Chunk a document and return its account."""
        document = self.known(source.content_key, source.path)
        assert document is not None
        chunks = chunk_document(
            document,
            count_tokens=self.embedder.count_tokens,
            max_tokens=self.config.chunking.max_tokens,
            context_tokens=self.context_tokens,
        )
        texts = [embedded_text(chunk) for chunk in chunks]
        room = self.embedder.identity.max_tokens - SPECIAL_TOKENS
        rows.n_over_limit += sum(1 for n_tokens in self.embedder.count_tokens(texts) if n_tokens > room)
        keys = [vector_key(text) for text in texts]
        terms = [lexical_terms(chunk, self.analyzer) for chunk in chunks]
        account = account_for(document, chunks)
        # From here on nothing can fail, so that a document is either wholly there or not at all.
        for row, (key, chunk_terms) in enumerate(zip(keys, terms, strict=True), start=corpus.n_rows):
            rows.new.append((row, key))
            rows.lexical.add(row, chunk_terms)
        stored = [chunk_row(chunk, key) for chunk, key in zip(chunks, keys, strict=True)]
        title = document.title or readable_name(document.path)
        corpus.add_document(source.path, source.content_key, title, account, stored)
        return account

    def _embed(self, rows: _Rows, corpus_file: Path) -> int:
        """Compute the vectors nobody has computed yet; return how many."""
        reuse = self._previous_row()
        missing: dict[bytes, int] = {}  # vector key → a row that needs it; equal strings are embedded once
        for row, key in rows.new:
            if key not in missing and reuse(key) is None and not self._staging.has_vector(key):
                missing[key] = row
        corpus = Corpus(corpus_file)
        keys = list(missing)
        for start in range(0, len(keys), EMBED_GROUP):
            group = keys[start : start + EMBED_GROUP]
            chunks = corpus.chunks([missing[key] for key in group])
            self._staging.add_vectors(group, self.embedder.encode_document([embedded_text(c) for c in chunks]))
            self.progress("embedding", start + len(group), len(keys))
        corpus.close()
        return len(keys)

    def _write_arms(self, folder: Path, rows: _Rows, n_rows: int) -> None:
        """Write vectors.faiss and lexical/."""
        vectors = np.zeros((n_rows, self.embedder.identity.dim), np.float16)
        reuse = self._previous_row()
        for target, key in rows.new:
            old = reuse(key)
            if old is not None and self.previous is not None:
                vectors[target] = self.previous.vectors.reconstruct(np.array([old]))[0]
            else:
                staged = self._staging.vector(key)
                assert staged is not None
                vectors[target] = staged
        if rows.copied_from and self.previous is not None:
            sources, targets = np.array(rows.copied_from, np.int64), np.array(rows.copied_to, np.int64)
            vectors[targets] = self.previous.vectors.reconstruct(sources)
            rows.lexical.copy(self.previous.lexical, sources, targets)
        write_vectors(folder / generations.VECTORS, vectors, self.embedder.identity.dim)
        rows.lexical.write(folder / generations.LEXICAL, n_rows)

    def _previous_row(self) -> Callable[[bytes], int | None]:
        """Return a function from a vector key to the row of the generation before that has it."""
        previous = self.previous
        if previous is None or previous.generation.manifest["embedder"]["key"] != self.embedder.identity.key:
            return lambda _: None
        return previous.corpus.row_of_vector

    @property
    def _staging(self) -> Staging:
        assert self.staging is not None
        return self.staging


class _Rows:
    """Which row of the new generation comes from where."""

    def __init__(self) -> None:
        self.copied_from: list[int] = []
        self.copied_to: list[int] = []
        self.new: list[tuple[int, bytes]] = []  # (row, vector key)
        self.lexical = LexicalBuilder()
        self.n_over_limit = 0


def write_sources(folder: Path, sources: Mapping[str, Source]) -> None:
    """Write sources.json: what was noted of every file, by path."""
    entries = {path: sources[path].to_json() for path in sorted(sources)}
    (folder / generations.SOURCES).write_text(json.dumps(entries, indent=0), encoding="utf-8")


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
