"""`domaingpt ingest`: reports, ledgers, exit codes, and files that cannot be read."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import LEASE, NO_MODEL, QUESTION, QUOTE, Run
from PIL import Image

from domaingpt.cli import ingest_command
from domaingpt.documents import ReaderPool, ReadResult, read_document
from domaingpt.domain import Domain
from domaingpt.testing import HashEmbedder

DOCUMENTS = Path(__file__).parents[2] / "domains" / "house" / "documents"
REPORT_KEYS = ["domain", "generation", "changed", "dry_run", "seconds", "ledger"]
LEDGER_KEYS = ["files", "pages", "characters", "chunks", "left_out", "attachments", "entries", "balanced"]


PICTURE = Image.new("L", (60, 80), 200)


class HereReader(ReaderPool):
    """Reads in this process, where tests say which extras there are."""

    def read_all(self, jobs):
        """Yield a result a job, in their order."""
        for job in jobs:
            data = job.file.read_bytes()
            document = read_document(data, job.path)
            yield ReadResult(job.path, hashlib.sha256(data).hexdigest(), document, None, "ok", 0.0)


@pytest.fixture
def fresh(workspace: Path) -> Path:
    """The documents folder of a domain that was never ingested."""
    shutil.rmtree(workspace / "indexes" / "house")
    return workspace / "domains" / "house" / "documents"


def encrypted_pdf(path: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=DOCUMENTS / "mortgage/mortgage-offer.pdf")
    writer.encrypt("secret", algorithm="RC4-128")  # AES would need another package
    writer.write(path)


def test_ledger_as_text(run: Run, fresh: Path) -> None:
    """Every line of it, and that it balances."""
    result = run("ingest", "house")
    assert (result.code, result.err) == (0, "")
    text = LEASE.read_text(encoding="utf-8")
    n = len(text)
    (fresh / "lease.md").read_text(encoding="utf-8")
    first, *lines = result.out.splitlines()
    assert re.fullmatch(r"house: generation 1 in \d+\.\d s\.", first)
    in_chunks, between = (int(x.replace(",", "")) for x in re.findall(r"([\d,]+) (?:in chunks|white)", lines[2]))
    assert in_chunks + between == n
    assert lines == [
        "  files              1 = 1 indexed + 0 unchanged + 0 duplicate + 0 skipped + 0 failed",
        "  pages              0 = 0 with text + 0 by OCR + 0 empty + 0 needing OCR",
        f"  characters     {n:,} = {in_chunks:,} in chunks + {between:,} white space between",
        "  chunks             2: 2 new, 2 embedded now, 0 over the limit",
        "  balanced",
    ]


def test_json_is_the_report(run: Run, fresh: Path) -> None:
    """One object a domain, with the whole ledger."""
    result = run("ingest", "house", "--json")
    assert (result.code, result.err) == (0, "")
    (report,) = result.objects
    assert list(report) == REPORT_KEYS
    assert (report["domain"], report["generation"], report["changed"], report["dry_run"]) == ("house", 1, True, False)
    assert sorted(report["ledger"]) == sorted(LEDGER_KEYS)
    assert report["ledger"]["balanced"] is True
    assert report["ledger"]["files"]["indexed"] == 1


def test_nothing_changed(run: Run, workspace: Path) -> None:
    """Also where time stamps had to be noted anew."""
    for _ in range(2):
        result = run("ingest", "house")
        assert result.code == 0
        assert re.match(r"house: nothing changed \(\d+\.\d\d s\)\.\n  files +1 = 0 indexed \+ 1 unchanged", result.out)


def test_new_files_that_have_no_reader_change_nothing(run: Run, documents: Path) -> None:
    """They are listed all the same."""
    (documents / "photo.xyz").write_bytes(b"x")
    result = run("ingest", "house")
    assert result.code == 0
    assert result.out.startswith("house: nothing changed")
    assert result.out.endswith("  skipped    photo.xyz: no reader for .xyz files\n")


def test_edit_rename_and_removal(run: Run, documents: Path, embedder: HashEmbedder) -> None:
    """Each is told; what is known is not embedded again."""
    (documents / "lease.md").rename(documents / "flat.md")
    result = run("ingest", "house")
    assert result.out.startswith("house: generation 2 in")
    assert "  removed    lease.md: no longer in the folder\n" in result.out
    (documents / "flat.md").unlink()
    (documents / "note.txt").write_text("The deposit was returned in May.", encoding="utf-8")
    result = run("ingest", "house", "--json")
    assert result.objects[0]["ledger"]["files"] | {"read": 1} == {
        "found": 1, "indexed": 1, "unchanged": 0, "duplicate": 0, "skipped": 0, "failed": 0, "removed": 1, "read": 1,
    }  # fmt: skip
    (answer,) = run("ask", "house", "Was the deposit returned?", "--json").objects
    assert {citation["document"] for citation in answer["citations"]} == {"note.txt"}


@pytest.mark.parametrize(
    ("name", "make", "code", "status", "reason"),
    [
        pytest.param("locked.pdf", encrypted_pdf, 3, "failed", "password", id="encrypted"),
        pytest.param(
            "cut.pdf",
            lambda path: path.write_bytes((DOCUMENTS / "mortgage/mortgage-offer.pdf").read_bytes()[:700]),
            3,
            "failed",
            "",
            id="truncated",
        ),
        pytest.param("empty.txt", lambda path: path.touch(), 0, "skipped", "empty file", id="empty"),
        pytest.param("blank.txt", lambda path: path.write_text(" \n\t\n"), 0, "skipped", "no text in it", id="blank"),
        pytest.param(
            "page.docx", lambda path: path.write_bytes(b"\x00\x01\x02 nonsense"), 3, "failed", "", id="wrong suffix"
        ),
        pytest.param(
            "song.mp3", lambda path: path.write_bytes(b"x"), 0, "skipped", "no reader for .mp3 files", id="no reader"
        ),
        pytest.param(
            "passwd.txt",
            lambda path: path.symlink_to("/etc/passwd"),
            0,
            "skipped",
            "link that leads out of the documents folder",
            id="outside link",
        ),
        pytest.param(
            "gone.txt", lambda path: path.symlink_to("no.txt"), 0, "skipped", "link to nothing", id="dead link"
        ),
        pytest.param(".secret.txt", lambda path: path.write_text("x"), 0, "skipped", "hidden file", id="hidden"),
    ],
)
def test_bad_file_is_told_and_its_neighbour_indexed(
    run: Run, fresh: Path, name: str, make: Callable[[Path], None], code: int, status: str, reason: str
) -> None:
    """3 where the user is needed, 0 where a file is merely left aside."""
    make(fresh / name)
    result = run("ingest", "house")
    assert (result.code, result.err) == (code, "")
    assert f"\n  {status:<10} {name}: " in result.out
    assert reason in result.out.split(f"{name}: ")[1]
    assert "  balanced\n" in result.out
    assert run("ask", "house", QUESTION).out.startswith(QUOTE)


def test_file_that_may_not_be_opened_is_told(run: Run, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated, since root may open everything."""
    from domaingpt import durable

    (fresh / "locked.txt").write_text("x", encoding="utf-8")
    original = durable.sha256_file

    def refuse(path: Path) -> str:
        if path.name == "locked.txt":
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(durable, "sha256_file", refuse)
    result = run("ingest", "house")
    assert result.code == 3
    assert result.out.endswith("  failed     locked.txt: permission denied\n")


def test_file_whose_name_is_not_utf8_is_told(run: Run, fresh: Path) -> None:
    """With what to do; the terminal gets no raw byte."""
    try:
        (fresh / os.fsdecode(b"caf\xe9.txt")).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    result = run("ingest", "house")
    assert result.code == 0
    assert result.out.endswith("  skipped    caf\\xe9.txt: file name is not valid UTF-8: rename it\n")
    assert run("ingest", "house", "--json").objects[0]["ledger"]["entries"][0]["path"] == "caf\\xe9.txt"


def test_identical_files_are_told(run: Run, fresh: Path) -> None:
    """Both are found; the second is a duplicate."""
    shutil.copy(fresh / "lease.md", fresh / "zweitschrift.md")
    result = run("ingest", "house")
    assert result.code == 0
    assert "  files              2 = 1 indexed + 0 unchanged + 1 duplicate + 0 skipped + 0 failed\n" in result.out
    assert result.out.endswith("  duplicate  zweitschrift.md: same content as lease.md\n")


def test_many_files_of_a_kind_are_summed_up(run: Run, fresh: Path) -> None:
    """A folder of pictures does not push the account off the screen; failed files are all listed."""
    for number in range(25):
        (fresh / f"{number:02}.png.bak").write_bytes(b"x")
        (fresh / f"{number:02}.docx").write_bytes(b"x")
    result = run("ingest", "house")
    assert result.code == 3
    assert result.out.count("no reader for .bak files") == 11
    assert result.out.endswith("  skipped    15 more: no reader for .bak files; all with --json\n")
    assert result.out.count("\n  failed ") == 25
    (report,) = run("ingest", "house", "--json").objects
    assert len(report["ledger"]["entries"]) == 50


def test_dry_run_says_what_would_be_done(run: Run, fresh: Path) -> None:
    """And does nothing: not even an index folder appears."""
    (fresh / "photo.xyz").write_bytes(b"x")
    result = run("ingest", "house", "--dry-run")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "house: dry run, nothing was written.\n"
        "  files              2 = 1 indexed + 0 unchanged + 0 duplicate + 1 skipped + 0 failed\n"
        "  indexed    lease.md: to be read\n"
        "  skipped    photo.xyz: no reader for .xyz files\n"
    )
    assert not (fresh.parents[2] / "indexes" / "house").exists()


def test_dry_run_of_an_ingested_domain(run: Run, documents: Path) -> None:
    """Only what changed is to be read."""
    (documents / "new.txt").write_text("x", encoding="utf-8")
    (report,) = run("ingest", "house", "--dry-run", "--json").objects
    assert (report["generation"], report["dry_run"]) == (1, True)
    assert report["ledger"]["entries"] == [
        {"path": "new.txt", "status": "indexed", "reason": "to be read", "inside": ""}
    ]


def test_rebuild_embeds_everything_anew(run: Run, workspace: Path, embedder: HashEmbedder) -> None:
    """Though nothing changed."""
    embedder.encoded.clear()
    result = run("ingest", "house", "--rebuild")
    assert result.code == 0
    assert result.out.startswith("house: generation 2 in")
    assert "chunks             2: 2 new, 2 embedded now" in result.out
    assert len(embedder.encoded) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name one domain or more, or use --all."),
        (["house", "--all"], "Name one domain or more, or use --all."),
        (["house", "--dry-run", "--rebuild"], "--dry-run goes with neither --rebuild nor --watch."),
        (["house", "--dry-run", "--watch"], "--dry-run goes with neither --rebuild nor --watch."),
    ],
    ids=str,
)
def test_contradictions_are_usage_errors(run: Run, workspace: Path, arguments: list[str], message: str) -> None:
    """Told before any work."""
    result = run("ingest", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(f"Error: {message}\n")


def test_several_domains_are_set_apart(run: Run, workspace: Path) -> None:
    """An empty line between two ledgers; a name given twice counts once."""
    run("new", "shop")
    result = run("ingest", "shop", "house", "shop")
    assert result.code == 0
    assert re.search(r"\Ashop: generation 1 in .*\n(  .*\n)+\nhouse: nothing changed .*\n(  .*\n)+\Z", result.out)
    assert [report["domain"] for report in run("ingest", "--all", "--json").objects] == ["house", "shop"]


def test_one_bad_domain_does_not_stop_the_others(run: Run, workspace: Path) -> None:
    """It is told, and decides the exit code."""
    (workspace / "domains" / "ancient").mkdir()
    (workspace / "domains" / "ancient" / "domain.toml").write_text("oops", encoding="utf-8")
    (workspace / "domains" / "house" / "documents" / "broken.docx").write_bytes(b"x")
    result = run("ingest", "--all")
    assert result.code == 2  # worse than 3, that a file needs the user
    assert result.err.startswith(f"Error: {workspace}/domains/ancient/domain.toml is not valid TOML: ")
    assert "house: generation 2" in result.out


def test_unknown_domain(run: Run, workspace: Path) -> None:
    """A usage error; nothing is created."""
    result = run("ingest", "hous")
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith("Did you mean 'house'?\n")


def test_missing_documents_folder(run: Run, documents: Path) -> None:
    """Not an empty index, which would forget everything."""
    shutil.rmtree(documents)
    result = run("ingest", "house")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: The documents folder of 'house', {documents}, is not there.\n")
    assert run("ask", "house", QUESTION).out.startswith(QUOTE)


def test_busy_domain(run: Run, workspace: Path) -> None:
    """Another process writes: said at once, exit 1."""
    from domaingpt.index.lock import writer_lock

    with writer_lock(workspace / "indexes" / "house", "house"):
        result = run("ingest", "house")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Error: ")
    assert "house" in result.err.splitlines()[0]


def test_folder_outside_is_confirmed_first(run: Run, workspace: Path, tmp_path: Path) -> None:
    """A workspace from somebody else must not read your files unasked."""
    outside = tmp_path / "filings"
    outside.mkdir()
    (outside / "a.txt").write_text("The deposit is held in trust.", encoding="utf-8")
    (workspace / "domains" / "house" / "domain.toml").write_text(f'[documents]\npath = "{outside}"\n', encoding="utf-8")
    result = run("ingest", "house")
    assert (result.code, result.out) == (1, "")
    assert result.err.endswith("run: domaingpt ingest house --confirm-folder\n")
    assert run("ask", "house", QUESTION).code == 0  # the old index still answers
    assert run("ingest", "house", "--confirm-folder").code == 0
    assert run("ingest", "house").code == 0


def test_watch_ingests_changes_until_interrupted(run: Run, documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change once, errors told once, 130 at the end."""
    calls: list[int] = []

    def step(_: float) -> None:
        calls.append(len(calls))
        match len(calls):
            case 1:
                pass  # nothing changed: nothing is printed
            case 2:
                (documents / "new.txt").write_text("Snakes are welcome now.", encoding="utf-8")
            case 4:
                documents.rename(documents.with_name("away"))
            case 6:
                documents.with_name("away").rename(documents)
                (documents / "new.txt").unlink()
            case 7:
                raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", step)
    monkeypatch.setattr(ingest_command, "WATCH_INTERVAL_S", 0.01)
    result = run("ingest", "house", "--watch", "--json")
    assert result.code == 130
    files = [report["ledger"]["files"] for report in result.objects]
    assert [(f["unchanged"], f["indexed"], f["removed"]) for f in files] == [(1, 0, 0), (1, 1, 0), (1, 0, 1)]
    assert result.err.startswith("Watching for changes; Ctrl-C ends it.\n")
    assert result.err.endswith("Interrupted. What was done so far is kept; run the command again to go on.\n")


def test_watch_tells_an_error_once(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on watching."""
    from domaingpt.errors import DomainBusy

    rounds: list[float] = []

    def step(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) > 4:
            raise KeyboardInterrupt

    def busy(*_: object, **__: object) -> None:
        raise DomainBusy("Somebody else writes.")

    monkeypatch.setattr("time.sleep", step)
    monkeypatch.setattr(Domain, "changed_files", lambda _: ["a.txt"])
    original = Domain.ingest
    monkeypatch.setattr(Domain, "ingest", lambda self, **options: busy() if rounds else original(self, **options))
    result = run("ingest", "house", "--watch")
    assert result.code == 130
    assert result.err.count("Error: Somebody else writes.") == 1


def test_interrupt_keeps_what_was_done(run: Run, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """130 and a message; the next run ends well."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("domaingpt.build.Build.write", interrupted)
        result = run("ingest", "house")
    assert (result.code, result.out) == (130, "")
    assert result.err == "\nInterrupted. What was done so far is kept; run the command again to go on.\n"
    (report,) = run("ingest", "house", "--json").objects
    assert (report["generation"], report["ledger"]["files"]["read"]) == (1, 0)  # read before, not again


def test_damaged_index_is_built_anew(run: Run, workspace: Path) -> None:
    """Said on stderr."""
    (workspace / "indexes" / "house" / "000001" / "segments" / "000001" / "corpus.sqlite").write_bytes(
        b"not a database"
    )
    result = run("ingest", "house")
    assert result.code == 0
    assert "Building the index of 'house' anew." in result.err
    assert result.out.startswith("house: generation 2 in")
    assert run("ask", "house", QUESTION).err == NO_MODEL


def test_scans_without_the_extra_are_named_and_need_the_user(
    run: Run, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Photos are ordinary: they are set aside with the command, and alone change no exit code."""
    from reportlab.pdfgen.canvas import Canvas

    monkeypatch.setattr("domaingpt.documents.ocr.version", lambda: "")
    monkeypatch.setattr("domaingpt.intake.ReaderPool", HereReader)
    (fresh / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    result = run("ingest", "house")
    command = "pip install -c constraints.txt '.[ocr]'"
    assert (result.code, result.err) == (0, "")
    assert f"  skipped    photo.jpg: image: text in it is read by OCR ({command})\n" in result.out
    for name, drawn in (("scan.pdf", "ii"), ("mixed.pdf", "tiiti")):
        canvas = Canvas(str(fresh / name))
        for kind in drawn:
            if kind == "t":
                canvas.drawString(72, 700, "The deposit is paid within fourteen days.")
            else:
                canvas.drawInlineImage(PICTURE, 0, 0, 590, 840)
            canvas.showPage()
        canvas.save()
    result = run("ingest", "house")
    assert result.code == 3
    assert "  pages              7 = 2 with text + 0 by OCR + 0 empty + 5 needing OCR\n" in result.out
    assert f"  indexed    mixed.pdf: pages 2-3, 5 need OCR: {command}\n" in result.out
    reason = f"no text: 2 of 2 pages are images and need OCR; pages 1-2 need OCR: {command}"
    assert f"  failed     scan.pdf: {reason}\n" in result.out
    assert "  balanced" in result.out
