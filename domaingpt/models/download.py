"""One file of the hub → a file on disk whose hash was checked; a broken connection is taken up again.

huggingface_hub 2 no longer continues a partial file of an earlier process [1], and a GGUF of some GB
over a slow line needs that. So the bytes are streamed here, through huggingface_hub's HTTP session.

[1] https://github.com/huggingface/huggingface_hub/pull/4228
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domaingpt.durable import READ_SIZE_BYTES, fsync_dir, fsync_file, sha256_file
from domaingpt.errors import ModelError
from domaingpt.locations import models_dir
from domaingpt.models.connection import Hub

# Called with: file, bytes so far, bytes in all.
Progress = Callable[[str, int, int], None]

MAX_IDLE_ATTEMPTS = 5  # in a row that brought no byte; the number in huggingface_hub's http_get
RETRY_AFTER_S = 1.0  # likewise
SPARE_BYTES = 200_000_000  # left free on the disk after a download. Guess, unmeasured.


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the hub's metadata describes it.

    Attributes:
        sha256: 64 hexadecimal digits for large files (LFS, Xet), else None.
        git_sha1: 40 hexadecimal digits: the git blob's name, which is all the hub gives for small files.
    """

    file: str
    size_bytes: int
    sha256: str | None
    git_sha1: str | None

    @property
    def key(self) -> str:
        """The hash that names the content."""
        return self.sha256 or self.git_sha1 or ""


def incoming_dir() -> Path:
    """Return where partial downloads are kept between two calls."""
    return models_dir() / ".incoming"


def download(hub: Hub, url: str, remote: RemoteFile, target: Path, progress: Progress) -> str:
    """Bring one file into place, resuming what an earlier call left behind.

    Returns:
        The SHA-256 of the file, which lies at `target` when this returns and was not touched before.

    Raises:
        ModelError: If the content is not what the hub's metadata promised, or the disk is too small.
    """
    part = incoming_dir() / f"{remote.key}.part"
    part.touch(mode=0o600)
    _check_space(part, remote)
    idle = 0
    while (done := part.stat().st_size) != remote.size_bytes:
        try:
            _stream(hub, url, remote, part, progress)
        except hub.transport_errors as exc:
            if getattr(exc, "response", None) is not None:  # The hub said no; asking again will not help.
                raise
            idle = 0 if part.stat().st_size > done else idle + 1
            if idle >= MAX_IDLE_ATTEMPTS:
                raise
            time.sleep(RETRY_AFTER_S)
        else:
            idle = 0 if part.stat().st_size > done else idle + 1
            if idle >= MAX_IDLE_ATTEMPTS:
                raise ModelError(f"{url} gives {done} of {remote.size_bytes} bytes.", "Try again later.")
    sha256 = _checked_hash(part, remote)
    fsync_file(part)
    target.parent.mkdir(parents=True, exist_ok=True)
    part.replace(target)
    fsync_dir(target.parent)
    progress(remote.file, remote.size_bytes, remote.size_bytes)
    return sha256


def matches(path: Path, remote: RemoteFile) -> bool:
    """Tell whether the file on disk has the size and the hash that the hub gives."""
    if not path.is_file() or path.stat().st_size != remote.size_bytes:
        return False
    return sha256_file(path) == remote.sha256 if remote.sha256 else _git_sha1(path) == remote.git_sha1


def _stream(hub: Hub, url: str, remote: RemoteFile, part: Path, progress: Progress) -> None:
    """Append what one request brings; a server that ignores the range makes it start from zero."""
    done = part.stat().st_size
    if done > remote.size_bytes:
        part.write_bytes(b"")
        done = 0
    # Without "identity" a server may compress, and then sizes and ranges mean something else.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    with hub.get(url, headers) as response:
        resumed = response.status_code == 206 and _range_start(response) == done
        done = done if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            # As it comes: what a chunk of a fixed size still waited for would be lost with the connection.
            for block in response.iter_bytes():
                done += len(block)
                if done > remote.size_bytes:
                    file.truncate(0)
                    raise ModelError(
                        f"{url} sends more than the {remote.size_bytes} bytes the hub announced.",
                        "Try again later.",
                    )
                file.write(block)
                progress(remote.file, done, remote.size_bytes)


def _range_start(response: Any) -> int:
    """Return the first byte of a partial response, or -1."""
    start = str(response.headers.get("Content-Range", "")).removeprefix("bytes ").split("-")[0]
    return int(start) if start.isdecimal() else -1


def _check_space(part: Path, remote: RemoteFile) -> None:
    needed = remote.size_bytes - part.stat().st_size
    free = shutil.disk_usage(part.parent).free
    if free < needed + SPARE_BYTES:
        raise ModelError(
            f"{remote.file} needs {needed / 1e6:.0f} MB in {models_dir()}, which has {free / 1e6:.0f} MB.",
            "Make room, or set DOMAINGPT_MODELS_DIR to a folder on another disk.",
        )


def _checked_hash(part: Path, remote: RemoteFile) -> str:
    """Return the SHA-256, or delete the file and raise if a promised hash is not met."""
    sha256 = sha256_file(part)
    actual, expected = (sha256, remote.sha256) if remote.sha256 else (_git_sha1(part), remote.git_sha1)
    if actual != expected:
        part.unlink()
        raise ModelError(
            f"{remote.file} arrived with the hash {actual}, but the hub promised {expected}. It was deleted.",
            "Try again; if it happens again, something between you and the hub changes files.",
        )
    return sha256


def _git_sha1(path: Path) -> str:
    """Return git's name for the content; the hub gives nothing stronger for small files."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(READ_SIZE_BYTES):
            digest.update(block)
    return digest.hexdigest()
