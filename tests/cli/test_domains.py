"""`init`, `new`, `remove`, `domains`, `show` and `verify`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import LEASE, QUESTION, Run

from domaingpt.config import load_config

STATE_KEYS = ["name", "title", "description", "state", "documents", "chunks", "changed_files", "problem"]
SHOW_KEYS = [
    "name",
    "title",
    "description",
    "folder",
    "generation",
    "created",
    "embedder",
    "counts",
    "changed_files",
    "documents",
    "ledger",
]


def state(run: Run, name: str) -> dict[str, object]:
    return next(row for row in run("domains", "--json").objects if row["name"] == name)


def test_init_makes_a_workspace(run: Run, tmp_path: Path) -> None:
    """What is there already stays."""
    path = tmp_path / "papers"
    for _ in range(2):
        result = run("init", path)
        assert (result.code, result.err) == (0, "")
        assert result.out == f"{path} is a workspace. Next: domaingpt new NAME\n"
        (path / "domains" / "kept").mkdir(exist_ok=True)
    assert (path / "domains" / "kept").is_dir()
    assert (path / "indexes").stat().st_mode & 0o777 == 0o700


def test_workspace_is_found_three_ways(
    run: Run, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The option, the variable, the nearest folder above."""
    monkeypatch.chdir(workspace / "domains" / "house" / "documents")
    assert run("domains").out.splitlines()[0] == str(workspace)
    monkeypatch.chdir(tmp_path)
    assert run("-w", workspace, "domains").out.splitlines()[0] == str(workspace)
    monkeypatch.setenv("DOMAINGPT_WORKSPACE", str(workspace))
    assert run("domains").out.splitlines()[0] == str(workspace)
    result = run("--workspace", tmp_path / "none", "domains")
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith(f"Run: domaingpt init {tmp_path / 'none'}\n")


def test_new_creates_a_domain_with_a_commented_file(run: Run, empty_workspace: Path) -> None:
    """Every key with its default, so that the file changes nothing."""
    result = run("new", "mutual-funds", "--description", 'Funds, "quoted" \\ and\ttabbed')
    folder = empty_workspace / "domains" / "mutual-funds"
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"Created MutualFundsGPT in {folder}.\n"
        f'Put files into {folder / "documents"}, then: domaingpt ask mutual-funds "…"\n'
    )
    config = load_config(folder / "domain.toml", "mutual-funds")
    assert config.description == 'Funds, "quoted" \\ and\ttabbed'
    (folder / "domain.toml").unlink()
    defaults = load_config(folder / "domain.toml", "mutual-funds")
    assert (config.title, config.documents, config.retrieval, config.answer, config.chunking, config.embedding) == (
        (defaults.title, defaults.documents, defaults.retrieval, defaults.answer, defaults.chunking, defaults.embedding)
    )


def test_new_leaves_documents_where_they_are(run: Run, empty_workspace: Path, tmp_path: Path) -> None:
    """And the folder named on the command line counts as confirmed."""
    filings = tmp_path / "filings"
    filings.mkdir()
    shutil.copy(LEASE, filings)
    result = run("new", "house", "--from", filings)
    assert result.code == 0
    assert result.out.endswith(f'It reads {filings}. Next: domaingpt ask house "…"\n')
    assert run("ask", "house", QUESTION, "--json").objects[0]["citations"]
    assert sorted(path.name for path in filings.iterdir()) == ["lease.md"]


def test_new_takes_over_settings(run: Run, empty_workspace: Path) -> None:
    """All but title, description and where the documents are; whatever the order of the file."""
    run("new", "a")
    (empty_workspace / "domains/a/domain.toml").write_text(
        'title = "A"\ninstructions = """Two\nlines"""\n[documents]\nexclude = ["drafts/**"]\npath = "elsewhere"\n'
        "[retrieval]\nk = 4\ndense_weight = 0.25\n[chunking]\nmax_tokens = 96\n",
        encoding="utf-8",
    )
    result = run("new", "b", "--like", "a", "--title", "B")
    assert (result.code, result.err) == (0, "")
    config = load_config(empty_workspace / "domains/b/domain.toml", "b")
    assert (config.title, config.instructions, config.documents.exclude) == ("B", "Two\nlines", ("drafts/**",))
    assert (config.retrieval.k, config.retrieval.dense_weight, config.chunking.max_tokens) == (4, 0.25, 96)
    assert config.documents.path == "documents"
    assert run("new", "c", "--like", "b").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["house"], 1, "Error: The domain 'house' exists already in"),
        (["House"], 2, "Error: 'House' cannot be a domain's name."),
        (["../x"], 2, "Error: '../x' cannot be a domain's name."),
        (["auto"], 2, "Error: The name 'auto' is reserved."),
        (["b", "--like", "hause"], 2, "Did you mean 'house'?"),
        (["b", "--from", "nowhere"], 2, "'nowhere' does not exist"),
    ],
    ids=str,
)
def test_new_refuses(run: Run, workspace: Path, arguments: list[str], code: int, message: str) -> None:
    """And leaves nothing behind."""
    result = run("new", *arguments)
    assert (result.code, result.out) == (code, "")
    assert message in result.err
    assert [path.name for path in (workspace / "domains").iterdir()] == ["house"]


def test_remove_takes_the_index_only(run: Run, workspace: Path) -> None:
    """Unasked; deleting it loses nothing but time."""
    result = run("remove", "house")
    assert (result.code, result.out) == (0, "Removed the index of 'house'; its folder stays.\n")
    assert not (workspace / "indexes" / "house").exists()
    assert (workspace / "domains/house/documents/lease.md").is_file()


@pytest.mark.parametrize(("typed", "code", "stays"), [("n\n", 1, True), ("\n", 1, True), ("y\n", 0, False)])
def test_remove_asks_before_documents_go(run: Run, workspace: Path, typed: str, code: int, stays: bool) -> None:
    """No is the default."""
    result = run("remove", "house", "--with-folder", stdin=typed)
    assert result.code == code
    assert f"Delete {workspace}/domains/house with everything in it? [y/N]: " in result.err
    assert result.out == ("Nothing was removed.\n" if stays else "Removed the index of 'house' and its folder.\n")
    assert (workspace / "domains" / "house").exists() == (workspace / "indexes" / "house").exists() == stays


def test_remove_without_an_answer_removes_nothing(run: Run, workspace: Path) -> None:
    """As when stdin is closed."""
    assert run("remove", "house", "--with-folder").code == 130
    assert (workspace / "domains/house/documents/lease.md").is_file()


def test_remove_never_touches_documents_kept_elsewhere(run: Run, workspace: Path, tmp_path: Path) -> None:
    """Not even with --with-folder."""
    filings = tmp_path / "filings"
    filings.mkdir()
    (filings / "a.txt").write_text("x", encoding="utf-8")
    run("new", "shop", "--from", filings)
    assert run("remove", "shop", "--with-folder", "--yes").code == 0
    assert (filings / "a.txt").is_file()
    assert not (workspace / "domains" / "shop").exists()


def test_remove_of_a_domain_with_bad_settings(run: Run, workspace: Path) -> None:
    """One must get rid of it all the same."""
    (workspace / "domains/house/domain.toml").write_text("oops", encoding="utf-8")
    assert run("remove", "house", "--with-folder", "--yes").code == 0
    assert run("remove", "house").code == 2


def test_domains_of_an_empty_workspace(run: Run, empty_workspace: Path) -> None:
    """With the next step."""
    result = run("domains")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{empty_workspace} has no domains yet. Run: domaingpt new NAME\n"
    assert run("domains", "--json").out == ""


def test_domains_as_text(run: Run, workspace: Path) -> None:
    """Name, title, state and size; one that is broken does not hide the others."""
    run("new", "shop")
    (workspace / "domains" / "broken").mkdir()
    (workspace / "domains" / "broken" / "domain.toml").write_text('titel = "x"', encoding="utf-8")
    (workspace / "domains" / "Not a domain").mkdir()
    result = run("domains")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        str(workspace),
        "  broken         broken           problem",
        f"                 {workspace}/domains/broken/domain.toml: unknown key 'titel'. Did you mean 'title'?",
        "  house          HouseGPT         ready        1 document, 2 chunks",
        "  shop           ShopGPT          not ingested",
    ]


def test_domains_as_json(run: Run, workspace: Path, documents: Path) -> None:
    """One object a domain."""
    assert list(state(run, "house")) == STATE_KEYS
    assert state(run, "house") == {
        "name": "house",
        "title": "HouseGPT",
        "description": "A rented flat.",
        "state": "ready",
        "documents": 1,
        "chunks": 2,
        "changed_files": 0,
        "problem": "",
    }
    (documents / "new.txt").write_text("x", encoding="utf-8")
    assert state(run, "house")["state"] == "changed"
    assert state(run, "house")["changed_files"] == 1
    assert "1 file changed, run: domaingpt ingest house" in run("domains").out
    shutil.rmtree(workspace / "indexes" / "house")
    assert state(run, "house")["state"] == "not ingested"


def test_show_as_json(run: Run, workspace: Path) -> None:
    """Everything about one domain in one object."""
    (shown,) = run("show", "house", "--json").objects
    assert list(shown) == SHOW_KEYS
    assert shown["documents"] == [
        {
            "path": "lease.md",
            "title": "Lease of the flat at 12 Harbour Lane",
            "chunks": 2,
            "characters": len(LEASE.read_text(encoding="utf-8")),
            "pages": {},
        }
    ]
    assert shown["ledger"]["balanced"] is True
    assert (shown["generation"], shown["changed_files"]) == (1, [])


def test_show_as_text(run: Run, workspace: Path, documents: Path) -> None:
    """Documents, staleness, ledger."""
    for number in range(7):
        (documents / f"{number}.txt").write_text("x", encoding="utf-8")
    result = run("show", "house")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == "HouseGPT: A rented flat."
    assert lines[1] == f"  folder     {documents}"
    assert lines[2].startswith("  index      generation 1 of ")
    assert lines[3] == "  stale      7 files changed since: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more"
    assert lines[5:8] == ["   chunks  pages  document", "        2         lease.md", ""]
    assert lines[8] == "Ledger of that ingest:"
    assert lines[-1] == "  balanced"


def test_show_document_is_verbatim(run: Run, workspace: Path) -> None:
    """The stored text, offset by offset that of the file."""
    text = LEASE.read_text(encoding="utf-8")
    assert run("show", "house", "--document", "lease.md").out == text
    (shown,) = run("show", "house", "--document", "lease.md", "--json").objects
    assert shown == {
        "path": "lease.md",
        "title": "Lease of the flat at 12 Harbour Lane",
        "pages": [],
        "text": text,
    }


@pytest.mark.parametrize(
    ("path", "hint"), [("leese.md", "Did you mean 'lease.md'?"), ("x", "See: domaingpt show house")]
)
def test_show_unknown_document(run: Run, workspace: Path, path: str, hint: str) -> None:
    """The nearest is named."""
    result = run("show", "house", "--document", path)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(f"Error: The index of 'house' has no document '{path}'. {hint}\n")


def test_show_and_verify_before_the_first_ingest(run: Run, empty_workspace: Path) -> None:
    """An error with the command that helps."""
    run("new", "shop")
    for command in ("show", "verify"):
        result = run(command, "shop")
        assert (result.code, result.out) == (1, "")
        assert result.err == "Error: The domain 'shop' has no index yet.\nRun: domaingpt ingest shop\n"
    assert run("verify").code == 0  # of all that were ingested, none is bad


def test_verify_of_a_good_index(run: Run, workspace: Path) -> None:
    """Every generation."""
    result = run("verify", "house")
    assert (result.code, result.out, result.err) == (0, "house 000001: good\n", "")
    assert run("verify", "--json").objects == [
        {"domain": "house", "generation": "000001", "good": True, "problems": []}
    ]


@pytest.mark.parametrize(
    "name",
    [f"segments/000001/{name}" for name in ("vectors.faiss", "corpus.sqlite", "chunk_ids.npy", "extra")]
    + ["sources.json", "manifest.json", "extra"],
)
def test_verify_names_the_damaged_file(run: Run, workspace: Path, name: str) -> None:
    """Exit 1, and only the damaged domain is to be rebuilt."""
    run("new", "shop")
    run("ingest", "shop")
    file = workspace / "indexes" / "house" / "000001" / name
    data = bytearray(file.read_bytes() if file.exists() else b"x")
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    result = run("verify")
    assert (result.code, result.err) == (1, "")
    first, problem, hint, other = result.out.splitlines()
    assert first == "house 000001: DAMAGED"
    assert problem.startswith(f"  {file} ")
    assert hint == "Run: domaingpt ingest house --rebuild"
    assert other == "shop 000001: good"
    reports = run("verify", "--json").objects
    assert [(report["domain"], report["good"], len(report["problems"])) for report in reports] == [
        ("house", False, 1),
        ("shop", True, 0),
    ]


def test_damage_is_told_when_asked(run: Run, workspace: Path, documents: Path) -> None:
    """The generation before answers instead; without one it is an error."""
    (workspace / "indexes" / "house" / "000001" / "segments" / "000001" / "corpus.sqlite").write_bytes(b"x")
    result = run("ask", "house", QUESTION)
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith("Run: domaingpt ingest house --rebuild\n")
    run("ingest", "house", "--rebuild")
    run("ingest", "house", "--rebuild")
    (workspace / "indexes" / "house" / "000003" / "segments" / "000001" / "corpus.sqlite").write_bytes(b"x")
    result = run("ask", "house", QUESTION)
    assert result.code == 0
    assert "generation 2 answers instead. Run: domaingpt ingest house --rebuild\n" in result.err
    run("ingest", "house")
    result = run("verify", "house")
    assert (result.code, result.out) == (0, "house 000004: good\nhouse 000002: good\n")
