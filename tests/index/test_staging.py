"""Work in progress survives a kill, and only its own loss is lost with it."""

from __future__ import annotations

import numpy as np

from domaingpt.index.staging import STAGING_FILE, Staging, vector_key
from domaingpt.types import Document

VECTORS = np.array([[1, 0], [0.6, 0.8]], np.float32)
SENTENCES = [np.zeros((0, 2), np.int8), np.array([[127, 3], [-5, 127]], np.int8)]


def test_kept_after_a_kill(tmp_path):
    """What was committed is there when the file was never closed."""
    killed = Staging(tmp_path, "one")
    killed.add_content("sha text/1", Document("a.txt", "Rent"))
    killed.commit()
    killed.add_vectors([b"first", b"second"], VECTORS, SENTENCES)
    killed.add_content("late text/1", Document("b.txt", "not committed"))
    # The files as a kill would leave them: copied while the first writer still has them open.
    (tmp_path / "after").mkdir()
    for file in tmp_path.glob(f"{STAGING_FILE}*"):
        (tmp_path / "after" / file.name).write_bytes(file.read_bytes())
    killed.close()
    resumed = Staging(tmp_path / "after", "one")
    assert resumed.content("sha text/1", "renamed.txt") == Document("renamed.txt", "Rent")
    assert resumed.content("late text/1", "b.txt") is None
    ((key, (vector, sentences)),) = resumed.vectors([b"third", b"second"]).items()
    assert key == b"second"
    assert np.array_equal(vector, VECTORS[1].astype(np.float16))
    assert np.array_equal(sentences, SENTENCES[1])
    resumed.discard()


def test_vectors_of_another_embedder_are_forgotten(tmp_path):
    """The parsed text is not."""
    staging = Staging(tmp_path, "one")
    staging.add_content("sha text/1", Document("a.txt", "Rent"))
    staging.add_vectors([b"first", b"second"], VECTORS, SENTENCES)
    staging.close()
    staging = Staging(tmp_path, "two")
    assert staging.vectors([b"first"]) == {}
    assert staging.content("sha text/1", "a.txt") is not None
    staging.discard()


def test_many_keys_are_asked_for_at_once(tmp_path):
    """More than one statement takes."""
    staging = Staging(tmp_path, "one")
    keys = [f"{i:016d}".encode() for i in range(3000)]
    staging.add_vectors(keys[::2], np.tile(VECTORS, (750, 1)), SENTENCES * 750)
    found = staging.vectors(keys)
    assert set(found) == set(keys[::2])
    assert found[keys[2]][0].tolist() == VECTORS[1].astype(np.float16).tolist()
    staging.discard()


def test_discard_leaves_nothing(tmp_path):
    """Neither the file nor its journal."""
    staging = Staging(tmp_path, "one")
    staging.add_vectors([b"first", b"second"], VECTORS, SENTENCES)
    staging.discard()
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_no_database_is_begun_anew(tmp_path):
    """Only work in progress is lost."""
    (tmp_path / STAGING_FILE).write_bytes(b"not a database, but long enough to be taken for one" * 40)
    staging = Staging(tmp_path, "one")
    staging.add_vectors([b"first", b"second"], VECTORS, SENTENCES)
    assert list(staging.vectors([b"first"])) == [b"first"]
    staging.discard()


def test_damaged_content_counts_as_not_read(tmp_path):
    """It is read and stored again; an ingest does not stop at it."""
    staging = Staging(tmp_path, "one")
    document = Document("a.txt", "Rent")
    staging.add_content("sha text/1", document)
    staging.commit()
    for column, value in (("text", b"no zlib"), ("structure", b"no zlib"), ("text", None)):
        staging._connection.execute(f"UPDATE OR IGNORE contents SET {column} = ?", [value or b""])
        assert staging.content("sha text/1", "a.txt") is None
        staging.add_content("sha text/1", document)
        assert staging.content("sha text/1", "a.txt") == document
    staging.discard()


def test_file_is_private(tmp_path):
    """It holds text of the user's documents."""
    staging = Staging(tmp_path, "one")
    assert staging.path.stat().st_mode & 0o777 == 0o600
    staging.discard()


def test_key_stands_for_the_exact_string():
    """16 bytes; a lone surrogate does not stop it."""
    assert len(vector_key("Rent")) == 16
    assert len({vector_key(text) for text in ("Rent", "rent", "Rent ", "\ud800")}) == 4


def test_key_stands_for_the_sentences_too():
    """The same string cut otherwise has other sentence vectors."""
    assert len({vector_key("Rent. Deposit.", spans) for spans in ((), [(0, 5)], [(0, 5), (6, 14)], [(0, 14)])}) == 4
