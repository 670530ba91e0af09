"""Progress bars on stderr, only where somebody watches."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from domaingpt.cli.output import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LABELS = {
    "reading": "Reading files",
    "chunking": "Cutting into chunks",
    "embedding": "Embedding chunks",
    "writing": "Writing",
    "searching": "Searching",
    "asking": "Asking",
    "drafting": "Drafting questions",
}


class ProgressBars:
    """A bar for each stage of an ingest or an evaluation; silent when stderr is no terminal."""

    def __init__(self, title: str) -> None:
        self._title = printable(title)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is."""
        if not sys.stderr.isatty():
            return
        if self._bars is None:
            self._bars = _start()
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(f"{self._title}: {LABELS.get(stage, stage)}", total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)


def _start() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bars.start()
    return bars
