"""`models` and `doctor`: rows as text and JSON; nothing is loaded, nothing downloaded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from chat_server import DONE, ChatServer, delta
from command_line import QUESTION, Run

from domaingpt.answer import load_generator
from domaingpt.errors import ModelError, ModelLoadFailed, ModelNotFound
from domaingpt.models import EmbedderSpec, GeneratorSpec, find_generator
from domaingpt.testing import HashEmbedder, ScriptedGenerator

MODEL_KEYS = ["name", "kind", "status", "size_bytes", "ram_bytes", "fits", "recommended", "licence", "path"]


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


def test_use_says_beforehand_that_a_model_does_not_fit(run: Run, fake: Callable[[str, Any], None]) -> None:
    """It is chosen all the same: there may be more room later."""
    spec = GeneratorSpec("Large", Path("l.gguf"), None, "chatml", 4096, "MIT", 1 << 55, 1 << 56)
    fake("use", spec)
    result = run("models", "use", "Large")
    assert (result.code, result.out) == (0, "Answers are written by Large.\n")
    assert result.err.startswith("Large needs about 72,057,594,038 MB of memory (weights 36,028,797,019 MB,")
    fake("use", replace(spec, ram_bytes=1))
    assert run("models", "use", "Large").err == ""


def test_use_of_an_endpoint(run: Run) -> None:
    """It is asked first, so that a mistake is seen now; its only model is named; the list shows it."""
    with ChatServer() as server:
        result = run("models", "use", server.url)
        assert (result.code, result.out, result.err) == (0, f"Answers are written by small at {server.url}.\n", "")
        (row,) = [row for row in run("models", "list", "--json").objects if row["status"] == "in use"]
        assert (row["name"], row["size_bytes"], row["path"]) == (server.url, 0, None)
        result = run("models", "use", f"{server.url}#other")
        assert result.code == 1
        assert "has no model 'other'. It has: small" in result.err
    result = run("models", "use", f"{server.url}#small")
    assert result.code == 1
    assert "cannot be reached" in result.err
    assert f"{server.url} " in run("models", "list").out


def test_use_of_another_machine_needs_its_flag(run: Run) -> None:
    """Nothing is asked or stored without; the suite's guard would see a connection."""
    result = run("models", "use", "https://gpu.example.org/v1#m")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "Error: gpu.example.org is another machine: questions and text of your documents would leave this one.\n"
        "If that is what you want, run: domaingpt models use https://gpu.example.org/v1#m --confirm-remote\n"
    )


def test_use_of_another_machine_says_what_it_means(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr."""
    monkeypatch.setattr("domaingpt.answer.load_generator", lambda spec: SimpleNamespace(name=f"m at {spec.url}"))
    result = run("models", "use", "https://gpu.example.org/v1#m", "--confirm-remote")
    assert result.out == "Answers are written by m at https://gpu.example.org/v1.\n"
    assert result.err == (
        'Questions and text of every domain whose [answer] model is "auto" will go to https://gpu.example.org/v1.\n'
    )


def test_a_wrong_url_is_a_wrong_setting(run: Run) -> None:
    """Exit 2, as for a domain.toml that is not valid."""
    assert run("models", "use", "http://me:secret@127.0.0.1/v1").code == 2


def test_confirm(run: Run, workspace: Path, tmp_path: Path) -> None:
    """Says what the domain may use from now on, and where nothing is to be said."""
    assert run("models", "confirm", "house").out == "'house' names nothing that needs it.\n"
    config = workspace / "domains" / "house" / "domain.toml"
    config.write_text('[answer]\nmodel = "https://gpu.example.org/v1#m"', encoding="utf-8")
    result = run("models", "confirm", "house")
    assert result.out == "'house' may use https://gpu.example.org/v1.\n"
    assert result.err == "Questions and text of 'house' will leave this machine and go to https://gpu.example.org/v1.\n"


def test_ask_through_an_endpoint(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the settings to the answer: refused until it is confirmed, then verified like any other draft."""
    monkeypatch.setattr("domaingpt.domain.find_generator", find_generator)
    monkeypatch.setattr("domaingpt.domain.load_generator", load_generator)
    config = workspace / "domains" / "house" / "domain.toml"
    with ChatServer() as server:
        words = ["The", " deposit", " was", " paid", " on", " 4", " March", " 2024", ".", " It", " was", " blue", "."]
        server.reply = lambda handler: handler.stream([*map(delta, words), DONE])
        config.write_text(f'[answer]\nmodel = "{server.url}?n_ctx=4096#small"', encoding="utf-8")
        refused = run("ask", "house", QUESTION)
        assert refused.code == 1
        assert "run: domaingpt models confirm house" in refused.err
        assert server.asked == []
        assert run("models", "confirm", "house").code == 0
        result = run("ask", "house", QUESTION, "--json")
        (answer,) = result.objects
        assert (answer["answer"], answer["reason"]) == ("The deposit was paid on 4 March 2024. [1]", "written")
        assert answer["model"] == f"small at {server.url}"
        assert result.err == ""
        (body,) = server.completions
        assert QUESTION in body["messages"][1]["content"]
        server.reply = lambda handler: handler.answer(503, {"error": {"message": "Loading model"}})
        busy = run("ask", "house", QUESTION)
        assert busy.code == 1
        assert busy.err.endswith("is busy (503: Loading model).\nWait a little and ask again.\n")


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


def test_doctor_says_which_languages_scans_are_read_in(
    run: Run, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or how to have them read."""

    def finding() -> list[str]:
        (row,) = (row for row in run("doctor", "--json").objects if row["check"] == "OCR")
        assert row["good"]
        return [row["finding"], row["hint"]]

    monkeypatch.setattr("domaingpt.documents.ocr.version", lambda: "9.9")
    assert finding() == ["rapidocr 9.9: English, Chinese, Japanese and other languages in Latin script", ""]
    monkeypatch.setattr("domaingpt.documents.ocr.version", lambda: "")
    assert finding() == [
        "not installed: scans and images are not read",
        "Optional: pip install -c constraints.txt '.[ocr]'",
    ]


def test_doctor_recommends_by_what_it_measured(
    run: Run, workspace: Path, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the reasoning, marked as an estimate; `models list` then shows the same, and what does not fit."""
    spec = GeneratorSpec("Small", tmp_path / "small.gguf", None, "chatml", 4096, "MIT", 400_000_000, 900_000_000)
    monkeypatch.setattr("domaingpt.models.find_generator", lambda _: spec)
    monkeypatch.setattr("domaingpt.models.speed.parameters_of", lambda _: 358_000_000)
    monkeypatch.setattr("domaingpt.cli.doctor_command._tokens_a_second", lambda _: (400.0, 60.0))
    for module in ("domaingpt.models", "domaingpt.models.listing"):
        monkeypatch.setattr(f"{module}.free_bytes", lambda: 1_700_000_000)
    text = run("doctor").out
    # 400 x 358 / 1,310 and 60 x 400 / 1,117 tokens a second; 210 / 109.3 + 30 / 21.5 = 3.3 s.
    assert (
        "Qwen2.5-1.5B-Instruct: it would read 109 and write 21 tokens/s, about 3 s an answer, and take 1,484 MB of memory."
        " An estimate from the speed of Small, usually too slow rather than too quick; 1,700 MB are free\n"
        "      Run: domaingpt models pull Qwen2.5-1.5B-Instruct, then: domaingpt models use Qwen2.5-1.5B-Instruct\n"
    ) in text
    rows = {row["name"]: row for row in run("models", "list", "--json").objects}
    assert [name for name, row in rows.items() if row["recommended"]] == ["Qwen2.5-1.5B-Instruct"]
    assert rows["Qwen2.5-1.5B-Instruct"]["fits"] is True
    assert (rows["Qwen2.5-7B-Instruct"]["fits"], rows["Qwen2.5-7B-Instruct"]["ram_bytes"]) == (False, 5_167_881_024)
    assert (rows["all-MiniLM-L6-v2"]["fits"], rows["all-MiniLM-L6-v2"]["ram_bytes"]) == (None, None)
    listed = run("models", "list")
    (line,) = [line for line in listed.out.splitlines() if "recommended" in line]
    assert (
        line.split() == "Qwen2.5-1.5B-Instruct generator available 1,117 MB 1,484 MB RAM recommended Apache-2.0".split()
    )
    assert "5,168 MB RAM  too large" in listed.out
    assert listed.err == ""


def test_doctor_recommends_nothing_to_a_slow_machine(
    run: Run, workspace: Path, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The one in use stays, and the reason is given."""
    spec = GeneratorSpec("Small", tmp_path / "small.gguf", None, "chatml", 4096, "MIT", 400_000_000, 900_000_000)
    monkeypatch.setattr("domaingpt.models.find_generator", lambda _: spec)
    monkeypatch.setattr("domaingpt.models.speed.parameters_of", lambda _: 358_000_000)
    monkeypatch.setattr("domaingpt.cli.doctor_command._tokens_a_second", lambda _: (4.0, 0.6))
    monkeypatch.setattr("domaingpt.models.free_bytes", lambda: None)
    rows = {row["check"]: row for row in run("doctor", "--json").objects}
    assert rows["recommended model"]["finding"] == (
        "Small: SmolLM2-360M-Instruct, the smallest other, would take about 94 s an answer and 10 are the most."
        " An estimate from its speed"
    )  # 4 x 358 / 315 and 0.6 x 400 / 386 tokens a second: 210 / 4.55 + 30 / 0.62
    assert rows["recommended model"]["hint"] == ""


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
    assert "  !!  language model         x.gguf does not load.\n      Run: domaingpt models verify\n" in result.out


@pytest.mark.parametrize(("load", "told"), [(0.5, False), (2.9, False), (8.2, True)])
def test_doctor_says_when_it_could_not_measure_well(
    run: Run, workspace: Path, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch, load: float, told: bool
) -> None:
    """A busy machine looks slow."""
    monkeypatch.setattr("os.getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr("domaingpt.embeddings.n_cores", lambda: 2)
    rows = {row["check"]: row for row in run("doctor", "--json").objects}
    hint = "This machine is busy (load 8 on 2 cores): measure again when it is not."
    assert rows["language model"]["hint"] == (hint if told else "")


def test_doctor_outside_of_a_workspace(
    run: Run, tmp_path: Path, measured: ScriptedGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for finding out what is wrong, so it goes on."""
    monkeypatch.chdir(tmp_path)
    result = run("doctor")
    assert "Run: domaingpt init" in result.out
    assert "Small, reads" in result.out
