"""How long a process has had to give a sign of life: not the wall clock, which runs on while others compute."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

# On a machine so busy that a reader gets no processor, it is given up after so many times its patience.
MAX_DELAY = 6
NANOSECOND = 1e-9


class Patience:
    """Counts the time since a process was last heard of, without the time it spent in the queue for a processor.

    Linux tells how long a process was ready to run and did not; elsewhere the wall clock counts.

    Args:
        pid: The process; None counts the wall clock.
    """

    def __init__(self, pid: int | None) -> None:
        self._schedule = Path(f"/proc/{pid}/schedstat") if pid is not None else None
        self._waited = 0.0
        self.heard()

    def heard(self) -> None:
        """Begin anew."""
        self._started = time.monotonic()
        self._waited_before = self._waited_s()

    def spent_s(self) -> float:
        """Return how many seconds the process has had since it was heard of."""
        elapsed = time.monotonic() - self._started
        return max(elapsed - (self._waited_s() - self._waited_before), elapsed / MAX_DELAY)

    def _waited_s(self) -> float:
        """Return how many seconds the process's first thread has ever waited for a processor."""
        if self._schedule is not None:
            # Time on the processor, time waiting for one, both in nanoseconds, and the number of turns:
            # https://docs.kernel.org/scheduler/sched-stats.html
            with contextlib.suppress(OSError, ValueError, IndexError):  # the process is gone: it waits no more
                self._waited = int(self._schedule.read_text(encoding="ascii").split()[1]) * NANOSECOND
        return self._waited
