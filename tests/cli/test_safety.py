"""Nothing that documents, file names or settings hold reaches the terminal raw."""

from __future__ import annotations

import json
import os
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Run

from domaingpt.cli.output import escaped, json_line, printable
from domaingpt.testing import HashEmbedder, ScriptedGenerator
from domaingpt.workspace import Workspace

# Clears the screen in 7-bit and 8-bit form, sets the window's title, reverses text, hides text, breaks lines.
EVIL = "\x1b[2J \x9b2J \x1b]0;owned\x07 \u202elivE\u202c \u2066x\u2069 \u061c \u200b \u2028 \x85 \r \x08\x7f\U000e0041"
COMMANDS: dict[str, list[str]] = {
    "ask": ["ask", "house", "What is the evil deposit?"],
    "ask abstains": ["ask", "house", "Who won the Tour de France in Liechtenstein?"],
    "search": ["search", "house", "evil deposit"],
    "chat": ["chat", "house"],
    "show": ["show", "house"],
    "show document": ["show", "house", "--document", "evil.txt"],
    "open": ["open", "1", "--print"],
    "ingest": ["ingest", "house"],
    "ingest again": ["ingest", "house", "--rebuild"],
    "dry run": ["ingest", "house", "--dry-run"],
    "domains": ["domains"],
    "verify": ["verify"],
}


def unsafe(text: str) -> list[str]:
    """Return the characters of an output, line ends apart, that could steer a terminal."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@pytest.fixture(scope="module")
def evil_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with hostile names, texts and settings, ingested; to be copied, not used."""
    path = tmp_path_factory.mktemp("evil") / "workspace"
    domain = Workspace.create(path).new("house")
    (domain.documents_folder / f"a{EVIL}b\n").mkdir()
    for name in ("evil.txt", f"evil{EVIL}\n.txt", f"a{EVIL}b\n/in.txt", f"bad{EVIL}.docx", f"photo{EVIL}\n.xyz"):
        text = f"The evil deposit is 500 euros. {EVIL} Done. {name}"
        (domain.documents_folder / name).write_text(text, encoding="utf-8")
    title = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else c for c in EVIL)
    settings = f'title = "Evil{title}"\ndescription = "{title}"\n'
    (domain.folder / "domain.toml").write_text(settings, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("domaingpt.domain.load_embedder", lambda *_: HashEmbedder(dim=64))
        Workspace(path).domain("house").ingest()
    return path


@pytest.fixture
def evil(
    tmp_path: Path, evil_once: Path, run: Run, writes: Callable[..., ScriptedGenerator], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The hostile workspace with a hostile model, and the working directory in it."""
    path = tmp_path / "workspace"
    shutil.copytree(evil_once, path)
    monkeypatch.chdir(path)
    writes(f"The evil deposit is 500 euros. {EVIL}")
    return path


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_terminal_gets_no_raw_character(run: Run, evil: Path, arguments: list[str]) -> None:
    """On stdout and stderr, as text; on a terminal our own styles are the only escapes."""
    (evil / "domains/house/documents" / f"new{EVIL}.txt").write_text(EVIL, encoding="utf-8")
    if arguments[0] == "open":
        assert run(*COMMANDS["ask"]).code == 0
    if arguments[:2] == ["show", "house"] and len(arguments) > 2:
        result = run(*arguments, columns=80)
    else:
        result = run(*arguments, stdin="What is the evil deposit?\n")
    assert result.code in (0, 3)
    assert unsafe(result.out) == []
    assert unsafe(result.err) == []
    shown = run(*arguments, stdin="What is the evil deposit?\n", columns=80)
    assert unsafe(shown.out.replace("\x1b[0m", "").replace("\x1b[1m", "").replace("\x1b[2m", "")) == []


@pytest.mark.parametrize("name", ["ask", "search", "show", "ingest", "domains"])
def test_json_gets_no_raw_character(run: Run, evil: Path, name: str) -> None:
    """Escaped as JSON has it, so the values are whole, and a line is a line whoever splits it."""
    result = run(*COMMANDS[name], "--json")
    assert unsafe(result.out) == []
    assert result.objects
    if name == "show":
        assert f"evil{EVIL}\n.txt" in [document["path"] for document in result.objects[0]["documents"]]


def test_settings_cannot_steer_through_an_error(run: Run, evil: Path) -> None:
    """Messages quote what is wrong."""
    (evil / "domains/house/domain.toml").write_text('[documents]\npath = "/x\\u001b[2J\\u202e"\n', encoding="utf-8")
    result = run("ingest", "house")
    assert result.code == 1
    assert unsafe(result.err) == []
    assert "/x\\x1b[2J\\u202e" in result.err


def test_question_of_the_user_cannot_either(run: Run, workspace: Path) -> None:
    """It may have been pasted."""
    assert unsafe(run("ask", "house", f"Deposit {EVIL}").out) == []


def test_terminal_document_keeps_its_lines(run: Run, workspace: Path, documents: Path) -> None:
    """For a pipe it is verbatim, escapes and all: that is what was asked for."""
    (documents / "log.txt").write_bytes(b"one\n\x1b[31mtwo\n")
    run("ingest", "house")
    assert run("show", "house", "--document", "log.txt").out == "one\n\x1b[31mtwo\n"
    assert run("show", "house", "--document", "log.txt", columns=80).out == "one\n\\x1b[31mtwo\n"


@pytest.mark.parametrize(
    ("text", "as_text", "as_name"),
    [
        ("plain £ “é” 漢字", "plain £ “é” 漢字", "plain £ “é” 漢字"),
        ("two  blanks", "two blanks", "two  blanks"),
        ("a\nb\tc", "a b c", "a\\nb\\tc"),
        ("\x1b[31mred", "[31mred", "\\x1b[31mred"),
        ("\x9b31m", "31m", "\\x9b31m"),
        ("a\u202eb\u061cc", "abc", "a\\u202eb\\u061cc"),
        (os.fsdecode(b"\xff"), "?", "\\udcff"),
    ],
    ids=ascii,
)
def test_what_is_shown(text: str, as_text: str, as_name: str) -> None:
    """Text loses what cannot be shown; of a name it is spelled out."""
    assert printable(text) in (as_text, as_text.replace("?", ""))
    assert escaped(text) == as_name


def test_json_value_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Escaping changes the line, not the value."""
    value = {"text": EVIL + "\ud800 £ 漢字"}
    json_line(value)
    line = capsys.readouterr().out
    assert json.loads(line) == value
    assert "£ 漢字" in line
    assert unsafe(line) == []
