"""What a reader process may not do: no network, no programs, no files written, bounded memory.

A parser that is taken over by a hostile file finds neither a way out nor much to break. The audit hook
binds Python code; limits and the network namespace bind native code too, where the system grants them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
import time

MEMORY_LIMIT_BYTES = 1 << 30
CLONE_NEWUSER = 0x10000000  # linux/sched.h
CLONE_NEWNET = 0x40000000
REFUSED_EVENTS = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod",
    "os.chown", "shutil.", "pty.", "ftplib.", "smtplib.", "urllib.", "http.client", "webbrowser.",
)  # fmt: skip
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
ORPHAN_CHECK_S = 2.0


class Refused(RuntimeError):
    """A reader tried something that reading a file never needs."""


def lock_down(memory_limit_bytes: int = MEMORY_LIMIT_BYTES) -> None:
    """Restrict this process for good. Call once, before any file is opened and any thread started."""
    sys.dont_write_bytecode = True
    # openpyxl would import numpy, whose threads reserve more address space than the limit allows.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    _leave_network()
    _limit_resources(memory_limit_bytes)
    sys.addaudithook(_refuse)


def exit_when_orphaned(parent: int) -> None:
    """Start a thread that ends this process when its parent is gone, even in the middle of a file."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN_CHECK_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(REFUSED_EVENTS):
        raise Refused(f"a reader called {event}")
    if event == "open":
        _, mode, flags = arguments[:3]
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        if writes or (isinstance(flags, int) and flags & WRITE_FLAGS):
            raise Refused(f"a reader opened {arguments[0]!r} for writing")


def _limit_resources(memory_limit_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits.
        return
    limits = {
        resource.RLIMIT_AS: memory_limit_bytes,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        # macOS refuses RLIMIT_AS; a lower hard limit may already stand.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _leave_network() -> None:
    """Enter an empty network namespace, where Linux lets this user do so."""
    if sys.platform != "linux":
        return
    # As root a new user namespace would take away the right to read other users' files.
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).unshare(flags)
