"""Generations: committed whole or not at all, verified before they are read, fallen back to when damaged."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from domaingpt import durable
from domaingpt.errors import IndexCorrupt, IndexMissing, IndexStale
from domaingpt.index import generation as generations
from domaingpt.index import open_index

N_FLIPS = 200


class PowerLoss(BaseException):
    """The machine stops here."""


def commit(index_folder, text, linked_from=None):
    """Commit a generation of one small file."""
    index_folder.mkdir(exist_ok=True)
    with generations.new_generation(index_folder) as building:
        linked = generations.link_unchanged(linked_from, building) if linked_from else {}
        (building / generations.SOURCES).write_text(json.dumps({"text": text}))
        if not linked:
            (building / "lexical").mkdir()
            (building / "lexical" / "terms.npy").write_text(text)
        return generations.commit(index_folder, building, {"note": text}, linked)


def opened(index_folder):
    """Return the text of the generation that answers, and what the user is told."""
    notices = []
    generation = generations.open_current(index_folder, "house", notices.append)
    return generation.manifest["note"], notices


def names(index_folder):
    return sorted(path.name for path in index_folder.iterdir())


def all_files(index_folder):
    return sorted(path for path in index_folder.rglob("*") if path.is_file() and not path.name.startswith("LOCK"))


def flip(file: Path, offset: int, bit: int) -> None:
    """Flip one bit; size and times stay, as when a disk goes bad."""
    status = file.stat()
    data = bytearray(file.read_bytes())
    data[offset] ^= 1 << bit
    file.write_bytes(data)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


# --- commit and open ---------------------------------------------------------------------------


def test_committed_generation_is_current(tmp_path):
    """Numbered from 1, its hashes in the manifest, the manifest's in CURRENT."""
    folder = commit(tmp_path / "index", "one")
    assert folder.name == "000001"
    assert opened(tmp_path / "index") == ("one", [])
    manifest = json.loads((folder / "manifest.json").read_text())
    assert sorted(manifest["files"]) == ["lexical/terms.npy", "sources.json"]
    assert (tmp_path / "index" / "CURRENT").read_text() == f"000001 {durable.sha256_file(folder / 'manifest.json')}\n"
    assert generations.verify_all(tmp_path / "index") == [("000001", [])]


def test_every_step_of_a_commit_is_durable_before_the_next(tmp_path, monkeypatch):
    """Files, manifest, folders, the number, its entry, and only then CURRENT: else a power cut leaves a hole."""
    steps = []

    def noted(module, name):
        original = getattr(module, name)

        def note_and_do(*paths):
            steps.append((name, Path(paths[-1]).name.split("-")[0]))
            return original(*paths)

        monkeypatch.setattr(module, name, note_and_do)

    for module, name in ((durable, "fsync_file"), (durable, "fsync_dir"), (os, "rename"), (os, "replace")):
        noted(module, name)
    commit(tmp_path / "index", "one")
    assert steps == [
        ("fsync_file", "terms.npy"),
        ("fsync_file", "sources.json"),
        ("replace", "manifest.json"),  # write_atomic has flushed it
        ("fsync_dir", "new"),
        ("fsync_dir", "new"),
        ("fsync_dir", "lexical"),
        ("rename", "000001"),
        ("fsync_dir", "index"),
        ("replace", "CURRENT"),
        ("fsync_dir", "index"),
    ]


def test_folder_without_generation_is_missing(tmp_path):
    """Whether or not the folder exists."""
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(IndexMissing, match="'house' has no index yet"):
            generations.open_current(folder, "house", print)
        assert generations.verify_all(folder) == []


def test_exception_while_building_leaves_nothing(tmp_path):
    """The half-written folder goes."""
    with contextlib.suppress(KeyboardInterrupt), generations.new_generation(tmp_path) as building:
        (building / "vectors.faiss").write_text("half")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_unchanged_files_are_hard_linked(tmp_path):
    """Same inode, same hash; only the sources are written anew."""
    first = commit(tmp_path / "index", "one")
    before = generations.open_current(tmp_path / "index", "house", print)
    second = commit(tmp_path / "index", "two", linked_from=before)
    assert (first / "lexical" / "terms.npy").samefile(second / "lexical" / "terms.npy")
    assert not (first / "sources.json").samefile(second / "sources.json")
    assert opened(tmp_path / "index") == ("two", [])
    assert generations.verify_all(tmp_path / "index") == [("000002", []), ("000001", [])]


def test_files_are_copied_where_links_are_refused(tmp_path, monkeypatch):
    """As on exFAT."""

    def refuse(*args):
        raise PermissionError(1, "Operation not permitted")

    first = commit(tmp_path / "index", "one")
    before = generations.open_current(tmp_path / "index", "house", print)
    monkeypatch.setattr(os, "link", refuse)
    second = commit(tmp_path / "index", "two", linked_from=before)
    assert not (first / "lexical" / "terms.npy").samefile(second / "lexical" / "terms.npy")
    assert generations.verify_all(tmp_path / "index") == [("000002", []), ("000001", [])]


def test_tidy_keeps_two_generations_and_the_current_one(tmp_path):
    """And removes what an unfinished commit left."""
    for text in ("one", "two", "three"):
        commit(tmp_path, text)
    (tmp_path / "new-abc").mkdir()
    generations.tidy(tmp_path)
    assert names(tmp_path) == ["000002", "000003", "CURRENT"]
    good = (tmp_path / "CURRENT").read_bytes()
    for text in ("four", "five"):
        commit(tmp_path, text)
    (tmp_path / "CURRENT").write_bytes(good)
    generations.tidy(tmp_path)
    assert names(tmp_path) == ["000003", "000004", "000005", "CURRENT"]


def test_files_are_private(tmp_path):
    """Only this user may read what was read from their documents."""
    commit(tmp_path, "one")
    assert {path.stat().st_mode & 0o777 for path in all_files(tmp_path)} == {0o600}
    assert (tmp_path / "000001").stat().st_mode & 0o777 == 0o700


# --- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("sources.json", b"{}", id="other content"),
        pytest.param("sources.json", None, id="missing"),
        pytest.param("lexical/terms.npy", b"twO", id="same size"),
        pytest.param("manifest.json", b"{}", id="manifest without files"),
        pytest.param("manifest.json", b"{", id="manifest cut"),
        pytest.param("manifest.json", b'{"format": 2, "files": {"a": 1}}', id="manifest malformed"),
        pytest.param("manifest.json", b'{"format": 2, "files": [1]}', id="files are a list"),
        pytest.param("manifest.json", None, id="manifest missing"),
    ],
)
def test_damaged_generation_falls_back_to_the_one_before_and_says_so(tmp_path, name, content):
    """The first answers; with both damaged, none does."""
    commit(tmp_path, "one")
    commit(tmp_path, "two")
    for generation, answer in (("000002", "one"), ("000001", None)):
        file = tmp_path / generation / name
        file.unlink() if content is None else file.write_bytes(content)
        assert generations.verify_generation(tmp_path / generation, None) != []
        if answer:
            text, (notice,) = opened(tmp_path)
            assert text == answer
            assert "damaged" in notice
            assert "generation 1 answers instead" in notice
    with pytest.raises(IndexCorrupt, match="no earlier generation is good"):
        opened(tmp_path)


@pytest.mark.parametrize("content", [None, b"", b"000002", b"two words", b"\xff\xfe", b"000002 " + b"0" * 64 + b" "])
def test_malformed_current_is_said_and_verified(tmp_path, content):
    """The newest good generation answers; verify names the file."""
    commit(tmp_path, "one")
    commit(tmp_path, "two")
    current = tmp_path / "CURRENT"
    current.unlink() if content is None else current.write_bytes(content)
    text, (notice,) = opened(tmp_path)
    assert text == "two"
    assert "CURRENT is missing or malformed" in notice
    assert generations.verify_all(tmp_path)[0] == ("CURRENT", [f"{current} is missing or malformed."])


def test_current_that_names_an_absent_generation(tmp_path):
    """The newest there is answers instead."""
    commit(tmp_path, "one")
    (tmp_path / "CURRENT").write_text(f"000007 {'0' * 64}\n")
    text, (notice,) = opened(tmp_path)
    assert text == "one"
    assert "000007" in notice
    assert generations.verify_all(tmp_path)[0][0] == "CURRENT"


def test_other_format_is_stale_not_corrupt(tmp_path):
    """An index of a later version says so."""
    folder = commit(tmp_path, "one")
    manifest = json.loads((folder / "manifest.json").read_text())
    data = json.dumps({**manifest, "format": 99}).encode()
    (folder / "manifest.json").write_bytes(data)
    (tmp_path / "CURRENT").write_text(f"000001 {durable.sha256_file(folder / 'manifest.json')}\n")
    with pytest.raises(IndexStale, match="format 99"):
        opened(tmp_path)


def test_link_in_place_of_a_file_is_refused(tmp_path):
    """Even to the same bytes."""
    folder = commit(tmp_path, "one")
    shutil.move(folder / "sources.json", tmp_path / "elsewhere")
    (folder / "sources.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(IndexCorrupt, match="not a regular file"):
        opened(tmp_path)


def test_verify_names_files_that_do_not_belong(tmp_path):
    """Nobody else writes here."""
    folder = commit(tmp_path, "one")
    (folder / "notes.txt").write_text("mine")
    ((_, problems),) = generations.verify_all(tmp_path)
    assert problems == [f"{folder / 'notes.txt'} does not belong to the index."]


def test_large_generation_is_hashed_once_and_always_by_verify(tmp_path, monkeypatch):
    """Above the limit an open trusts size and time of what was hashed before, as the commit did; else it hashes."""
    monkeypatch.setattr(generations, "ALWAYS_HASHED_BYTES", 0)
    folder = commit(tmp_path, "one")
    hashed = []
    check = generations._check_hash
    monkeypatch.setattr(generations, "_check_hash", lambda path, sha: (hashed.append(path.name), check(path, sha)))
    opened(tmp_path)
    assert hashed == []
    (tmp_path / "VERIFIED.json").unlink()
    opened(tmp_path)
    assert sorted(hashed) == ["sources.json", "terms.npy"]
    hashed.clear()
    opened(tmp_path)
    assert hashed == []
    flip(folder / "sources.json", 0, 0)
    assert generations.verify_generation(folder, None) == [f"{folder / 'sources.json'} differs from its recorded hash"]
    os.utime(folder / "sources.json")
    with pytest.raises(IndexCorrupt, match=r"sources\.json differs"):
        opened(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '{"000001": {}}', '{"000001": {"sources.json": [1, 2]}}'])
def test_damaged_cache_of_hashes_only_costs_time(tmp_path, monkeypatch, content):
    """VERIFIED.json is never trusted beyond what it says."""
    monkeypatch.setattr(generations, "ALWAYS_HASHED_BYTES", 0)
    commit(tmp_path, "one")
    (tmp_path / "VERIFIED.json").write_text(content)
    assert opened(tmp_path) == ("one", [])


# --- flipped bits and lost power, on a real index ----------------------------------------------


def ingested(folder):
    folder.write("a.txt", "The rent is 900 euros. It is paid on the third working day.")
    folder.write("b/ü.md", "# Boiler\n\nThe boiler dates from 2009.\n\n房贷利率下降了。")
    folder.ingest()
    return folder


def searched(folder):
    """Return everything a search gives, chunk texts included."""
    index = folder.open()
    try:
        vector = np.eye(16, dtype=np.float32)[3]
        found = index.search(vector, "rent boiler 房贷利率", 9, "hybrid", None)
        return found, index.chunks([candidate.chunk_id for candidate in found])
    finally:
        index.close()


def test_every_flipped_bit_is_found_and_never_answered_from(folder):
    """In any file: verify names it; a search gives the right result or says that the index is corrupt."""
    ingested(folder)
    expected = searched(folder)
    files = all_files(folder.index)
    assert {file.name for file in files} >= {"CURRENT", "manifest.json", "corpus.sqlite", "vectors.faiss", "terms.npy"}
    chooser = random.Random(9)
    for _ in range(N_FLIPS):
        file = chooser.choice(files)
        offset, bit = chooser.randrange(file.stat().st_size), chooser.randrange(8)
        flip(file, offset, bit)
        problems = [problem for _, found in generations.verify_all(folder.index) for problem in found]
        assert problems, f"bit {bit} of byte {offset} of {file.name}"
        with contextlib.suppress(IndexCorrupt):
            assert searched(folder) == expected
        flip(file, offset, bit)
    assert searched(folder) == expected


def test_any_other_byte_in_current_is_found(folder):
    """Each of its bytes, also the space and the newline."""
    ingested(folder)
    current = folder.index / "CURRENT"
    good = current.read_bytes()
    for offset in range(len(good)):
        for other in {good[offset] ^ 1, good[offset] ^ 32, *(b"\t\r" if good[offset] <= 32 else b"")}:
            current.write_bytes(good[:offset] + bytes([other]) + good[offset + 1 :])
            assert any(problems for _, problems in generations.verify_all(folder.index))


def test_flipped_bit_in_the_newer_of_two_generations(folder):
    """The older one answers from its own chunks, and the user hears of it."""
    ingested(folder)
    before = searched(folder)
    folder.write("c.txt", "The garden belongs to the ground floor.")
    folder.ingest()
    for name in ("manifest.json", "corpus.sqlite", "rows.npy", "vectors.faiss", "chunk_ids.npy"):
        (file,) = (folder.index / "000002").rglob(name)
        flip(file, file.stat().st_size // 2, 2)
        folder.notices.clear()
        assert searched(folder) == before
        assert "generation 1 answers instead" in folder.notices[0]
        flip(file, file.stat().st_size // 2, 2)
    folder.notices.clear()
    assert len(searched(folder)[0]) == len(before[0]) + 1
    assert folder.notices == []


def test_ingest_after_damage_makes_a_good_generation(folder):
    """Whatever was damaged, and although no document changed."""
    ingested(folder)
    expected = folder.chunks()
    for name in ("CURRENT", "manifest.json", "corpus.sqlite", "sources.json"):
        current = (folder.index / "CURRENT").read_text().split()[0]
        (file,) = folder.index.glob(name) if name == "CURRENT" else (folder.index / current).rglob(name)
        file.write_bytes(b"damaged")
        report = folder.ingest()
        assert folder.chunks() == expected
        assert generations.verify_all(folder.index)[0] == (f"{report.generation:06d}", [])


def test_power_loss_at_any_step_leaves_the_old_generation_or_the_new(folder, monkeypatch):
    """At each flush and each rename of a commit; the next ingest gives the new chunks."""
    ingested(folder)
    before = [chunk.text for chunk in folder.chunks()]
    folder.write("a.txt", "The rent is 950 euros.")
    steps = []
    for step in range(100):
        with monkeypatch.context() as patched:
            countdown = [step]

            def counted(function, name, countdown=countdown):
                def step_or_stop(*args):
                    if countdown[0] == 0:
                        steps.append(name)
                        raise PowerLoss
                    countdown[0] -= 1
                    return function(*args)

                return step_or_stop

            for module, name in ((durable, "_fsync"), (os, "replace"), (os, "rename")):
                patched.setattr(module, name, counted(getattr(module, name), name))
            patched.setattr(generations.shutil, "rmtree", lambda *_, **__: None)
            try:
                report = folder.ingest()
            except PowerLoss:
                report = None
        if report is not None:
            break
        after = [chunk.text for chunk in folder.chunks()]
        if after != before:  # CURRENT was replaced: only the last flush was missing
            assert steps[-1] == "_fsync"
            break
    assert steps.count("_fsync") >= 10
    assert steps.count("replace") == 2
    assert steps.count("rename") == 1
    folder.ingest()
    assert "The rent is 950 euros." in [chunk.text for chunk in folder.chunks()]
    assert not list(folder.index.glob("new-*"))


def test_reader_keeps_its_generation_while_others_are_committed(folder):
    """An open index answers from what it opened, two ingests later too."""
    ingested(folder)
    index = folder.open()
    vector = np.eye(16, dtype=np.float32)[3]
    before = index.search(vector, "rent", 9, "hybrid", None)
    for amount in (950, 970, 990):
        folder.write("a.txt", f"The rent is {amount} euros.")
        folder.ingest()
    assert index.search(vector, "rent", 9, "hybrid", None) == before
    assert [chunk.text for chunk in index.chunks([candidate.chunk_id for candidate in before])]
    index.close()
    assert open_index(folder.index, "house").generation.number == 4


def test_a_flip_in_the_manifest_of_the_generation_before_is_found(tmp_path: Path) -> None:
    """CURRENT vouches for the current manifest, and that one for its parent's."""
    for text in ("one", "two"):
        with generations.new_generation(tmp_path) as building:
            (building / "file").write_text(text)
            generations.commit(tmp_path, building, {"note": "x"})
    manifest = tmp_path / "000001" / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b'"x"', b'"y"'))

    problems = dict(generations.verify_all(tmp_path))

    assert problems["000002"] == []
    assert "differs" in problems["000001"][0]
