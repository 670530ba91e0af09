"""The documentation cannot lie: generated parts are up to date, commands run, links lead somewhere, nothing is missing."""

from __future__ import annotations

import importlib.util
import io
import itertools
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest

import domaingpt
from domaingpt import cli, errors
from domaingpt.cli.chat_session import COMMANDS as SLASH_COMMANDS
from domaingpt.cli.failures import ERROR, EXIT_CODES, exit_code, failing_well
from domaingpt.config import SECTIONS
from domaingpt.dialogue import Turn, standalone
from domaingpt.dialogue.follow_up import MAX_FOLLOW_UP_CHARS, MAX_LOOK_BACK, MAX_TURN_CHARS
from domaingpt.documents import FORMATS
from domaingpt.index import generation, segment
from domaingpt.models.registry import CHAT_FAMILIES
from domaingpt.testing import HashEmbedder, ScriptedGenerator

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "domains" / "README.md", ROOT / "benchmarks" / "README.md"]
)
INSTALL_AND_ASK = (
    "pip install -c constraints.txt '.[llm]' && domaingpt ask house \"When is the final mortgage payment due?\""
)
INSTALL_AND_TEST = "pip install -c constraints.txt '.[llm,test]' && pytest"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
# Notices on stderr that the transcripts show and a second run does not repeat.
NOTICES = re.compile(r"'house' was not ingested yet|Compiling the embedder|Indexed \d+ files")
# Not run here: they go online, never end, or start another program.
NOT_RUN = re.compile(r"models pull|models use|--watch|domaingpt open \d+$|domaingpt doctor")


def page_id(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def fences(text: str, *languages: str) -> Iterator[str]:
    """Yield the fenced blocks in one of the languages."""
    return (block for language, block in FENCE.findall(text) if language in languages)


def section(text: str, heading: str) -> str:
    """Return what stands below a heading, up to the next one of its depth or less deep."""
    depth = heading.index(" ")
    match = re.search(rf"^{re.escape(heading)}\n(.*?)(?=^#{{1,{depth}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"no heading {heading!r}"
    return match[1]


def anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def script(name: str) -> ModuleType:
    """Import a script of docs/ as a module."""
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def error_classes(cls: type[errors.DomainGPTError] = errors.DomainGPTError) -> Iterator[type[errors.DomainGPTError]]:
    yield cls
    for subclass in cls.__subclasses__():
        if subclass.__module__ == errors.__name__:
            yield from error_classes(subclass)


# --- generated parts -------------------------------------------------------------------------------


def test_generated_pages_are_up_to_date() -> None:
    """Else run: python docs/generate.py."""
    stale = [page_id(path) for path, text in script("generate").pages().items() if path.read_text("utf-8") != text]
    assert stale == [], "run: python docs/generate.py"


def test_figures_are_those_of_the_results() -> None:
    """Else run: python docs/figures.py."""
    script("generate")
    figures = script("figures")
    assert figures.replaced(README, "figures", figures.figures()) == README, "run: python docs/figures.py"


def test_scale_page_is_that_of_the_result() -> None:
    """Else run: python docs/scale_page.py."""
    script("generate")
    stale = [path.name for path, text in script("scale_page").pages().items() if path.read_text("utf-8") != text]
    assert stale == [], "run: python docs/scale_page.py"


def test_figures_without_a_result_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No table of nothing."""
    script("generate")
    monkeypatch.setattr(script("figures"), "RESULTS", tmp_path)
    assert script("figures").figures() == script("figures").NONE_YET


def test_a_result_without_a_line_of_its_own_is_linked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A new benchmark shows up, if only by name."""
    script("generate")
    (tmp_path / "new_thing.json").write_text(json.dumps({"benchmark": "new_thing"}))
    monkeypatch.setattr(script("figures"), "RESULTS", tmp_path)
    assert (
        "| new thing | see the file | [new_thing](benchmarks/results/new_thing.json) |" in script("figures").figures()
    )


# --- completeness ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [words for words, _ in script("generate").commands()], ids=" ".join)
def test_every_command_has_help_and_is_documented(words: list[str]) -> None:
    """Itself, its options, and its arguments by name."""
    command = next(command for found, command in script("generate").commands() if found == words)
    below = section(page("cli.md"), f"{'#' * (len(words) + 1)} domaingpt {' '.join(words)}")
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.name} has no help"
            assert parameter.opts[0] in below
        else:
            assert str(parameter.name).upper().rstrip("S") in below.upper()


def test_every_command_is_in_the_readme() -> None:
    """In the table of commands."""
    table = section(README, "## Commands")
    assert [name for name in cli.COMMANDS if f"| `domaingpt {name}" not in table] == []


def test_every_setting_has_a_paragraph() -> None:
    """In docs/configuration.md, in the order of the code."""
    keys = [key for key, _, _ in script("generate").settings()]
    assert re.findall(r"^### `([\w.]+)`$", page("configuration.md"), re.MULTILINE) == keys
    assert [f"## [{name}]" for name in SECTIONS] == re.findall(r"^## \[\w+\]$", page("configuration.md"), re.MULTILINE)


@pytest.mark.parametrize("cls", list(error_classes()), ids=lambda cls: cls.__name__)
def test_every_error_is_documented_with_its_exit_code(cls: type[errors.DomainGPTError]) -> None:
    """What happened, what to do; the exit code where it is not 1."""
    text = page("errors.md")
    heading = next(line for line in text.splitlines() if line.lstrip("#") == f" {cls.__name__}")
    below = section(text, heading)
    assert len(below.split("\n#")[0].strip()) > 10
    said = re.search(r"Exit code (\d)", below.split("\n#")[0])
    error = cls("a", "b") if cls is errors.MissingExtra else cls("a")
    assert (int(said[1]) if said else ERROR) == exit_code(error)
    assert error.hint


def test_exit_codes_are_in_readme_and_reference() -> None:
    """0, 1, 2, 3, 130."""
    for text in (section(README, "## Commands"), page("cli.md")):
        for code in (0, 1, 2, 3, 130):
            assert re.search(rf"\b{code}\b", text)
    assert set(EXIT_CODES.values()) <= {1, 2, 3}


def test_every_environment_variable_is_documented() -> None:
    """Those the code reads or sets."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "domaingpt").rglob("*.py"))
    names = set(re.findall(r"\bDOMAINGPT_[A-Z_]+\b|(?<=\")(?:HF|TRANSFORMERS|DO_NOT|NO)_[A-Z_]+(?=\")", source))
    assert len(names) > 8
    assert sorted(name for name in names if f"`{name}`" not in page("configuration.md")) == []


def test_every_chat_family_is_named() -> None:
    """In docs/models.md."""
    assert [family for family in CHAT_FAMILIES if f"`{family}`" not in page("models.md")] == []


def test_every_suffix_is_named() -> None:
    """In docs/formats.md."""
    assert [suffix for suffix in FORMATS if f"`{suffix}`" not in page("formats.md")] == []


def test_changelog_and_constraints_agree_with_the_package() -> None:
    """The newest version of the changelog is ours; PyTorch's pin in the pages is that of constraints.txt."""
    newest = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest
    assert newest[1] == domaingpt.__version__
    pin = next(line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch=="))
    for text in (README, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")):
        assert set(re.findall(r"torch==[\d.]+", text)) == {pin}


def test_paths_in_the_architecture_exist() -> None:
    """Every file it names."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(domaingpt/[\w/]+(?:\.py|/))`", text)) - {"domaingpt/documents/NAME.py"}
    assert len(named) > 25
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_every_decision_is_listed() -> None:
    """In docs/decisions/README.md, with the four parts."""
    listed = (DOCS / "decisions" / "README.md").read_text(encoding="utf-8")
    for path in (DOCS / "decisions").glob("0*.md"):
        assert f"({path.name})" in listed
        text = path.read_text(encoding="utf-8")
        for part in ("Context", "Decision", "What we lose", "What would change our mind"):
            assert f"**{part}.**" in text, f"{path.name} lacks {part}"


def table_rows(text: str, head: str) -> list[list[str]]:
    """Return the cells of the table below a head line."""
    below = text.split(head, 1)[1].splitlines()[2:]
    rows = itertools.takewhile(lambda line: line.startswith("|"), below)
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_follow_ups_are_understood_as_documented() -> None:
    """Each row of the table in docs/chat.md; and every slash command has a row."""
    rows = table_rows(page("chat.md"), "| asked before | typed | understood as |")
    assert len(rows) > 10
    for before, typed, understood in rows:
        assert standalone(typed, [Turn(before)]).question == understood
    named = [cells[0].strip("`") for cells in table_rows(page("chat.md"), "| command | does |")]
    assert named == [usage for usage, _ in SLASH_COMMANDS.values()]


def test_limits_of_chat_are_documented() -> None:
    """As the code has them."""
    text = page("chat.md")
    assert MAX_LOOK_BACK == 3
    assert "It looks back three turns." in text
    assert f"at most {MAX_TURN_CHARS:,} characters" in text
    assert f"longer than {MAX_FOLLOW_UP_CHARS} characters" in text


# --- links -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=page_id)
def test_links_lead_somewhere(path: Path) -> None:
    """To files of the repository, and to headings in them."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    broken = []
    for link in LINK.findall(text):
        if link.startswith(("http:", "https:", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


# --- commands --------------------------------------------------------------------------------------


def test_the_two_commands_are_in_the_readme() -> None:
    """Verbatim, each on a line of its own."""
    lines = [line for block in fences(README, "sh") for line in block.splitlines()]
    assert INSTALL_AND_ASK in lines
    assert INSTALL_AND_TEST in lines


def command_lines(text: str) -> list[list[str]]:
    """Return the arguments of every domaingpt command in a page's blocks, in order."""
    lines = [line.removeprefix("$ ") for block in fences(text, "sh", "console") for line in block.splitlines()]
    lines = [line.rsplit("&& ", 1)[-1] for line in lines]
    wanted = [line for line in lines if line.startswith("domaingpt ") and not NOT_RUN.search(line)]
    return [shlex.split(line, comments=True)[1:] for line in wanted]


@pytest.fixture
def starter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the starter workspace that is the current folder; of the questions, a few of each domain."""
    workspace = tmp_path / "workspace"
    shutil.copytree(ROOT / "domains", workspace / "domains")
    for file in workspace.glob("domains/*/questions.jsonl"):
        file.write_text("\n".join(file.read_text(encoding="utf-8").splitlines()[::-11]), encoding="utf-8")
    monkeypatch.setenv("DOMAINGPT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.delenv("DOMAINGPT_WORKSPACE", raising=False)
    monkeypatch.chdir(workspace)
    return workspace


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put fakes in place of both models."""
    monkeypatch.setattr("domaingpt.domain.find_embedder", lambda _: None)
    monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_: HashEmbedder())
    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: "a specification")
    monkeypatch.setattr("domaingpt.domain.load_generator", lambda _: ScriptedGenerator(["Not found."]))


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize(
    "path", [ROOT / "README.md", DOCS / "quickstart.md", DOCS / "evaluate.md", ROOT / "domains/README.md"], ids=page_id
)
def test_commands_run(path: Path, starter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each in its turn, with fakes for models; `cp` is done here, `cd` follows `init`, `~` is a folder of the test."""
    home = tmp_path / "home"
    (home / "Filings").mkdir(parents=True)
    for arguments in command_lines(path.read_text(encoding="utf-8")):
        given = [str(home / a[2:]) if a.startswith("~/") else a for a in arguments]
        code = failing_well(cli.group, given)
        assert code == 0, f"domaingpt {' '.join(arguments)}: {capsys.readouterr().err}"
        if given[0] == "init":
            os.chdir(starter / given[1])  # the fixture goes back
        if given[0] == "new" and "--from" not in given:
            (Path.cwd() / "domains" / given[1] / "documents" / "bread.txt").write_text("Bake for 45 minutes.\n")


@pytest.mark.model
@pytest.mark.usefixtures("starter")
def test_transcripts_are_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """With the real models; "…" stands for anything, white space does not count, notices are left out."""
    assert failing_well(cli.group, ["ingest", "house"]) == 0
    for block in fences(README, "console"):
        command, *expected = block.splitlines()
        capsys.readouterr()
        assert failing_well(cli.group, shlex.split(command)[2:]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        wanted = " ".join(" ".join(line for line in expected if not NOTICES.match(line)).split())
        pattern = ".*?".join(re.escape(part) for part in wanted.split("…"))
        assert re.fullmatch(pattern, shown), f"{command}\n{shown}"


@pytest.mark.usefixtures("fakes")
def test_python_example_runs(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The README's, in the starter workspace."""
    del starter
    (code,) = fences(README, "python")
    exec(compile(code, "README.md", "exec"), {})
    assert "2049" in capsys.readouterr().out


@pytest.mark.usefixtures("fakes")
def test_python_example_of_chat_runs(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That of docs/chat.md: the question as it was understood."""
    del starter
    (code,) = fences(page("chat.md"), "python")
    exec(compile(code, "chat.md", "exec"), {})
    assert capsys.readouterr().out == "How much gas did we use in February 2025?\n"


@pytest.mark.usefixtures("fakes")
def test_python_example_of_measuring_runs(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """That of docs/evaluate.md: a mean."""
    del starter
    (code,) = fences(page("evaluate.md"), "python")
    exec(compile(code, "evaluate.md", "exec"), {})
    assert 0 < float(capsys.readouterr().out) <= 1


@pytest.mark.usefixtures("fakes")
def test_every_file_of_an_index_is_named(starter: Path) -> None:
    """In docs/on-disk-format.md and where the layout is defined; so is every key of the manifest."""
    house = domaingpt.Workspace.open(starter).domain("house")
    house.ingest()
    manifest = house.generation.manifest
    files = {name.split("/", 2)[-1] for name in manifest["files"]}  # in a segment: by its name there
    assert {"sources.json", "sentences.npy", "lexical/terms.npy"} <= files
    text = page("on-disk-format.md")
    for layout in (next(fences(text, "text")), f"{generation.__doc__} {segment.__doc__}"):
        named = re.findall(r"[\w*/]+\.(?:json|npy|sqlite|faiss)", layout)
        assert sorted(file for file in files if not any(fnmatchcase(file, name) for name in named)) == []
    keys = section(text, "## manifest.json")
    assert [key for key in manifest if f"`{key}`" not in keys] == []


# --- JSON ------------------------------------------------------------------------------------------


def keys_of(value: Any, free: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield every key of an object and of those in it, but not below keys whose content is free."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key not in free:
                yield from keys_of(inner, free)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner, free)


JSON_COMMANDS: dict[str, list[list[str]]] = {
    "## search": [["search", "house", "roof"]],
    "## ask": [["ask", "house", "When is the final mortgage payment due?"], ["ask", "house", "xyzzy"]],
    "## eval": [["eval", "house", "--answers", "--compare", "--sweep"]],
    "## ingest": [["ingest", "house"]],
    "## show": [["show", "house"], ["show", "house", "--document", "mortgage/mortgage-offer.pdf"]],
    "## domains": [["domains"]],
    "## verify": [["verify", "house"]],
    "## models list": [["models", "list"]],
}


@pytest.mark.usefixtures("fakes")
def test_every_json_key_is_documented(starter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the section of its command, and none that is no more; those of the ledger in the section of ingest."""
    empty = starter / "domains/house/documents/empty.txt"
    empty.write_text("")
    failing_well(cli.group, ["ingest", "house"])
    text = page("json.md")
    ledger = section(text, "## ingest")
    for heading, commands in JSON_COMMANDS.items():
        below = section(text, heading)
        documented = set(re.findall(r"`(\w+)`", below + (ledger if heading == "## show" else "")))
        seen: set[str] = set()
        for arguments in commands:
            capsys.readouterr()
            assert failing_well(cli.group, [*arguments, "--json"]) == 0
            for line in capsys.readouterr().out.splitlines():
                seen |= set(keys_of(json.loads(line), free=("left_out", "measures", "arms", "in_first")))
        assert seen - documented == set(), f"{heading} lacks keys"
        assert set(re.findall(r"^\| `(\w+)`", below, re.MULTILINE)) <= seen, f"{heading} has keys that are no more"


@pytest.mark.usefixtures("fakes", "starter")
def test_every_json_key_of_chat_is_documented(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of `ask`, and its own; a question that fails has others."""
    assert failing_well(cli.group, ["ingest", "house"]) == 0
    ask, own = (section(page("json.md"), heading) for heading in ("## ask", "## chat"))
    of_ask, of_chat = (set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE)) for text in (ask, own))
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("When is the final payment due?\nand the first one?\n"))
    assert failing_well(cli.group, ["chat", "house", "--json"]) == 0
    good = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [set(answer) for answer in good] == [of_ask | of_chat - {"error"}] * 2
    assert f"`{good[1]['rewritten']}`" in own

    def fail(*_: Any, **__: Any) -> None:
        raise errors.PromptTooLong("Too long.")

    monkeypatch.setattr(domaingpt.Domain, "ask", fail)
    monkeypatch.setattr("sys.stdin", io.StringIO("When is the final payment due?\n"))
    assert failing_well(cli.group, ["chat", "house", "--json"]) == 1
    (bad,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert set(bad) == of_chat | {"id", "question"}
    assert {f"`{key}`" for key in bad["error"]} <= set(re.findall(r"`\w+`", own))


def test_other_json_commands_are_documented() -> None:
    """A command with --json has a section, and each section is a command's."""
    has_json = {
        f"## {' '.join(words)}"
        for words, command in script("generate").commands()
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert has_json == set(re.findall(r"^## .+$", page("json.md"), re.MULTILINE))
