"""A model file is hashed once, not at every start: 98 MB take 62 ms, as long as all else that a start does."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from domaingpt import durable, locations
from domaingpt.models.lockfile import check_sha256

VERIFIED = "verified-models.json"


def check_sha256_once(path: Path, sha256: str) -> None:
    """Hash a file and compare, unless it passed before and neither its size nor its times changed since.

    `domaingpt models verify` always hashes.

    Raises:
        ModelLoadFailed: If the SHA-256 differs or the file cannot be read.
    """
    try:
        stat = path.stat()
    except OSError:
        return check_sha256(path, sha256)
    seen = [str(path.resolve()), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, sha256]
    file = locations.cache_dir() / VERIFIED
    try:
        known = list(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        known = []
    if seen in known:
        return None
    check_sha256(path, sha256)
    others = [entry for entry in known if isinstance(entry, list) and entry[:1] != seen[:1]]
    with contextlib.suppress(OSError):  # a folder that cannot be written costs the 62 ms again, nothing else
        durable.write_atomic(durable.make_private_dir(file.parent) / VERIFIED, json.dumps([*others, seen]).encode())
    return None
