"""The index on disk, format 2: immutable generations, one of them current.

    indexes/equities/
      LOCK  LOCK.holder      one writer (lock.py); readers take no lock
      CURRENT                "000012 <SHA-256 of 000012/manifest.json>"
      VERIFIED.json          files whose hash was checked, by size and modification time: a cache
      000012/
        manifest.json        format, embedder, chunker, counts, ledger; size and SHA-256 of every other file,
                             and the name and manifest hash of the generation before
        sources.json         every file found: signature, SHA-256, status and reason
        segments/000004/     chunks that were written together: text, terms, vectors (segment.py)
        dead/000004.npy      documents of that segment that count no more
      000011/                the one before, to fall back to
      new-*/                 a commit that did not finish; removed by the next ingest
      staging.sqlite         work in progress (staging.py)

Commit: write and fsync every file, the manifest last; fsync the folder; rename it to its number;
fsync the parent; replace CURRENT atomically; fsync again. Killed at any instant, CURRENT names the
old or the new generation, whole. The files of a segment that a commit does not rewrite are hard-linked
from the generation before. A file is never changed in place, and none is read before its hash is known good:
of 48 single flipped bits in FAISS files 35 were read back without complaint.

What bumps FORMAT: any change to the layout, to a schema, or to the meaning of a field.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domaingpt import durable
from domaingpt.errors import IndexCorrupt, IndexMissing, IndexStale

FORMAT = 2
FILLED_IN = ("format", "generation", "parent", "files")  # of the manifest, by `commit`
KEPT_GENERATIONS = 2
POINTER = re.compile(rb"(\d{6,}) ([0-9a-f]{64})\n")  # the content of CURRENT, exactly
CURRENT, MANIFEST, VERIFIED = "CURRENT", "manifest.json", "VERIFIED.json"
SOURCES, SEGMENTS, DEAD = "sources.json", "segments", "dead"
# Below this total, opening hashes every file again; above, it trusts size and modification time of
# files it has hashed before. SHA-256 runs at 1 GB/s or more on CPUs with SHA instructions.
ALWAYS_HASHED_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation whose files were found to be as its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def number(self) -> int:
        """Counts from 1."""
        return int(self.folder.name)

    def sources(self) -> dict[str, dict[str, Any]]:
        """Return what the ingest noted of every file, by path."""
        entries: dict[str, dict[str, Any]] = json.loads((self.folder / SOURCES).read_text(encoding="utf-8"))
        return entries


def open_current(index_folder: Path, domain: str, notify: Callable[[str], None]) -> Generation:
    """Return the current generation, or the newest good one before it, saying so.

    Raises:
        IndexMissing: If the domain was never ingested.
        IndexStale: If the index has another format.
        IndexCorrupt: If no generation is good.
    """
    problems: list[str] = []
    for attempt in (1, 2):  # the generation may vanish between the two reads, when a commit tidies up
        current = _current_name(index_folder)
        numbers = _generation_names(index_folder)
        if current is None and not numbers:
            raise IndexMissing(f"The domain '{domain}' has no index yet.", f"Run: domaingpt ingest {domain}")
        wanted, manifest_sha256 = current or ("", None)
        candidates = [wanted] if wanted else []
        candidates += [name for name in reversed(numbers) if name != wanted]
        problems = [] if current else [f"{index_folder / CURRENT} is missing or malformed"]
        for name in candidates:
            try:
                expected = manifest_sha256 if name == wanted else None
                generation = open_generation(index_folder / name, expected)
            except IndexCorrupt as exc:
                problems.append(exc.message)
                continue
            if problems:
                notify(
                    f"The index of '{domain}' is damaged ({problems[0]});"
                    f" generation {generation.number} answers instead. Run: domaingpt ingest {domain} --rebuild"
                )
            return generation
        if attempt == 1 and _current_name(index_folder) == current:
            break
    raise IndexCorrupt(
        f"The index of '{domain}' is damaged and no earlier generation is good: {'; '.join(problems)}",
        f"Run: domaingpt ingest {domain} --rebuild",
    )


def open_generation(folder: Path, manifest_sha256: str | None) -> Generation:
    """Check one generation's files against its manifest and return it.

    Raises:
        IndexCorrupt: If a file is missing or differs; the message names it.
        IndexStale: If it was written in another format.
    """
    generation = _read_manifest(folder, manifest_sha256)
    verified = _read_verified(folder.parent).get(folder.name, {})
    total = sum(entry["size"] for entry in generation.manifest["files"].values())
    fresh: dict[str, list[int]] = {}
    for name, entry in generation.manifest["files"].items():
        stamp = _stamp(folder / name, entry["size"])
        if total <= ALWAYS_HASHED_BYTES or verified.get(name) != stamp:
            _check_hash(folder / name, entry["sha256"])
        fresh[name] = stamp
    if fresh != verified and total > ALWAYS_HASHED_BYTES:
        _write_verified(folder, fresh)
    return generation


def verify_generation(folder: Path, manifest_sha256: str | None) -> list[str]:
    """Hash every file of a generation and return what is wrong, one sentence a file."""
    try:
        generation = _read_manifest(folder, manifest_sha256)
    except (IndexCorrupt, IndexStale) as exc:
        return [exc.message]
    problems = []
    files = generation.manifest["files"]
    for name, entry in files.items():
        try:
            _stamp(folder / name, entry["size"])
            _check_hash(folder / name, entry["sha256"])
        except IndexCorrupt as exc:
            problems.append(exc.message)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in files and name != MANIFEST:
            problems.append(f"{path} does not belong to the index.")
    return problems


def verify_all(index_folder: Path) -> list[tuple[str, list[str]]]:
    """Return for every generation, newest first, its name and what is wrong with it."""
    current = _current_name(index_folder)
    # Hashes of manifests by generation: CURRENT vouches for its own, and each manifest for its parent's.
    hashes = {current[0]: current[1]} if current else {}
    results = []
    for name in reversed(_generation_names(index_folder)):
        problems = verify_generation(index_folder / name, hashes.get(name))
        results.append((name, problems))
        if name in hashes and not problems:
            parent = _read_manifest(index_folder / name, hashes[name]).manifest.get("parent")
            hashes |= {parent[0]: parent[1]} if parent else {}
    if current is None and results:
        results.insert(0, (CURRENT, [f"{index_folder / CURRENT} is missing or malformed."]))
    elif current is not None and current[0] not in [name for name, _ in results]:
        results.insert(0, (CURRENT, [f"{index_folder / CURRENT} names generation {current[0]}, which is not there."]))
    return results


@contextlib.contextmanager
def new_generation(index_folder: Path) -> Iterator[Path]:
    """Give a private folder to write a generation into; it goes away unless it was committed."""
    building = Path(tempfile.mkdtemp(dir=index_folder, prefix="new-"))
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def link_unchanged(
    previous: Generation, building: Path, folders: Iterable[str] | None = None
) -> dict[str, dict[str, Any]]:
    """Hard-link files from a good generation; return their manifest entries.

    Args:
        previous: Its files were checked when it was opened.
        building: The new generation's folder.
        folders: Below which folders; None for everything but the sources.
    """
    files = previous.manifest["files"]
    if folders is None:
        linked = {name: entry for name, entry in files.items() if name != SOURCES}
    else:
        below = tuple(f"{folder}/" for folder in folders)
        linked = {name: entry for name, entry in files.items() if name.startswith(below)}
    for name in linked:
        for parent in reversed(Path(name).parents[:-1]):
            (building / parent).mkdir(exist_ok=True, mode=0o700)
        durable.link_or_copy(previous.folder / name, building / name)
    return linked


def commit(
    index_folder: Path, building: Path, manifest: dict[str, Any], linked: dict[str, dict[str, Any]] | None = None
) -> Path:
    """Make a folder of written files the current generation; returns when that is durable.

    Args:
        index_folder: The domain's index folder.
        building: Holds every file but the manifest; it is renamed.
        manifest: All but FILLED_IN.
        linked: Entries of files that `link_unchanged` put there: durable and hashed before.
    """
    number = 1 + max((int(name) for name in _generation_names(index_folder)), default=0)
    files = dict(linked or {})
    for path in sorted(p for p in building.rglob("*") if p.is_file()):
        name = path.relative_to(building).as_posix()
        if name not in files:
            path.chmod(0o600)
            durable.fsync_file(path)
            files[name] = {"size": path.stat().st_size, "sha256": durable.sha256_file(path)}
    parent = _current_name(index_folder)
    whole = {"format": FORMAT, "generation": number, "parent": parent, **manifest, "files": files}
    data = json.dumps(whole, ensure_ascii=False, indent=1).encode()
    durable.write_atomic(building / MANIFEST, data)
    for folder in sorted({path.parent for path in building.rglob("*")} | {building}):
        durable.fsync_dir(folder)
    final = index_folder / f"{number:06d}"
    building.rename(final)
    durable.fsync_dir(index_folder)
    if sum(entry["size"] for entry in files.values()) > ALWAYS_HASHED_BYTES:
        # Written files were hashed just now, linked ones checked when the generation before was opened.
        _write_verified(final, {name: _stamp(final / name, entry["size"]) for name, entry in files.items()})
    pointer = f"{final.name} {hashlib.sha256(data).hexdigest()}\n"
    durable.write_atomic(index_folder / CURRENT, pointer.encode())
    return final


def tidy(index_folder: Path, *, drop_damaged: bool = False) -> None:
    """Remove unfinished commits and all but the newest generations; only the writer may call it.

    Args:
        index_folder: The domain's index folder.
        drop_damaged: Also hash what is kept besides the current generation, and remove it if it is not good.
    """
    for path in index_folder.glob("new-*"):
        shutil.rmtree(path, ignore_errors=True)
    current = _current_name(index_folder)
    names = _generation_names(index_folder)
    is_current = {name: current is not None and name == current[0] for name in names}
    damaged = [
        name for name in names if drop_damaged and not is_current[name] and verify_generation(index_folder / name, None)
    ]
    good = [name for name in names if name not in damaged]
    for name in damaged + [name for name in good[:-KEPT_GENERATIONS] if not is_current[name]]:
        shutil.rmtree(index_folder / name, ignore_errors=True)


def _read_manifest(folder: Path, manifest_sha256: str | None) -> Generation:
    try:
        data = (folder / MANIFEST).read_bytes()
    except OSError as exc:
        raise IndexCorrupt(f"{folder / MANIFEST} cannot be read: {exc.strerror}") from exc
    if manifest_sha256 is not None and hashlib.sha256(data).hexdigest() != manifest_sha256:
        raise IndexCorrupt(f"{folder / MANIFEST} differs from the hash in {CURRENT}")
    try:
        manifest = json.loads(data)
        version, files = manifest["format"], manifest["files"]
        well_formed = all(isinstance(e["size"], int) and isinstance(e["sha256"], str) for e in files.values())
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise IndexCorrupt(f"{folder / MANIFEST} is malformed: {exc!r}") from exc
    if not well_formed:
        raise IndexCorrupt(f"{folder / MANIFEST} is malformed")
    if version != FORMAT:
        raise IndexStale(f"{folder} has index format {version}; this version of domaingpt reads {FORMAT}.")
    return Generation(folder, manifest)


def _stamp(path: Path, size: int) -> list[int]:
    """Return what identifies a file's state without reading it, after checking its size."""
    try:
        status = path.lstat()
    except OSError as exc:
        raise IndexCorrupt(f"{path} cannot be read: {exc.strerror}") from exc
    if not path.is_file() or path.is_symlink():
        raise IndexCorrupt(f"{path} is not a regular file")
    if status.st_size != size:
        raise IndexCorrupt(f"{path} has {status.st_size} bytes instead of {size}")
    return [status.st_size, status.st_mtime_ns]


def _check_hash(path: Path, sha256: str) -> None:
    try:
        actual = durable.sha256_file(path)
    except OSError as exc:
        raise IndexCorrupt(f"{path} cannot be read: {exc.strerror}") from exc
    if actual != sha256:
        raise IndexCorrupt(f"{path} differs from its recorded hash")


def _current_name(index_folder: Path) -> tuple[str, str] | None:
    """Return the current generation's name and its manifest's hash, if CURRENT is well-formed."""
    try:
        pointer = POINTER.fullmatch((index_folder / CURRENT).read_bytes())
    except OSError:
        return None
    return (pointer[1].decode(), pointer[2].decode()) if pointer else None


def _generation_names(index_folder: Path) -> list[str]:
    if not index_folder.is_dir():
        return []
    return sorted((p.name for p in index_folder.iterdir() if p.is_dir() and p.name.isdigit()), key=int)


def _read_verified(index_folder: Path) -> dict[str, dict[str, list[int]]]:
    try:
        verified = json.loads((index_folder / VERIFIED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return verified if isinstance(verified, dict) else {}


def _write_verified(folder: Path, stamps: dict[str, list[int]]) -> None:
    verified = {n: s for n, s in _read_verified(folder.parent).items() if (folder.parent / n).is_dir()}
    with contextlib.suppress(OSError):  # a read-only index is hashed at every open
        durable.write_atomic(folder.parent / VERIFIED, json.dumps({**verified, folder.name: stamps}).encode())
