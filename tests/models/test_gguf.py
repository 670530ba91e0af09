"""The GGUF reader against proper, damaged and hostile files."""

from __future__ import annotations

import random
import struct
import time
from pathlib import Path

import gguf_files as g
import pytest

from domaingpt.errors import ModelLoadFailed
from domaingpt.models import read_header
from domaingpt.models.gguf import MAX_KEYS

HUGE = 1 << 63


def test_a_proper_file_is_read(tmp_path: Path) -> None:
    """Scalars and strings are returned, arrays are left out, the KV width is computed."""
    header = read_header(g.write(tmp_path, g.model("Tiny")))
    assert header.n_tensors == 1
    assert header.text("general.name") == "Tiny"
    assert header.text("general.license") == "mit"
    assert header.count("context_length") == 2048
    assert "tokenizer.ggml.tokens" not in header.metadata
    # 4 bytes (K and V in fp16) x 2 layers x 2 KV heads x width 64 / 4
    assert header.kv_bytes == 4 * 2 * 2 * 16


def test_quantized_tensors_are_measured(tmp_path: Path) -> None:
    """Q4_K packs 256 weights in 144 bytes; the next tensor begins at the following multiple of 32."""
    tensors = [g.tensor("a", (256, 3), kind=12), g.tensor("b", (32,), kind=8, offset=448)]
    content = g.gguf([], tensors, bytes(448 + 34))  # 3 x 144 = 432, aligned 448; Q8_0: 34
    assert read_header(g.write(tmp_path, content)).n_tensors == 2
    with pytest.raises(ModelLoadFailed, match="1 more bytes"):
        read_header(g.write(tmp_path, content[:-1]))


# (file, what the refusal says)
HOSTILE = [
    (b"", "begin"),
    (b"GGU", "begin"),
    (b"PK\x03\x04" + bytes(60), "begin"),
    (b"GGUF", "cut short"),
    (g.gguf([], version=1), "version is 1"),
    (g.gguf([], version=0x03000000), "version is"),
    (g.gguf([], n_keys=HUGE), "keys"),
    (g.gguf([], n_keys=MAX_KEYS + 1), "keys"),
    (g.gguf([], n_keys=4000), "twice"),
    (g.gguf([], n_tensors=HUGE), "tensors"),
    (g.gguf([], [], n_tensors=0), "tensors"),
    (g.gguf([struct.pack("<Q", HUGE)]), "string of"),
    (g.gguf([struct.pack("<Q", (1 << 64) - 1)]), "string of"),
    (g.gguf([g.text("k") + struct.pack("<IQ", g.STRING, 4_000_000)]), "cut short"),
    (g.gguf([g.text("k") + struct.pack("<I", 13)]), "unknown type 13"),
    (g.gguf([g.text("k") + struct.pack("<IIQ", g.ARRAY, g.U32, HUGE)]), "more than accepted"),
    (g.gguf([g.text("k") + struct.pack("<IIQ", g.ARRAY, g.U64, 1 << 22)]), "cut short"),
    (g.gguf([g.text("k") + struct.pack("<IIQ", g.ARRAY, g.STRING, 1 << 22)]), "cut short"),
    (g.gguf([g.text("k") + struct.pack("<IIQQ", g.ARRAY, g.STRING, 1, HUGE)]), "cut short"),
    (g.gguf([g.text("k") + struct.pack("<IIQ", g.ARRAY, g.ARRAY, 1)]), "unaccepted type 9"),
    (g.gguf([g.key("k", 1), g.key("k", 2)]), "twice"),
    (g.gguf([g.key("general.alignment", 0)]), "alignment"),
    (g.gguf([g.key("general.alignment", 33)]), "alignment"),
    (g.gguf([g.key("general.alignment", "32")]), "alignment"),
    (g.gguf([g.key("split.count", 3)]), "one of 3 parts"),
    (g.gguf([], [g.tensor(dims=())]), "0 dimensions"),
    (g.gguf([], [g.tensor(dims=(1,) * 5)]), "5 dimensions"),
    (g.gguf([], [g.tensor(dims=(0,))]), "impossible shape"),
    (g.gguf([], [g.tensor(dims=(33,), kind=8)]), "impossible shape"),
    (g.gguf([], [g.tensor(dims=(1 << 32, 1 << 32, 4))]), "more bytes"),  # overflows 64 bits to 0
    (g.gguf([], [g.tensor(dims=(HUGE, 2))]), "more bytes"),
    (g.gguf([], [g.tensor(kind=4)]), "unknown type 4"),
    (g.gguf([], [g.tensor(offset=32)]), "lies at 32"),
    (g.gguf([], [g.tensor("a"), g.tensor("b", offset=0)]), "lies at 0"),
    (g.gguf([], [g.tensor("a"), g.tensor("a", offset=32)], bytes(48)), "twice"),
    (g.gguf([], [g.tensor("n" * 200)]), "string of"),
    (g.gguf([], data=b""), "more bytes"),
]


@pytest.mark.parametrize(("content", "why"), HOSTILE, ids=[why for _, why in HOSTILE])
def test_a_hostile_file_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """Every lie in the header is named, at once, without reading or allocating what it declares."""
    path = g.write(tmp_path, content)
    started = time.perf_counter()
    with pytest.raises(ModelLoadFailed, match=why) as caught:
        read_header(path)
    assert time.perf_counter() - started < 1
    assert str(path) in caught.value.message


def test_43_bytes_do_not_hang(tmp_path: Path) -> None:
    """2^63 items declared in 43 bytes: a count alone must not make the reader loop."""
    key = struct.pack("<Q", 0) + struct.pack("<IIQ", g.ARRAY, 0, HUGE)[:11]
    content = b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + key
    assert len(content) == 43
    with pytest.raises(ModelLoadFailed, match="cut short"):
        read_header(g.write(tmp_path, content))


def test_every_cut_is_refused(tmp_path: Path) -> None:
    """A proper file cut at any byte raises our error and nothing else."""
    whole = g.model()
    for size in range(len(whole)):
        with pytest.raises(ModelLoadFailed, match="GGUF"):
            read_header(g.write(tmp_path, whole[:size]))


def test_random_damage_never_escapes(tmp_path: Path) -> None:
    """Any byte changed to any value: the header is read or refused, never another exception."""
    rng = random.Random(7)
    whole = g.model()
    for _ in range(500):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            read_header(g.write(tmp_path, bytes(damaged)))
        except ModelLoadFailed:
            continue


def test_a_folder_or_missing_file_is_our_error(tmp_path: Path) -> None:
    """The operating system's reason is in the message."""
    with pytest.raises(ModelLoadFailed, match="No such file"):
        read_header(tmp_path / "none.gguf")
    with pytest.raises(ModelLoadFailed, match="Is a directory"):
        read_header(tmp_path)
