"""Calling a question off from another thread, such as when a browser that asked it is gone."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator

from domaingpt.answer import Generator
from domaingpt.errors import AnswerCancelled


class Cancellation:
    """Belongs to one question; `cancel` may be called from any thread, before, while or after it is answered.

    A question that waits for its turn at the model leaves the queue; one whose prompt or draft is being
    computed stops. Others are not touched.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._cancelled = False
        self._close: Callable[[], None] | None = None  # of the draft that is being read

    def cancel(self) -> None:
        """Call the question off: what answers it raises AnswerCancelled."""
        with self._guard:
            self._cancelled = True
            close = self._close
        if close:
            close()

    def check(self) -> None:
        """Go on only if nobody called it off.

        Raises:
            AnswerCancelled: If `cancel` was called.
        """
        if self._cancelled:
            raise AnswerCancelled("The question was called off before it was answered.")

    def watched(self, generator: Generator) -> Generator:
        """Return the generator with drafts that `cancel` stops."""
        return _Watched(generator, self)

    def read(self, pieces: Iterator[str]) -> Iterator[str]:
        """Yield the pieces of a draft until it ends or is called off.

        Raises:
            AnswerCancelled: If `cancel` was called.
        """
        close: Callable[[], None] = getattr(pieces, "close", lambda: None)
        try:
            with self._guard:
                self.check()
                # A plain Python generator must not be closed by another thread; it is left between its pieces.
                self._close = None if inspect.isgenerator(pieces) else close
            for piece in pieces:
                self.check()
                yield piece
            self.check()  # a draft that was stopped looks like one that ended
        finally:
            with self._guard:
                self._close = None
            close()


class _Watched:
    """A generator for one question."""

    def __init__(self, generator: Generator, cancellation: Cancellation) -> None:
        self.name = generator.name
        self.n_ctx = generator.n_ctx
        self.judges = getattr(generator, "judges", False)
        self._generator = generator
        self._cancellation = cancellation

    def count_tokens(self, text: str) -> int:
        return self._generator.count_tokens(text)

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        self._cancellation.check()
        return self._cancellation.read(self._generator.generate(system, user, max_tokens))
