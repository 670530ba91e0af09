"""Which segments a commit rewrites, and how rows are found by key."""

from __future__ import annotations

import numpy as np
import pytest

from domaingpt.errors import IndexCorrupt
from domaingpt.index import segment as module
from domaingpt.index.corpus import DocumentAccount, chunk_row
from domaingpt.index.segment import CHUNK_IDS, Segment, SegmentWriter, key_array, to_rewrite
from domaingpt.types import Chunk

ACCOUNT = DocumentAccount(0, 0, 0, {}, {})


@pytest.mark.parametrize(
    ("alive", "n_new", "expected"),
    [
        pytest.param([], 10, [], id="first"),
        pytest.param([1_000_000], 10, [], id="one file beside a million chunks"),
        pytest.param([1_000_000, 2000], 10, [1], id="small ones are merged"),
        pytest.param([1_000_000, 2001], 10, [], id="others only when they are less than twice as large"),
        pytest.param([1_000_000, 20_000, 5000], 2500, [2], id="5000 ≤ 2 · 2500, 20000 > 2 · 7500"),
        pytest.param([1_000_000, 15_000, 5000], 2500, [1, 2], id="and so on upwards"),
        pytest.param([300, 700], 0, [], id="nothing new, nothing to do"),
    ],
)
def test_segments_grow_geometrically(alive, n_new, expected):
    """What is at most twice as large as all that is written joins it."""
    assert to_rewrite(alive, alive, n_new) == expected


def test_dead_rows_are_written_off():
    """At once where that is cheap, at a third elsewhere."""
    assert to_rewrite([2000], [1999], 0) == [0]
    assert to_rewrite([30_000], [20_000], 0) == []
    assert to_rewrite([30_000], [19_999], 0) == [0]
    assert to_rewrite([30_000, 9000], [0, 9000], 0) == [0]


def test_number_of_segments_is_logarithmic():
    """A thousand commits of a thousand chunks: at most seven segments, a chunk written at most nine times."""
    sizes: list[int] = []
    n_written = 0
    for _ in range(1000):
        merged = to_rewrite(sizes, sizes, 1000)
        n_written += 1000 + sum(sizes[i] for i in merged)
        sizes = [*(size for i, size in enumerate(sizes) if i not in merged), 1000 + sum(sizes[i] for i in merged)]
        assert len(sizes) <= 7
    assert sum(sizes) == 1_000_000
    assert n_written <= 9 * 1_000_000


def write(folder, texts, key=lambda row: row):
    """Write a segment of one document a text."""
    writer = SegmentWriter(folder, 2)
    for row, text in enumerate(texts):
        chunk = Chunk(f"{row:032x}", f"{row}.txt", 0, len(text), text)
        keys = [key(row).to_bytes(16, "big")]
        writer.add(
            f"sha{row} text/1",
            "",
            ACCOUNT,
            path=f"{row}.txt",
            rows=[chunk_row(chunk)],
            keys=keys,
            terms=[writer.term_hashes(text.split())],
        )
    writer.corpus.finish()
    writer.finish(np.tile(np.array([1, 0], np.float16), (len(texts), 1)), [np.full((1, 2), 127, np.int8)] * len(texts))
    return folder


def test_rows_are_found_by_key(tmp_path):
    """Dead chunks are not, their vectors are; of equal keys one is; keys that differ in any byte are others."""
    write(tmp_path / "000001", ["rent"] * 300, key=lambda row: row // 2)
    segment = Segment(tmp_path / "000001", np.array([[8, 7, 1], [9, 8, 1]]))  # rows 7 and 8
    wanted = key_array([(n).to_bytes(16, "big") for n in (299, 8, 10**30, 0, 256)])
    which, rows = segment.rows_of_chunks(wanted)
    assert dict(zip(which.tolist(), rows.tolist(), strict=True)) == {0: 299, 3: 0, 4: 256}
    which, rows = segment.rows_of_vectors(key_array([(n).to_bytes(16, "big") for n in (4, 150, 149)]))
    assert {w: r // 2 for w, r in zip(which.tolist(), rows.tolist(), strict=True)} == {0: 4, 2: 149}
    assert segment.rows_of_chunks(key_array([]))[0].tolist() == []
    assert (segment.n_alive, len(segment), segment.alive.sum()) == (298, 300, 298)
    segment.close()


def test_dead_neighbours_are_one_range():
    """In any order; documents without chunks are none."""
    dead = np.array([[1, 20, 5], [2, 3, 0], [3, 10, 10], [4, 40, 1]])
    assert module._ranges(dead).tolist() == [[10, 25], [40, 41]]
    assert module._ranges(dead[:0]).shape == (0, 2)


def test_damaged_keys_are_corrupt(tmp_path):
    """Missing, cut off, of another shape or number."""
    write(tmp_path / "000001", ["rent", "boiler"])
    file = tmp_path / "000001" / CHUNK_IDS
    good = file.read_bytes()
    np.save(file, np.zeros((2, 8), np.uint8))
    odd = file.read_bytes()
    np.save(file, np.zeros((3, 16), np.uint8))
    for damaged in (b"", good[:-1], odd, file.read_bytes()):
        file.write_bytes(damaged)
        with pytest.raises(IndexCorrupt, match=r"cannot be read|does not hold|disagree"):
            Segment(file.parent)
    file.unlink()
    with pytest.raises(IndexCorrupt, match="cannot be read"):
        Segment(file.parent)
