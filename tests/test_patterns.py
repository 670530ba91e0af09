"""No regular expression that meets the text of files takes time that grows with the square of it."""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import pkgutil
import re
import time
from collections.abc import Iterator
from types import ModuleType

import pytest

import domaingpt.chunks
import domaingpt.documents
import domaingpt.index
from domaingpt.index import calendar_terms, terms

SIZE = 100_000
LIMIT_S = 0.1
# What is slow at the first size is tried again at the next, so that a bad pattern is found in seconds, not in hours.
SIZES = (4000, 20_000, SIZE)
OTHERS = " a1\n.A"
# Asked of no more than so many characters.
AT_MOST = {
    "domaingpt.documents.titles.RESIDUE": 200,
    "domaingpt.documents.titles.FILE_NAME": 200,
    "domaingpt.documents.pdf.tables.PERIOD_TAIL": 400,
    "domaingpt.documents.pdf.tables.FOLLOWS": 400,
    "domaingpt.documents.tables.number_formats.PLAIN": 200,
    "domaingpt.chunks.sentences.LAST_WORD": 80,
    "domaingpt.documents.mail.history.INTRODUCTION": 400,
    "domaingpt.documents.mail.history.CHINESE": 400,
}
# How a pattern is used anywhere in the package: by what stands after its name.
USES = re.compile(r"\b([A-Z][A-Z0-9_]+)\.(match|fullmatch|search|finditer|findall|sub|subn|split)\b")
ANCHORED = {"match", "fullmatch"}


@functools.cache
def uses() -> dict[str, set[str]]:
    """Return the methods that each name is called with, in each module and over all that read files."""
    found: dict[str, set[str]] = {}
    for module in modules():
        for name, method in USES.findall(inspect.getsource(module)):
            found.setdefault(name, set()).add(method)
            found.setdefault(f"{module.__name__}.{name}", set()).add(method)
    return found


def is_anchored(name: str) -> bool:
    """Return whether a pattern is only asked at the place where a line, a cell or a token begins."""
    methods = uses().get(name) or uses().get(name.rpartition(".")[2])  # its own module's, or those that import it
    return bool(methods) and methods <= ANCHORED


def modules() -> Iterator[ModuleType]:
    for package in (domaingpt.documents, domaingpt.chunks):
        yield package
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not info.name.endswith("workers.worker"):
                yield importlib.import_module(info.name)
    yield from (terms, calendar_terms)


def patterns() -> dict[str, re.Pattern]:
    found: dict[re.Pattern, str] = {}
    for module in modules():
        for name, value in vars(module).items():
            values = value if isinstance(value, tuple) else (value,)
            for i, each in enumerate(values):
                # Some tables hold a pattern beside what it stands for.
                for item in each if isinstance(each, tuple) else (each,):
                    if isinstance(item, re.Pattern):
                        found.setdefault(item, f"{module.__name__}.{name}" + (f"[{i}]" if len(values) > 1 else ""))
    return {name: pattern for pattern, name in found.items()}


def alphabet(pattern: re.Pattern) -> list[str]:
    """Return the characters that a pattern itself names, at most twelve, and a few that stand for classes."""
    source = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    plain = re.sub(r"\\[wWdDsSbBAZ]|\(\?P?<\w+>|\(\?[a-z:=!<>]+", "", source)
    named = [c for c in dict.fromkeys(plain) if c not in "\\?+^$|{}"]
    marks = [c for c in named if not c.isalnum()]
    letters = [c for c in named if c.isalnum()]
    return list(dict.fromkeys([*marks[:10], *letters[:4], *OTHERS]))


def seconds(pattern: re.Pattern, text: str, name: str) -> float:
    subject = text.encode("latin-1", "replace") if isinstance(pattern.pattern, bytes) else text
    started = time.process_time()
    subject = subject[: AT_MOST.get(name, SIZE)]
    if is_anchored(name):
        pattern.match(subject)
    else:
        for _ in pattern.finditer(subject):
            pass
    return time.process_time() - started


def worst(pattern: re.Pattern, name: str) -> tuple[float, str]:
    """Return the longest time for `SIZE` characters, one or two of them repeated, and which."""
    found = (0.0, "")
    letters = alphabet(pattern)
    pieces = [*letters, *("".join(pair) for pair in itertools.permutations(letters, 2))]
    for piece in pieces:
        for size in SIZES:
            text = piece * (size // len(piece)) + "\x01"
            taken = seconds(pattern, text, name) * SIZE / size
            if taken >= LIMIT_S:  # once more: a short measurement may have been disturbed
                taken = min(taken, seconds(pattern, text, name) * SIZE / size)
            if taken < LIMIT_S:
                break
            if taken > 5 * LIMIT_S or size == SIZE:
                found = max(found, (taken, piece))
                break
    return found


def test_the_patterns_are_found() -> None:
    """The walk sees the modules."""
    names = set(patterns())
    assert {"domaingpt.chunks.views.EMPHASIS", "domaingpt.index.terms.TERM"} <= names
    assert len(names) > 50


@pytest.mark.parametrize(
    ("name", "pattern"), [pytest.param(n, p, id=n.removeprefix("domaingpt.")) for n, p in patterns().items()]
)
def test_a_pattern_is_done_with_its_worst_text_in_time(name: str, pattern: re.Pattern) -> None:
    """100 kB of what it is made of, in less than 100 ms."""
    taken, piece = worst(pattern, name)
    assert taken < LIMIT_S, f"{taken:.2f} s over repeated {piece!r}"
