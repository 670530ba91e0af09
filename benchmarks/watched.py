"""What each file costs its reader: seconds, the longest silence, and the most memory of the process that read it."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest import mock

from domaingpt.documents.workers import frames, pool, process
from domaingpt.documents.workers.patience import Patience

SAMPLE_S = 0.02


@dataclass
class Reading:
    """What one file cost.

    Attributes:
        seconds: From the job to the answer, a restarted reader included.
        silent_s: The longest time that its reader had between two signs of life, waiting for a processor left out.
        peak_bytes: The most memory that its reader had resident meanwhile; 0 if it was read in this process.
        answer: What the reader said; empty for files read in this process.
    """

    seconds: float = 0.0
    silent_s: float = 0.0
    peak_bytes: int = 0
    answer: dict[str, Any] | None = None


class Watch:
    """Watches every reader process that is used while it is open, and the memory of this process.

    Attributes:
        readings: By the path of the file, as the reader was given it.
        own_peak_bytes: The most memory that this process had resident.
    """

    def __init__(self) -> None:
        self.readings: dict[str, Reading] = {}
        self.own_start_bytes = self.own_peak_bytes = resident_bytes("self")
        self._now = threading.local()
        self._active: dict[process.ReaderProcess, Reading] = {}
        self._done = threading.Event()
        self._patches = contextlib.ExitStack()

    def __enter__(self) -> Self:
        now, read, read_here, watch = self._now, process.ReaderProcess.read, pool._read_here, self

        class WatchedFrames(frames.FrameReader):
            def __init__(self, fd: int, writer: int | None = None) -> None:
                super().__init__(fd, writer)
                self._silence = Patience(writer)

            def receive(self, *args: Any, **options: Any) -> Any:
                self._silence.heard()
                try:
                    return super().receive(*args, **options)
                finally:
                    if reading := getattr(now, "reading", None):
                        reading.silent_s = max(reading.silent_s, self._silence.spent_s())

        def watched_read(reader: process.ReaderProcess, file: Path, path: str, **options: Any) -> Any:
            now.reading = reading = watch.readings.setdefault(path, Reading())
            started = time.perf_counter()
            if reader.pid:
                with contextlib.suppress(OSError):
                    Path(f"/proc/{reader.pid}/clear_refs").write_text("5", encoding="ascii")  # forget the peak before
            watch._active[reader] = reading
            try:
                reading.answer = read(reader, file, path, **options)
            finally:
                reading.seconds = time.perf_counter() - started
                watch._active.pop(reader)
                now.reading = None
            return reading.answer

        def watched_here(job: pool.ReadJob) -> Any:
            started = time.perf_counter()
            result = read_here(job)
            seconds = time.perf_counter() - started
            watch.readings[job.path] = Reading(seconds, seconds)
            return result

        self._patches.enter_context(mock.patch.object(process, "FrameReader", WatchedFrames))
        self._patches.enter_context(mock.patch.object(process.ReaderProcess, "read", watched_read))
        self._patches.enter_context(mock.patch.object(pool, "_read_here", watched_here))
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._sampler.join()
        self._patches.close()

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_S):
            self.own_peak_bytes = max(self.own_peak_bytes, resident_bytes("self"))
            for reader, reading in list(self._active.items()):
                if pid := reader.pid:
                    reading.peak_bytes = max(reading.peak_bytes, resident_bytes(pid, "VmHWM"))


def resident_bytes(pid: int | str, what: str = "VmRSS") -> int:
    """Return the memory that a process has resident now, or had at most ("VmHWM"); 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        return int(status.partition(f"{what}:")[2].split()[0]) * 1024
    except (OSError, ValueError, IndexError):
        return 0
