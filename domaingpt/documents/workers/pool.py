"""Files → results, in parallel: each file is read by a reused child process that can be killed.

A reader that dies, hangs or eats memory costs its own file, with a reason, and nothing else.
Small plain text is decoded in this process: there is no parser in it that could fail.
"""

from __future__ import annotations

import hashlib
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from domaingpt.documents.formats import FORMATS, suffix_of
from domaingpt.documents.opening import read_file
from domaingpt.documents.reading import read_document
from domaingpt.documents.workers.process import ReaderProcess
from domaingpt.documents.workers.reasons import reason_for
from domaingpt.documents.workers.sandbox import MEMORY_LIMIT_BYTES
from domaingpt.documents.workers.wire import document_from_values
from domaingpt.types import Document

# Of the reader's own time, see `Patience`. The slowest good step measured is 3 s (benchmarks/results/hostile.json).
STALL_TIMEOUT_S = 10.0
# A file that goes on making progress may take this long: 20,000 pages at a tenth of the measured pace.
FILE_TIMEOUT_S = 600.0
# What is read in this process costs it memory: up to 300 bytes for each of a Markdown file that is all marks.
IN_PROCESS_BYTES = 128 << 10
# Results waiting for the consumer; more would only hold documents in memory.
WAITING_RESULTS_PER_WORKER = 2
END_CHECK_S = 0.1
SKIPPED_REASONS = frozenset(["empty file"])

ResultKind = Literal["ok", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class ReadJob:
    """One file to read: its path relative to the documents folder, where it is, and what it is.

    `suffix` selects the reader where the path has none.
    """

    path: str
    file: Path
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What came of one job, or of a file inside the job's file; those come before it.

    Attributes:
        path: The job's.
        sha256: Of exactly the bytes that were read; None if they could not be read whole.
        document: None unless `kind` is "ok".
        error: Reason for the user; None if `kind` is "ok".
        kind: "ok", "skipped" (nothing in it) or "failed".
        seconds: Wall time of reading it.
        part_key: Content key of a file inside the job's; "" if this is the job's own result.
    """

    path: str
    sha256: str | None
    document: Document | None
    error: str | None
    kind: ResultKind
    seconds: float
    part_key: str = ""


class ReaderPool:
    """Reader processes, started when the first job needs one and reused until the pool closes.

    Args:
        n_workers: Processes at most.
        stall_timeout_s: A reader that reports no progress for so long is killed.
        file_timeout_s: A reader is killed after so long on one file, progress or not.
        memory_limit_bytes: Address space of one reader.
    """

    def __init__(
        self,
        n_workers: int,
        stall_timeout_s: float = STALL_TIMEOUT_S,
        *,
        file_timeout_s: float = FILE_TIMEOUT_S,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
    ) -> None:
        self._processes = [
            ReaderProcess(stall_timeout_s, file_timeout_s, memory_limit_bytes) for _ in range(max(1, n_workers))
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill the readers and wait until they are gone."""
        for process in self._processes:
            process.kill()

    def read_all(self, jobs: Iterable[ReadJob]) -> Iterator[ReadResult]:
        """Yield one result per job, in the order in which they are done, each after those of the files inside.

        The readers go on while the caller works on a result. Not to be called again before the
        last iteration ended. No job raises; leaving the loop early kills what is still reading.
        """
        for_workers: deque[ReadJob] = deque()
        small: deque[ReadJob] = deque()
        for job in jobs:
            (small if _is_small_text(job) else for_workers).append(job)
        n_pending = len(for_workers)
        results: queue.Queue[ReadResult] = queue.Queue(WAITING_RESULTS_PER_WORKER * len(self._processes))
        stop = threading.Event()
        # No more readers than jobs; each thread owns one reader.
        readers = [_ReaderThread(process, for_workers, results, stop) for process in self._processes[:n_pending]]
        for reader in readers:
            reader.start()
        try:
            while small:
                yield _read_here(small.popleft())
                while not results.empty():
                    n_pending -= not (result := results.get()).part_key
                    yield result
            while n_pending:
                n_pending -= not (result := results.get()).part_key
                yield result
        finally:
            stop.set()
            for reader in readers:
                reader.end()


class _ReaderThread(threading.Thread):
    """Feeds one reader process from the shared jobs."""

    def __init__(
        self,
        process: ReaderProcess,
        jobs: deque[ReadJob],
        results: queue.Queue[ReadResult],
        stop: threading.Event,
    ) -> None:
        super().__init__(daemon=True)
        self._process, self._jobs, self._results, self._stop_event = process, jobs, results, stop

    def run(self) -> None:
        while not self._stop_event.is_set():
            try:
                job = self._jobs.popleft()
            except IndexError:
                return
            self._put(_read_there(self._process, job, self._put))

    def end(self) -> None:
        """Return when the thread has ended; a file it is still on is given up."""
        while self.is_alive():
            self.join(END_CHECK_S)
            if self.is_alive():
                self._process.kill()

    def _put(self, result: ReadResult) -> None:
        while not self._stop_event.is_set():
            try:
                self._results.put(result, timeout=END_CHECK_S)
            except queue.Full:
                continue
            return


def _is_small_text(job: ReadJob) -> bool:
    kind = FORMATS.get(job.suffix or suffix_of(job.path))
    if kind is None or kind.needs_worker:
        return False
    try:
        return os.stat(job.file).st_size <= IN_PROCESS_BYTES
    except OSError:
        return True  # Opening it gives the reason; that needs no process either.


def _read_here(job: ReadJob) -> ReadResult:
    started = time.perf_counter()
    sha256 = document = error = None
    try:
        data = read_file(job.file, job.path, IN_PROCESS_BYTES)
        sha256 = hashlib.sha256(data).hexdigest()
        document = read_document(data, job.path, suffix=job.suffix)
    except Exception as exc:  # noqa: BLE001 - a document's failure is a result.
        error = reason_for(exc)
    return _result(job, sha256, document, error, started)


def _read_there(process: ReaderProcess, job: ReadJob, put: Callable[[ReadResult], None]) -> ReadResult:
    started = time.perf_counter()
    sha256 = document = error = None

    def put_part(key: str, values: dict[str, Any]) -> None:
        put(ReadResult(job.path, None, document_from_values(values), None, "ok", 0.0, key))

    try:
        answer = process.read(job.file, job.path, suffix=job.suffix, on_part=put_part)
        sha256, error = answer["sha256"], answer["error"]
        if error is None:
            document = document_from_values(answer["document"])
    except Exception as exc:  # noqa: BLE001 - a reader's failure is a result; a lost one would block the run.
        error = reason_for(exc)
    return _result(job, sha256, document, error, started)


def _result(
    job: ReadJob, sha256: str | None, document: Document | None, error: str | None, started: float
) -> ReadResult:
    kind: ResultKind = "failed"
    if error is None:
        kind = "ok"
    elif error in SKIPPED_REASONS:
        kind = "skipped"
    return ReadResult(job.path, sha256, document, error, kind, time.perf_counter() - started)
