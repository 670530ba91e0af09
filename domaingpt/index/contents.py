"""What a reader made of a file's bytes, kept in SQLite: a table that a segment's corpus and the staging file share."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from domaingpt.types import Block, Document, Page, Part

CONTENTS_SCHEMA = """
CREATE TABLE IF NOT EXISTS contents (
    key TEXT PRIMARY KEY,        -- file SHA-256 and reader key
    title TEXT NOT NULL,
    text BLOB NOT NULL,          -- zlib of UTF-8 (surrogates pass)
    structure BLOB NOT NULL      -- zlib of JSON: pages, blocks, left_out, notes, parts
) WITHOUT ROWID;
"""

BLOCK_NAMES = {field.name for field in fields(Block)}


def write_content(connection: sqlite3.Connection, key: str, document: Document) -> None:
    """Store what a reader returned, under its content key."""
    structure = {
        "pages": [asdict(page) for page in document.pages],
        "left_out": dict(document.left_out),
        "notes": document.notes,
        "parts": [asdict(part) for part in document.parts],
    }
    connection.execute(
        "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?)",
        [
            key,
            document.title,
            zlib.compress(document.text.encode("utf-8", "surrogatepass"), 1),
            zlib.compress(_with_blocks(json.dumps(structure), document.blocks).encode(), 1),
        ],
    )


def read_content(connection: sqlite3.Connection, key: str, path: str) -> Document | None:
    """Return the stored document of a content key under the given path, if it is there."""
    found = connection.execute("SELECT title, text, structure FROM contents WHERE key = ?", [key]).fetchone()
    if found is None:
        return None
    title, text, packed = found
    structure = json.loads(zlib.decompress(packed), object_hook=_block_or_other)
    return Document(
        path=path,
        text=zlib.decompress(text).decode("utf-8", "surrogatepass"),
        pages=tuple(Page(**page) for page in structure["pages"]),
        blocks=tuple(structure["blocks"]),
        title=title,
        left_out=structure["left_out"],
        notes=tuple(structure["notes"]),
        parts=tuple(Part(**part) for part in structure.get("parts", [])),  # indexes of 0.1 have none
    )


# A document may have 100,000 blocks. As dictionaries all at once they would take four times their room.


def _with_blocks(structure: str, blocks: Iterable[Block]) -> str:
    """Return a JSON object with the blocks added as "blocks"."""
    return f'{structure[:-1]}, "blocks": [{", ".join(json.dumps(asdict(block)) for block in blocks)}]}}'


def _block_or_other(values: dict[str, Any]) -> Any:
    """Return the block that an object of JSON is, else the object."""
    return Block(**values) if values.keys() == BLOCK_NAMES else values
