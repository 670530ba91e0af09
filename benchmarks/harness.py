"""What the benchmark scripts share: describe the machine, measure a process, write a result."""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]

RESULTS = Path(__file__).parent / "results"
SAMPLE_SECONDS = 0.05


@dataclass(frozen=True)
class Measurement:
    """One finished process with its descendants.

    CPU is what the kernel accounts to the process and the children it waited for, or the sum of what was
    sampled from every process of the tree, whichever is larger: helpers nobody waits for count too.
    Memory is sampled. The tree's is the largest sum of resident sizes at one moment; pages that processes
    share count once for each of them, so it overstates a tool with several processes, never understates it.
    `others_cpu_s` is what the rest of the machine used meanwhile: a run with much of it is not a clean one.
    """

    wall_s: float
    cpu_s: float
    others_cpu_s: float
    peak_rss_bytes: int
    peak_tree_rss_bytes: int
    stdout: str
    stderr: str
    returncode: int


class _Sampler(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.done = threading.Event()
        self.peak_rss = self.peak_tree_rss = 0
        self.cpu: dict[psutil.Process, float] = {}

    def run(self) -> None:
        while True:
            with contextlib.suppress(psutil.Error):
                self.sample([self.root, *self.root.children(recursive=True)])
            if self.done.wait(SAMPLE_SECONDS):
                return

    def sample(self, tree: list[psutil.Process]) -> None:
        total = 0
        for process in tree:
            with contextlib.suppress(psutil.Error):
                rss, cpu = process.memory_info().rss, process.cpu_times()
                total += rss
                self.peak_rss = max(self.peak_rss, rss)
                self.cpu[process] = cpu.user + cpu.system
        self.peak_tree_rss = max(self.peak_tree_rss, total)


def run_measured(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Measurement:
    """Run a command to its end and measure it. A failing command is returned, not raised."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        busy_before = _busy_s()
        start = time.perf_counter()
        process = subprocess.Popen(
            argv, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        sampler = _Sampler(process.pid)
        sampler.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)  # our own child, in a session of its own
            raise
        finally:
            sampler.done.set()
        wall_s = time.perf_counter() - start
        busy_s = _busy_s() - busy_before
        process.returncode = os.waitstatus_to_exitcode(status)
        sampler.join()
        out.seek(0)
        err.seek(0)
        cpu_s = max(usage.ru_utime + usage.ru_stime, sum(sampler.cpu.values()))
        return Measurement(
            wall_s=wall_s,
            cpu_s=cpu_s,
            others_cpu_s=max(0.0, busy_s - cpu_s),
            peak_rss_bytes=sampler.peak_rss,
            peak_tree_rss_bytes=sampler.peak_tree_rss,
            stdout=out.read().decode("utf-8", "replace"),
            stderr=err.read().decode("utf-8", "replace"),
            returncode=process.returncode,
        )


def _busy_s() -> float:
    """Return the CPU seconds that all processes of the machine have used since it started."""
    times = psutil.cpu_times()
    return float(times.user + times.system)


def machine() -> dict[str, Any]:
    """Describe the hardware and the system, without naming the computer."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    return {
        "cpu": cpu,
        "cores_physical": psutil.cpu_count(logical=False),
        "cores_logical": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions(names: Iterable[str], python: Path | str = sys.executable) -> dict[str, str | None]:
    """Return the installed versions of packages as that interpreter sees them; None: not installed."""
    code = (
        "import importlib.metadata as m, json, sys\n"
        "have = {d.name.lower().replace('_', '-'): d.version for d in m.distributions()}\n"
        "print(json.dumps({n: have.get(n.lower().replace('_', '-')) for n in sys.argv[1:]}))"
    )
    done = subprocess.run([str(python), "-c", code, *names], check=True, capture_output=True, text=True)
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def write_result(name: str, result: Mapping[str, Any]) -> Path:
    """Write benchmarks/results/NAME.json with the date, the commit and the machine added."""
    date = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")
    full = {"benchmark": name, "date": date, "commit": _commit(), "machine": machine(), **result}
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(full, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _commit() -> str | None:
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        return subprocess.run(git, check=True, capture_output=True, text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
