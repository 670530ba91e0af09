"""Pulling a model from the Hugging Face hub: the only command of domaingpt that goes online by itself.

A name → verified files in the models folder and a pin in `models.lock`. Trust is on first use: the first
pull records commit, size and SHA-256; every later one asks for that commit and refuses another hash.
Generators are one *.gguf file; embedders are *.safetensors, *.json and *.txt. Nothing else is fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domaingpt.durable import make_private_dir, sha256_file
from domaingpt.errors import ModelError, ModelNotFound
from domaingpt.locations import models_dir
from domaingpt.models.connection import Hub, online
from domaingpt.models.download import Progress, RemoteFile, download, incoming_dir, matches
from domaingpt.models.embedders import (
    WEIGHTS,
    EmbedderSpec,
    check_embedder_folder,
    find_embedder,
    pulled_embedder,
)
from domaingpt.models.generators import (
    GeneratorSpec,
    bundled_generator,
    chat_family_of,
    pulled_generator,
    split_family,
)
from domaingpt.models.gguf import read_header
from domaingpt.models.languages import normalised
from domaingpt.models.lockfile import (
    SHA256_PATTERN,
    ModelKind,
    Pin,
    PinnedFile,
    checked_file,
    lock_path,
    read_pins,
    repo_folder,
    write_pin,
)
from domaingpt.models.registry import BUNDLED_EMBEDDER, BUNDLED_GENERATOR, known_embedder, known_generator

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

COMMIT_PATTERN = re.compile(r"[0-9a-f]{40}")
# What belongs to a sentence-transformers model, by the names that sentence-transformers and transformers read:
# settings, tokenizer and weights at the top; settings and weights in the numbered folders of its modules.
EMBEDDER_FILES = re.compile(
    r"model\.safetensors|config\.json|modules\.json|config_sentence_transformers\.json"
    r"|sentence_[a-z0-9]+_config\.json|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json"
    r"|added_tokens\.json|vocab\.(json|txt)|merges\.txt"
    r"|\d{1,2}_[A-Za-z]+/(config\.json|model\.safetensors)"
)
MAX_SMALL_FILE_BYTES = 64_000_000  # the largest tokenizer.json of a usual embedder has 17 MB (XLM-R)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a name asks for; `file` is "" for an embedder."""

    name: str
    kind: ModelKind
    repo: str
    file: str = ""
    chat_family: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()


def pull(name: str, *, progress: Progress | None = None) -> GeneratorSpec | EmbedderSpec:
    """Fetch a model, verify it, pin it, and return it. An interrupted pull continues where it stopped.

    Args:
        name: A known name; "owner/repo:file.gguf", with "#FAMILY" behind it if its chat family cannot
            be told from the file; or "owner/repo" of a sentence-transformers model.
        progress: Called with (file, bytes so far, bytes in all), from this thread.

    Raises:
        ModelNotFound: If the hub has no such model.
        ModelLoadFailed: If what came is not a proper model.
        ModelError: If the hub cannot be reached, a hash differs, or the model changed since its first pull.
    """
    if name.lower() == BUNDLED_GENERATOR.lower() and (generator := bundled_generator()):
        return generator
    if name in (BUNDLED_EMBEDDER, f"sentence-transformers/{BUNDLED_EMBEDDER}"):
        return find_embedder(name)
    wanted = _wanted(name)
    with _only_pull(), online() as hub:
        pinned = read_pins().get(wanted.name)
        info = hub.info(wanted.repo, pinned.revision if pinned else None)
        commit = _commit(info)
        remotes = _chosen(info, wanted)
        _refuse_changed(pinned, remotes)
        files = {remote.file: _fetched(hub, wanted.repo, commit, remote, progress or _silent) for remote in remotes}
        pin = _checked_pin(wanted, pinned, info, files)
        write_pin(pin)
    return pulled_generator(pin) if pin.kind == "generator" else pulled_embedder(pin)


@contextmanager
def _only_pull() -> Iterator[None]:
    """Keep two pulls from writing the same files."""
    from filelock import FileLock, Timeout

    make_private_dir(models_dir())
    make_private_dir(incoming_dir())
    lock = FileLock(models_dir() / ".pull.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as exc:
        raise ModelError("Another pull is running.", "Wait for it to finish, then run it again.") from exc
    try:
        yield
    finally:
        lock.release()


def _wanted(name: str) -> Wanted:
    """Return what a name asks for."""
    plain, family = split_family(name)
    if known := known_generator(plain):
        family = family or known.chat_family
        return Wanted(known.name, "generator", known.repo, known.file, family, known.licence)
    if embedder := known_embedder(plain):
        licence, languages = embedder.licence, embedder.languages
        return Wanted(embedder.name, "embedder", embedder.repo, licence=licence, languages=languages)
    repo, _, file = plain.partition(":")
    if "/" not in repo:
        raise ModelNotFound(
            f"{name!r} is not a known model.", "Run: domaingpt models list; or write OWNER/REPO:FILE.gguf"
        )
    repo_folder(repo)  # refuses what is no repository
    if not file:
        return Wanted(repo, "embedder", repo)
    if not checked_file(file).lower().endswith(".gguf"):
        raise ModelError(f"{file!r} is not a GGUF file.", "Language models are OWNER/REPO:FILE.gguf")
    return Wanted(plain, "generator", repo, file, family)


def _chosen(info: ModelInfo, wanted: Wanted) -> list[RemoteFile]:
    """Return the files to fetch, none of which can hold code."""
    remotes = [
        RemoteFile(entry.rfilename, entry.size or 0, entry.lfs.sha256 if entry.lfs else None, entry.blob_id)
        for entry in info.siblings or []
    ]
    ggufs = [remote.file for remote in remotes if remote.file.lower().endswith(".gguf")]
    offer = "It has: " + ", ".join(f"{wanted.repo}:{file}" for file in ggufs[:8]) if ggufs else None
    if wanted.kind == "generator":
        chosen = [remote for remote in remotes if remote.file == wanted.file]
        if not chosen:
            raise ModelNotFound(f"{wanted.repo} has no file {wanted.file!r}.", offer)
    else:
        chosen = [remote for remote in remotes if EMBEDDER_FILES.fullmatch(remote.file)]
        if not {"modules.json", WEIGHTS} <= {remote.file for remote in chosen}:
            raise ModelNotFound(f"{wanted.repo} is not a sentence-transformers model with safetensors weights.", offer)
    for remote in chosen:
        _check_metadata(remote, wanted.repo)
    return chosen


def _check_metadata(remote: RemoteFile, repo: str) -> None:
    """Refuse a file without a proper hash: the hash is checked later, and names a file on the way."""
    is_weights = remote.file.endswith((".gguf", ".safetensors"))
    if remote.sha256 is not None or is_weights:
        good = SHA256_PATTERN.fullmatch(remote.sha256 or "")
    else:
        good = COMMIT_PATTERN.fullmatch(remote.git_sha1 or "")
    if not good:
        raise ModelError(f"The hub gives no proper hash for {remote.file} of {repo}.", "Use another model.")
    if not is_weights and remote.size_bytes > MAX_SMALL_FILE_BYTES:
        raise ModelError(f"{remote.file} of {repo} has {remote.size_bytes} bytes.", "Use another model.")


def _fetched(hub: Hub, repo: str, commit: str, remote: RemoteFile, progress: Progress) -> PinnedFile:
    """Bring one file into place unless it lies there already, and return what is to be pinned."""
    target = repo_folder(repo) / checked_file(remote.file)
    if matches(target, remote):
        progress(remote.file, remote.size_bytes, remote.size_bytes)
        return PinnedFile(remote.size_bytes, remote.sha256 or sha256_file(target))
    sha256 = download(hub, hub.url(repo, commit, remote.file), remote, target, progress)
    return PinnedFile(remote.size_bytes, sha256)


def _refuse_changed(pinned: Pin | None, remotes: list[RemoteFile]) -> None:
    """Raise before a byte is fetched if the hub announces another content than was pinned."""
    if pinned is None:
        return
    announced = {remote.file: remote for remote in remotes}
    for file, expected in pinned.files.items():
        remote = announced.get(file)
        if (
            remote is None
            or remote.size_bytes != expected.size_bytes
            or (remote.sha256 or expected.sha256) != expected.sha256
        ):
            raise _changed(pinned.name, file)


def _changed(name: str, file: str) -> ModelError:
    return ModelError(
        f"{file} of {name} on the hub is not the file that was pinned at the first pull.",
        f"If you trust the change, delete the entry {name!r} in {lock_path()} and pull again.",
    )


def _checked_pin(wanted: Wanted, pinned: Pin | None, info: ModelInfo, files: dict[str, PinnedFile]) -> Pin:
    """Return the pin of what was fetched, once it has proved to be a proper model."""
    if pinned and pinned.files != files:  # a small file, for which the hub announces no SHA-256
        changed = {*files.items()} ^ {*pinned.files.items()}
        raise _changed(pinned.name, min(file for file, _ in changed))
    folder = repo_folder(wanted.repo)
    family = wanted.chat_family or (pinned.chat_family if pinned else "")
    if wanted.kind == "generator":
        header = read_header(folder / wanted.file)
        family = family or chat_family_of(header, Path(wanted.name))
    else:
        check_embedder_folder(folder)
    return Pin(
        name=wanted.name,
        kind=wanted.kind,
        repo=wanted.repo,
        revision=_commit(info),
        files=files,
        pulled_at=pinned.pulled_at if pinned else datetime.now(UTC).isoformat(timespec="seconds"),
        licence=wanted.licence or next(iter(_card_values(info, "license")), "unknown"),
        chat_family=family,
        languages=wanted.languages or normalised(_card_values(info, "language")),
    )


def _card_values(info: ModelInfo, key: str) -> list[str]:
    """Return what the model card says under a key, as a list of strings."""
    value = getattr(info.card_data, key, None)
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _commit(info: ModelInfo) -> str:
    if not info.sha or not COMMIT_PATTERN.fullmatch(info.sha):
        raise ModelError(f"The hub names no commit for {info.id}.", "Check HF_ENDPOINT.")
    return info.sha


def _silent(_file: str, _done: int, _total: int) -> None:
    """Show no progress."""
