"""What holds for every command: help, exit codes, errors without tracebacks, imports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from command_line import Run

from domaingpt import __version__
from domaingpt.cli import COMMANDS, failures, group
from domaingpt.cli.failures import exit_code, failing_well
from domaingpt.errors import BadConfig, DomainGPTError, DomainNotFound, IndexCorrupt, MissingExtra


def all_errors(root: type[DomainGPTError] = DomainGPTError) -> Iterator[type[DomainGPTError]]:
    yield root
    for cls in root.__subclasses__():
        yield from all_errors(cls)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> object:
    """Return a function that runs a command which raises, and returns exit code, stdout and stderr."""

    def run_one(error: BaseException, *arguments: str) -> tuple[int, str, str]:
        @click.command()
        @click.option("--debug", is_flag=True)
        def command(debug: bool) -> None:
            raise error

        code = failing_well(command, arguments)
        captured = capfd.readouterr()
        return code, captured.out, captured.err

    return run_one


def test_help_lists_every_command(run: Run) -> None:
    """On stdout, each with its line."""
    result = run("--help")
    assert result.code == 0
    assert result.err == ""
    for name, line in COMMANDS.items():
        assert f"{name:<10}  {line}" in result.out


@pytest.mark.parametrize("name", [*COMMANDS, "models list", "models pull", "models use", "models verify"])
def test_every_command_has_help(run: Run, name: str) -> None:
    """With its usage, a sentence, and every option explained."""
    result = run(*name.split(), "--help")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"Usage: domaingpt {name} ")


def test_table_of_commands_is_that_of_the_modules(run: Run) -> None:
    """Each entry is a module's command of that name."""
    context = click.Context(group)
    assert [group.get_command(context, name).name for name in COMMANDS] == list(COMMANDS)


def test_version(run: Run) -> None:
    """Name and version."""
    result = run("--version")
    assert (result.code, result.out, result.err) == (0, f"domaingpt, version {__version__}\n", "")


def test_no_command_is_a_usage_error(run: Run) -> None:
    """Help is shown, but not as an answer."""
    result = run()
    assert (result.code, result.out) == (2, "")
    assert "Usage: domaingpt" in result.err


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("serach", "Error: There is no command 'serach'. Did you mean 'search'?\n"),
        ("quit", "Error: There is no command 'quit'.\n"),
    ],
)
def test_unknown_command_names_the_nearest(run: Run, typed: str, expected: str) -> None:
    """As git does."""
    result = run(typed)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(expected)


def test_every_error_has_an_exit_code_and_a_hint() -> None:
    """The table covers the tree; a message alone never suffices."""
    codes = {}
    for cls in all_errors():
        error = MissingExtra("OCR", "ocr") if issubclass(cls, MissingExtra) else cls("It happened.")
        assert error.hint.strip(), cls
        codes[cls] = exit_code(error)
    assert {cls for cls, code in codes.items() if code == failures.USAGE} == {DomainNotFound, BadConfig}
    assert set(codes.values()) == {failures.ERROR, failures.USAGE}


@pytest.mark.parametrize("cls", sorted(all_errors(), key=lambda cls: cls.__name__), ids=lambda cls: cls.__name__)
def test_every_error_is_told_without_a_traceback(failing, cls: type[DomainGPTError]) -> None:
    """`Error: message`, the hint below, nothing on stdout."""
    error = MissingExtra("OCR", "ocr") if cls is MissingExtra else cls("It happened in a.pdf.")
    assert failing(error) == (exit_code(error), "", f"Error: {error.message}\n{error.hint}\n")


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        pytest.param(KeyboardInterrupt(), 130, "Interrupted. What was done so far is kept;", id="interrupt"),
        pytest.param(click.Abort(), 130, "Interrupted.", id="abort"),
        pytest.param(click.UsageError("Not so."), 2, "Error: Not so.", id="usage"),
        pytest.param(click.ClickException("No."), 1, "Error: No.", id="click"),
        pytest.param(ZeroDivisionError("x"), 1, "Error: ZeroDivisionError: x\nThis is a bug. Run again", id="bug"),
        pytest.param(PermissionError(13, "Permission denied", "/x"), 1, "Error: /x: permission denied.", id="os error"),
        pytest.param(SystemExit(5), 5, "", id="exit"),
    ],
)
def test_whatever_ends_a_command_becomes_an_exit_code(failing, error: BaseException, code: int, message: str) -> None:
    """And a message on stderr."""
    actual_code, out, err = failing(error)
    assert (actual_code, out) == (code, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize("error", [IndexCorrupt("bad"), ZeroDivisionError("bad"), OSError("bad")])
def test_debug_shows_the_traceback(failing, error: Exception) -> None:
    """Wherever it stands among the arguments; the message follows all the same."""
    code, _, err = failing(error, "--debug")
    assert code == 1
    assert err.startswith("Traceback")
    assert "Error: " in err.splitlines()[-2]


def test_debug_may_stand_behind_the_command(run: Run, workspace: Path) -> None:
    """The hint says to run again with it, so it must be taken where one types it."""
    for arguments in (["ask", "nowhere", "Why?", "--debug"], ["--debug", "ask", "nowhere", "Why?"]):
        result = run(*arguments)
        assert result.code == 2
        assert "There is no domain 'nowhere'" in result.err


def test_message_cannot_steer_the_terminal(failing) -> None:
    """Names of files come into messages."""
    _, _, err = failing(IndexCorrupt("a\x1b[2Jb\u202e.pdf is damaged", "Look\tat it."))
    assert err == "Error: a\\x1b[2Jb\\u202e.pdf is damaged\nLook\\tat it.\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ask", "--help"], ["serach"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """It is there at once."""
    heavy = ("rich", "numpy", "faiss", "torch", "onnxruntime", "tokenizers", "llama_cpp", "domaingpt.workspace")
    script = (
        "import sys\nfrom domaingpt.cli import group\nfrom domaingpt.cli.failures import failing_well\n"
        f"failing_well(group)\nprint([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("answers", [1, 50], ids=["while ending", "while answering"])
def test_closed_pipe_is_no_error(workspace: Path, tmp_path: Path, answers: int) -> None:
    """As in `domaingpt search house --queries many.jsonl | head -1`."""
    file = tmp_path / "queries.jsonl"
    file.write_text("\n".join(json.dumps({"id": n, "query": "deposit"}) for n in range(answers)), encoding="utf-8")
    script = (
        "import domaingpt.domain as w, sys\nfrom domaingpt.testing import HashEmbedder\n"
        "w.load_embedder = lambda *_: HashEmbedder(dim=64)\nfrom domaingpt.cli import main\n"
        "sys.stdin.readline()\nmain()"
    )
    command = [sys.executable, "-c", script, "search", "house", "--queries", str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()  # before the first line is written
        process.stdin.write(b"go\n")
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


def test_terminal_without_unicode_gets_escapes(workspace: Path) -> None:
    """Latin-1 has no typographic quotation marks; the answer still comes."""
    state = workspace / "state"
    state.mkdir()
    entry = {"n": 1, "file": str(workspace / "domains/house/domain.toml"), "page": None, "quote": "café"}
    (state / "last-answer.json").write_text(json.dumps([entry]), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1", "DOMAINGPT_STATE_DIR": str(state)}
    script = "import sys; from domaingpt.cli import main; sys.argv = ['domaingpt', 'open', '1', '--print']; main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=True)
    assert done.stdout.splitlines()[1] == b"  \\u201ccaf\xe9\\u201d"
