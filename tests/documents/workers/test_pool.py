"""Reader processes: what one bad file may cost, and what it may not."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pdf_files import encrypted, make_pdf, text_stream

from domaingpt.documents import ReaderPool, ReadJob, ReadResult
from domaingpt.documents.workers import pool, process
from domaingpt.documents.workers.process import ReaderProcess

PDF = make_pdf([text_stream("Hello PDF")])


def read_all(root: Path, names: list[str], n_workers: int = 1, **options: float) -> dict[str, ReadResult]:
    with ReaderPool(n_workers, **options) as readers:  # type: ignore[arg-type]
        results = list(readers.read_all(ReadJob(name, root / name) for name in names))
    assert len(results) == len(names)
    return {result.path: result for result in results}


def hog(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Make every worker read PDF files with `body` instead of the PDF reader."""
    program = (
        "import sys, types; module = types.ModuleType('domaingpt.documents.pdf.reader');\n"
        f"def read(data, path, progress):\n    import os, signal, time, socket, subprocess\n    {body}\n"
        "module.read = read; sys.modules['domaingpt.documents.pdf.reader'] = module\n"
        "from domaingpt.documents.workers.worker import main; sys.exit(main())"
    )
    real = subprocess.Popen

    def start(command: list[str], **options: object) -> object:
        return real([sys.executable, "-c", program, command[-1]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(process.subprocess, "Popen", start)


def test_each_file_gives_one_result_and_the_hash_of_its_bytes(tmp_path: Path) -> None:
    """Good and bad together; the sources stay as they were."""
    files = {
        "a.txt": b"plain",
        "b.pdf": PDF,
        "c.pdf": encrypted(PDF, "pw"),
        "d.pdf": PDF[:40],
        "e.pdf": b"\x89PNG\r\n\x1a\n",
        "f.csv": b"a,b,c\n1,2,3\n",
        "g.txt": b"",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    results = read_all(tmp_path, [*files, "gone.pdf", "gone.txt"], n_workers=2)
    assert {path: (result.kind, result.error) for path, result in results.items()} == {
        "a.txt": ("ok", None),
        "b.pdf": ("ok", None),
        "c.pdf": ("failed", "needs a password"),
        "d.pdf": ("failed", "damaged PDF: the end is missing (truncated?)"),
        "e.pdf": ("failed", "content is a PNG image, not PDF"),
        "f.csv": ("ok", None),
        "g.txt": ("skipped", "empty file"),
        "gone.pdf": ("failed", "vanished while being read"),
        "gone.txt": ("failed", "vanished while being read"),
    }
    assert results["b.pdf"].document is not None
    assert results["b.pdf"].document.text == "Hello PDF"
    assert results["b.pdf"].sha256 == hashlib.sha256(PDF).hexdigest()
    assert {name: (tmp_path / name).read_bytes() for name in files} == files


def test_small_text_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of notes needs no parser."""
    (tmp_path / "a.md").write_text("# A")
    monkeypatch.setattr(process, "_start", lambda _: pytest.fail("started a worker"))
    assert read_all(tmp_path, ["a.md"])["a.md"].kind == "ok"


def test_a_hanging_reader_is_killed_and_its_neighbours_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason says how long, and where."""
    hog(monkeypatch, "progress(); progress(); time.sleep(60)")
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "b.csv").write_bytes(b"a,b,c\n1,2,3\n")
    results = read_all(tmp_path, ["a.pdf", "b.csv"], stall_timeout_s=0.7)
    assert results["a.pdf"].error == "no progress for 0.7 s (page 2)"
    assert results["b.csv"].kind == "ok"


def test_endless_progress_is_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader may not go round in circles for ever."""
    hog(monkeypatch, "\n    while True: progress(); time.sleep(0.01)")
    (tmp_path / "a.pdf").write_bytes(PDF)
    error = read_all(tmp_path, ["a.pdf"], file_timeout_s=0.8)["a.pdf"].error
    assert error is not None
    assert error.startswith("not done after 0.8 s (page ")


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not limit address space")
def test_memory_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb fails alone."""
    hog(monkeypatch, "bytearray(2 << 30)")
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "b.csv").write_bytes(b"a,b,c\n1,2,3\n")
    results = read_all(tmp_path, ["a.pdf", "b.csv"])
    assert results["a.pdf"].error == "reader used more than 1 GB of memory"
    assert results["b.csv"].kind == "ok"


def test_a_reader_that_dies_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal is named."""
    hog(monkeypatch, "os.kill(os.getpid(), signal.SIGSEGV)")
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "b.csv").write_bytes(b"a,b,c\n1,2,3\n")
    results = read_all(tmp_path, ["a.pdf", "b.csv"])
    assert results["a.pdf"].error == "reader crashed (SIGSEGV): the file is damaged, or needs more memory"
    assert results["b.csv"].kind == "ok"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("socket.create_connection(('127.0.0.1', 9))", "Refused: a reader called socket."),
        ("subprocess.run(['true'])", "Refused: a reader called subprocess.Popen"),
        ("os.system('true')", "Refused: a reader called os.system"),
        ("os.fork()", "Refused: a reader called os.fork"),
        ("open('/tmp/domaingpt-test', 'w')", "Refused: a reader opened '/tmp/domaingpt-test' for writing"),
        ("raise ValueError('odd\\n' + 'x' * 500)", "ValueError: odd xxx"),
        ("read(data, path, progress)", "nested too deeply"),
        ("print('noise', flush=True); os.write(1, b'noise'); raise KeyError('k')", "KeyError: 'k'"),
    ],
)
def test_a_reader_can_neither_leave_nor_disturb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, reason: str
) -> None:
    """No network, no programs, no files, no noise on the pipe."""
    hog(monkeypatch, body)
    (tmp_path / "a.pdf").write_bytes(PDF)
    error = read_all(tmp_path, ["a.pdf"])["a.pdf"].error
    assert error is not None
    assert error.startswith(reason)
    assert len(error) <= 200


def test_a_link_out_of_the_folder_and_a_pipe_are_not_opened(tmp_path: Path) -> None:
    """Whatever happened since the folder was listed."""
    root = tmp_path / "documents"
    root.mkdir()
    (tmp_path / "key.txt").write_text("secret")
    (root / "out.txt").symlink_to(tmp_path / "key.txt")
    (root / "in.txt").symlink_to("real.txt")
    (root / "real.txt").write_text("fine")
    os.mkfifo(root / "pipe.pdf")
    results = read_all(root, ["out.txt", "in.txt", "pipe.pdf"])
    assert results["out.txt"].error == "link that leads out of the documents folder"
    assert results["in.txt"].kind == "ok"
    assert results["pipe.pdf"].error == "not a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_permission_denied_is_named(tmp_path: Path) -> None:
    """The user can change that."""
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    assert read_all(tmp_path, ["a.txt"])["a.txt"].error == "permission denied"


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    """A sparse file of 300 MB costs nothing."""
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(300 << 20)
    assert read_all(tmp_path, ["a.txt"])["a.txt"].error == "300 MB large; at most 200 MB are read"


def test_leaving_the_loop_early_kills_the_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on Ctrl-C, which reaches the loop as an exception."""
    hog(monkeypatch, "time.sleep(60)")
    (tmp_path / "a.pdf").write_bytes(PDF)
    (tmp_path / "b.txt").write_text("x")
    n_threads = threading.active_count()
    started = time.monotonic()
    with (
        pytest.raises(KeyboardInterrupt, match="stop"),
        ReaderPool(1) as readers,
    ):
        for _ in readers.read_all([ReadJob(name, tmp_path / name) for name in ("a.pdf", "b.txt")]):
            time.sleep(0.2)
            pids = [reader.pid for reader in readers._processes]
            raise KeyboardInterrupt("stop")
    assert time.monotonic() - started < 5
    for pid in pids:
        assert pid is not None
        with pytest.raises(ProcessLookupError, match="No such process"):
            os.kill(pid, 0)
    deadline = time.monotonic() + 2
    while threading.active_count() > n_threads and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() == n_threads


def test_a_large_parent_does_not_make_its_readers_look_large(tmp_path: Path) -> None:
    """A reader's memory is its own: it is reused also when its parent once had a gigabyte."""
    (tmp_path / "a.pdf").write_bytes(PDF)
    script = (
        "import sys; from pathlib import Path; from domaingpt.documents.workers.process import ReaderProcess\n"
        "ballast = bytearray(1 << 30); ballast[::4096] = b'x' * (1 << 18)\n"
        "reader = ReaderProcess(10, 10, 1 << 30); file = Path(sys.argv[1])\n"
        "reader.read(file, 'a.pdf'); first = reader.pid; reader.read(file, 'a.pdf')\n"
        "print(first is not None and reader.pid == first); reader.kill()"
    )
    argv = [sys.executable, "-c", script, str(tmp_path / "a.pdf")]
    assert subprocess.run(argv, check=True, capture_output=True, text=True).stdout == "True\n"


def test_readers_are_reused_and_ignore_the_interrupt_key(tmp_path: Path) -> None:
    """One process serves many files; only its parent ends it."""
    (tmp_path / "a.pdf").write_bytes(PDF)
    reader = ReaderProcess(10, 10, 1 << 30)
    assert reader.read(tmp_path / "a.pdf", "a.pdf")["error"] is None
    first = reader.pid
    assert first is not None
    os.kill(first, signal.SIGINT)
    assert reader.read(tmp_path / "a.pdf", "a.pdf")["error"] is None
    assert reader.pid == first
    os.kill(first, signal.SIGKILL)
    assert reader.read(tmp_path / "a.pdf", "a.pdf")["error"] is None
    assert reader.pid != first
    reader.kill()
    assert reader.pid is None


def test_a_worker_ends_with_its_input(tmp_path: Path) -> None:
    """So that a killed parent leaves nothing behind."""
    environment = {**os.environ, "PYTHONPATH": str(Path(pool.__file__).parents[3])}
    worker = subprocess.run(
        [sys.executable, "-m", "domaingpt.documents.workers.worker"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False, env=environment,
    )  # fmt: skip
    assert worker.returncode == 0
    assert worker.stdout == b""
