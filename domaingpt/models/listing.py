"""Every model that is installed or known, as rows for the command line; and the check of all hashes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from domaingpt.errors import ModelError
from domaingpt.models.embedders import WEIGHTS
from domaingpt.models.endpoints import EndpointSpec
from domaingpt.models.generators import GeneratorSpec, bundled_generator, find_generator, pulled_generator
from domaingpt.models.lockfile import ModelKind, Pin, PinnedFile, check_file, read_pins, repo_folder
from domaingpt.models.memory import fits, free_bytes
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
from domaingpt.models.speed import kept, recommended

ModelStatus = Literal["in use", "bundled", "pulled", "available"]


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model of `domaingpt models list`.

    Attributes:
        status: "in use" (what "auto" writes with), "bundled" (a pip package), "pulled", or
            "available" (known on the hub, not on this machine).
        size_bytes: On disk; on the hub, rounded, when available only; 0 for an endpoint.
        path: The GGUF file or the embedder's folder; None when not on this machine, and for an endpoint.
        ram_bytes: What a language model takes with a full context, an estimate; None for all else.
        fits: Whether so much memory is free now; None where that is not known or not asked.
        recommended: Whether it is the largest that `doctor` found quick enough here, of those that fit.
    """

    name: str
    kind: ModelKind
    status: ModelStatus
    size_bytes: int
    licence: str
    path: Path | None
    ram_bytes: int | None = None
    fits: bool | None = None
    recommended: bool = False


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
    if isinstance(spec, EndpointSpec):
        installed.append(ModelRow(spec.name, "generator", "in use", 0, "unknown", None))
    elif spec and not any(row.path == spec.path for row in installed):
        installed.append(
            ModelRow(spec.name, "generator", "in use", spec.size_bytes, spec.licence, spec.path, spec.ram_bytes)
        )
    used = spec.path if isinstance(spec, GeneratorSpec) else None
    rows = [_marked(row, used) for row in installed]
    rows += [
        ModelRow(known.name, kind, "available", known.size_bytes, known.licence, None, _ram_of(known))
        for kind, registry in _registries()
        for known in registry
        if known.name not in pins
    ]
    return sorted(_judged(rows), key=lambda row: (row.status == "available", row.kind != "generator"))


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


def _judged(rows: list[ModelRow]) -> list[ModelRow]:
    """Return the rows with what this machine makes of them."""
    free, speed = free_bytes(), kept()
    best = recommended(speed, free) if speed else None
    return [
        replace(
            row,
            fits=None if row.ram_bytes is None or free is None else fits(row.ram_bytes, free),
            recommended=best is not None and row.name == best[0].name,
        )
        for row in rows
    ]


def _ram_of(known: KnownGenerator | KnownEmbedder) -> int | None:
    return known.ram_bytes if isinstance(known, KnownGenerator) else None


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
        size_bytes = path.stat().st_size
        if name == BUNDLED_GENERATOR:
            spec = bundled_generator()
            ram_bytes = spec.ram_bytes if spec else None
            rows.append(ModelRow(name, "generator", "bundled", size_bytes, APACHE, path, ram_bytes))
        else:
            rows.append(ModelRow(name, "embedder", "bundled", size_bytes, APACHE, path.parent))
    return rows


def _pulled_row(pin: Pin) -> ModelRow:
    folder = repo_folder(pin.repo)
    if pin.kind == "embedder":
        return ModelRow(pin.name, pin.kind, "pulled", pin.size_bytes, pin.licence, folder)
    try:
        ram_bytes = pulled_generator(pin).ram_bytes
    except ModelError:  # damaged or gone: `verify` says so
        ram_bytes = None
    return ModelRow(
        pin.name, pin.kind, "pulled", pin.size_bytes, pin.licence, folder / next(iter(pin.files)), ram_bytes
    )


def _marked(row: ModelRow, used: Path | None) -> ModelRow:
    return replace(row, status="in use") if used is not None and row.path == used else row


def _check(name: str, path: Path, expected: PinnedFile) -> ModelCheck:
    try:
        check_file(path, expected)
    except ModelError as exc:
        return ModelCheck(name, path, exc.message)
    return ModelCheck(name, path, "")
