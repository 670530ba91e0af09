"""The starter domains with the real embedder, FAISS and language model, in a copy of the workspace.

Takes about a minute on two idle cores, and more the first time, when the embedder is compiled into the
user's cache. Nothing else of the user is read or written.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from domaingpt.domain import Domain
from domaingpt.models import find_generator
from domaingpt.workspace import Workspace

pytestmark = pytest.mark.model

SHIPPED = Path(__file__).resolve().parents[1] / "domains"
NAMES = ("equities", "house", "payment")
QUESTION = "When is the final mortgage payment due?"
QUOTE = "The final mortgage payment, payment number 300, is due on 1 August 2049."
# Questions whose answering document is among the first five hits, of the 117 answerable ones: 117 when
# this was written. The floor lets two go, so that a better fusion may lose one here and win elsewhere.
MIN_FOUND_AT_5 = 115
# Of 117, those whose first hit is of an answering document: 101 when this was written.
MIN_FOUND_AT_1 = 96
HEAVY = ("torch", "transformers", "sentence_transformers", "llama_cpp", "rich", "pypdfium2", "docx", "openpyxl")
REPORT_IMPORTS = f"print('IMPORTED', [m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
RUN = "import sys\nfrom domaingpt.cli import group\nfrom domaingpt.cli.failures import failing_well\ncode = failing_well(group)"
HIDE_LLAMA = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "llama_cpp":
            raise ModuleNotFoundError("No module named 'llama_cpp'", name=name)
sys.meta_path.insert(0, Hidden())
"""


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with the starter domains, ingested once; tests must leave it as it is."""
    path = tmp_path_factory.mktemp("starter") / "workspace"
    shutil.copytree(SHIPPED, path / "domains")
    workspace = Workspace.create(path)
    for domain in workspace.domains():
        report = domain.ingest()
        assert report.ledger.balanced
        assert (report.ledger.files["failed"], report.ledger.files["skipped"]) == (0, 0)
    return workspace


@pytest.fixture(scope="module")
def house(starter: Workspace) -> Domain:
    """HouseGPT, with its models loaded once."""
    return starter.domain("house")


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Share the compiled embedder with the user, but neither their chosen models nor their last answer."""
    for name in ("STATE", "MODELS"):
        monkeypatch.setenv(f"DOMAINGPT_{name}_DIR", str(tmp_path / f"user-{name.lower()}"))


@pytest.fixture
def with_llm() -> None:
    """Skip without the extra that writes answers."""
    if find_spec("llama_cpp") is None or find_generator("auto") is None:
        pytest.skip("the llm extra is not installed")


def questions(name: str) -> list[dict[str, Any]]:
    lines = (SHIPPED / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def domaingpt(workspace: Workspace, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own; its last line of stderr tells what was imported."""
    script = f"{before}{RUN}\n{REPORT_IMPORTS}\nsys.exit(code)"
    command = [sys.executable, "-c", script, "-w", str(workspace.path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def on_one_line(text: str) -> str:
    """Return a verbatim text as it is shown."""
    return " ".join(text.split())


def imported(done: subprocess.CompletedProcess[str]) -> str:
    return done.stderr.splitlines()[-1]


def notices(done: subprocess.CompletedProcess[str]) -> list[str]:
    return done.stderr.splitlines()[:-1]


@pytest.mark.usefixtures("with_llm")
@pytest.mark.parametrize("asked", questions("house")[:5], ids=lambda asked: asked["id"])
def test_natural_question_is_answered_with_file_page_and_quote(house: Domain, asked: dict[str, Any]) -> None:
    """The answer is right, and every quote is where its citation says, verbatim."""
    answer = house.ask(asked["question"])
    assert not answer.abstained
    assert answer.text
    assert len(answer.text) <= 600
    shown = answer.text + "".join(citation.quote for citation in answer.citations)
    assert any(gold in on_one_line(shown) for gold in asked["answers"])
    first = answer.citations[0]
    assert first.document in asked["documents"]
    assert first.page in (asked["pages"] or [None])
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        document = house.index.corpus.document(citation.document)
        assert document.text[citation.start : citation.end] == citation.quote
        assert len(citation.quote) <= 300
        if citation.page is not None:
            page = document.pages[citation.page - 1]
            assert page.start <= citation.start < page.end
    assert set(re.findall(r"\[(\d+)\]", answer.text)) == {str(citation.n) for citation in answer.citations}


@pytest.mark.usefixtures("with_llm")
@pytest.mark.parametrize(
    "question", ["What is the password of the wireless network?", "Who won the Tour de France in 1998?"]
)
def test_what_the_documents_do_not_hold_is_not_answered(house: Domain, question: str) -> None:
    """No answer, no citation, a reason; what came closest is quoted all the same."""
    answer = house.ask(question)
    assert answer.abstained
    assert (answer.text, answer.citations) == (None, ())
    assert answer.reason
    assert 1 <= len(answer.nearest) <= 3
    for citation in answer.nearest:
        assert house.index.corpus.document(citation.document).text[citation.start : citation.end] == citation.quote


def test_answering_documents_are_found(starter: Workspace) -> None:
    """A floor under retrieval, over the natural questions of all three domains."""
    n_asked, found_at_5, found_at_1 = 0, 0, 0
    for name in NAMES:
        domain = starter.domain(name)
        for asked in questions(name):
            if asked["answerable"]:
                hits, _ = domain.search(asked["question"], k=5)
                found = [hit.chunk.document in asked["documents"] for hit in hits]
                n_asked += 1
                found_at_5 += any(found)
                found_at_1 += found[0]
    assert n_asked == 117
    assert found_at_5 >= MIN_FOUND_AT_5
    assert found_at_1 >= MIN_FOUND_AT_1


def test_evaluation_says_the_same(starter: Workspace) -> None:
    """All questions that can be judged, with limits under what is measured; models that are not needed stay away."""
    limits = ["--fail-under", "R@5=0.95", "--fail-under", "RR@10=0.85", "--fail-under", "page@5=0.85"]
    done = domaingpt(starter, "eval", "--all", "--json", *limits)
    assert (done.returncode, done.stderr) == (0, "IMPORTED []\n")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    arms = [record for record in records if record["record"] == "arm"]
    assert [(arm["domain"], arm["n"]) for arm in arms] == [(name, 39) for name in NAMES]
    first = [record["measures"]["RR@10"] == 1 for record in records if record["record"] == "question"]
    assert len(first) == 117
    assert sum(first) >= MIN_FOUND_AT_1


def test_domains_do_not_see_each_other(starter: Workspace) -> None:
    """A question of the one finds nothing but documents of the other in the other."""
    for name in NAMES:
        own = {path.relative_to(SHIPPED / name / "documents").as_posix() for path in (SHIPPED / name).rglob("*.*")
               if path.is_relative_to(SHIPPED / name / "documents")}  # fmt: skip
        hits, _ = starter.domain(name).search(QUESTION, k=100)
        assert {hit.chunk.document for hit in hits} <= own


@pytest.mark.usefixtures("with_llm")
def test_ask_as_a_program(starter: Workspace) -> None:
    """Exit 0, the quote with its place on stdout, nothing on stderr, no torch."""
    done = domaingpt(starter, "ask", "house", QUESTION)
    assert done.returncode == 0
    assert re.search(r"1 August 2049.*\[1\]", done.stdout.splitlines()[0])
    assert "\n  [1] mortgage/mortgage-offer.pdf, page 1, " in done.stdout
    assert f"      “{QUOTE}”\n" in done.stdout
    assert notices(done) == []
    assert imported(done) == "IMPORTED ['llama_cpp']"


def test_cold_search_loads_neither_torch_nor_a_language_model(starter: Workspace) -> None:
    """What it imports is what one waits for."""
    done = domaingpt(starter, "search", "house", QUESTION, "--json", "-k", "3")
    assert done.returncode == 0
    (found,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert QUOTE in on_one_line(found["hits"][0]["text"])
    assert done.stderr == "IMPORTED []\n"


def test_without_llama_cpp_quotes_are_the_answer(starter: Workspace, tmp_path: Path) -> None:
    """It works, and says so once, with the command that installs it."""
    file = tmp_path / "questions.jsonl"
    lines = [json.dumps({"id": n, "question": QUESTION}) for n in range(3)]
    file.write_text("\n".join(lines), encoding="utf-8")
    done = domaingpt(starter, "ask", "house", "--questions", str(file), before=HIDE_LLAMA)
    assert done.returncode == 0
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    for answer in answers:
        assert (answer["abstained"], answer["reason"], answer["model"]) == (False, "quoted", "quotes")
        assert on_one_line(answer["citations"][0]["quote"]) == QUOTE
        assert answer["citations"][0]["page"] == 1
    (notice,) = notices(done)
    assert "nswers are quotes" in notice
    assert ".[llm]" in notice
    assert imported(done) == "IMPORTED []"


def test_index_follows_the_folder(tmp_path: Path) -> None:
    """Renamed, edited and deleted files; in the end the index is that of a fresh build, and every hash is good."""
    shutil.copytree(SHIPPED / "house", tmp_path / "w" / "domains" / "house")
    settings = tmp_path / "w/domains/house/domain.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[answer]\nmodel = "quotes"\n', encoding="utf-8")
    domain = Workspace.create(tmp_path / "w").domain("house")
    documents = domain.documents_folder
    domain.ingest()

    (documents / "mortgage/mortgage-offer.pdf").rename(documents / "mortgage/our-loan.pdf")
    report = domain.ingest()
    assert (report.ledger.files["removed"], report.ledger.files["read"]) == (1, 0)
    assert cited(domain, QUESTION)[0] == ("mortgage/our-loan.pdf", QUOTE)

    log = documents / "maintenance/maintenance-log.md"
    log.write_text(
        log.read_text(encoding="utf-8") + "\nThe lighthouse lamp was replaced by Ines Halvorsen on 3 May 2031.\n",
        encoding="utf-8",
    )
    assert domain.changed_files() == ["maintenance/maintenance-log.md"]
    report = domain.ingest()
    assert report.ledger.files["read"] == 1
    assert 1 <= report.ledger.chunks["embedded"] <= 3
    question = "Who replaced the lighthouse lamp?"
    assert cited(domain, question)[0][1] == "The lighthouse lamp was replaced by Ines Halvorsen on 3 May 2031."

    log.unlink()
    assert domain.ingest().ledger.files["removed"] == 1
    assert "Halvorsen" not in "".join(quote for _, quote in cited(domain, question))

    assert [problems for _, problems in domain.verify()] == [[], []]
    updated = [chunk.id for chunk in domain.index.corpus.all_chunks()]
    domain.ingest(rebuild=True)
    assert [chunk.id for chunk in domain.index.corpus.all_chunks()] == updated
    assert not domain.ingest().changed


def cited(domain: Domain, question: str) -> list[tuple[str, str]]:
    """Return document and quote of what an answer cites, or of what came closest."""
    answer = domain.ask(question)
    return [(citation.document, on_one_line(citation.quote)) for citation in answer.citations or answer.nearest]


@pytest.mark.usefixtures("with_llm")
def test_nothing_is_written_outside(starter: Workspace, tmp_path: Path) -> None:
    """Besides the index and the last answer; the documents are as they were shipped."""
    domaingpt(starter, "ask", "house", QUESTION)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["last-answer.json"]
    assert sorted(path.name for path in starter.path.iterdir()) == ["domains", "indexes"]
    for file in (SHIPPED / "house" / "documents").rglob("*"):
        copy = starter.path / "domains" / file.relative_to(SHIPPED)
        assert copy.is_dir() or copy.read_bytes() == file.read_bytes()
    assert (starter.path / "indexes" / "house").stat().st_mode & 0o077 == 0
