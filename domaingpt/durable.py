"""Writing files so that they survive a crash; the differences between systems live here.

POSIX: fsync the file, rename, fsync the folder. macOS needs F_FULLFSYNC to reach the disk. Windows
has no fsync of folders; its rename is durable with the volume's journal.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
from pathlib import Path

READ_SIZE_BYTES = 1 << 20


def fsync_file(path: Path) -> None:
    """Flush one file to the disk."""
    fd = os.open(path, os.O_RDWR)
    try:
        _fsync(fd)
    finally:
        os.close(fd)


def fsync_dir(path: Path) -> None:
    """Flush a folder's entries to the disk (nothing to do on Windows)."""
    if os.name == "nt":
        return
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _fsync(fd)
    finally:
        os.close(fd)


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file's content so that a reader, or a crash, sees the old or the new one whole."""
    temporary = path.with_name(path.name + ".tmp")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
        file.flush()
        _fsync(file.fileno())
    temporary.replace(path)
    fsync_dir(path.parent)


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_SIZE_BYTES):
            digest.update(block)
    return digest.hexdigest()


def link_or_copy(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def make_private_dir(path: Path) -> Path:
    """Create a folder, with its parents, that only this user may enter."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(OSError):
        path.chmod(0o700)
    return path


def _fsync(fd: int) -> None:
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)
