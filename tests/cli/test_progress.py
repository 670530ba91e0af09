"""Progress bars: on a terminal only, and whatever a title holds."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pytest

from domaingpt.cli import group
from domaingpt.cli.options import open_workspace
from domaingpt.cli.progress import ProgressBars


def shown(capsys: pytest.CaptureFixture[str], title: str) -> tuple[str, str]:
    with ProgressBars(title) as progress:
        progress("reading", 1, 4)
        progress("reading", 4, 4)
        progress("embedding", 0, 9)
    return capsys.readouterr()


def test_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    """A log file gets no bars."""
    assert shown(capsys, "HouseGPT") == ("", "")


def test_bars_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, a bar a stage; a title is text, neither markup nor escapes."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    out, err = shown(capsys, "[red]House[/nope]\x1b]0;owned\x07")
    assert out == ""
    assert "[red]House[/nope]]0;owned: Reading files" in err
    assert "[red]House[/nope]]0;owned: Embedding chunks" in err
    assert "4/4" in err
    assert "\x1b]" not in err


def test_notice_is_told_once(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However often the library has reason to tell it."""
    notify = open_workspace(click.Context(group, obj={})).notify
    for text in ("one", "two", "one"):
        notify(text)
    assert capsys.readouterr() == ("", "one\ntwo\n")
