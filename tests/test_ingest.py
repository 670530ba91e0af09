"""documents/ → index: the folder is the truth, nothing is lost, nothing is done twice."""

from __future__ import annotations

import hashlib
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domaingpt import build, ingest, sources
from domaingpt.chunks import embedded_text, iterate_chunks
from domaingpt.documents import ReaderPool, ReadResult, discover, formats
from domaingpt.errors import BadConfig, DomainBusy, IndexCorrupt
from domaingpt.index.lock import writer_lock
from domaingpt.ingest import plan as ingest_plan
from domaingpt.testing import HashEmbedder

LEASE = "The rent is 900 euros. It is paid on the third working day."
BOILER = "# Boiler\n\nThe boiler dates from 2009.\n\nIt is inspected every spring."
ROOF = "The roof was tiled in 1998."


@pytest.fixture
def house(folder):
    """Three documents, ingested."""
    folder.write("lease.txt", LEASE)
    folder.write("b/boiler.md", BOILER)
    folder.write("roof.txt", ROOF)
    folder.ingest()
    return folder


def found(folder, text):
    """Return the documents that a search for words finds, best first."""
    index = folder.open()
    candidates = index.search(None, text, 10, "lexical", None)
    candidates.sort(key=lambda candidate: -candidate.lexical)
    documents = [chunk.document for chunk in index.chunks([candidate.chunk_id for candidate in candidates])]
    index.close()
    return documents


def vectors(folder):
    """Return the vector of each chunk by its id."""
    index = folder.open()
    ids = [chunk.id for chunk in index.corpus.all_chunks()]
    rows = index.vectors_of(ids)
    index.close()
    return {chunk_id: row.tolist() for chunk_id, row in zip(ids, rows, strict=True)}


def equal_to_fresh_build(folder, new_folder):
    """Assert that the index is that of the same documents ingested into an empty folder."""
    fresh = new_folder(f"fresh-{time.monotonic_ns()}")
    shutil.copytree(folder.documents, fresh.documents, dirs_exist_ok=True)
    fresh.settings = folder.settings
    fresh.embedder = HashEmbedder(name=folder.embedder.identity.name)
    fresh.ingest()
    assert folder.chunks() == fresh.chunks()
    assert vectors(folder) == vectors(fresh)
    one, other = folder.open(), fresh.open()
    for text in ("rent", "boiler", "roof", "garden"):
        vector = folder.embedder.encode_query([text])[0]
        for only in (None, "*.txt"):
            for k in (1, 3, 50):
                # Candidates and both scores, bit for bit, whatever segments they come from.
                assert one.search(vector, text, k, "hybrid", only) == other.search(vector, text, k, "hybrid", only)
    one.close()
    other.close()
    shutil.rmtree(fresh.documents.parent)


# --- the account -------------------------------------------------------------------------------


def test_ledger_of_a_small_folder(folder):
    """Golden: 59 characters of lease twice, 27 of roof and 4 newlines around it, 1 newline of blank: 145 + 5 = 150.

    Four files are opened by a reader (lease once for its copy too). The two leases have the same name and so
    the same embedded string: three chunks, two vectors.
    """
    folder.write("lease.txt", LEASE)
    folder.write("copy/lease.txt", LEASE)
    folder.write("roof.txt", f"\n\n{ROOF}\n\n")
    folder.write("blank.txt", "\n")
    folder.write("empty.txt", "")
    folder.write("scan.7z", "PK")
    folder.write("not.pdf", "no PDF at all")
    report = folder.ingest()
    assert report.changed
    assert report.generation == 1
    assert report.ledger.balanced
    assert report.ledger.needs_user
    assert report.ledger.files == {
        "found": 7,
        "indexed": 2,
        "unchanged": 0,
        "duplicate": 1,
        "skipped": 3,
        "failed": 1,
        "removed": 0,
        "read": 4,
    }
    assert report.ledger.characters == {"documents": 150, "chunks": 145, "white_space": 5}
    assert report.ledger.chunks == {"total": 3, "new": 3, "embedded": 2, "over_limit": 0}
    assert {(entry.path, entry.status, entry.reason) for entry in report.ledger.entries} == {
        ("blank.txt", "skipped", "no text in it"),
        ("empty.txt", "skipped", "empty file"),
        ("lease.txt", "duplicate", "same content as copy/lease.txt"),
        ("not.pdf", "failed", "content is text, not PDF"),
        ("scan.7z", "skipped", "no reader for .7z files"),
    }


def test_ledger_is_stored_with_the_index(house):
    """As it was printed."""
    index = house.open()
    stored = index.generation.manifest["ledger"]
    index.close()
    assert stored["files"]["indexed"] == 3
    assert stored["balanced"]


def test_index_says_what_it_was_built_with(house):
    """Embedder, chunker, counts."""
    index = house.open()
    manifest = index.generation.manifest
    index.close()
    assert manifest["embedder"]["key"] == house.embedder.identity.key
    assert manifest["embedder"]["dim"] == 16
    assert manifest["counts"] == {"documents": 3, "chunks": len(house.chunks())}
    assert manifest["chunker"]["max_tokens"] == 140


def test_vectors_are_those_of_the_embedded_strings(house):
    """Row by row, up to half precision."""
    stored = vectors(house)
    for chunk in house.chunks():
        expected = HashEmbedder().encode_query([embedded_text(chunk)])[0]
        assert stored[chunk.id] == pytest.approx(expected.tolist(), abs=1e-3)


def test_words_of_the_file_name_are_found(folder):
    """Also where the document has a title of its own."""
    folder.write("insurance-policy.md", "# Contract\n\nFire is covered.")
    folder.ingest()
    assert found(folder, "insurance") == ["insurance-policy.md"]
    assert found(folder, "contract fire") == ["insurance-policy.md"]


def test_empty_folder_is_an_empty_index(folder):
    """And fills and empties again."""
    assert folder.ingest().ledger.files["found"] == 0
    assert folder.chunks() == []
    folder.write("roof.txt", ROOF)
    folder.ingest()
    assert found(folder, "roof") == ["roof.txt"]
    (folder.documents / "roof.txt").unlink()
    assert folder.ingest().ledger.files["removed"] == 1
    assert folder.chunks() == []
    assert found(folder, "roof") == []


# --- what changed, and nothing else ------------------------------------------------------------


def test_nothing_changed(house):
    """Nothing is read or embedded, and the generation stays."""
    before = sorted(house.index.rglob("*"))
    report = house.ingest()
    assert not report.changed
    assert report.generation == 1
    assert report.ledger.files["unchanged"] == 3
    assert report.ledger.files["read"] == 0
    assert report.ledger.chunks == {"total": len(house.chunks()), "new": 0, "embedded": 0, "over_limit": 0}
    assert house.embedder.encoded == []
    assert sorted(house.index.rglob("*")) == before


def test_signatures_are_noted_once_they_are_old(house, monkeypatch):
    """Then no file is opened at all; a generation of linked files keeps the note."""
    monkeypatch.setattr(sources, "RACY_NS", 0)
    report = house.ingest()
    assert not report.changed
    assert report.generation == 2
    before = noted(house)
    monkeypatch.setattr(sources.durable, "sha256_file", None)  # calling it would fail
    changes = sources.compare(house.documents, found_files(house), before)
    assert [change.is_unchanged for change in changes] == [True] * 3


def found_files(folder):
    return discover(folder.documents, ["**/*"], [])[0]


def noted(folder):
    index = folder.open()
    index.close()
    return {path: sources.Source.from_json(path, entry) for path, entry in index.generation.sources().items()}


def test_one_changed_file(house):
    """Only it is read, and only its changed chunks are embedded."""
    house.settings = {"chunking": {"max_tokens": 16}}
    sentences = [
        f"Sentence number {n} tells of the {name} in the house." for n, name in enumerate(("roof", "wall", "door"))
    ]
    house.write("long.txt", "\n\n".join(sentences))
    house.ingest()
    untouched = house.chunks()
    house.write(
        "long.txt", "\n\n".join([sentences[0], "Sentence number 1 tells of the window in the house.", sentences[2]])
    )
    report = house.ingest()
    assert report.ledger.files["read"] == 1
    assert report.ledger.files["unchanged"] == 3
    assert house.embedder.encoded == ["long\nSentence number 1 tells of the window in the house."]
    assert report.ledger.chunks["embedded"] == 1
    assert [c for c in house.chunks() if c.document != "long.txt"] == [c for c in untouched if c.document != "long.txt"]
    assert found(house, "window") == ["long.txt"]
    assert found(house, "wall") == []


def test_renamed_file(house):
    """Found under its new name only, and not read again."""
    (house.documents / "roof.txt").rename(house.documents / "tiles.txt")
    report = house.ingest()
    assert report.ledger.files["read"] == 0
    assert (report.ledger.files["indexed"], report.ledger.files["removed"]) == (1, 1)
    assert found(house, "tiled") == ["tiles.txt"]
    assert "roof.txt" not in {chunk.document for chunk in house.chunks()}


def test_deleted_file(house):
    """Gone from both arms; the rest is copied."""
    (house.documents / "roof.txt").unlink()
    report = house.ingest()
    assert (report.ledger.files["removed"], report.ledger.files["found"]) == (1, 2)
    assert ("roof.txt", "removed") in {(entry.path, entry.status) for entry in report.ledger.entries}
    assert found(house, "tiled") == []
    assert house.embedder.encoded == []
    assert {chunk.document for chunk in house.chunks()} == {"lease.txt", "b/boiler.md"}


def test_file_that_became_empty_is_skipped(house):
    """Not removed: it is still there."""
    house.write("roof.txt", "")
    report = house.ingest()
    assert (report.ledger.files["removed"], report.ledger.files["skipped"]) == (0, 1)
    assert found(house, "tiled") == []


def test_identical_files_are_both_found(house):
    """The bytes are read once; both paths have their own chunks, also when one of them goes."""
    house.write("copies/roof.txt", ROOF)
    report = house.ingest()
    assert report.ledger.files["read"] == 0
    assert report.ledger.files["indexed"] + report.ledger.files["duplicate"] == 1
    assert house.embedder.encoded == []
    assert sorted(found(house, "tiled")) == ["copies/roof.txt", "roof.txt"]
    (house.documents / "roof.txt").unlink()
    house.ingest()
    assert found(house, "tiled") == ["copies/roof.txt"]
    index = house.open()
    assert index.corpus.document("copies/roof.txt").text == ROOF
    index.close()


def test_edit_in_the_same_tick_of_the_clock_is_noticed(house, monkeypatch):
    """Size and times are as before; only the bytes differ."""
    frozen = {file.path: file for file in found_files(house)}

    def stopped_clock(root, include, exclude):
        return [frozen[file.path] for file in found_files(house)], []

    monkeypatch.setattr(ingest, "discover", stopped_clock)
    house.ingest()
    house.write("roof.txt", ROOF.replace("1998", "2024"))
    report = house.ingest()
    assert report.ledger.files["read"] == 1
    assert "2024" in "".join(chunk.text for chunk in house.chunks())


def test_other_chunk_size_chunks_again_without_reading(house):
    """The parsed text is in the index."""
    house.settings = {"chunking": {"max_tokens": 16}}
    report = house.ingest()
    assert report.changed
    assert report.ledger.files["read"] == 0
    assert all(chunk.n_tokens <= 16 for chunk in house.chunks())
    house.settings = {"language": "de"}
    assert house.ingest().ledger.files["read"] == 0


def test_other_language_analyses_again_and_embeds_nothing(house):
    """Vectors do not depend on the stemmer."""
    house.settings = {"language": "de"}
    report = house.ingest()
    assert report.changed
    assert house.embedder.encoded == []
    assert report.ledger.files["read"] == 0


def test_other_embedder_embeds_everything_and_reads_nothing(house):
    """Its vectors do not compare with the old ones."""
    house.embedder = HashEmbedder(name="other", dim=24)
    report = house.ingest()
    assert report.ledger.files["read"] == 0
    assert len(house.embedder.encoded) == len(house.chunks()) == report.ledger.chunks["embedded"]
    index = house.open()
    assert index.dim == 24
    index.close()


def test_another_embedder_is_said(house):
    """With both names, what is done again and what is not; afterwards nobody speaks of it."""
    house.embedder = HashEmbedder(name="other", dim=24)
    house.ingest()
    assert house.notices == [
        "The index was built with hash (16-d); domain.toml now names other (24-d)."
        " Every chunk is cut and embedded anew; the text that was read is kept, and so is the old index until"
        " the new one is whole."
    ]
    assert not house.ingest().changed
    assert house.notices == []


def test_another_embedder_is_said_by_a_dry_run(house):
    """Which embeds nothing."""
    told = []
    other = HashEmbedder(name="other", dim=24)
    ingest_plan(house.config, house.documents, house.index, embedder=other, notify=told.append)
    assert "domain.toml now names other (24-d)" in told[0]
    assert other.encoded == []


def test_going_back_to_the_old_embedder(house):
    """Gives the index as it was."""
    before, cosines = house.chunks(), found(house, "boiler")
    house.embedder = HashEmbedder(name="other", dim=24)
    house.ingest()
    house.embedder = HashEmbedder()
    report = house.ingest()
    assert report.ledger.files["read"] == 0
    assert (house.chunks(), found(house, "boiler")) == (before, cosines)


def test_an_interrupted_change_of_embedder_leaves_the_old_index(house, monkeypatch):
    """With the old embedder it answers as before and needs no work; with the new one the rest is embedded."""
    monkeypatch.setattr(build, "EMBED_GROUP", 1)
    before, found_before = house.chunks(), found(house, "boiler")
    old, house.embedder = house.embedder, HashEmbedder(name="other", dim=24)

    def interrupt(stage, done, total):
        if stage == "embedding":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.ingest(progress=interrupt)
    first = list(house.embedder.encoded)
    assert len(first) == 1
    index = house.open()
    assert index.generation.manifest["embedder"]["key"] == old.identity.key
    index.close()
    new, house.embedder = house.embedder, old
    assert (house.chunks(), found(house, "boiler")) == (before, found_before)
    house.embedder = new
    report = house.ingest()
    assert report.ledger.chunks["embedded"] == len(before) - 1
    assert first[0] not in new.encoded
    index = house.open()
    assert index.dim == 24
    index.close()


def test_a_prompt_takes_room_from_the_chunks(folder):
    """The hint's number fits; a token more does not."""
    folder.embedder = HashEmbedder(max_tokens=128)
    folder.embedder.identity = replace(folder.embedder.identity, document_prompt="search document of mine")
    folder.write("a.txt", "The boiler in the cellar.")
    with pytest.raises(BadConfig, match="which takes 128 tokens with context and prompt") as caught:
        folder.ingest()
    assert caught.value.hint == "Set max_tokens to at most 104."  # 128 - 4 special - 4 of the prompt - 16 of context
    folder.settings = {"chunking": {"max_tokens": 105}}
    with pytest.raises(BadConfig, match="does not fit"):
        folder.ingest()
    folder.settings = {"chunking": {"max_tokens": 104}}
    assert folder.ingest().ledger.chunks["over_limit"] == 0
    folder.embedder = HashEmbedder(max_tokens=32)
    with pytest.raises(BadConfig, match="does not fit") as caught:
        folder.ingest()
    assert caught.value.hint == "That is too short for chunks of text; choose another model."


def test_excluded_files_are_skipped_with_a_reason(house):
    """And come back when they are no longer excluded, without being embedded again if nothing forgot them."""
    house.settings = {"documents": {"exclude": ["roof*"]}}
    report = house.ingest()
    assert ("roof.txt", "excluded by domain.toml") in {(e.path, e.reason) for e in report.ledger.entries}
    assert found(house, "tiled") == []
    house.settings = {}
    house.ingest()
    assert found(house, "tiled") == ["roof.txt"]


def test_rebuild_reads_and_embeds_everything(house):
    """And gives the same."""
    before = house.chunks()
    report = house.ingest(rebuild=True)
    assert report.ledger.files["read"] == 3
    assert len(house.embedder.encoded) == len(before)
    assert house.chunks() == before


# --- failures ----------------------------------------------------------------------------------


def test_failed_file_does_not_stop_the_others_and_is_not_tried_twice(house):
    """It stays failed with its reason until it changes or --rebuild says so."""
    house.write("broken.md", b"\x89PNG\r\n\x1a\n no text")
    report = house.ingest()
    assert (report.ledger.files["failed"], report.ledger.files["unchanged"]) == (1, 3)
    assert report.ledger.needs_user
    again = house.ingest()
    assert not again.changed
    assert again.ledger.files["read"] == 0
    assert again.ledger.entries == report.ledger.entries
    assert house.ingest(rebuild=True).ledger.files["read"] == 4
    house.write("broken.md", "# Mended\n\nIt is text now.")
    assert house.ingest().ledger.files["failed"] == 0
    assert found(house, "mended") == ["broken.md"]


def test_file_that_kills_its_reader_is_read_once(house, monkeypatch):
    """Nobody could hash what was read; the bytes hashed before it count."""
    read = []
    read_all = ReaderPool.read_all

    def dies_of_wall(self, jobs):
        jobs = list(jobs)
        read.extend(job.path for job in jobs)
        yield from read_all(self, [job for job in jobs if "wall" not in job.path])
        for job in jobs:
            if "wall" in job.path:
                yield ReadResult(job.path, None, None, "reader crashed (SIGSEGV)", "failed", 0.0)

    monkeypatch.setattr(ReaderPool, "read_all", dies_of_wall)
    house.write("wall.txt", "A wall.")
    house.write("z/wall copy.txt", "A wall.")
    report = house.ingest()
    assert report.ledger.files["failed"] == 2
    assert {entry.reason for entry in report.ledger.entries} == {"reader crashed (SIGSEGV)"}
    again = house.ingest()
    assert not again.changed
    assert read == ["wall.txt"]


def test_file_that_vanishes_while_it_is_read_fails_and_is_tried_again(house, monkeypatch):
    """It is not what was hashed."""
    vanished = house.write("wall.txt", "A wall.")
    read_all = ReaderPool.read_all

    def too_late(self, jobs):
        jobs = list(jobs)
        vanished.unlink(missing_ok=True)
        yield from read_all(self, jobs)

    with monkeypatch.context() as patched:
        patched.setattr(ReaderPool, "read_all", too_late)
        assert house.ingest().ledger.files["failed"] == 1
    vanished.write_text("A wall.")
    report = house.ingest()
    assert report.ledger.files["failed"] == 0
    assert found(house, "wall") == ["wall.txt"]


def test_file_that_changes_while_it_is_read_is_indexed_as_read(house, monkeypatch):
    """Under the hash of what was read; its copy, which was not read, has its turn next time."""
    edited = house.write("a.txt", "A wall.")
    house.write("b.txt", "A wall.")
    read_all = ReaderPool.read_all

    def just_edited(self, jobs):
        jobs = list(jobs)
        edited.write_text("A window.")
        yield from read_all(self, jobs)

    with monkeypatch.context() as patched:
        patched.setattr(ReaderPool, "read_all", just_edited)
        report = house.ingest()
    assert report.ledger.balanced
    assert found(house, "window") == ["a.txt"]
    assert [entry.path for entry in report.ledger.entries if entry.status == "failed"] == ["b.txt"]
    report = house.ingest()
    assert report.ledger.files["failed"] == 0
    assert found(house, "wall") == ["b.txt"]


def test_unreadable_file_is_failed_until_it_can_be_read(house, monkeypatch):
    """And then it is the same as ever."""
    before = house.chunks()
    original = sources.durable.sha256_file

    def refuse(path):
        if path.name == "roof.txt":
            raise PermissionError(13, "Permission denied")
        return original(path)

    with monkeypatch.context() as patched:
        patched.setattr(sources.durable, "sha256_file", refuse)
        for _ in range(2):
            report = house.ingest()
            assert ("roof.txt", "failed", "permission denied") in {
                (entry.path, entry.status, entry.reason) for entry in report.ledger.entries
            }
        assert not report.changed
        assert found(house, "tiled") == []
    house.ingest()
    assert house.chunks() == before


def test_missing_documents_folder_is_bad_config(folder):
    """It is not an empty one: the index would be emptied."""
    folder.write("roof.txt", ROOF)
    folder.ingest()
    shutil.rmtree(folder.documents)
    with pytest.raises(BadConfig, match="is not there"):
        folder.ingest()
    assert len(folder.chunks()) == 1


def test_chunks_that_cannot_fit_the_embedder_are_bad_config(folder):
    """With the largest number that does."""
    folder.settings = {"chunking": {"max_tokens": 250}}
    with pytest.raises(BadConfig, match="max_tokens = 250 does not fit hash") as raised:
        folder.ingest()
    assert "at most 236" in raised.value.hint


def test_second_writer_is_busy(house):
    """And changes nothing; readers go on."""
    with writer_lock(house.index, "house"), pytest.raises(DomainBusy, match="'house' is being written"):
        house.ingest()
    assert len(house.chunks()) == 3


def test_plan_tells_and_writes_nothing(house):
    """What would be read, indexed, removed."""
    house.write("new.txt", "New.")
    (house.documents / "roof.txt").rename(house.documents / "tiles.txt")
    before = {path: path.stat().st_mtime_ns for path in house.index.rglob("*")}
    report = ingest.plan(house.config, house.documents, house.index, embedder=house.embedder)
    assert report.dry_run
    assert report.changed
    assert report.ledger.balanced
    assert {(entry.path, entry.status, entry.reason) for entry in report.ledger.entries} == {
        ("new.txt", "indexed", "to be read"),
        ("roof.txt", "removed", "no longer in the folder"),
        ("tiles.txt", "indexed", "to be indexed; its content is known"),
    }
    assert {path: path.stat().st_mtime_ns for path in house.index.rglob("*")} == before


def test_plan_sees_that_files_were_only_removed(house):
    """Or that nothing was done at all."""
    assert not ingest.plan(house.config, house.documents, house.index, embedder=house.embedder).changed
    (house.documents / "roof.txt").unlink()
    assert ingest.plan(house.config, house.documents, house.index, embedder=house.embedder).changed


# --- privacy -----------------------------------------------------------------------------------


def test_documents_are_never_written(house):
    """Neither bytes nor times."""
    state = {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns, path.stat().st_mode)
        for path in house.documents.rglob("*")
        if path.is_file()
    }
    house.ingest()
    house.ingest(rebuild=True)
    assert state == {
        path: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns, path.stat().st_mode)
        for path in house.documents.rglob("*")
        if path.is_file()
    }


def test_index_is_private(house):
    """Files 0600, folders 0700: it holds the text of the documents."""
    assert house.index.stat().st_mode & 0o777 == 0o700
    assert {
        path.name: path.stat().st_mode & 0o077 for path in house.index.rglob("*") if path.stat().st_mode & 0o077
    } == {}


# --- interruption ------------------------------------------------------------------------------

MANY = {f"{n:02d}.txt": "\n\n".join(f"Fact {n} of {m} about the {w}." for m, w in enumerate("abcd")) for n in range(7)}


def write_many(folder):
    for path, text in MANY.items():
        folder.write(path, text)
    folder.settings = {"chunking": {"max_tokens": 16}}


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """Return the ids and texts of MANY ingested without any disturbance."""
    from domaingpt.config import parse_config
    from domaingpt.index import open_index

    root = tmp_path_factory.mktemp("undisturbed")
    (root / "documents").mkdir()
    for path, text in MANY.items():
        (root / "documents" / path).write_text(text)
    config = parse_config({"chunking": {"max_tokens": 16}}, "house", where="domain.toml")
    ingest.ingest(config, root / "documents", root / "index", embedder=HashEmbedder())
    index = open_index(root / "index", "house")
    chunks = list(index.corpus.all_chunks())
    index.close()
    return chunks


@pytest.mark.parametrize("stage", ["reading", "chunking", "embedding", "writing"])
@pytest.mark.parametrize("when", [0, 1])
def test_interrupted_ingest_goes_on_where_it_stopped(folder, undisturbed, monkeypatch, stage, when):
    """At any stage: the next one gives the same chunks, and nothing is embedded twice."""
    monkeypatch.setattr(build, "EMBED_GROUP", 5)
    write_many(folder)
    heard = []

    def interrupt(now, done, total):
        heard.append(now)
        if now == stage and heard.count(stage) > when:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.ingest(progress=interrupt)
    first = list(folder.embedder.encoded)
    assert not list(folder.index.glob("0*"))
    report = folder.ingest()
    assert report.ledger.balanced
    assert folder.chunks() == undisturbed
    assert sorted(first + folder.embedder.encoded) == sorted(embedded_text(chunk) for chunk in undisturbed)
    assert not list(folder.index.glob("new-*"))
    assert not list(folder.index.glob("staging*"))


def test_rebuild_forgets_what_an_interrupted_ingest_left(folder, undisturbed, monkeypatch):
    """It is asked for when something is believed to be wrong."""
    monkeypatch.setattr(build, "EMBED_GROUP", 5)
    write_many(folder)

    def interrupt(stage, done, total):
        if stage == "embedding":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.ingest(progress=interrupt)
    report = folder.ingest(rebuild=True)
    assert report.ledger.files["read"] == len(MANY)
    assert len(folder.embedder.encoded) == len(undisturbed)
    assert folder.chunks() == undisturbed


def test_interrupted_update_leaves_the_old_index(house):
    """Readers see the old text until the new one is whole."""
    before = house.chunks()
    house.write("roof.txt", ROOF.replace("1998", "2024"))

    def interrupt(stage, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.ingest(progress=interrupt)
    assert house.chunks() == before
    assert found(house, "2024") == []
    house.ingest()
    assert found(house, "2024") == ["roof.txt"]


CHILD = """
import sys, time
from pathlib import Path
from domaingpt import build, ingest
from domaingpt.config import parse_config
from domaingpt.testing import HashEmbedder

class Slow(HashEmbedder):
    def encode_spans(self, texts, spans):
        time.sleep(0.05)
        with open(sys.argv[3], "a") as log:
            log.writelines(text.replace("\\n", "|") + "\\n" for text in texts)
        return super().encode_spans(texts, spans)

build.EMBED_GROUP = 2
config = parse_config({"chunking": {"max_tokens": 16}}, "house", where="domain.toml")
print("started", flush=True)
ingest.ingest(config, Path(sys.argv[1]), Path(sys.argv[2]), embedder=Slow(), progress=lambda *_: time.sleep(0.002))
print("done", flush=True)
"""


def test_killed_ingest_goes_on_where_it_stopped(folder, undisturbed, tmp_path):
    """SIGKILL at random moments: the same chunks in the end, and at most one group embedded twice for each."""
    write_many(folder)
    log = tmp_path / "encoded"
    log.touch()
    chooser = random.Random(20)
    command = [sys.executable, "-c", CHILD, str(folder.documents), str(folder.index), str(log)]
    n_kills = 0
    for _ in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            assert child.stdout.readline() == b"started\n"
            time.sleep(chooser.uniform(0.02, 0.2))
            child.kill()
            n_kills += child.wait() == -signal.SIGKILL
    assert n_kills >= 2
    folder.ingest()
    assert folder.chunks() == undisturbed
    encoded = log.read_text().splitlines() + [text.replace("\n", "|") for text in folder.embedder.encoded]
    assert {embedded_text(chunk).replace("\n", "|") for chunk in undisturbed} == set(encoded)
    assert len(encoded) <= len(undisturbed) + 2 * n_kills


# --- any history -------------------------------------------------------------------------------

NAMES = ["a.txt", "b.txt", "c/d.md", "c/e.txt"]
TEXTS = [
    "The rent is due.",
    "The boiler is old.\n\nThe roof leaks.",
    "# Garden\n\nThe garden is wild.",
    " ",
    "\x89PNG\r\n\x1a\n",
]
STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.sampled_from(TEXTS)),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("delete"), st.sampled_from(NAMES), st.none()),
    st.tuples(st.just("ingest"), st.none(), st.none()),
    st.tuples(st.just("max_tokens"), st.sampled_from([16, 200]), st.none()),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_any_history_ends_like_a_fresh_build(new_folder, steps):
    """Adds, edits, renames, deletions and settings with ingests between them."""
    folder = new_folder(f"history-{time.monotonic_ns()}")
    folder.write("a.txt", TEXTS[0])
    for step, first, second in steps:
        file = folder.documents / first if step in ("rename", "delete") else None
        if step == "write":
            folder.write(first, second.encode("latin-1"))
        elif step == "rename" and file.exists() and first != second:
            (folder.documents / second).parent.mkdir(exist_ok=True)
            file.replace(folder.documents / second)
        elif step == "delete":
            file.unlink(missing_ok=True)
        elif step == "max_tokens":
            folder.settings = {"chunking": {"max_tokens": first}}
        elif step == "ingest":
            assert folder.ingest().ledger.balanced
    assert folder.ingest().ledger.balanced
    equal_to_fresh_build(folder, new_folder)
    report = folder.ingest()
    assert not report.changed
    assert folder.embedder.encoded == []


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
def test_any_history_in_segments_ends_like_a_fresh_build(new_folder, steps):
    """As above, where every commit writes a segment of its own, and large ones have trained lists."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("domaingpt.index.segment.SMALL", 0)
        patch.setattr("domaingpt.index.segment.GROWTH", 0)
        patch.setattr("domaingpt.index.segment.MAX_DEAD_SHARE", 0.9)
        patch.setattr("domaingpt.index.segment.LISTS_FROM", 18)
        test_any_history_ends_like_a_fresh_build.hypothesis.inner_test(new_folder, steps)


def test_one_changed_file_leaves_the_other_segments_as_they_are(house, monkeypatch, new_folder):
    """Linked, not written; the old text is dead, and goes when a third of its segment is."""
    monkeypatch.setattr("domaingpt.index.segment.SMALL", 0)
    monkeypatch.setattr("domaingpt.index.segment.GROWTH", 0)
    house.write("roof.txt", "The roof is new. The gutter is old.")
    house.ingest()
    first, second = house.index / "000001" / "segments", house.index / "000002" / "segments"
    assert sorted(path.name for path in second.iterdir()) == ["000001", "000002"]
    for file in (path for path in (first / "000001").rglob("*") if path.is_file()):
        assert file.samefile(second / file.relative_to(first))
    assert found(house, "gutter") == ["roof.txt"]
    assert "tiles" not in " ".join(chunk.text for chunk in house.chunks())
    equal_to_fresh_build(house, new_folder)
    house.write("lease.txt", "The lease ended.")
    house.ingest()
    assert sorted(path.name for path in (house.index / "000003" / "segments").iterdir()) == ["000002", "000003"]
    equal_to_fresh_build(house, new_folder)


def test_damage_to_a_shared_segment_rebuilds_the_index(house, monkeypatch, new_folder):
    """Both generations have the same file, so neither is good; the folder is the truth."""
    monkeypatch.setattr("domaingpt.index.segment.SMALL", 0)
    monkeypatch.setattr("domaingpt.index.segment.GROWTH", 0)
    house.write("garden.txt", "The garden is wild.")
    house.ingest()
    shared = house.index / "000002" / "segments" / "000001" / "vectors.faiss"
    data = bytearray(shared.read_bytes())
    data[-1] ^= 1
    shared.write_bytes(data)
    with pytest.raises(IndexCorrupt, match="no earlier generation is good"):
        house.open()
    house.ingest()
    assert "anew" in house.notices[0]
    assert found(house, "garden") == ["garden.txt"]
    equal_to_fresh_build(house, new_folder)


def test_growing_and_shrinking_across_the_size_of_lists(folder, monkeypatch, new_folder):
    """Lists appear and go with the chunks; results are a fresh build's."""
    monkeypatch.setattr("domaingpt.index.segment.LISTS_FROM", 30)
    lists = []
    for n_files in (4, 40, 8):
        for number in range(60):
            file = folder.documents / f"{number}.txt"
            if number < n_files:
                folder.write(file.name, f"The roof of house {number} leaks. Its boiler is number {number * 7}.")
            else:
                file.unlink(missing_ok=True)
        folder.ingest()
        index = folder.open()
        lists.append([(segment.folder / "lists.faiss").is_file() for segment in index.segments])
        index.close()
        equal_to_fresh_build(folder, new_folder)
    assert lists == [[False], [True], [False]]


def test_adding_and_removing_a_file_restores_the_index(house, new_folder):
    """Chunks, vectors and scores."""
    before = house.chunks(), vectors(house), found(house, "rent boiler roof")
    extra = house.write("b/garden.txt", "The garden is wild. The rent does not cover it.")
    house.ingest()
    assert len(house.chunks()) == len(before[0]) + 1
    extra.unlink()
    house.ingest()
    assert (house.chunks(), vectors(house), found(house, "rent boiler roof")) == before
    equal_to_fresh_build(house, new_folder)


def test_damaged_index_is_built_anew_and_said(house, new_folder):
    """When no generation is good."""
    before = house.chunks()
    for file in house.index.rglob("corpus.sqlite"):
        file.write_bytes(b"damaged")
    house.ingest()
    assert "anew" in house.notices[0]
    assert house.chunks() == before
    equal_to_fresh_build(house, new_folder)


def test_mended_reader_reads_its_files_again(house, monkeypatch):
    """The others are copied."""
    original = sources.reader_key

    def mended(suffix):
        return "markdown/99" if suffix == ".md" else original(suffix)

    monkeypatch.setattr(formats, "reader_key", mended)
    monkeypatch.setattr(sources, "reader_key", mended)
    report = house.ingest()
    assert report.ledger.files["read"] == 1
    assert report.ledger.files["unchanged"] == 2
    assert house.embedder.encoded == []


def test_a_bug_in_one_document_does_not_stop_the_others(folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception while cutting one document is its reason to fail; the rest is indexed and balanced."""
    folder.write("good.txt", "The roof is new.")
    folder.write("odd.txt", "This one trips the chunker.")

    def trip(document, **settings):
        if document.path == "odd.txt":
            raise ZeroDivisionError("tripped")
        return iterate_chunks(document, **settings)

    monkeypatch.setattr("domaingpt.build.iterate_chunks", trip)
    report = folder.ingest()

    assert report.ledger.balanced
    assert report.ledger.needs_user
    (entry,) = report.ledger.entries
    assert (entry.path, entry.status) == ("odd.txt", "failed")
    assert "ZeroDivisionError: tripped" in entry.reason
    assert report.ledger.chunks["total"] == 1
