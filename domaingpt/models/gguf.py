"""A GGUF file's header → checked metadata, before llama.cpp's own parser sees the file.

Pure Python, bounded in every count, and reads the header only. Layout: [1]; the rules on tensors are
those of llama.cpp's `gguf.cpp`. Templates are returned as text and never executed.

[1] https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path

from domaingpt.errors import ModelLoadFailed

MAGIC = b"GGUF"
VERSIONS = (2, 3)  # 1 was never used for models that still load; both known ones are little-endian here
# Bounds: far above real files (Qwen2.5: 26 keys, 434 tensors, 152k tokens; Gemma 3: 262k tokens, 515k
# merges; Llama 405B: 1,138 tensors), far below what makes a reader slow.
MAX_KEYS = 4096
MAX_TENSORS = 32_768
MAX_ITEMS = 4_194_304  # of all arrays together
MAX_KEY_BYTES = 1024
MAX_STRING_BYTES = 4_194_304
MAX_TENSOR_NAME_BYTES = 127
MAX_DIMS = 4  # GGML_MAX_DIMS
DEFAULT_ALIGNMENT = 32
EMBEDDINGS = ("token_embd.weight", "output.weight")  # of the input, of the output

STRING, ARRAY = 8, 9
SCALARS = {
    0: struct.Struct("<B"), 1: struct.Struct("<b"), 2: struct.Struct("<H"), 3: struct.Struct("<h"),
    4: struct.Struct("<I"), 5: struct.Struct("<i"), 6: struct.Struct("<f"), 7: struct.Struct("<?"),
    10: struct.Struct("<Q"), 11: struct.Struct("<q"), 12: struct.Struct("<d"),
}  # fmt: skip
U32, U64 = struct.Struct("<I"), struct.Struct("<Q")
# ggml type → (weights in a block, bytes of a block); GGML_QUANT_SIZES in gguf-py's constants.py, without the
# types that never lie in a file (Q8_1, Q8_K).
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110),
    22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8),
    29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What the header says; arrays are checked and left out.

    Attributes:
        metadata: Key → value, without arrays.
        n_tensors: Tensors, all of which lie within the file.
        n_parameters: Weights of all tensors but the embeddings of tokens (EMBEDDINGS).
    """

    metadata: dict[str, Scalar] = field(repr=False)
    n_tensors: int
    n_parameters: int

    def text(self, key: str) -> str:
        """Return a string value, or "" when it is missing or no string."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def count(self, key: str) -> int:
        """Return `<architecture>.<key>` as a whole number, or 0."""
        value = self.metadata.get(f"{self.text('general.architecture')}.{key}")
        return value if isinstance(value, int) else 0

    @property
    def kv_bytes(self) -> int:
        """KV cache of one token in fp16; 0 when the header does not say."""
        heads = self.count("attention.head_count")
        width = self.count("attention.key_length") or (self.count("embedding_length") // heads if heads else 0)
        return 4 * self.count("block_count") * (self.count("attention.head_count_kv") or heads) * width


def read_header(path: Path) -> GgufHeader:
    """Check a GGUF file and return its metadata.

    Raises:
        ModelLoadFailed: If it cannot be read, is not GGUF 2 or 3, breaks a bound, is cut short,
            is one part of a split model, or uses a tensor type unknown here.
    """
    try:
        with path.open("rb") as file:
            if path.stat().st_size < 4 or file.read(4) != MAGIC:
                raise _refused(path, "it does not begin with 'GGUF'")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Cursor(path, data).header()
    except OSError as exc:
        raise _refused(path, exc.strerror or str(exc)) from exc


class _Cursor:
    """A position in the file that never leaves it."""

    def __init__(self, path: Path, data: mmap.mmap) -> None:
        self.path = path
        self.data = data
        self.size_bytes = len(data)
        self.at = len(MAGIC)
        self.items_left = MAX_ITEMS
        self.n_parameters = 0

    def header(self) -> GgufHeader:
        version = self.number(U32)
        if version not in VERSIONS:
            raise self.refused(f"its version is {version}, known are 2 and 3")
        n_tensors, n_keys = self.number(U64), self.number(U64)
        if not 1 <= n_tensors <= MAX_TENSORS:
            raise self.refused(f"it declares {n_tensors} tensors, accepted are 1 to {MAX_TENSORS}")
        if n_keys > MAX_KEYS:
            raise self.refused(f"it declares {n_keys} keys, accepted are at most {MAX_KEYS}")
        metadata = self.metadata(n_keys)
        parts = metadata.get("split.count", 0)
        if isinstance(parts, int) and parts > 1:
            raise self.refused(f"it is one of {parts} parts; merge them with llama-gguf-split --merge")
        self.check_tensors(n_tensors, self.alignment(metadata))
        return GgufHeader(metadata, n_tensors, self.n_parameters)

    def metadata(self, n_keys: int) -> dict[str, Scalar]:
        seen: set[str] = set()
        metadata: dict[str, Scalar] = {}
        for _ in range(n_keys):
            key = self.string(MAX_KEY_BYTES)
            if key in seen:
                raise self.refused(f"the key {key!r} occurs twice")
            seen.add(key)
            kind = self.number(U32)
            if kind == ARRAY:
                self.skip_array(key)
            elif kind == STRING:
                metadata[key] = self.string(MAX_STRING_BYTES)
            elif kind in SCALARS:
                metadata[key] = self.scalar(SCALARS[kind])
            else:
                raise self.refused(f"the key {key!r} has the unknown type {kind}")
        return metadata

    def skip_array(self, key: str) -> None:
        kind, n = self.number(U32), self.number(U64)
        if n > self.items_left:
            raise self.refused(f"the array {key!r} declares {n} items, more than accepted")
        self.items_left -= n
        if kind in SCALARS:
            self.advance(n * SCALARS[kind].size)
        elif kind == STRING:
            # Inlined, for there may be half a million; `at` is checked before every read.
            at, end, length_of = self.at, self.size_bytes, U64.unpack_from
            for _ in range(n):
                if at + 8 > end:
                    raise self.refused("it is cut short")
                at += 8 + length_of(self.data, at)[0]
            self.advance(at - self.at)
        else:
            raise self.refused(f"the array {key!r} has items of the unaccepted type {kind}")

    def alignment(self, metadata: dict[str, Scalar]) -> int:
        value = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
        if not isinstance(value, int) or not 8 <= value <= 65_536 or value & (value - 1):
            raise self.refused(f"its alignment is {value!r}")
        return value

    def check_tensors(self, n_tensors: int, alignment: int) -> None:
        """Check that tensors follow each other without gap or overlap and end within the file."""
        expected = 0
        last_end = 0
        names: set[str] = set()
        for _ in range(n_tensors):
            name = self.string(MAX_TENSOR_NAME_BYTES)
            n_bytes = self.tensor_bytes(name)
            offset = self.number(U64)
            if name in names:
                raise self.refused(f"the tensor {name!r} occurs twice")
            names.add(name)
            if offset != expected:
                raise self.refused(f"the tensor {name!r} lies at {offset}, expected {expected}")
            last_end = offset + n_bytes
            expected = -(-last_end // alignment) * alignment
        data_start = -(-self.at // alignment) * alignment
        if data_start + last_end > self.size_bytes:
            missing = data_start + last_end - self.size_bytes
            raise self.refused(f"its tensors need {missing} more bytes than the file has")

    def tensor_bytes(self, name: str) -> int:
        n_dims = self.number(U32)
        if not 1 <= n_dims <= MAX_DIMS:
            raise self.refused(f"the tensor {name!r} has {n_dims} dimensions")
        dims = [self.number(U64) for _ in range(n_dims)]
        kind = self.number(U32)
        if kind not in BLOCKS:
            raise self.refused(f"the tensor {name!r} has the unknown type {kind}")
        block, block_bytes = BLOCKS[kind]
        n_weights = 1  # Python's integers do not overflow, which is where C parsers were attacked.
        for dim in dims:
            n_weights *= dim
        if n_weights == 0 or dims[0] % block:
            raise self.refused(f"the tensor {name!r} has the impossible shape {dims}")
        self.n_parameters += 0 if name in EMBEDDINGS else n_weights
        return n_weights // block * block_bytes

    def number(self, form: struct.Struct) -> int:
        value = self.scalar(form)
        assert isinstance(value, int)
        return value

    def scalar(self, form: struct.Struct) -> int | float | bool:
        start = self.at
        self.advance(form.size)
        value: int | float | bool = form.unpack_from(self.data, start)[0]
        return value

    def string(self, limit: int) -> str:
        n_bytes = self.number(U64)
        if n_bytes > limit:
            raise self.refused(f"a string of {n_bytes} bytes is declared, accepted are {limit}")
        start = self.at
        self.advance(n_bytes)
        return self.data[start : self.at].decode("utf-8", "replace")

    def advance(self, n_bytes: int) -> None:
        if n_bytes > self.size_bytes - self.at:
            raise self.refused("it is cut short")
        self.at += n_bytes

    def refused(self, why: str) -> ModelLoadFailed:
        return _refused(self.path, why)


def _refused(path: Path, why: str) -> ModelLoadFailed:
    return ModelLoadFailed(
        f"{path} is not a GGUF model that can be loaded: {why}.",
        "Download the file again from a source you trust.",
    )
