"""One reader process seen from its parent: started when needed, killed when it hangs, replaced on death."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domaingpt.documents import ocr
from domaingpt.documents.formats import FORMATS
from domaingpt.documents.workers.frames import FrameReader, FrameTooLong, NoProgress, send
from domaingpt.documents.workers.reasons import out_of_memory

# A process whose peak passed this share of its limit is replaced: what one file left behind must not
# make the next one fail.
RECYCLE_SHARE = 0.5
# Files inside one file that may each cost a reader process before the outer file is given up. Guess, unmeasured.
MAX_LOST_PARTS = 8
OnPart = Callable[[str, dict[str, Any]], None]
# About twice what the 2,000 pages that are recognised at most take (benchmarks/results/ocr.json). A reader that
# hangs on one of them is found by its silence all the same.
OCR_TIMEOUT_S = 20_000.0
STEP_NAMES = {".pdf": "page"}


class ReaderProcess:
    """Reads one file at a time in a child process.

    Args:
        stall_timeout_s: Longest time it may have between two signs of life; waiting for a processor does not count.
        file_timeout_s: Longest time on one file.
        memory_limit_bytes: Address space of the child.
    """

    def __init__(self, stall_timeout_s: float, file_timeout_s: float, memory_limit_bytes: int) -> None:
        self._stall_timeout_s = stall_timeout_s
        self._file_timeout_s = file_timeout_s
        self._memory_limit_bytes = memory_limit_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._frames: FrameReader | None = None
        self._lock = threading.Lock()
        self._n_read = 0
        self._peak_bytes = 0

    @property
    def pid(self) -> int | None:
        """Id of the running child, if there is one."""
        return self._child.pid if self._child else None

    def read(self, file: Path, path: str, *, suffix: str = "", on_part: OnPart = lambda *_: None) -> dict[str, Any]:
        """Return the worker's answer: {"sha256", "document", "error"}; it never raises for a bad file.

        Args:
            file: Where it is.
            path: Relative to the documents folder.
            suffix: Selects the reader, where the path has none.
            on_part: Hears the content key and the document of every file inside the file.
        """
        job: dict[str, Any] = {"file": os.fspath(file), "path": path, "suffix": suffix, "lost": {}}
        answer = self._read_once(job, on_part)
        if answer.get("retry") and self._n_read:
            # The child may have died of what earlier files left behind; a fresh one decides.
            self.kill()
            answer = self._read_once(job, on_part)
        while answer["error"] and answer.get("in_part") is not None and len(job["lost"]) < MAX_LOST_PARTS:
            # A file inside the file was too much for the child: the others are read without it.
            job["lost"][answer["in_part"]] = answer["error"]
            self.kill()
            answer = self._read_once(job, on_part)
        if answer.get("retry") or self._peak_bytes > RECYCLE_SHARE * self._memory_limit_bytes:
            self.kill()
        return answer

    def kill(self) -> None:
        """End the child, if there is one, and wait until it is gone."""
        with self._lock:
            child, self._child, self._frames = self._child, None, None
            self._n_read = self._peak_bytes = 0
        if child is None:
            return
        with contextlib.suppress(OSError):
            child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read_once(self, job: dict[str, Any], on_part: OnPart) -> dict[str, Any]:
        child, frames = self._started()
        allowed_s = self._file_timeout_s + _time_for_ocr(job["path"])
        deadline = time.monotonic() + allowed_s
        steps = 0
        in_part: int | None = None
        assert child.stdin is not None
        try:
            send(child.stdin.fileno(), job)
            while True:
                left = deadline - time.monotonic()
                answer = frames.receive(min(self._stall_timeout_s, left))
                match answer:
                    case None:
                        return self._died(child) | {"in_part": in_part}
                    case {"progress": n_steps}:
                        steps = n_steps
                    case {"begins": position}:
                        in_part = position
                    case {"part": document, "key": key}:
                        on_part(key, document)
                    case _:
                        return self._finished(answer)
                if time.monotonic() > deadline:
                    return self._hung(job["path"], steps, allowed_s)
        except NoProgress:
            if time.monotonic() > deadline:
                return self._hung(job["path"], steps, allowed_s)
            return self._hung(job["path"], steps, None) | {"in_part": in_part}
        except FrameTooLong:
            self.kill()
            return _failed("the text is too large") | {"in_part": in_part}
        except (OSError, ValueError):
            return self._died(child) | {"in_part": in_part}

    def _finished(self, answer: dict[str, Any]) -> dict[str, Any]:
        self._n_read += 1
        self._peak_bytes = answer["peak_bytes"]
        if answer["error"] == out_of_memory(self._memory_limit_bytes):
            self._n_read -= 1
            answer["retry"] = True
        return answer

    def _hung(self, path: str, steps: int, out_of_time_s: float | None) -> dict[str, Any]:
        self.kill()
        where = f"{STEP_NAMES.get(Path(path).suffix.lower(), 'step')} {steps}" if steps else "start"
        if out_of_time_s is not None:
            return _failed(f"not done after {out_of_time_s:g} s ({where})")
        return _failed(f"no progress for {self._stall_timeout_s:g} s ({where})")

    def _died(self, child: subprocess.Popen[bytes]) -> dict[str, Any]:
        """Say why the child is gone."""
        with contextlib.suppress(OSError):
            child.kill()
        code = child.wait()
        if code >= 0:
            return _failed(f"reader ended unexpectedly (exit code {code})", retry=True)
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return _failed(f"reader crashed ({name}): the file is damaged, or needs more memory", retry=True)

    def _started(self) -> tuple[subprocess.Popen[bytes], FrameReader]:
        with self._lock:
            if self._child is not None and self._frames is not None and self._child.poll() is None:
                return self._child, self._frames
        self.kill()
        with self._lock:
            self._child = _start(self._memory_limit_bytes)
            assert self._child.stdout is not None
            self._frames = FrameReader(self._child.stdout.fileno(), self._child.pid)
            return self._child, self._frames


def _start(memory_limit_bytes: int) -> subprocess.Popen[bytes]:
    package_root = os.fspath(Path(__file__).parents[3])
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([package_root, *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONUTF8": "1",
    }
    # -P: a module in the current folder, which may be the user's documents, must not shadow a library.
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            "-m",
            "domaingpt.documents.workers.worker",
            json.dumps({"memory_limit_bytes": memory_limit_bytes}),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        env=environment,
    )


def _time_for_ocr(path: str) -> float:
    """Return the seconds that a file may take longer because its pages may have to be recognised."""
    kind = FORMATS.get(Path(path).suffix.lower())
    return OCR_TIMEOUT_S if kind and kind.uses_ocr and ocr.available() else 0.0


def _failed(reason: str, *, retry: bool = False) -> dict[str, Any]:
    return {"sha256": None, "document": None, "error": reason, "retry": retry}
