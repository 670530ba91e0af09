"""A process is given the time it was promised, however busy the machine."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from domaingpt.documents.workers import patience
from domaingpt.documents.workers.patience import Patience


def test_time_in_the_queue_for_a_processor_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """7 of 8 seconds waited for: one was spent; then another, running."""
    schedule = tmp_path / "schedstat"
    clock = iter([100.0, 108.0, 109.0])
    schedule.write_text("5000000000 3000000000 7\n")
    monkeypatch.setattr(patience.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(patience, "Path", lambda _: schedule)
    waiting = Patience(1)
    schedule.write_text("6000000000 10000000000 9\n")
    assert waiting.spent_s() == pytest.approx(8 / 6)  # not less than a sixth of the clock
    assert waiting.spent_s() == pytest.approx(2.0)


def test_without_an_account_the_clock_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """On other systems than Linux, and for a process that is gone."""
    clock = iter([5.0, 8.0])
    monkeypatch.setattr(patience.time, "monotonic", lambda: next(clock))
    assert Patience(None).spent_s() == 3.0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_sleeping_process_spends_its_time() -> None:
    """It waits for something else than a processor."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    try:
        waiting = Patience(child.pid)
        time.sleep(0.5)
        assert 0.1 < waiting.spent_s() <= 0.6
    finally:
        child.kill()
        child.wait()
