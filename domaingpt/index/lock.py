"""One writer a domain: an operating-system lock, and a note beside it that says who holds it.

The lock goes with the process, so a killed writer never leaves one behind. Readers take none.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from domaingpt.errors import DomainBusy

LOCK_FILE = "LOCK"
HOLDER_FILE = "LOCK.holder"


@contextlib.contextmanager
def writer_lock(folder: Path, domain: str) -> Iterator[None]:
    """Hold a domain's index for writing.

    Raises:
        DomainBusy: If another process holds it; the message names that process.
    """
    lock = FileLock(folder / LOCK_FILE, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DomainBusy(f"The index of '{domain}' is being written by {_holder(folder)}.") from None
    holder = folder / HOLDER_FILE
    try:
        holder.touch(mode=0o600)
        holder.write_text(json.dumps({"pid": os.getpid(), "since": time.strftime("%H:%M:%S")}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _holder(folder: Path) -> str:
    try:
        facts = json.loads((folder / HOLDER_FILE).read_text(encoding="utf-8"))
        return f"process {facts['pid']} since {facts['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
