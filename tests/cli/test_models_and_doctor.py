"""`models` and `doctor`: rows as text and JSON; nothing is loaded, nothing downloaded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from command_line import Run

from domaingpt.errors import ModelError, ModelLoadFailed, ModelNotFound
from domaingpt.models import EmbedderSpec
from domaingpt.testing import HashEmbedder, ScriptedGenerator

MODEL_KEYS = ["name", "kind", "status", "size_bytes", "licence", "path"]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Any], None]:
    """Return a function that puts a result, or an exception, in place of one of `domaingpt.models`."""

    def put(name: str, result: Any) -> None:
        def answer(*_: object, **__: object) -> Any:
            if isinstance(result, Exception):
                raise result
            return result

        monkeypatch.setattr(f"domaingpt.models.{name}", answer)

    return put


def test_list(run: Run) -> None:
    """Those here first, then the known ones; the JSON has the specified keys."""
    result = run("models", "list", "--json")
    assert (result.code, result.err) == (0, "")
    assert all(list(row) == MODEL_KEYS for row in result.objects)
    statuses = [row["status"] for row in result.objects]
    assert statuses == sorted(statuses, key=lambda status: status == "available")
    assert all((row["path"] is None) == (row["status"] == "available") for row in result.objects)
    text = run("models", "list").out.splitlines()
    assert [line.split()[0] for line in text] == [row["name"] for row in result.objects]


def test_use(run: Run, fake: Callable[[str, Any], None]) -> None:
    """Says who writes from now on."""
    fake("use", SimpleNamespace(name="Small"))
    assert run("models", "use", "Small").out == "Answers are written by Small.\n"
    fake("use", None)
    assert run("models", "use", "quotes").out == "Answers are quotes.\n"
    fake("use", ModelNotFound("There is no language model 'x'.", "Did you mean y?"))
    result = run("models", "use", "x")
    assert (result.code, result.out, result.err) == (
        1,
        "",
        "Error: There is no language model 'x'.\nDid you mean y?\n",
    )


def test_use_is_kept(run: Run) -> None:
    """For the real one, without any model."""
    assert run("models", "use", "quotes").out == "Answers are quotes.\n"
    assert "in use" not in run("models", "list").out


def test_pull_says_what_to_do_next(run: Run, fake: Callable[[str, Any], None]) -> None:
    """Of a language model another than of an embedder."""
    fake("pull", SimpleNamespace(name="Small"))
    assert run("models", "pull", "small").out == (
        "Small is here. To write answers with it: domaingpt models use Small\n"
    )
    fake("pull", EmbedderSpec("bge", Path("bge"), None, ("en",), "MIT"))
    assert run("models", "pull", "bge").out == (
        'bge is here. To search with it, set [embedding] model = "bge" in a domain.toml, then ingest.\n'
    )
    fake("pull", ModelError("The hub cannot be reached.", "Check the connection."))
    result = run("models", "pull", "small")
    assert (result.code, result.out) == (1, "")
    assert result.err == "Error: The hub cannot be reached.\nCheck the connection.\n"


@pytest.mark.parametrize(("problem", "code"), [("", 0), ("x.gguf differs", 1)])
def test_verify(run: Run, fake: Callable[[str, Any], None], problem: str, code: int) -> None:
    """Exit 1 if one is bad."""
    fake("verify_models", [SimpleNamespace(name="Small", path=Path("/m/x.gguf"), problem=problem)])
    result = run("models", "verify")
    assert (result.code, result.err) == (code, "")
    assert result.out.split() == ["Small", *(problem or "good").split(), "/m/x.gguf"]
    assert run("models", "verify", "--json").objects == [
        {"name": "Small", "path": "/m/x.gguf", "good": not problem, "problem": problem}
    ]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> ScriptedGenerator:
    """Fakes in place of the models that `doctor` measures."""
    generator = ScriptedGenerator(["one two three four five six"])
    monkeypatch.setattr("domaingpt.embeddings.load_embedder", lambda *_: HashEmbedder())
    monkeypatch.setattr("domaingpt.models.find_embedder", lambda _: None)
    monkeypatch.setattr("domaingpt.answer.load_generator", lambda _: generator)
    monkeypatch.setattr("domaingpt.models.find_generator", lambda _: SimpleNamespace(name="Small"))
    return generator


def test_doctor(run: Run, workspace: Path, measured: ScriptedGenerator) -> None:
    """A finding a line; the model is warm, and the measured prompt is not the one it keeps."""
    result = run("doctor", "--json")
    findings = {row["check"]: row for row in result.objects}
    assert all(list(row) == ["check", "finding", "hint", "good"] for row in result.objects)
    assert findings["workspace"]["finding"] == f"{workspace}: house"
    assert findings["embedder"]["finding"].startswith("hash, hash, ")
    assert findings["embedder"]["finding"].endswith(" tokens/s")
    assert findings["language model"]["finding"].startswith("Small, reads ")
    first, second = measured.prompts
    assert first[0][0] != second[0][0]
    text = run("doctor")
    assert text.code == result.code
    for check in findings:
        assert f" {check} " in text.out


def test_doctor_without_language_model(
    run: Run, workspace: Path, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No error: answers are quotes."""
    monkeypatch.setattr("domaingpt.models.find_generator", lambda _: None)
    result = run("doctor", "--json")
    row = next(row for row in result.objects if row["check"] == "language model")
    assert (row["good"], row["finding"]) == (True, "none: answers are quotes")
    assert row["hint"] == "Optional: pip install -c constraints.txt '.[llm]'"


def test_doctor_with_damaged_model(
    run: Run, workspace: Path, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1; the other findings come all the same."""

    def refuse(_: object) -> None:
        raise ModelLoadFailed("x.gguf does not load.")

    monkeypatch.setattr("domaingpt.answer.load_generator", refuse)
    result = run("doctor")
    assert result.code == 1
    assert "  !!  generator              x.gguf does not load.\n      Run: domaingpt models verify\n" in result.out


def test_doctor_outside_of_a_workspace(
    run: Run, tmp_path: Path, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for finding out what is wrong, so it goes on."""
    monkeypatch.chdir(tmp_path)
    result = run("doctor")
    assert "Run: domaingpt init" in result.out
    assert "Small, reads" in result.out
