"""Changed files → stored texts: what no reader has seen is read, once for all copies of it.

A text is stored under its content key (bytes and reader), so that a renamed file, a copy, or an attachment
that is also a file of the folder is not read again. A file with other files inside is known only if those
are, each by the reader that would read it now.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from domaingpt.build import Build, Progress
from domaingpt.documents import ReaderPool, ReadJob, ReadResult, content_key
from domaingpt.embeddings import n_cores
from domaingpt.index.staging import Staging
from domaingpt.sources import Change, Source, is_still

READ_COMMIT_EVERY = 32  # documents parsed between two commits of the staging file


def read_changed(
    changes: list[Change], documents_folder: Path, build: Build, staging: Staging, progress: Progress
) -> tuple[dict[str, Source], int]:
    """Read what no reader has seen; return a source for each file by its path, and how many were read."""
    sources: dict[str, Source] = {}
    waiting: dict[str, list[Change]] = {}  # by content key: identical files are read once
    for change in changes:
        known = _known(change, build)
        if known is not None:
            sources[change.file.path] = known
        else:
            waiting.setdefault(change.content_key, []).append(change)
    jobs = {group[0].file.path: group for group in waiting.values()}
    n_done = 0
    with ReaderPool(n_cores()) as pool:
        for result in pool.read_all(
            ReadJob(path, documents_folder / path, group[0].file.suffix) for path, group in jobs.items()
        ):
            if result.part_key and result.document:
                staging.add_content(result.part_key, result.document)
                continue
            n_done += 1
            for change in jobs[result.path]:
                sources[change.file.path] = _keep(result, change, documents_folder, staging)
            if n_done % READ_COMMIT_EVERY == 0:
                staging.commit()
            progress("reading", n_done, len(jobs))
    staging.commit()
    return sources, len(jobs)


def _known(change: Change, build: Build) -> Source | None:
    """Return the source of a file that need not be read, or None."""
    path = change.file.path
    if change.error:
        return Source(path, "failed", change.error, None, "")
    if change.failed_before and change.before is not None:
        return replace(change.before, signature=change.signature)
    if change.is_unchanged and change.before is not None:
        parts = change.before.parts
    elif (document := build.known(change.content_key, path)) is not None:
        parts = document.parts
    else:
        return None
    known = Source(path, "indexed", "", change.signature, change.content_key, parts)
    if not known.is_current:
        return None
    if not change.is_unchanged and any(build.known(part.content_key, path) is None for part in _read_parts(known)):
        return None
    return known


def _read_parts(source: Source) -> list[Source]:
    return [member for member in source.members() if member.status == "indexed"]


def _keep(result: ReadResult, change: Change, documents_folder: Path, staging: Staging) -> Source:
    """Store a reader's result and return the source of a file that it stands for."""
    path = change.file.path
    if result.sha256:
        key = content_key(result.sha256, change.file.suffix)
    else:  # the reader died of these bytes, and would again; or the file is no longer what was hashed
        key = change.content_key if is_still(documents_folder, change.file) else ""
    if key != change.content_key and path != result.path:
        # An identical file was read in its place, and changed just then: this one's turn comes next time.
        return Source(path, "failed", f"{result.path}, its copy, changed while being read; ingest again", None, "")
    # A file that changed after it was hashed has another key now; its signature is not trusted.
    signature = change.signature if key == change.content_key else None
    if result.document is None:
        return Source(path, "failed", result.error or "unreadable", signature, key)
    staging.add_content(key, result.document)
    return Source(path, "indexed", "", signature, key, result.document.parts)
