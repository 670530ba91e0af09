"""Every model that is installed or known, as rows for the command line; and the check of all hashes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from domaingpt.errors import ModelError
from domaingpt.models.embedders import WEIGHTS
from domaingpt.models.generators import find_generator
from domaingpt.models.lockfile import ModelKind, Pin, PinnedFile, check_file, read_pins, repo_folder
from domaingpt.models.packaged import packaged_embedder_folder, packaged_generator_file
from domaingpt.models.registry import (
    APACHE,
    BUNDLED_EMBEDDER,
    BUNDLED_EMBEDDER_SHA256,
    BUNDLED_GENERATOR,
    BUNDLED_GENERATOR_SHA256,
    EMBEDDERS,
    GENERATORS,
    KnownEmbedder,
    KnownGenerator,
)

ModelStatus = Literal["in use", "bundled", "pulled", "available"]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model of `domaingpt models list`.

    Attributes:
        status: "in use" (what "auto" writes with), "bundled" (a pip package), "pulled", or
            "available" (known on the hub, not on this machine).
        size_bytes: On disk; on the hub, rounded, when available only.
        path: The GGUF file or the embedder's folder; None when not on this machine.
    """

    name: str
    kind: ModelKind
    status: ModelStatus
    size_bytes: int
    licence: str
    path: Path | None


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """The outcome for one file of `domaingpt models verify`; `problem` is "" when the file is good."""

    name: str
    path: Path
    problem: str


def list_models() -> list[ModelRow]:
    """Return the models on this machine, then the known ones that are not; generators first.

    Raises:
        ModelError: If `models.lock` is damaged.
    """
    pins = read_pins()
    installed = [*_bundled_rows(), *(_pulled_row(pin) for pin in pins.values())]
    try:
        spec = find_generator("auto")
    except ModelError:  # the chosen file is gone; the list must still show
        spec = None
    if spec and not any(row.path == spec.path for row in installed):
        installed.append(ModelRow(spec.name, "generator", "in use", spec.size_bytes, spec.licence, spec.path))
    rows = [_marked(row, spec.path if spec else None) for row in installed]
    rows += [
        ModelRow(known.name, kind, "available", known.size_bytes, known.licence, None)
        for kind, registry in _registries()
        for known in registry
        if known.name not in pins
    ]
    return sorted(rows, key=lambda row: (row.status == "available", row.kind != "generator"))


def verify_models() -> list[ModelCheck]:
    """Hash every packaged and pulled model file; a bad one is reported, not raised.

    Raises:
        ModelError: If `models.lock` is damaged.
    """
    checks = [_check(name, path, PinnedFile(path.stat().st_size, sha)) for name, path, sha in _bundled_files()]
    for pin in read_pins().values():
        folder = repo_folder(pin.repo)
        checks += [_check(pin.name, folder / file, expected) for file, expected in pin.files.items()]
    return checks


def _registries() -> tuple[tuple[ModelKind, tuple[KnownGenerator | KnownEmbedder, ...]], ...]:
    return ("generator", GENERATORS), ("embedder", EMBEDDERS)


def _bundled_files() -> list[tuple[str, Path, str]]:
    """Return (name, weights file, expected SHA-256) of the packaged models."""
    files = []
    if path := packaged_generator_file():
        files.append((BUNDLED_GENERATOR, path, BUNDLED_GENERATOR_SHA256))
    if folder := packaged_embedder_folder():
        files.append((BUNDLED_EMBEDDER, folder / WEIGHTS, BUNDLED_EMBEDDER_SHA256))
    return files


def _bundled_rows() -> list[ModelRow]:
    rows = []
    for name, path, _ in _bundled_files():
        kind: ModelKind = "generator" if name == BUNDLED_GENERATOR else "embedder"
        shown = path if kind == "generator" else path.parent
        rows.append(ModelRow(name, kind, "bundled", path.stat().st_size, APACHE, shown))
    return rows


def _pulled_row(pin: Pin) -> ModelRow:
    folder = repo_folder(pin.repo)
    path = folder if pin.kind == "embedder" else folder / next(iter(pin.files))
    return ModelRow(pin.name, pin.kind, "pulled", pin.size_bytes, pin.licence, path)


def _marked(row: ModelRow, used: Path | None) -> ModelRow:
    if used is None or row.path != used:
        return row
    return ModelRow(row.name, row.kind, "in use", row.size_bytes, row.licence, row.path)


def _check(name: str, path: Path, expected: PinnedFile) -> ModelCheck:
    try:
        check_file(path, expected)
    except ModelError as exc:
        return ModelCheck(name, path, exc.message)
    return ModelCheck(name, path, "")
