"""`open` and `completion`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from command_line import QUESTION, QUOTE, Run

from domaingpt import locations


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What `open` would have opened."""
    urls: list[str] = []
    monkeypatch.setattr("click.launch", lambda url: urls.append(url) or 0)
    return urls


def test_open_before_any_question(run: Run, workspace: Path, launched: list[str]) -> None:
    """A usage error that says what to do first."""
    result = run("open", 1)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(
        "Error: The last answer has no citation 1, or there was none. Ask first: domaingpt ask NAME QUESTION.\n"
    )


@pytest.mark.parametrize("as_json", [False, True])
def test_open_a_citation(run: Run, workspace: Path, documents: Path, launched: list[str], as_json: bool) -> None:
    """The file, and what it says there."""
    run("ask", "house", QUESTION, *(["--json"] if as_json else []))
    expected = f"{documents}/lease.md\n  “{QUOTE}”\n"
    assert run("open", 1, "--print").out == expected
    assert launched == []
    result = run("open", 1)
    assert (result.code, result.out, result.err) == (0, expected, "")
    assert launched == [f"{documents}/lease.md"]
    result = run("open", 9)
    assert (result.code, result.out) == (2, "")
    assert "The last answer has no citation 9; it has 1." in result.err


def test_open_a_page(run: Run, workspace: Path, documents: Path, launched: list[str]) -> None:
    """A PDF opens where the quote is, for programs that know how."""
    source = Path(__file__).parents[2] / "domains/house/documents/mortgage/mortgage-offer.pdf"
    shutil.copy(source, documents / "the offer.pdf")
    run("ingest", "house")
    (answer,) = run("ask", "house", "When is the final mortgage payment due?", "--only", "*.pdf", "--json").objects
    page = answer["citations"][0]["page"]
    result = run("open", 1)
    assert result.out.startswith(f"{documents}/the offer.pdf, page {page}\n  “")
    assert launched == [f"{documents.as_uri()}/the%20offer.pdf#page={page}"]


def test_open_what_lies_inside_a_file(run: Run, workspace: Path, documents: Path, launched: list[str]) -> None:
    """The file is opened that it lies in; its own path is shown."""
    with zipfile.ZipFile(documents / "old.zip", "w") as archive:
        archive.writestr("letters/pond.txt", "The pond was sealed by Frogmore Liners in 2017.")
    run("ingest", "house")
    run("ask", "house", "Who sealed the pond?", "--only", "*pond.txt")
    result = run("open", 1)
    assert result.out.startswith(f"{documents}/old.zip/letters/pond.txt\n  “The pond was sealed")
    assert launched == [f"{documents}/old.zip"]


def test_open_what_is_gone(run: Run, workspace: Path, documents: Path, launched: list[str]) -> None:
    """The file was removed since the answer."""
    run("ask", "house", QUESTION)
    (documents / "lease.md").unlink()
    result = run("open", 1)
    assert (result.code, result.out, launched) == (1, "", [])
    assert result.err == f"Error: {documents}/lease.md is no longer there. Run: domaingpt ingest NAME\n"


def test_open_without_a_program(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a server: the place is printed all the same."""
    run("ask", "house", QUESTION)
    monkeypatch.setattr("click.launch", lambda _: 1)
    result = run("open", 1)
    assert (result.code, QUOTE in result.out) == (1, True)
    assert result.err == "Error: No program took it. Open the file yourself; it stands above.\n"


def test_last_answer_is_private_and_holds_no_question(run: Run, workspace: Path) -> None:
    """It is kept outside the workspace, for this user only."""
    run("ask", "house", QUESTION)
    file = locations.state_dir() / "last-answer.json"
    assert file.stat().st_mode & 0o077 == 0
    assert QUESTION not in file.read_text(encoding="utf-8")
    assert [entry["quote"] for entry in json.loads(file.read_text(encoding="utf-8"))] == [QUOTE]


@pytest.mark.parametrize("content", ["", "{", "{}", "null"])
def test_damaged_last_answer_is_none(run: Run, workspace: Path, content: str) -> None:
    """Not a traceback."""
    locations.state_dir().mkdir(parents=True)
    (locations.state_dir() / "last-answer.json").write_text(content, encoding="utf-8")
    assert run("open", 1).code == 2


def test_home_that_cannot_be_written_costs_only_open(
    run: Run, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer still comes."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    monkeypatch.setenv("DOMAINGPT_STATE_DIR", str(tmp_path / "file" / "state"))
    assert run("ask", "house", QUESTION).code == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(run: Run, shell: str) -> None:
    """For the name `domaingpt`."""
    result = run("completion", shell)
    assert result.code == 0
    assert f"_DOMAINGPT_COMPLETE={shell}_complete" in result.out


def test_completion_of_another_shell_is_a_usage_error(run: Run) -> None:
    """With those that are known."""
    result = run("completion", "tcsh")
    assert (result.code, result.out) == (2, "")
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in result.err


@pytest.mark.parametrize(
    ("typed", "expected"), [("domaingpt ve", ["verify"]), ("domaingpt ask h", ["house"]), ("domaingpt ask x", [])]
)
def test_shell_completes_commands_and_domains(workspace: Path, typed: str, expected: list[str]) -> None:
    """As bash asks for it."""
    words = typed.split()
    environment = {
        **os.environ,
        "_DOMAINGPT_COMPLETE": "bash_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    script = "from domaingpt.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert re.findall(r"plain,(\S+)", done.stdout) == expected
    assert done.stderr == ""
