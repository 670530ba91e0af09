"""`chat`: several questions in turn, typed or from a pipe, and the commands that begin with a slash."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import NO_MODEL, QUESTION, QUOTE, Run

import domaingpt
from domaingpt import locations
from domaingpt.domain import Domain
from domaingpt.errors import PromptTooLong
from domaingpt.testing import ScriptedGenerator
from domaingpt.types import Answer
from domaingpt.workspace import Workspace

FOLLOW_UP = "was it paid in euros?"
UNDERSTOOD = "Was the deposit paid in euros?"
SOURCE = f"  [1] lease.md, Lease of the flat at 12 Harbour Lane › 2. Rent and deposit\n      “{QUOTE}”\n"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr("domaingpt.cli.chat_command.is_watched", lambda: True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str | None]]:
    """(domain, question, only) of everything that is asked of the documents."""
    calls: list[tuple[str, str, str | None]] = []
    original = Domain.ask

    def ask(self: Domain, question: str, *, only: str | None = None, **options: object) -> Answer:
        calls.append((self.name, question, only))
        return original(self, question, only=only, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Domain, "ask", ask)
    return calls


@pytest.fixture
def other(workspace: Path) -> Path:
    """A second domain, `garden`, ingested."""
    domain = Workspace(workspace).new("garden", description="Plants.")
    (domain.documents_folder / "plants.md").write_text("The deposit for the spade is 7 euros.\n", encoding="utf-8")
    domain.ingest()
    return workspace


def fails_at(monkeypatch: pytest.MonkeyPatch, question: str, error: BaseException) -> None:
    """Let one question fail."""
    original = Domain.ask

    def ask(self: Domain, text: str, **options: object) -> object:
        if text == question:
            raise error
        return original(self, text, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Domain, "ask", ask)


# --- typed -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("typed", "workspace")
def test_typed_questions_are_prompted_for(run: Run, writes: Callable[..., ScriptedGenerator]) -> None:
    """The domain is named once; an empty line is nothing; the end of the input is a good end."""
    generator = writes("The deposit is 2,820 euros.", "Bicycles are kept in the cellar.")
    result = run("chat", "house", stdin=f"{QUESTION}\n\nWhere are bicycles kept?\n")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("HouseGPT: A rented flat.\n\n? ")
    assert "The deposit is 2,820 euros. [1]\n\n  [1] lease.md" in result.out
    assert "Bicycles are kept in the cellar. [1]\n\n  [1] lease.md" in result.out
    assert len(generator.prompts) == 2
    assert QUESTION not in "".join(generator.prompts[1])


@pytest.mark.usefixtures("typed", "workspace")
def test_follow_up_is_shown_as_understood(run: Run, asked: list[tuple[str, str, str | None]]) -> None:
    """Before it is answered, and that is what the documents are asked."""
    result = run("chat", "house", stdin=f"{QUESTION}\n{FOLLOW_UP}\n")
    assert result.err == f"{NO_MODEL}understood as: {UNDERSTOOD}\n"
    assert [question for _, question, _ in asked] == [QUESTION, UNDERSTOOD]


@pytest.mark.usefixtures("typed", "workspace")
def test_quit_ends(run: Run, asked: list[tuple[str, str, str | None]]) -> None:
    """What follows is not asked."""
    assert run("chat", "house", stdin=f"/quit\n{QUESTION}\n").code == 0
    assert asked == []


@pytest.mark.usefixtures("typed", "workspace")
def test_interrupt_stops_the_answer_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next question is answered, and may hang on the one that was stopped."""
    fails_at(monkeypatch, QUESTION, KeyboardInterrupt())
    result = run("chat", "house", stdin=f"{QUESTION}\nHow much is it?\n")
    assert result.code == 0
    assert result.err == f"Stopped.\nunderstood as: How much is the deposit?\n{NO_MODEL}"
    assert QUOTE in result.out


@pytest.mark.usefixtures("typed", "workspace")
def test_interrupted_answer_ends_its_line(run: Run, writes: Callable[..., ScriptedGenerator]) -> None:
    """What was shown of it stays, and the next prompt begins a line."""

    class Interrupted(ScriptedGenerator):
        def generate(self, system: str, user: str, max_tokens: int):
            yield from super().generate(system, user, max_tokens)
            raise KeyboardInterrupt

    generator = writes("The deposit is 2,820 euros. ")
    generator.__class__ = Interrupted
    result = run("chat", "house", stdin=f"{QUESTION}\n")
    assert result.code == 0
    assert "Stopped." in result.err
    assert result.out.endswith("\n\n? \n")


@pytest.mark.usefixtures("typed", "workspace")
@pytest.mark.parametrize("error", [KeyboardInterrupt, EOFError])
def test_interrupt_at_the_prompt_ends(run: Run, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    """So does Ctrl-D."""

    def prompt(_: str) -> str:
        raise error

    monkeypatch.setattr("click.termui.visible_prompt_func", prompt)
    result = run("chat", "house")
    assert (result.code, result.err) == (0, "")


@pytest.mark.usefixtures("typed", "workspace")
def test_chat_outlives_an_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next question may fare better."""
    fails_at(monkeypatch, "long", PromptTooLong("The prompt has 9 tokens."))
    result = run("chat", "house", stdin=f"long\n{QUESTION}\n")
    assert result.code == 0
    assert result.err.startswith("Error: The prompt has 9 tokens.\nAsk a shorter question")
    assert QUOTE in result.out


# --- from a pipe -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("workspace")
def test_pipe_holds_answers_only(run: Run) -> None:
    """One question a line; no prompt, no greeting, an empty line between answers."""
    result = run("chat", "house", stdin=f"{QUESTION}\n\n{FOLLOW_UP}\n")
    assert (result.code, result.out) == (0, f"{QUOTE} [1]\n\n{SOURCE}\n{QUOTE} [1]\n\n{SOURCE}")
    assert result.err == f"{NO_MODEL}understood as: {UNDERSTOOD}\n"


@pytest.mark.usefixtures("workspace")
@pytest.mark.parametrize("bad", ["long", "/sorces"])
def test_pipe_goes_on_after_an_error(run: Run, monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    """The exit code tells."""
    fails_at(monkeypatch, "long", PromptTooLong("The prompt has 9 tokens."))
    result = run("chat", "house", stdin=f"{bad}\n{QUESTION}\n")
    assert result.code == 1
    assert QUOTE in result.out
    assert "Error: " in result.err


@pytest.mark.usefixtures("workspace")
def test_json_has_an_object_for_each_question(run: Run) -> None:
    """The question as typed, and as understood."""
    first, second = run("chat", "house", "--json", stdin=f"{QUESTION}\n\n/sources\n{FOLLOW_UP}\n").objects
    assert (first["id"], first["domain"], first["question"]) == (1, "house", QUESTION)
    assert (first["standalone"], first["rewritten"]) == (QUESTION, None)
    assert (second["id"], second["question"]) == (2, FOLLOW_UP)
    assert (second["standalone"], second["rewritten"]) == (UNDERSTOOD, "pronoun")
    assert second["citations"][0]["quote"] == QUOTE


@pytest.mark.usefixtures("workspace")
def test_json_of_a_question_that_fails(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object all the same, so that a program which counts is not lost."""
    fails_at(monkeypatch, "long", PromptTooLong("The prompt has 9 tokens.", "Ask less."))
    result = run("chat", "house", "--json", stdin=f"long\n{QUESTION}\n")
    assert result.code == 1
    assert result.objects[0] == {
        "question": "long",
        "error": {"type": "PromptTooLong", "message": "The prompt has 9 tokens.", "hint": "Ask less."},
        "id": 1,
        "domain": "house",
        "standalone": "long",
        "rewritten": None,
    }
    assert (result.objects[1]["id"], result.objects[1]["abstained"]) == (2, False)


def test_program_gets_each_answer_before_it_asks_on(workspace: Path, tmp_path: Path) -> None:
    """Nothing is held back until the input ends."""
    script = tmp_path / "chat.py"
    script.write_text(
        "import domaingpt.domain as d\n"
        "from domaingpt.testing import HashEmbedder\n"
        "d.load_embedder = lambda *_: HashEmbedder(dim=64)\n"
        "d.find_generator = lambda _: None\n"
        "from domaingpt.cli import main\nmain()\n"
    )
    package = Path(domaingpt.__file__).parents[1]
    environment = {**os.environ, "DOMAINGPT_STATE_DIR": str(tmp_path / "state"), "PYTHONPATH": str(package)}
    with subprocess.Popen(
        [sys.executable, str(script), "chat", "house", "--json"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment,
    ) as process:  # fmt: skip
        assert process.stdin
        assert process.stdout
        for question, expected in [(QUESTION, QUESTION), (FOLLOW_UP, UNDERSTOOD)]:
            process.stdin.write(f"{question}\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["standalone"] == expected
        process.stdin.close()
        assert process.wait() == 0


# --- commands --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("workspace")
def test_sources_again(run: Run) -> None:
    """With their quotes; those that came closest where there was no answer."""
    result = run("chat", "house", stdin=f"{QUESTION}\n/sources\nxyzzy\n/sources\n")
    assert result.out.count(SOURCE) >= 2
    assert result.out.count("Closest:\n") == 2


@pytest.mark.usefixtures("workspace")
def test_sources_of_nothing(run: Run) -> None:
    """Said so."""
    result = run("chat", "house", stdin="/sources\n")
    assert (result.code, result.out, result.err) == (0, "", "There is no answer yet.\n")


@pytest.mark.usefixtures("other")
def test_other_domain_knows_nothing_of_the_first(run: Run, asked: list[tuple[str, str, str | None]]) -> None:
    """Neither its questions, nor its --only, nor its answers; and the first forgets, too."""
    lines = f"{QUESTION}\n/domain garden\n{FOLLOW_UP}\n/sources\n/domain house\n{FOLLOW_UP}\n"
    result = run("chat", "house", "--only", "lease*", stdin=lines)
    assert asked == [("house", QUESTION, "lease*"), ("garden", FOLLOW_UP, None), ("house", FOLLOW_UP, None)]
    assert "understood as" not in result.err
    assert "--only 'lease*' does not hold here." in result.err
    assert result.out.count("plants.md") == 2


@pytest.mark.usefixtures("other")
def test_other_domain_is_greeted_and_followed_up(
    run: Run, typed: None, asked: list[tuple[str, str, str | None]]
) -> None:
    """A conversation of its own."""
    result = run("chat", "house", stdin=f"/domain garden\nHow much is the deposit?\n{FOLLOW_UP}\n")
    assert "GardenGPT: Plants." in result.out
    assert asked[1] == ("garden", UNDERSTOOD, None)


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/domain", "Error: This is 'house'.\nGive one of these: /domain NAME (garden, house)\n"),
        ("/domain house", "This is 'house' already.\n"),
        ("/domain gaden", "; there are: garden, house.\nDid you mean 'garden'?\n"),
        ("/sorces", "Error: There is no command '/sorces'.\nDid you mean '/sources'?\n"),
        ("/xyzzyx", "Error: There is no command '/xyzzyx'.\nTo see all: /help\n"),
        ("/save", "Error: There is no file to save to.\nName one: /save FILE.md\n"),
        ("/save talk.md", "Error: There is nothing to save yet.\nAsk something first.\n"),
    ],
)
def test_command_that_cannot_be_done(run: Run, line: str, told: str) -> None:
    """It says why, on stderr, and the chat goes on in the same domain."""
    result = run("chat", "house", stdin=f"{line}\n{QUESTION}\n")
    assert told in result.err
    assert QUOTE in result.out


@pytest.mark.usefixtures("workspace")
def test_help_names_every_command(run: Run) -> None:
    """With what it does."""
    out = run("chat", "house", stdin="/help\n").out
    assert [line.split()[0] for line in out.splitlines()] == ["/sources", "/domain", "/save", "/help", "/quit"]


@pytest.mark.usefixtures("workspace")
def test_path_is_a_question(run: Run, asked: list[tuple[str, str, str | None]]) -> None:
    """Not every slash is a command's."""
    run("chat", "house", stdin="/etc/hosts?\n")
    assert asked[0][1] == "/etc/hosts?"


# --- saving ----------------------------------------------------------------------------------------


def test_save_writes_markdown(run: Run, workspace: Path) -> None:
    """Questions, how they were understood, answers, sources; for this user only, and never over a file."""
    file = workspace / "talk.md"
    result = run("chat", "house", stdin=f"{QUESTION}\n{FOLLOW_UP}\n/save talk.md\n/save talk.md\n")
    assert file.stat().st_mode & 0o777 == 0o600
    place = "**lease.md, Lease of the flat at 12 Harbour Lane › 2. Rent and deposit**"
    answer = f"{QUOTE} [1]\n\n1. {place}: “{QUOTE}”\n"
    assert file.read_text(encoding="utf-8") == (
        f"# HouseGPT\n\n## {QUESTION}\n\n{answer}\n## {FOLLOW_UP}\n\n*Understood as: {UNDERSTOOD}*\n\n{answer}"
    )
    assert "Saved to talk.md, readable by you only.\n" in result.err
    assert result.err.endswith("Error: talk.md exists already; it is left as it is.\nName another file.\n")
    assert result.code == 1


def test_save_does_not_follow_a_link(run: Run, workspace: Path, tmp_path: Path) -> None:
    """Not even one that leads to nothing."""
    (workspace / "talk.md").symlink_to(tmp_path / "elsewhere.md")
    assert "exists already" in run("chat", "house", stdin=f"{QUESTION}\n/save talk.md\n").err
    assert not (tmp_path / "elsewhere.md").exists()


def test_save_into_a_folder_that_is_not_there(run: Run, workspace: Path) -> None:
    """An error with the reason."""
    err = run("chat", "house", stdin=f"{QUESTION}\n/save no/talk.md\n").err
    assert err.endswith("Error: no/talk.md cannot be written: no such file or directory.\nName another file.\n")


def test_saved_text_is_inert(run: Run, workspace: Path, documents: Path) -> None:
    """A document can put no link, image or HTML into what is saved."""
    (documents / "trap.txt").write_text(
        "The zebra fee is ![x](http://evil.example/a.png) <img src=y> [here](http://evil.example) www.evil.example.\n"
    )
    run("ingest", "house")
    run("chat", "house", stdin="What is the zebra fee?\n/save talk.md\n")
    saved = (workspace / "talk.md").read_text(encoding="utf-8")
    assert "zebra fee is" in saved
    for live in (r"(?<!\\)\]\(", r"(?<!\\)<img", "http://", r"www\."):
        assert not re.search(live, saved)


def test_nothing_is_kept(run: Run, workspace: Path) -> None:
    """No file of the workspace changes; outside it there is what `open` needs: the last citations, no question."""
    before = {path: path.stat().st_mtime_ns for path in workspace.rglob("*")}
    run("chat", "house", stdin=f"{QUESTION}\n{FOLLOW_UP}\n")
    assert {path: path.stat().st_mtime_ns for path in workspace.rglob("*")} == before
    (kept,) = locations.state_dir().iterdir()
    text = kept.read_text(encoding="utf-8")
    assert kept.name == "last-answer.json"
    assert QUOTE in text
    assert not any(words in text for words in (QUESTION, FOLLOW_UP, UNDERSTOOD))


def test_open_after_a_chat(run: Run, workspace: Path, documents: Path) -> None:
    """The citations are those of the last answer."""
    run("chat", "house", stdin=f"{QUESTION}\n")
    assert run("open", 1, "--print").out == f"{documents}/lease.md\n  “{QUOTE}”\n"
    shutil.rmtree(locations.state_dir())
