"""The reader process: `python -m domaingpt.documents.workers.worker`, one job after another until stdin ends.

In: {"file", "path", "suffix", "lost"}. Out: any number of {"progress": n}, of {"begins": k} and {"key", "part"} for
files inside the file, then {"sha256", "document", "error", "peak_bytes"} with either `document` or `error` null.
Frames are those of `frames`; nothing else reaches the pipe, since stdout is handed to stderr before any parser
is loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from domaingpt.documents.attachments import read_parts
from domaingpt.documents.opening import read_file
from domaingpt.documents.reading import read_document
from domaingpt.documents.workers.frames import FrameReader, send
from domaingpt.documents.workers.reasons import out_of_memory, reason_for
from domaingpt.documents.workers.sandbox import MEMORY_LIMIT_BYTES, exit_when_orphaned, lock_down
from domaingpt.documents.workers.wire import document_to_values
from domaingpt.types import Document


def main() -> int:
    """Serve jobs until stdin ends."""
    options = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    memory_limit = options.get("memory_limit_bytes", MEMORY_LIMIT_BYTES)
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # The parent decides when to stop.
    jobs, results = _private_pipes()
    lock_down(memory_limit)
    exit_when_orphaned(os.getppid())
    reader = FrameReader(jobs)
    while (job := reader.receive()) is not None:
        try:
            send(results, _answer(job, results, memory_limit))
        except BrokenPipeError:
            return 1
    return 0


def _private_pipes() -> tuple[int, int]:
    """Move stdin and stdout to descriptors of our own, and give libraries harmless ones."""
    jobs, results = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return jobs, results


def _answer(job: dict[str, Any], results: int, memory_limit: int) -> dict[str, Any]:
    """Return the job's result; whatever a parser raises is a reason, never the end of the process."""
    answer: dict[str, Any] = {"sha256": None, "document": None, "error": None}
    steps = 0

    def progress() -> None:
        nonlocal steps
        steps += 1
        send(results, {"progress": steps})

    try:
        data = read_file(Path(job["file"]), job["path"])
        answer["sha256"] = hashlib.sha256(data).hexdigest()
        answer["document"] = document_to_values(_with_parts(data, job, results, progress))
    except MemoryError:
        answer["error"] = out_of_memory(memory_limit)
    except Exception as exc:  # noqa: BLE001 - the one place where a document's failure is turned into a result.
        answer["error"] = reason_for(exc)
    answer["peak_bytes"] = _peak_bytes()
    return answer


def _with_parts(data: bytes, job: dict[str, Any], results: int, progress: Callable[[], None]) -> Document:
    """Return the file's document; send those of the files inside it as they are read, so that none is kept here."""
    document = read_document(data, job["path"], progress, suffix=job["suffix"])
    parts = []
    for read in read_parts(
        data,
        job["path"],
        progress,
        suffix=job["suffix"],
        begin=lambda position: send(results, {"begins": position}),
        lost={int(position): reason for position, reason in job["lost"].items()},
    ):
        parts.append(read.part)
        if read.document is not None:
            send(results, {"key": read.part.content_key, "part": document_to_values(read.document)})
    return replace(document, parts=tuple(parts))


def _peak_bytes() -> int:
    """Return the most memory this process ever had resident.

    On Linux from the kernel's account of this program alone: the one of `getrusage` begins with what the
    parent had when it started this one, and a large parent would look like a reader gone wild.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts in bytes, others in KiB


if __name__ == "__main__":
    sys.exit(main())
