"""Tiny GGUF files, written by hand for the tests."""

from __future__ import annotations

import struct
from pathlib import Path

U32, F32, STRING, ARRAY, U64 = 4, 6, 8, 9, 10
CHATML = "{% for m in messages %}<|im_start|>{{ m.role }}{% endfor %}"


def text(value: str) -> bytes:
    """Encode a GGUF string."""
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def key(name: str, value: str | int) -> bytes:
    """Encode one key with a string or a u32."""
    if isinstance(value, str):
        return text(name) + struct.pack("<I", STRING) + text(value)
    return text(name) + struct.pack("<II", U32, value)


def tensor(name: str = "w", dims: tuple[int, ...] = (4,), kind: int = 0, offset: int = 0) -> bytes:
    """Encode one tensor's description; the default is four float32."""
    return text(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, kind, offset)


def gguf(
    keys: list[bytes],
    tensors: list[bytes] | None = None,
    data: bytes = bytes(16),
    *,
    n_keys: int | None = None,
    n_tensors: int | None = None,
    version: int = 3,
) -> bytes:
    """Put a whole file together; the counts can be made to lie."""
    tensors = [tensor()] if tensors is None else tensors
    head = b"GGUF" + struct.pack(
        "<IQQ",
        version,
        len(tensors) if n_tensors is None else n_tensors,
        len(keys) if n_keys is None else n_keys,
    )
    head += b"".join(keys) + b"".join(tensors)
    return head + bytes(-len(head) % 32) + data


def model(name: str = "Tiny", template: str = CHATML) -> bytes:
    """Return a proper file with a chat template."""
    tokens = struct.pack("<IQ", STRING, 2) + text("a") + text("b")
    return gguf(
        [
            key("general.architecture", "llama"),
            key("general.name", name),
            key("general.license", "mit"),
            key("llama.context_length", 2048),
            key("llama.block_count", 2),
            key("llama.embedding_length", 64),
            key("llama.attention.head_count", 4),
            key("llama.attention.head_count_kv", 2),
            text("tokenizer.ggml.tokens") + struct.pack("<I", ARRAY) + tokens,
            key("tokenizer.chat_template", template),
        ]
    )


def write(folder: Path, content: bytes, name: str = "model.gguf") -> Path:
    """Write a file and return its path."""
    path = folder / name
    path.write_bytes(content)
    return path
