"""`domaingpt ask`: what is on stdout, what on stderr, and with which exit code."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import LEASE, NO_MODEL, PLACE, QUESTION, QUOTE, Run

from domaingpt.errors import ModelLoadFailed, ModelNotFound
from domaingpt.testing import ScriptedGenerator

ANSWER_KEYS = [
    "id",
    "question",
    "answer",
    "abstained",
    "reason",
    "elsewhere",
    "citations",
    "nearest",
    "model",
    "dropped",
    "timings_ms",
    "coverage",
]
CITATION_KEYS = ["n", "document", "page", "section", "quote", "start", "end"]
NOT_THERE = "Who won the Tour de France in Liechtenstein?"
Writes = Callable[..., ScriptedGenerator]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """A questions file of both spellings, with ids of both kinds."""
    file = tmp_path / "questions.jsonl"
    file.write_text(
        json.dumps({"id": 7, "question": QUESTION, "answerable": True})
        + "\n\n"
        + json.dumps({"id": "b", "query": NOT_THERE})
        + "\n",
        encoding="utf-8",
    )
    return file


def test_quote_is_the_answer_without_a_model(run: Run, workspace: Path) -> None:
    """The quote, where it stands, and on stderr why nothing was written."""
    result = run("ask", "house", QUESTION)
    assert (result.code, result.err) == (0, NO_MODEL)
    assert result.out == f"{QUOTE} [1]\n\n  [1] {PLACE}\n      “{QUOTE}”\n"


def test_written_answer_is_shown_with_its_source(run: Run, workspace: Path, writes: Writes) -> None:
    """What the model wrote, as far as the quote backs it."""
    writes("The deposit is 2,820 euros. It was paid by Napoleon.")
    result = run("ask", "house", QUESTION)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"The deposit is 2,820 euros. [1]\n\n  [1] {PLACE}\n      “{QUOTE}”\n"


def test_words_need_no_quotation_marks(run: Run, workspace: Path) -> None:
    """As typed by somebody in a hurry."""
    assert run("ask", "house", *QUESTION.split()).out == run("ask", "house", QUESTION).out


def test_what_is_not_there_is_not_answered(run: Run, workspace: Path) -> None:
    """It says so, why, and what came closest; that is a good end, not an error."""
    result = run("ask", "house", NOT_THERE)
    assert result.code == 0
    first, second, *rest = result.out.splitlines()
    assert first == "The documents of HouseGPT do not answer this. Nothing close to the question was found."
    assert second == "Closest:"
    assert len(rest) == 6
    assert rest[0].startswith("  [1] lease.md")
    assert rest[1].startswith("      “")


def test_json_has_the_specified_keys_and_nothing_else(run: Run, workspace: Path, writes: Writes) -> None:
    """One compact object on one line; the quote is where its offsets say."""
    writes("The deposit is 2,820 euros.", name="SmallModel")
    result = run("ask", "house", QUESTION, "--json")
    assert (result.code, result.err) == (0, "")
    (answer,) = result.objects
    assert result.out == json.dumps(answer, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert list(answer) == ANSWER_KEYS
    assert [list(citation) for citation in answer["citations"]] == [CITATION_KEYS]
    assert {key: answer[key] for key in ANSWER_KEYS[:5]} == {
        "id": None,
        "question": QUESTION,
        "answer": "The deposit is 2,820 euros. [1]",
        "abstained": False,
        "reason": "written",
    }
    assert answer["nearest"] == []
    assert answer["model"] == "SmallModel"
    assert set(answer["timings_ms"]) == {"retrieve", "figure", "evidence", "support", "answer", "total"}
    (citation,) = answer["citations"]
    assert LEASE.read_text(encoding="utf-8")[citation["start"] : citation["end"]] == citation["quote"] == QUOTE
    assert (citation["n"], citation["document"], citation["page"]) == (1, "lease.md", None)


def test_json_of_an_abstention(run: Run, workspace: Path) -> None:
    """No answer and no citations, but what came closest."""
    (answer,) = run("ask", "house", NOT_THERE, "--json").objects
    assert list(answer) == ANSWER_KEYS
    assert (answer["answer"], answer["abstained"], answer["citations"]) == (None, True, [])
    assert answer["reason"] == "Nothing close to the question was found."
    assert [list(citation) for citation in answer["nearest"]] == [CITATION_KEYS] * 3
    assert answer["model"] == "quotes"


def test_file_of_questions_gives_a_line_each(run: Run, workspace: Path, questions: Path) -> None:
    """In order, with the ids of the file."""
    result = run("ask", "house", "--questions", questions)
    assert result.code == 0
    assert [(answer["id"], answer["abstained"]) for answer in result.objects] == [(7, False), ("b", True)]
    assert all(list(answer) == ANSWER_KEYS for answer in result.objects)
    assert result.err == NO_MODEL  # once


def test_questions_come_from_stdin_too(run: Run, workspace: Path, questions: Path) -> None:
    """`-` is stdin, as everywhere."""
    result = run("ask", "house", "--questions", "-", "--json", stdin=questions.read_bytes())
    assert [answer["id"] for answer in result.objects] == [7, "b"]


def test_bad_line_is_told_before_the_first_answer(run: Run, workspace: Path, questions: Path) -> None:
    """Not after an hour of answering."""
    with questions.open("a", encoding="utf-8") as file:
        file.write("oops\n")
    result = run("ask", "house", "--questions", questions)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: {questions}, line 4 is not JSON: ")


@pytest.mark.parametrize("arguments", [[], [""], ["  "], [QUESTION, "--questions", "FILE"]], ids=str)
def test_question_or_file_not_both(run: Run, workspace: Path, questions: Path, arguments: list[str]) -> None:
    """The message shows how to ask, and the two other ways."""
    result = run("ask", "house", *[questions if argument == "FILE" else argument for argument in arguments])
    assert (result.code, result.out) == (2, "")
    assert 'domaingpt ask house "When is it due?", or --questions FILE.' in result.err
    assert result.err.endswith("To ask several in turn: domaingpt chat house\n")


def test_missing_questions_file_is_a_usage_error(run: Run, workspace: Path) -> None:
    """Named, before any work."""
    result = run("ask", "house", "--questions", "none.jsonl")
    assert (result.code, result.out) == (2, "")
    assert "'none.jsonl' does not exist" in result.err


def test_only_restricts_the_documents(run: Run, workspace: Path, documents: Path) -> None:
    """Applied before ranking."""
    (documents / "old").mkdir()
    (documents / "old" / "lease.txt").write_text("The deposit is 1,000 euros and was paid in 2011.", encoding="utf-8")
    run("ingest", "house")
    (answer,) = run("ask", "house", QUESTION, "--only", "old/**", "--json").objects
    assert {citation["document"] for citation in answer["citations"]} == {"old/lease.txt"}
    (answer,) = run("ask", "house", QUESTION, "--only", "nothing/**", "--json").objects
    assert (answer["abstained"], answer["nearest"]) == (True, [])
    result = run("ask", "house", QUESTION, "--only", "nothing/**")
    assert len(result.out.splitlines()) == 1
    assert result.err.startswith("No document matches --only 'nothing/**'.")


def test_first_question_ingests(run: Run, workspace: Path) -> None:
    """Told on stderr; stdout is the answer alone."""
    shutil.rmtree(workspace / "indexes" / "house")
    result = run("ask", "house", QUESTION, "--json")
    assert result.code == 0
    assert result.objects[0]["citations"][0]["quote"] == QUOTE
    told = r"'house' was not ingested yet; doing so once\.\nIndexed 1 file in \d+\.\d s\.\n"
    assert re.fullmatch(told + re.escape(NO_MODEL), result.err)


def test_first_question_tells_what_could_not_be_read(run: Run, workspace: Path, documents: Path) -> None:
    """And answers from the rest."""
    shutil.rmtree(workspace / "indexes" / "house")
    (documents / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing")
    result = run("ask", "house", QUESTION)
    assert result.code == 0
    assert result.out.startswith(QUOTE)
    assert "\n  broken.pdf: " in result.err


@pytest.mark.parametrize(
    ("n_files", "told"), [(1, "1 file has changed since"), (2, "2 files have changed since")], ids=["one", "two"]
)
def test_changes_since_are_told(run: Run, workspace: Path, documents: Path, n_files: int, told: str) -> None:
    """The answer is from before, and says so."""
    for number in range(n_files):
        (documents / f"{number}.txt").write_text("The deposit was returned.", encoding="utf-8")
    result = run("ask", "house", QUESTION)
    assert (result.code, result.out.splitlines()[0]) == (0, f"{QUOTE} [1]")
    assert result.err.startswith(f"{told} the last ingest; this answers from before. Run: domaingpt ingest house\n")


def test_file_that_stays_unreadable_is_no_change(
    run: Run, workspace: Path, documents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was told at the ingest; it is not told with every question."""
    locked = documents / "locked.txt"
    locked.write_text("Nobody may read this.", encoding="utf-8")
    hashed = "domaingpt.durable.sha256_file"
    from domaingpt import durable

    original = durable.sha256_file

    def refuse(path: Path) -> str:
        if path.name == locked.name:
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(hashed, refuse)
    assert run("ingest", "house").code == 3
    assert run("ask", "house", QUESTION).err == NO_MODEL


def test_unknown_domain_names_the_nearest(run: Run, workspace: Path) -> None:
    """A usage error."""
    result = run("ask", "huose", QUESTION)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"Error: There is no domain 'huose' in {workspace}; there are: house.\nDid you mean 'house'?\n"
    )


def test_outside_of_a_workspace(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing, and the command that makes it."""
    monkeypatch.chdir(tmp_path)
    result = run("ask", "house", QUESTION)
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith("has a 'domains' folder.\nRun: domaingpt init\n")


def test_bad_settings_are_named(run: Run, workspace: Path) -> None:
    """The file, the key, the nearest known one."""
    file = workspace / "domains" / "house" / "domain.toml"
    file.write_text('titel = "x"\n', encoding="utf-8")
    result = run("ask", "house", QUESTION)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"Error: {file}: unknown key 'titel'.\nDid you mean 'title'?\n"


def test_missing_embedder_is_told(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that fetches it."""

    def missing(_: str) -> None:
        raise ModelNotFound("There is no embedder 'bge' on this machine.", "Run: domaingpt models pull bge")

    monkeypatch.setattr("domaingpt.domain.find_embedder", missing)
    result = run("ask", "house", QUESTION)
    assert (result.code, result.out) == (1, "")
    assert result.err == "Error: There is no embedder 'bge' on this machine.\nRun: domaingpt models pull bge\n"


def test_language_model_that_does_not_load_is_told(
    run: Run, workspace: Path, writes: Writes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that is there but damaged is an error, not a silent fall back to quotes."""
    writes("x")

    def refuse(_: object) -> None:
        raise ModelLoadFailed("x.gguf does not load.")

    monkeypatch.setattr("domaingpt.domain.load_generator", refuse)
    result = run("ask", "house", QUESTION)
    assert (result.code, result.out) == (1, "")
    assert result.err == "Error: x.gguf does not load.\nRun: domaingpt models verify\n"


def test_index_of_another_embedder_is_stale(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of two models do not compare."""
    from domaingpt.testing import HashEmbedder

    monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_: HashEmbedder(dim=32, name="other"))
    result = run("ask", "house", QUESTION)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error: The index of 'house' was built with hash (64-d); domain.toml now names other")
    assert "\nRun: domaingpt ingest house\n" in result.err


def test_interrupt_while_answering(run: Run, workspace: Path, writes: Writes, monkeypatch: pytest.MonkeyPatch) -> None:
    """130, and a message instead of a traceback."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writes("x"), "generate", interrupted)
    result = run("ask", "house", QUESTION)
    assert result.code == 130
    assert result.err.endswith("Interrupted. What was done so far is kept; run the command again to go on.\n")


def test_question_that_is_not_utf8_is_answered(run: Run, workspace: Path) -> None:
    """An argument's stray byte arrives as half a character, which no tokenizer takes."""
    result = run("ask", "house", "\udcff " + QUESTION)
    assert (result.code, result.out.splitlines()[0]) == (0, f"{QUOTE} [1]")


def test_answer_wraps_at_the_terminal(run: Run, workspace: Path) -> None:
    """Mark and place are bold, the quote is dim and indented; no line is longer than the terminal."""
    result = run("ask", "house", QUESTION, columns=40)
    plain = re.sub(r"\x1b\[\d+m", "", result.out)
    assert plain == (
        "The deposit is 2,820 euros and was paid\n"
        "on 4 March 2024. [1]\n"
        "\n"
        f"  [1] {PLACE}\n"
        "      “The deposit is 2,820 euros and\n"
        "      was paid on 4 March 2024.”\n"
    )
    assert "2024. \x1b[1m[1]\x1b[0m\n" in result.out
    assert f"  [1] \x1b[1m{PLACE}\x1b[0m\n" in result.out
    assert "\x1b[2m2024.”\x1b[0m" in result.out


def test_no_color_is_respected(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """See https://no-color.org."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("ask", "house", QUESTION, columns=40).out
