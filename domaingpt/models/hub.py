"""Pulling a model from the Hugging Face hub: the only code of domaingpt that goes online by itself.

A name → verified files in the models folder and a pin in `models.lock`. Trust is on first use: the first
pull records commit, size and SHA-256; every later one asks for that commit and refuses another hash.
Generators are one *.gguf file; embedders are *.safetensors, *.json and *.txt. Nothing else is fetched.
"""

from __future__ import annotations

import os
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
from domaingpt.models.download import Connection, Progress, RemoteFile, download, matches
from domaingpt.models.embedders import (
    WEIGHTS,
    EmbedderSpec,
    check_embedder_folder,
    find_embedder,
    pulled_embedder,
)
from domaingpt.models.generators import (
    GeneratorSpec,
    chat_family_of,
    find_generator,
    pulled_generator,
    split_family,
)
from domaingpt.models.gguf import read_header
from domaingpt.models.lockfile import (
    ModelKind,
    Pin,
    PinnedFile,
    check_size,
    checked_file,
    lock_path,
    read_pins,
    repo_folder,
    write_pin,
)
from domaingpt.models.registry import BUNDLED_EMBEDDER, BUNDLED_GENERATOR, known_embedder, known_generator

if TYPE_CHECKING:
    from huggingface_hub import ModelInfo

HUB_URL = "https://huggingface.co"
# What belongs to a sentence-transformers model: files at the top, and in the numbered folders of its modules.
EMBEDDER_FILES = re.compile(r"(\d{1,2}_[A-Za-z]+/)?(model\.safetensors|[A-Za-z0-9_]+\.(json|txt))")
MAX_SMALL_FILE_BYTES = 64_000_000  # the largest tokenizer.json are about 33 MB (Gemma)


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


@dataclass(frozen=True, slots=True)
class Hub:
    """An open way to the hub, valid inside `online`."""

    endpoint: str
    connection: Connection

    def info(self, repo: str, revision: str | None) -> ModelInfo:
        """Return a repository's commit, card and files with sizes and hashes."""
        from huggingface_hub import HfApi

        return HfApi(endpoint=self.endpoint).model_info(
            repo, revision=revision or "main", files_metadata=True, timeout=self.connection.timeout_s
        )

    def url(self, repo: str, commit: str, file: str) -> str:
        """Return where the bytes of one file at one commit are."""
        from huggingface_hub import hf_hub_url

        return hf_hub_url(repo, file, revision=commit, endpoint=self.endpoint)


def pull(name: str, *, progress: Progress | None = None) -> GeneratorSpec | EmbedderSpec:
    """Fetch a model, verify it, pin it, and return it. An interrupted pull continues where it stopped.

    Args:
        name: A known name; "owner/repo:file.gguf", with "#FAMILY" behind it if its chat family cannot
            be told from the file; or "owner/repo" of a sentence-transformers model.
        progress: Called with (file, bytes so far, bytes in all).

    Raises:
        ModelNotFound: If the hub has no such model.
        ModelLoadFailed: If what came is not a proper model.
        ModelError: If the hub cannot be reached, a hash differs, or the model changed since its first pull.
    """
    if name.lower() == BUNDLED_GENERATOR.lower() and (generator := find_generator(BUNDLED_GENERATOR)):
        return generator
    if name in (BUNDLED_EMBEDDER, f"sentence-transformers/{BUNDLED_EMBEDDER}"):
        return find_embedder(name)
    wanted = _wanted(name)
    with _only_pull(), online() as hub:
        pinned = read_pins().get(wanted.name)
        info = hub.info(wanted.repo, pinned.revision if pinned else None)
        remotes = _chosen(info, wanted)
        _refuse_changed(pinned, wanted.name, remotes)
        files = {
            remote.file: _fetched(hub, wanted.repo, _commit(info), remote, progress or _silent)
            for remote in remotes
        }
        _refuse_changed_content(pinned, files)
        pin = _checked_pin(wanted, pinned, info, files)
        write_pin(pin)
    return pulled_generator(pin) if pin.kind == "generator" else pulled_embedder(pin)


@contextmanager
def online() -> Iterator[Hub]:
    """Lift huggingface_hub's offline switch for this block only, and translate its errors.

    The environment stays as it is, so a child process started meanwhile stays offline too.
    """
    from huggingface_hub import constants, get_session
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

    endpoint = (os.environ.get("HF_ENDPOINT") or HUB_URL).rstrip("/")
    # HfHubHTTPError derives from its HTTP library's root error: httpx in version 1, httpx2 in version 2.
    transport_errors = tuple(base for base in HfHubHTTPError.__bases__ if base is not OSError)
    was_offline = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = False
    try:
        yield Hub(
            endpoint,
            Connection(
                get_session(),
                build_hf_headers(library_name="domaingpt"),
                float(constants.HF_HUB_DOWNLOAD_TIMEOUT),
                transport_errors,
                hf_raise_for_status,
            ),
        )
    except GatedRepoError as exc:
        raise ModelError(
            "The authors of this model ask you to accept their terms first.",
            f"Accept them on its page at {endpoint}, set HF_TOKEN to your access token, and pull again.",
        ) from exc
    except (RepositoryNotFoundError, RevisionNotFoundError) as exc:
        raise ModelNotFound(f"{endpoint} has no such model: {_first_line(exc)}") from exc
    except (*transport_errors, OSError) as exc:
        raise ModelError(
            f"The download from {endpoint} failed: {_first_line(exc)}",
            "Check the connection and run the same command again; it continues where it stopped.",
        ) from exc
    finally:
        constants.HF_HUB_OFFLINE = was_offline


@contextmanager
def _only_pull() -> Iterator[None]:
    """Keep two pulls from writing the same files."""
    from filelock import FileLock, Timeout

    make_private_dir(models_dir() / ".incoming")
    try:
        with FileLock(models_dir() / ".pull.lock", timeout=0):
            yield
    except Timeout as exc:
        raise ModelError(
            "Another pull is running.", "Wait for it to finish, then run the command again."
        ) from exc


def _wanted(name: str) -> Wanted:
    """Return what a name asks for."""
    plain, family = split_family(name)
    if known := known_generator(plain):
        return Wanted(
            known.name, "generator", known.repo, known.file, family or known.chat_family, known.licence
        )
    if embedder := known_embedder(plain):
        return Wanted(
            embedder.name, "embedder", embedder.repo, licence=embedder.licence, languages=embedder.languages
        )
    repo, _, file = plain.partition(":")
    if "/" not in repo:
        raise ModelNotFound(
            f"{name!r} is not a known model.", "Run: domaingpt models list; or write OWNER/REPO:FILE.gguf"
        )
    repo_folder(repo)
    if not file:
        return Wanted(repo, "embedder", repo)
    if not checked_file(file).lower().endswith(".gguf"):
        raise ModelError(
            f"{file!r} is not a GGUF file.", "Language models are pulled as OWNER/REPO:FILE.gguf"
        )
    return Wanted(plain, "generator", repo, file, family)


def _chosen(info: ModelInfo, wanted: Wanted) -> list[RemoteFile]:
    """Return the files to fetch, none of which can hold code."""
    remotes = [
        RemoteFile(entry.rfilename, entry.size or 0, entry.lfs.sha256 if entry.lfs else None, entry.blob_id)
        for entry in info.siblings or []
    ]
    if wanted.kind == "generator":
        chosen = [remote for remote in remotes if remote.file == wanted.file]
        ggufs = [remote.file for remote in remotes if remote.file.lower().endswith(".gguf")]
        if not chosen:
            raise ModelNotFound(f"{wanted.repo} has no file {wanted.file!r}.", _offer(wanted.repo, ggufs))
    else:
        chosen = [remote for remote in remotes if EMBEDDER_FILES.fullmatch(remote.file)]
        if not {"modules.json", WEIGHTS} <= {remote.file for remote in chosen}:
            ggufs = [remote.file for remote in remotes if remote.file.lower().endswith(".gguf")]
            raise ModelNotFound(
                f"{wanted.repo} is not a sentence-transformers model with safetensors weights.",
                _offer(wanted.repo, ggufs),
            )
    for remote in chosen:
        is_weights = remote.file.endswith((".gguf", ".safetensors"))
        if (is_weights and not remote.sha256) or not remote.key:
            raise ModelError(
                f"The hub gives no hash for {remote.file} of {wanted.repo}.", "It is not fetched."
            )
        if not is_weights and remote.size_bytes > MAX_SMALL_FILE_BYTES:
            raise ModelError(
                f"{remote.file} of {wanted.repo} has {remote.size_bytes} bytes; it is not fetched."
            )
    return chosen


def _fetched(hub: Hub, repo: str, commit: str, remote: RemoteFile, progress: Progress) -> PinnedFile:
    """Bring one file into place unless it lies there already, and return what is to be pinned."""
    target = repo_folder(repo) / checked_file(remote.file)
    if matches(target, remote):
        progress(remote.file, remote.size_bytes, remote.size_bytes)
        return PinnedFile(remote.size_bytes, remote.sha256 or sha256_file(target))
    url = hub.url(repo, commit, remote.file)
    incoming = models_dir() / ".incoming"
    sha256 = download(hub.connection, url, remote, target, incoming=incoming, progress=progress)
    return PinnedFile(remote.size_bytes, sha256)


def _refuse_changed(pinned: Pin | None, name: str, remotes: list[RemoteFile]) -> None:
    """Raise before a byte is fetched if the hub announces another content than was pinned."""
    for remote in remotes if pinned else []:
        assert pinned is not None
        expected = pinned.files.get(remote.file)
        same = expected and expected.size_bytes == remote.size_bytes
        if not same or (remote.sha256 and expected and remote.sha256 != expected.sha256):
            raise _changed(name, remote.file)


def _refuse_changed_content(pinned: Pin | None, files: dict[str, PinnedFile]) -> None:
    """Raise if a small file, for which the hub announces no SHA-256, came with another content."""
    if pinned and pinned.files != files:
        changed = sorted(set(files.items()) ^ set(pinned.files.items()), key=lambda item: item[0])
        raise _changed(pinned.name, changed[0][0])


def _changed(name: str, file: str) -> ModelError:
    return ModelError(
        f"{file} of {name} on the hub is not the file that was pinned at the first pull.",
        f"If you trust the change, delete the entry {name!r} in {lock_path()} and pull again.",
    )


def _checked_pin(wanted: Wanted, pinned: Pin | None, info: ModelInfo, files: dict[str, PinnedFile]) -> Pin:
    """Return the pin of what was fetched, once it has proved to be a proper model."""
    folder = repo_folder(wanted.repo)
    family, languages, licence = wanted.chat_family, wanted.languages, wanted.licence
    if wanted.kind == "generator":
        path = folder / wanted.file
        check_size(path, files[wanted.file])
        header = read_header(path)
        family = family or (pinned.chat_family if pinned else "") or chat_family_of(header, Path(wanted.name))
    else:
        check_embedder_folder(folder)
    return Pin(
        name=wanted.name,
        kind=wanted.kind,
        repo=wanted.repo,
        revision=_commit(info),
        files=files,
        pulled_at=pinned.pulled_at if pinned else datetime.now(UTC).isoformat(timespec="seconds"),
        licence=licence or (_card_text(info, "license")[:1] and _card_text(info, "license")[0]) or "unknown",
        chat_family=family,
        languages=languages or tuple(_card_text(info, "language")),
    )


def _card_text(info: ModelInfo, key: str) -> list[str]:
    """Return a model card's value as a list of strings."""
    value = info.card_data.to_dict().get(key) if info.card_data else None
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def _commit(info: ModelInfo) -> str:
    if not info.sha or not re.fullmatch(r"[0-9a-f]{40}", info.sha):
        raise ModelError(f"The hub names no commit for {info.id}.", "Check HF_ENDPOINT.")
    return info.sha


def _offer(repo: str, ggufs: list[str]) -> str:
    if not ggufs:
        return "Run: domaingpt models list"
    return "It has: " + ", ".join(f"{repo}:{file}" for file in ggufs[:8])


def _first_line(exc: Exception) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0]


def _silent(_file: str, _done: int, _total: int) -> None:
    """Show no progress."""
