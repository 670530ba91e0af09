"""Evidence to answer from, without an index."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "generators"))  # chat_server is this folder's own

from domaingpt.chunks import chunk_id
from domaingpt.types import Chunk, Evidence

MakeEvidence = Callable[..., Evidence]


@pytest.fixture
def evidence() -> MakeEvidence:
    """Return a function from a quote to evidence: a chunk of its own, best score 1.0."""

    def make(quote: str, score: float = 1.0, **fields: Any) -> Evidence:
        chunk_fields = {"context": fields.pop("context", ""), "section": fields.get("section", "")}
        before = "Before it. "
        text = f"{before}{quote} Behind it."
        path = f"{len(quote)}.txt"
        chunk = Chunk(chunk_id(path, 7, 7 + len(text), text), path, 7, 7 + len(text), text, **chunk_fields)
        start = 7 + len(before)
        return Evidence(chunk, start, start + len(quote), quote, score, **fields)

    return make
