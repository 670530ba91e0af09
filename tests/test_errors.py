"""Every error says what to do next."""

from __future__ import annotations

import inspect
import re

import pytest

from domaingpt import errors
from domaingpt.errors import DocumentError, DomainGPTError, MissingExtra

CLASSES = sorted(
    (value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)),
    key=lambda cls: cls.__name__,
)


def descendants(cls):
    return {cls}.union(*(descendants(child) for child in cls.__subclasses__()))


def test_tree_is_all_there_is():
    """No module has a class of its own."""
    own = {cls for cls in descendants(DomainGPTError) if cls.__module__.split(".")[0] == "domaingpt"}
    assert own == set(CLASSES)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_has_a_hint(cls):
    """An imperative sentence; one given takes the place of the default."""
    if cls is MissingExtra:
        error = cls("Reading scans", "ocr")
        assert "'ocr' extra" in error.message
        assert "[ocr]" in error.hint
        assert error.extra == "ocr"
    else:
        error = cls("It broke.")
        assert str(error) == error.message == "It broke."
        assert cls("It broke.", hint="Mend it.").hint == "Mend it."
    assert error.hint[0].isupper()
    assert error.hint.strip()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_no_error_is_a_builtin_in_disguise(cls):
    """`except KeyError` must not catch ours."""
    assert not issubclass(cls, LookupError | ValueError | OSError | RuntimeError)


@pytest.mark.parametrize("cls", descendants(DocumentError), ids=lambda cls: cls.__name__)
def test_document_errors_hold_the_path(cls):
    """So that a message can name the file."""
    assert cls("It broke.", "a/b.pdf").path == "a/b.pdf"


def test_picture_of_the_tree_is_the_tree():
    """Every class is in the module's docstring, below its parent."""
    drawn, stack = {}, []
    for line in errors.__doc__.splitlines():
        match = re.match(r"(?P<indent>[│├└─ ]*)(?P<name>[A-Z]\w+)(?:\s+\(.*\))?$", line)
        if match:
            depth = len(match["indent"]) // 4
            stack[depth:] = [match["name"]]
            drawn[match["name"]] = stack[depth - 1] if depth else "Exception"
    assert drawn == {cls.__name__: cls.__base__.__name__ for cls in CLASSES}
