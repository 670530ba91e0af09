"""Workspace and Domain: where things are found, what may be read, what is removed, what is stale."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from domaingpt import locations
from domaingpt.answer.generators.cancel import Cancellation
from domaingpt.config import RESERVED_NAMES
from domaingpt.domain import Domain
from domaingpt.errors import (
    AnswerCancelled,
    BadConfig,
    DomainError,
    DomainExists,
    DomainNotFound,
    IndexMissing,
    IndexStale,
    ModelNotFound,
    NotEnoughMemory,
    WorkspaceNotFound,
)
from domaingpt.models import EmbedderSpec, parse_endpoint
from domaingpt.testing import HashEmbedder, ScriptedGenerator
from domaingpt.workspace import Workspace

BOILER = "The boiler in the cellar was serviced by Menon in September 2024."


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> HashEmbedder:
    """The embedder of every domain; no language model is installed."""
    fake = HashEmbedder(dim=64)
    monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_: fake)
    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: None)
    monkeypatch.delenv("DOMAINGPT_WORKSPACE", raising=False)
    return fake


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


@pytest.fixture
def house(workspace: Workspace) -> Domain:
    domain = workspace.new("house")
    (domain.documents_folder / "log.txt").write_text(BOILER, encoding="utf-8")
    return domain


@pytest.fixture
def filings(tmp_path: Path) -> Path:
    """A folder outside the workspace."""
    folder = tmp_path / "Filings"
    folder.mkdir()
    (folder / "q3.txt").write_text("Revenue was 82,959 million.", encoding="utf-8")
    return folder


# --- finding a workspace ----------------------------------------------------------------------------


def test_the_argument_comes_before_the_variable_and_that_before_here(tmp_path, monkeypatch) -> None:
    """The nearest folder above counts last."""
    named, variable, here = (Workspace.create(tmp_path / name).path for name in ("a", "b", "c"))
    below = here / "domains" / "x" / "documents"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert Workspace.open().path == here
    monkeypatch.setenv("DOMAINGPT_WORKSPACE", str(variable))
    assert Workspace.open().path == variable
    assert Workspace.open(named).path == named
    assert Workspace.open(str(named)).path == named


def test_the_nearest_workspace_above_is_taken(tmp_path, monkeypatch) -> None:
    """One workspace may lie inside another."""
    outer = Workspace.create(tmp_path / "outer").path
    inner = Workspace.create(outer / "inner").path
    monkeypatch.chdir(inner)
    assert Workspace.open().path == inner
    monkeypatch.chdir(outer)
    assert Workspace.open().path == outer


def test_without_a_workspace_the_hint_is_init(tmp_path, monkeypatch) -> None:
    """Named, or looked for."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WorkspaceNotFound, match=r"Neither .* nor a folder above it has a 'domains' folder") as caught:
        Workspace.open()
    assert caught.value.hint == "Run: domaingpt init"
    with pytest.raises(WorkspaceNotFound, match="has no 'domains' folder"):
        Workspace.open(tmp_path / "none")


def test_creating_keeps_what_is_there(house, workspace) -> None:
    """A second time is no harm; the indexes are this user's alone."""
    again = Workspace.create(workspace.path)
    assert again.names() == ["house"]
    assert (workspace.path / "indexes").stat().st_mode & 0o077 == 0


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["house", "a", "0", "mutual-funds", "a" * 63])
def test_good_names(workspace, name: str) -> None:
    """They are folders below domains."""
    assert workspace.new(name).folder == workspace.path / "domains" / name
    assert workspace.domain(name).name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "House",
        "-a",
        "a_b",
        "a b",
        "../x",
        "a/b",
        "a\\b",
        ".",
        "..",
        "a" * 64,
        "é",
        "a\n",
        "a\x00",
        "~",
        "c:",
        *sorted(RESERVED_NAMES),
    ],
)
def test_bad_and_reserved_names_make_nothing(workspace, name: str) -> None:
    """No folder appears, inside or outside."""
    before = sorted(workspace.path.parent.rglob("*"))
    with pytest.raises(BadConfig, match=r"cannot be a domain's name|is reserved"):
        workspace.new(name)
    with pytest.raises(DomainNotFound, match="There is no domain"):
        workspace.domain(name)
    assert sorted(workspace.path.parent.rglob("*")) == before


def test_what_is_no_domain_is_not_listed(workspace, house, filings) -> None:
    """Files, hidden folders, folders of other names, and links, wherever they lead."""
    folder = workspace.path / "domains"
    (folder / "notes.txt").write_text("", encoding="utf-8")
    (folder / "readme").write_text("", encoding="utf-8")
    for name in (".git", "Old House", "con"):
        (folder / name).mkdir()
    (folder / "linked").symlink_to(filings, target_is_directory=True)
    (folder / "twin").symlink_to(house.folder, target_is_directory=True)
    assert workspace.names() == ["house"]
    with pytest.raises(DomainNotFound, match="There is no domain 'linked'"):
        workspace.domain("linked")
    with pytest.raises(DomainNotFound, match="There is no domain 'twin'"):
        workspace.remove("twin", with_folder=True)
    assert (house.folder / "documents" / "log.txt").exists()


def test_an_unknown_domain_is_named_with_those_there_are(workspace, house) -> None:
    """And with the nearest, or how to make it."""
    workspace.new("equities")
    with pytest.raises(DomainNotFound) as caught:
        workspace.domain("hose")
    assert caught.value.message == f"There is no domain 'hose' in {workspace.path}; there are: equities, house."
    assert caught.value.hint == "Did you mean 'house'?"
    with pytest.raises(DomainNotFound) as caught:
        workspace.domain("zzz")
    assert caught.value.hint == "Create it with: domaingpt new zzz"


# --- new --------------------------------------------------------------------------------------------


def test_a_new_domain_reads_back_with_what_was_said(workspace) -> None:
    """Quotes and line breaks in a title are no TOML."""
    title, description = 'The "big" \\ GPT\n[documents]', "Notes, été, 日本"
    domain = workspace.new("notes", title=title, description=description)
    assert (domain.config.title, domain.config.description) == (title, description)
    assert domain.documents_folder == domain.folder / "documents"
    assert domain.documents_folder.is_dir()
    assert workspace.new("mutual-funds").config.title == "MutualFundsGPT"


def test_like_takes_the_settings_over_but_not_the_documents(workspace, filings) -> None:
    """Nor the title."""
    first = workspace.new("first", title="First", source=filings)
    text = (first.folder / "domain.toml").read_text(encoding="utf-8")
    (first.folder / "domain.toml").write_text(text.replace("k = 8", "k = 5"), encoding="utf-8")
    second = workspace.new("second", like="first")
    assert second.config.retrieval.k == 5
    assert second.config.title == "SecondGPT"
    assert second.documents_folder == second.folder / "documents"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"like": "none"}, DomainNotFound, "There is no domain 'none'"),
        ({"source": Path("/nowhere/at/all")}, DomainError, "is not a folder"),
    ],
)
def test_a_new_domain_that_cannot_be_made_leaves_nothing(workspace, options, error, message) -> None:
    """So that the same command works once the mistake is corrected."""
    with pytest.raises(error, match=message):
        workspace.new("notes", **options)
    assert workspace.names() == []
    assert list((workspace.path / "domains").iterdir()) == []


def test_a_name_is_taken_once(workspace, house) -> None:
    """Nothing is overwritten."""
    with pytest.raises(DomainExists, match="The domain 'house' exists already"):
        workspace.new("house")
    assert (house.folder / "documents" / "log.txt").exists()


# --- documents elsewhere ----------------------------------------------------------------------------


def test_documents_named_when_the_domain_is_made_are_confirmed(workspace, filings) -> None:
    """The user has just said so; nothing is copied, and no file of theirs is touched."""
    domain = workspace.new("equities", source=filings)
    assert domain.documents_folder == filings
    assert not (domain.folder / "documents").exists()
    domain.ingest()
    assert domain.ask("What was the revenue?").citations[0].document == "q3.txt"
    assert [path.name for path in filings.iterdir()] == ["q3.txt"]


@pytest.mark.parametrize("path", ["{outside}", "../../../Filings", "documents/link"])
def test_a_folder_outside_needs_to_be_confirmed_once(workspace, house, filings, path: str) -> None:
    """A workspace from somebody else must not point at your keys: by path, by dots, or by a link."""
    (house.folder / "documents" / "link").symlink_to(filings, target_is_directory=True)
    (house.folder / "domain.toml").write_text(f'[documents]\npath = "{path.format(outside=filings)}"', encoding="utf-8")
    domain = workspace.domain("house")
    for refused in (domain.ingest, domain.plan, lambda: domain.documents_folder):
        with pytest.raises(DomainError, match="outside its own folder, which was not confirmed yet") as caught:
            refused()
        assert caught.value.hint == ("If that is what you want, run: domaingpt ingest house --confirm-folder")
    domain.confirm_documents_folder()
    assert workspace.domain("house").documents_folder == filings


def test_a_confirmation_is_of_one_folder_for_one_domain_on_this_machine(workspace, filings, tmp_path) -> None:
    """Another folder, another domain, or the same workspace elsewhere asks anew."""
    domain = workspace.new("equities", source=filings)
    record = locations.state_dir() / "confirmed-folders.json"
    assert json.loads(record.read_text(encoding="utf-8")) == {str(domain.folder): [str(filings)]}
    assert not record.is_relative_to(workspace.path)
    other = workspace.new("other")
    (other.folder / "domain.toml").write_text(
        (domain.folder / "domain.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    with pytest.raises(DomainError, match="not confirmed"):
        _ = workspace.domain("other").documents_folder
    moved = workspace.path.rename(tmp_path / "moved")
    with pytest.raises(DomainError, match="not confirmed"):
        _ = Workspace(moved).domain("equities").documents_folder


@pytest.mark.parametrize("record", ["", "[]", "{", '{"x": 1}'])
def test_a_damaged_record_of_confirmations_confirms_nothing(workspace, filings, record: str) -> None:
    """It is asked again."""
    domain = workspace.new("equities", source=filings)
    (locations.state_dir() / "confirmed-folders.json").write_text(record, encoding="utf-8")
    with pytest.raises(DomainError, match="not confirmed"):
        _ = domain.documents_folder


# --- remove -----------------------------------------------------------------------------------------


def test_removing_leaves_the_documents_unless_asked(workspace, house) -> None:
    """First the index goes, then, asked, the folder."""
    house.ingest()
    workspace.remove("house")
    assert not house.index_folder.exists()
    assert (house.folder / "documents" / "log.txt").exists()
    workspace.remove("house", with_folder=True)
    assert not house.folder.exists()
    assert workspace.names() == []


def test_removing_never_touches_documents_elsewhere(workspace, filings) -> None:
    """Neither by path nor through a link."""
    domain = workspace.new("equities", source=filings)
    domain.ingest()
    (domain.folder / "link").symlink_to(filings, target_is_directory=True)
    workspace.remove("equities", with_folder=True)
    assert not domain.folder.exists()
    assert [path.name for path in filings.iterdir()] == ["q3.txt"]


@pytest.mark.parametrize("name", ["none", "..", "../domains/house", "", "."])
def test_only_a_domain_can_be_removed(workspace, house, name: str) -> None:
    """No path gets through."""
    house.ingest()
    with pytest.raises(DomainNotFound, match="There is no domain"):
        workspace.remove(name, with_folder=True)
    assert house.is_ingested


# --- the index --------------------------------------------------------------------------------------


def test_asking_ingests_first(house) -> None:
    """A domain answers as soon as it has documents."""
    assert not house.is_ingested
    answer = house.ask("Who serviced the boiler?")
    assert answer.citations[0].quote == BOILER
    assert house.is_ingested


def test_searching_does_not_ingest(house) -> None:
    """It says what to run."""
    with pytest.raises(IndexMissing, match="house") as caught:
        house.search("boiler")
    assert caught.value.hint == "Run: domaingpt ingest house"
    with pytest.raises(IndexMissing, match="house"):
        house.verify()


def test_a_search_gives_k_hits_and_its_time(house) -> None:
    """K from the settings unless it is said."""
    (house.folder / "documents" / "roof.txt").write_text("The roof was repaired.", encoding="utf-8")
    house.ingest()
    hits, timings = house.search("boiler")
    assert [hit.rank for hit in hits] == [1, 2]
    assert timings["total"] > 0
    assert len(house.search("boiler", k=1)[0]) == 1
    assert [hit.chunk.document for hit in house.search("roof", only="roof*")[0]] == ["roof.txt"]


def test_files_changed_since_the_ingest_are_told(house) -> None:
    """Added, edited, removed; in order; not those that only were touched."""
    documents = house.documents_folder
    (documents / "b.txt").write_text("b stays", encoding="utf-8")
    (documents / "c.txt").write_text("c goes", encoding="utf-8")
    assert house.changed_files() == []  # never ingested: nothing to compare with
    house.ingest()
    assert house.changed_files() == []
    (documents / "a.txt").write_text("new", encoding="utf-8")
    (documents / "log.txt").write_text("edited", encoding="utf-8")
    (documents / "b.txt").touch()
    (documents / "c.txt").unlink()
    assert house.changed_files() == ["a.txt", "c.txt", "log.txt"]
    house.ingest()
    assert house.changed_files() == []


def test_an_index_of_another_embedder_is_stale(workspace, house, monkeypatch) -> None:
    """Width alone is not identity; the message has both names and what to run."""
    house.ingest()
    other = HashEmbedder(dim=64, name="bge-base-en")
    monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_: other)
    with pytest.raises(IndexStale) as caught:
        workspace.domain("house").search("boiler")
    assert caught.value.message == (
        "The index of 'house' was built with hash (64-d); domain.toml now names bge-base-en (64-d)."
    )
    assert caught.value.hint == (
        "Run: domaingpt ingest house\n"
        "Or put [embedding] in domain.toml back: the index stays as it is until the new one is whole."
    )
    domain = workspace.domain("house")
    domain.ingest()
    assert domain.search("boiler")[0][0].chunk.text == BOILER


def test_what_changed_of_an_embedder_is_said(workspace, house, embedder, monkeypatch) -> None:
    """By the same name and width: its weights, or how it is used."""
    house.ingest()
    for changes, said in (
        ({"weights_sha256": "0" * 64}, "the weights of hash have changed since."),
        ({"document_prompt": "passage: "}, "the document prompt, pooling or token limit of hash has changed since."),
    ):
        other = HashEmbedder(dim=64)
        other.identity = replace(embedder.identity, **changes)
        monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_, other=other: other)
        with pytest.raises(IndexStale, match=said):
            _ = workspace.domain("house").index


# --- an embedder by path ------------------------------------------------------------------------------


@pytest.fixture
def specs(monkeypatch: pytest.MonkeyPatch, embedder: HashEmbedder) -> list[EmbedderSpec]:
    """What was asked to be loaded."""
    asked: list[EmbedderSpec] = []

    def load(spec: EmbedderSpec, *_: object) -> HashEmbedder:
        asked.append(spec)
        return embedder

    monkeypatch.setattr("domaingpt.domain.load_embedder", load)
    return asked


def model_folder(folder: Path) -> Path:
    """Write what passes for the folder of an embedder."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}", encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def settings(domain: Domain, text: str) -> Domain:
    """Return the domain anew with these settings."""
    (domain.folder / "domain.toml").write_text(text, encoding="utf-8")
    return Domain(domain.folder, domain.index_folder)


@pytest.mark.parametrize(
    ("written", "where"),
    [
        ("my-model", "domain"),
        ("./my-model", "domain"),
        ("models/my-model", "workspace"),
        ("../../models/my-model", "workspace"),
        ("{workspace}/models/my-model", "workspace"),
    ],
)
def test_an_embedder_in_the_workspace_is_found(workspace, house, specs, monkeypatch, tmp_path, written, where) -> None:
    """From the domain's folder, from the workspace, or in full; wherever the command is given."""
    own, shared = model_folder(house.folder / "my-model"), model_folder(workspace.path / "models" / "my-model")
    monkeypatch.chdir(tmp_path)
    path = written.format(workspace=workspace.path)
    domain = settings(house, f'[embedding]\nmodel = "{path}"')
    _ = domain.embedder
    assert specs[0].folder == {"domain": own, "workspace": shared}[where]


@pytest.mark.parametrize("written", ["~/my-model", "{home}/my-model", "../../../home/my-model", "link"])
def test_an_embedder_outside_needs_to_be_confirmed_once(house, specs, monkeypatch, tmp_path, written) -> None:
    """A domain from somebody else must not have folders of yours loaded: by path, by dots, or by a link."""
    home = tmp_path / "home"
    model = model_folder(home / "my-model")
    monkeypatch.setenv("HOME", str(home))
    (house.folder / "link").symlink_to(model, target_is_directory=True)
    domain = settings(house, f'[embedding]\nmodel = "{written.format(home=home)}"')
    for refused in (domain.ingest, domain.plan, lambda: domain.embedder):
        with pytest.raises(DomainError, match="outside the workspace, which was not confirmed yet") as caught:
            refused()
        assert str(model) in caught.value.message
        assert caught.value.hint == "If that is what you want, run: domaingpt ingest house --confirm-folder"
    assert specs == []
    domain.confirm_embedder_folder()
    _ = domain.embedder
    assert specs[0].folder == model


def test_an_embedder_by_name_needs_no_confirmation(house) -> None:
    """Nor is a folder of that name in the way."""
    model_folder(house.folder / "all-MiniLM-L6-v2")
    assert house.embedder_folder is None
    house.confirm_embedder_folder()
    assert not (locations.state_dir() / "confirmed-folders.json").exists()


@pytest.mark.parametrize(
    ("model", "hint"),
    [
        ("BAAI/bge-small-en-v1.5", "Run: domaingpt models pull BAAI/bge-small-en-v1.5"),
        ("bge-small-en-v1.5", "Run: domaingpt models pull bge-small-en-v1.5"),
        ("./gone", "Write the path of its folder from the domain's folder, from the workspace, or in full."),
    ],
)
def test_an_embedder_that_is_not_there(house, model, hint) -> None:
    """The hint can be followed to the letter."""
    with pytest.raises(ModelNotFound, match=f"There is no embedder '{model}' on this machine") as caught:
        _ = settings(house, f'[embedding]\nmodel = "{model}"').embedder
    assert caught.value.hint == hint


def test_settings_come_before_what_the_model_says(house, specs) -> None:
    """Prompts, also empty ones; languages; dimensions."""
    folder = model_folder(house.folder / "e5-small-v2")
    domain = settings(house, f'[embedding]\nmodel = "{folder.name}"')
    _ = domain.embedder
    more = 'query_prompt = "Frage: "\ndocument_prompt = ""\nlanguages = ["de", "zh-CN"]\ntruncate_dim = 32'
    domain = settings(house, f'[embedding]\nmodel = "{folder.name}"\n{more}')
    _ = domain.embedder
    own, changed = specs
    assert (own.query_prompt, own.document_prompt, own.languages, own.truncate_dim) == (
        "query: ",
        "passage: ",
        (),
        None,
    )
    assert (changed.query_prompt, changed.document_prompt) == ("Frage: ", "")
    assert (changed.languages, changed.truncate_dim) == (("de", "zh"), 32)
    with pytest.raises(BadConfig, match="holds no ISO 639-1 code"):
        _ = settings(house, f'[embedding]\nmodel = "{folder.name}"\nlanguages = ["German"]').embedder


def test_a_domain_like_another_finds_its_embedder(workspace, house, specs) -> None:
    """A path from the other's folder is written from the workspace; all settings of [embedding] are taken over."""
    folder = model_folder(house.folder / "my-model")
    more = 'query_prompt = "q: "\nlanguages = ["en", "de"]\ntruncate_dim = 32'
    domain = settings(house, f'[embedding]\nmodel = "my-model"\n{more}')
    other = workspace.new("flat", like="house")
    assert other.config.embedding == replace(domain.config.embedding, model="domains/house/my-model")
    _ = other.embedder
    assert specs[0].folder == folder
    assert 'embedding]\nmodel = "all-MiniLM-L6-v2"\n\n' in (workspace.new("plain").folder / "domain.toml").read_text(
        encoding="utf-8"
    )


def test_an_ingest_is_seen_by_the_next_question(house) -> None:
    """The open index is let go."""
    house.ingest()
    assert house.ask("Who serviced the boiler?").citations[0].quote == BOILER
    text = BOILER.replace("Menon", "Arkell")
    (house.documents_folder / "log.txt").write_text(text, encoding="utf-8")
    house.ingest()
    assert house.ask("Who serviced the boiler?").citations[0].quote == text


def test_an_empty_folder_is_said_to_be_empty(workspace) -> None:
    """It is no abstention."""
    domain = workspace.new("empty")
    with pytest.raises(DomainError, match="holds nothing to answer from"):
        domain.ask("Who?")


def test_two_domains_share_nothing(workspace, house) -> None:
    """A question in one never sees the other's text."""
    other = workspace.new("other")
    (other.documents_folder / "x.txt").write_text("The canary sings at 7 pm in the boiler.", encoding="utf-8")
    other.ingest()
    house.ingest()
    assert {hit.chunk.text for hit in house.search("canary boiler", k=100)[0]} == {BOILER}
    assert (
        "canary"
        not in str(house.ask("When does the canary sing?"))[len("Answer(question='When does the canary sing?'") :]
    )


def test_without_a_language_model_it_says_once_that_answers_are_quotes(tmp_path) -> None:
    """And what to install."""
    notices: list[str] = []
    domain = Workspace.create(tmp_path / "ws", notices.append).new("house")
    (domain.documents_folder / "log.txt").write_text(BOILER, encoding="utf-8")
    domain.ingest()
    notices.clear()
    assert [domain.ask("Who serviced the boiler?").model for _ in range(2)] == ["quotes", "quotes"]
    assert notices == ["No language model is installed: answers are quotes. For written ones: pip install '.[llm]'"]


def test_a_language_model_is_loaded_once(house, monkeypatch) -> None:
    """The same one answers every question."""
    loaded: list[str] = []

    def load(spec: str) -> ScriptedGenerator:
        loaded.append(spec)
        return ScriptedGenerator(["Menon serviced the boiler."])

    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: "scripted")
    monkeypatch.setattr("domaingpt.domain.load_generator", load)
    house.ingest()
    assert loaded == []
    assert [house.ask("Who serviced the boiler?").text for _ in range(2)] == ["Menon serviced the boiler. [1]"] * 2
    assert loaded == ["scripted"]


# --- the language model its settings name ----------------------------------------------------------


@pytest.fixture
def written_by(monkeypatch):
    """Return the list of what was asked to write: the settings in full, as they reached the loader."""
    asked: list[object] = []

    def load(spec: object) -> ScriptedGenerator:
        asked.append(spec)
        return ScriptedGenerator(["Menon serviced the boiler."])

    monkeypatch.setattr("domaingpt.domain.find_generator", lambda model: model)
    monkeypatch.setattr("domaingpt.domain.load_generator", load)
    return asked


@pytest.mark.parametrize("written", ["{home}/my.gguf", "~/my.gguf#chatml", "../../../home/my.gguf", "link.gguf"])
def test_a_model_file_outside_is_named_in_full(house, written_by, monkeypatch, tmp_path, written) -> None:
    """By path, by dots, or by a link; it sends nothing anywhere, so nothing is to be confirmed."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "my.gguf").write_bytes(b"GGUF")
    monkeypatch.setenv("HOME", str(home))
    (house.folder / "link.gguf").symlink_to(home / "my.gguf")
    domain = settings(house, f'[answer]\nmodel = "{written.format(home=home)}"')
    assert domain.confirm_answer_model() == ""
    _ = domain.generator
    assert written_by == [str(home / "my.gguf") + ("#chatml" if "#" in written else "")]


@pytest.mark.parametrize(("written", "where"), [("my.gguf", "domain"), ("models/my.gguf", "workspace")])
def test_a_model_file_in_the_workspace_is_found(workspace, house, written_by, monkeypatch, tmp_path, written, where):
    """From the domain's folder or from the workspace; never from where the command is given."""
    files = {"domain": house.folder / "my.gguf", "workspace": workspace.path / "models" / "my.gguf"}
    for file in (*files.values(), tmp_path / "elsewhere" / written):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"GGUF")
    monkeypatch.chdir(tmp_path / "elsewhere")
    domain = settings(house, f'[answer]\nmodel = "{written}"')
    _ = domain.generator
    assert written_by == [str(files[where])]
    assert domain.confirm_answer_model() == ""
    files[where].unlink()
    assert settings(house, f'[answer]\nmodel = "{written}"').answer_model == str(house.folder / written)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/v1", "https://gpu.example.org/v1"])
def test_an_endpoint_needs_to_be_confirmed_once(house, written_by, url) -> None:
    """On this machine, too: who listens at a port may send on what it hears."""
    domain = settings(house, f'[answer]\nmodel = "{url}?n_ctx=4096#m"')
    with pytest.raises(DomainError, match=f"is {url}, an endpoint.*, which was not confirmed yet") as caught:
        _ = domain.generator
    assert caught.value.hint == "If that is what you want, run: domaingpt models confirm house"
    assert written_by == []
    assert domain.confirm_answer_model() == url
    _ = domain.generator
    assert written_by == [f"{url}?n_ctx=4096#m"]
    domain = settings(house, '[answer]\nmodel = "http://127.0.0.1:8081/v1"')
    with pytest.raises(DomainError, match="not confirmed"):
        _ = domain.generator


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:8080/v1", []),
        ("https://gpu.example.org/v1", ["they go to https://gpu.example.org/v1."]),
        ("http://gpu.example.org/v1", ["they go to http://gpu.example.org/v1, not encrypted."]),
    ],
)
def test_text_that_leaves_the_machine_is_told(house, written_by, monkeypatch, url, told) -> None:
    """Each time, before it does; and not where it stays."""
    monkeypatch.setattr("domaingpt.domain.find_generator", parse_endpoint)
    notices: list[str] = []
    domain = settings(house, f'[answer]\nmodel = "{url}"')
    domain.notify = notices.append
    domain.confirm_answer_model()
    _ = domain.generator
    assert notices == [f"Questions and text of 'house' leave this machine: {text}" for text in told]


@pytest.mark.parametrize("model", ["auto", "quotes", "Qwen2.5-0.5B-Instruct", "lab/x:y.gguf"])
def test_a_model_by_name_needs_no_confirmation(house, model) -> None:
    """Nor is anything recorded."""
    domain = settings(house, f'[answer]\nmodel = "{model}"')
    assert domain.answer_model == model
    assert domain.confirm_answer_model() == ""
    assert not (locations.state_dir() / "confirmed-folders.json").exists()


def test_too_little_memory_gives_quotes_only_where_none_was_named(house, monkeypatch) -> None:
    """A model that was named is an error; "auto" goes on with quotes, and says so."""

    def refuse(_: object) -> None:
        raise NotEnoughMemory("It needs more.", "Close something.")

    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: "a model")
    monkeypatch.setattr("domaingpt.domain.load_generator", refuse)
    notices: list[str] = []
    house.notify = notices.append
    assert house.generator is None
    assert notices == ["It needs more. Answers are quotes. Close something."]
    with pytest.raises(NotEnoughMemory):
        _ = settings(house, '[answer]\nmodel = "Qwen2.5-7B-Instruct"').generator


def test_a_domain_like_another_writes_with_the_same_file(workspace, house) -> None:
    """A path is kept so that it is found from the other's folder, with its family."""
    (house.folder / "my.gguf").write_bytes(b"GGUF")
    settings(house, '[answer]\nmodel = "my.gguf#phi3"')
    other = workspace.new("flat", like="house")
    assert other.config.answer.model == "domains/house/my.gguf#phi3"
    assert other.answer_model == f"{house.folder / 'my.gguf'}#phi3"


def test_domains_share_no_language_model(workspace, house, monkeypatch) -> None:
    """So nothing of one domain's prompts is kept where another's are computed."""
    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: "scripted")
    monkeypatch.setattr("domaingpt.domain.load_generator", lambda _: ScriptedGenerator(["Yes."]))
    other = workspace.new("other")
    assert house.generator is not None
    assert house.generator is not other.generator


def test_a_question_can_be_called_off(house, monkeypatch) -> None:
    """Before, or from the thread that hears its sentences; the next one is answered."""
    draft = "Menon serviced the boiler. The boiler is in the cellar. It is old."
    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: "scripted")
    monkeypatch.setattr("domaingpt.domain.load_generator", lambda _: ScriptedGenerator([draft]))
    cancellation = Cancellation()
    with pytest.raises(AnswerCancelled):
        house.ask("Who serviced the boiler?", cancellation=cancellation, on_sentence=lambda _: cancellation.cancel())
    with pytest.raises(AnswerCancelled):
        house.ask("Who serviced the boiler?", cancellation=cancellation)
    answer = house.ask("Who serviced the boiler?", cancellation=Cancellation())
    assert str(answer.text).startswith("Menon serviced the boiler. [1]")


def test_a_question_too_long_for_the_model_is_quoted_with_a_notice(house, monkeypatch) -> None:
    """An answer is worth more than a complaint."""
    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: "scripted")
    monkeypatch.setattr("domaingpt.domain.load_generator", lambda _: ScriptedGenerator(["never"], n_ctx=200))
    house.ingest()
    notices: list[str] = []
    monkeypatch.setattr(house, "notify", notices.append)
    answer = house.ask("Who serviced the boiler? " * 60)
    assert (answer.reason, answer.citations[0].quote) == ("quoted", BOILER)
    assert len(notices) == 1
    assert notices[0].startswith("The question does not fit the context of scripted, 200 tokens in all")


def test_an_abstention_names_the_domain_that_fits_better(workspace, house) -> None:
    """By what other domains' settings say; none of them needs documents or an index, and a broken one is passed over."""
    workspace.new("payment", description="card payments chargebacks merchant fees")
    workspace.new("bees", description="honey hives swarms queens")
    broken = workspace.new("broken", description="card payments chargebacks merchant fees disputes")
    (broken.folder / "domain.toml").write_text("colour = 1", encoding="utf-8")
    answer = house.ask("chargebacks merchant fees card")
    assert (answer.abstained, answer.elsewhere) == (True, "payment")
    assert answer.reason.endswith(" PaymentGPT may know: payment.")
    assert not workspace.domain("payment").is_ingested
    assert house.ask("Who serviced the boiler?").elsewhere is None
