"""Calling a question off from another thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from domaingpt.answer.generators.cancel import Cancellation
from domaingpt.errors import AnswerCancelled
from domaingpt.testing import GeneratorContract, ScriptedGenerator


class Slow:
    """Pieces that never come until they are closed, as a model in a long prompt."""

    def __init__(self) -> None:
        self.waiting = threading.Event()
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.waiting.set()
        assert self.closed.wait(10)
        raise StopIteration

    def close(self) -> None:
        """Let the one who waits go."""
        self.closed.set()


class SlowGenerator(ScriptedGenerator):
    """Gives `Slow` pieces."""

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Return them."""
        self.pieces = Slow()
        return self.pieces


class TestWatchedGenerator(GeneratorContract):
    """A watched generator is one still."""

    @pytest.fixture
    def generator(self) -> object:
        """Return one that nobody calls off."""
        return Cancellation().watched(ScriptedGenerator(["The boiler dates from 2009."], n_ctx=64))


def test_a_draft_under_way_is_stopped_from_another_thread() -> None:
    """It ends with AnswerCancelled, and its pieces are closed."""
    cancellation, generator = Cancellation(), SlowGenerator([""])
    caught: list[BaseException] = []

    def read() -> None:
        try:
            list(cancellation.watched(generator).generate("", "", 5))
        except AnswerCancelled as exc:
            caught.append(exc)

    thread = threading.Thread(target=read)
    thread.start()
    while not hasattr(generator, "pieces"):
        pass
    assert generator.pieces.waiting.wait(5)
    cancellation.cancel()
    thread.join(5)
    assert len(caught) == 1


def test_pieces_that_no_other_thread_may_close_are_left_at_the_next() -> None:
    """A plain Python generator, closed by the thread that reads it."""
    cancellation = Cancellation()
    ended: list[bool] = []

    def pieces() -> Iterator[str]:
        try:
            yield "one"
            with_other = threading.Thread(target=cancellation.cancel)
            with_other.start()
            with_other.join()
            yield "two"
        finally:
            ended.append(True)

    read = cancellation.read(pieces())
    assert next(read) == "one"
    with pytest.raises(AnswerCancelled):
        next(read)
    assert ended == [True]


def test_called_off_before_it_began_the_model_is_not_asked() -> None:
    """And after it ended nothing happens."""
    cancellation, generator = Cancellation(), ScriptedGenerator(["Yes."])
    watched = cancellation.watched(generator)
    assert list(watched.generate("", "", 5)) == ["Yes."]
    cancellation.cancel()
    with pytest.raises(AnswerCancelled, match="called off"):
        watched.generate("", "", 5)
    assert len(generator.prompts) == 1


def test_another_question_is_not_touched() -> None:
    """Each has a cancellation of its own."""
    generator = ScriptedGenerator(["Yes it is."])
    one, other = Cancellation(), Cancellation()
    pieces = other.watched(generator).generate("", "", 5)
    assert next(pieces) == "Yes"
    one.cancel()
    assert list(pieces) == [" it", " is."]
