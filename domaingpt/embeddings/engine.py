"""The compiled engine of an embedder: where it lies, whether it is there, how it is built.

    <cache>/engines/<key>/
        engine.json      what it was built from and with, parity, sizes and SHA-256 of the files
        document.onnx    int8 where the parity check passed, else fp32
        query.onnx       fp32
        tokenizer.json   only where the model's folder has none
    <cache>/engines/<key>.failed.json    why it could not be compiled; tried again after a day

<key> hashes the weights' path, size and modification time, the folder's JSON files and COMPILER,
so that finding an engine costs no hashing of the weights. Building happens in a child process:
torch is never loaded into a process that searches or answers.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from domaingpt import durable, locations
from domaingpt.embeddings.recipe import Recipe, read_recipe
from domaingpt.errors import ModelLoadFailed
from domaingpt.models import EmbedderSpec

COMPILER = "onnx/1"  # part of the key: raise it when compiler.py produces something else
BUILD_TIMEOUT_S = 900  # building takes about 10 s on two cores; a first import on a slow disk far longer
ENGINE_FILE = "engine.json"
RETRY_AFTER_S = 86_400  # a full disk or too little memory may have passed by then. Guess, unmeasured.


@dataclass(frozen=True, slots=True)
class Engine:
    """A compiled embedder on disk.

    Attributes:
        folder: Where its files lie.
        document_precision: "int8" or "fp32".
        weights_sha256: Of the `model.safetensors` it was built from.
        modules_sha256: Of the weights of the modules behind the pooling, in their order.
        languages: Guessed from the vocabulary, for models without a card.
    """

    folder: Path
    recipe: Recipe
    document_precision: str
    weights_sha256: str
    modules_sha256: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def find_engine(spec: EmbedderSpec) -> Engine | None:
    """Return the compiled engine of an embedder, or None if it was not built on this machine."""
    folder = _engine_folder(spec)
    try:
        facts = json.loads((folder / ENGINE_FILE).read_text(encoding="utf-8"))
        whole = all((folder / name).stat().st_size == entry["size"] for name, entry in facts["files"].items())
        if not whole:
            return None
        return Engine(
            folder,
            read_recipe(spec.folder),
            facts["document_precision"],
            facts["weights_sha256"],
            tuple(facts.get("modules_sha256", ())),
            tuple(facts.get("languages", ())),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def build_engine(spec: EmbedderSpec, notify: Callable[[str], None]) -> Engine:
    """Compile an embedder in a child process and return the engine; waits if another process builds it.

    Args:
        spec: Which embedder.
        notify: Is told once that building starts.

    Raises:
        ModelLoadFailed: If the model cannot be compiled, or fails the parity check.
    """
    folder = _engine_folder(spec)
    durable.make_private_dir(folder.parent)
    with FileLock(folder.with_suffix(".lock")):
        engine = find_engine(spec)
        if engine is not None:
            return engine
        notify(f"Compiling the embedder {spec.name} for this machine, once …")
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as building:
            target = Path(building, "engine")
            for stage in ("export", "finish"):
                _run_compiler(stage, spec, target)
            if folder.exists():  # damaged: a file is missing or has another size
                folder.rename(Path(building, "damaged"))
            target.rename(folder)
    engine = find_engine(spec)
    if engine is None:
        raise ModelLoadFailed(f"The engine of {spec.name} was built but cannot be read from {folder}.")
    return engine


def verify_engine(engine: Engine) -> list[str]:
    """Return the names of the engine's files whose SHA-256 differs from the recorded one."""
    facts = json.loads((engine.folder / ENGINE_FILE).read_text(encoding="utf-8"))
    return [n for n, entry in facts["files"].items() if durable.sha256_file(engine.folder / n) != entry["sha256"]]


def why_not_compiled(spec: EmbedderSpec) -> str:
    """Return why an embedder could not be compiled here within the last day, or ""."""
    try:
        facts = json.loads(_failure_file(spec).read_text(encoding="utf-8"))
        return str(facts["reason"]) if time.time() - facts["time"] < RETRY_AFTER_S else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def note_failure(spec: EmbedderSpec, reason: str) -> None:
    """Remember why an embedder could not be compiled, so that not every command tries again."""
    path = _failure_file(spec)
    with contextlib.suppress(OSError):  # then the next command tries again
        durable.make_private_dir(path.parent)
        durable.write_atomic(path, json.dumps({"time": time.time(), "reason": reason}).encode())


def _failure_file(spec: EmbedderSpec) -> Path:
    folder = _engine_folder(spec)
    return folder.with_name(f"{folder.name}.failed.json")


def _run_compiler(stage: str, spec: EmbedderSpec, target: Path) -> None:
    command = [sys.executable, "-m", "domaingpt.embeddings.compiler", stage, str(spec.folder), str(target)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=BUILD_TIMEOUT_S,
            check=False,
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
        )
    except subprocess.TimeoutExpired as exc:
        raise ModelLoadFailed(f"Compiling {spec.name} took more than {BUILD_TIMEOUT_S} s.") from exc
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ModelLoadFailed(f"Compiling {spec.name} failed: {reason}")


def _engine_folder(spec: EmbedderSpec) -> Path:
    digest = hashlib.sha256(COMPILER.encode())
    for path in sorted(spec.folder.rglob("*")):
        if path.suffix == ".safetensors":
            status = path.stat()
            digest.update(f"{path.resolve()}\x00{status.st_size}\x00{status.st_mtime_ns}\n".encode())
        elif path.suffix == ".json" and path.name != "tokenizer.json":
            digest.update(path.read_bytes())
    return locations.cache_dir() / "engines" / digest.hexdigest()[:24]
