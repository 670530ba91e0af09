"""The citations of the last answer, kept for `domaingpt open N`; only where they are, not the question."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domaingpt import durable, locations
from domaingpt.cli.output import citation_json
from domaingpt.errors import DomainError

if TYPE_CHECKING:
    from domaingpt.domain import Domain
    from domaingpt.types import Answer

LAST_ANSWER = "last-answer.json"


def remember(domain: Domain, answer: Answer) -> None:
    """Keep where an answer's quotes (or the nearest ones) stand, readable by this user only."""
    # A home that cannot be written, or documents that are not on this machine, only cost `open`.
    with contextlib.suppress(OSError, DomainError):
        entries = [
            {**citation_json(citation), "file": str(domain.documents_folder / citation.document)}
            for citation in answer.citations or answer.nearest
        ]
        folder = durable.make_private_dir(locations.state_dir())
        durable.write_atomic(folder / LAST_ANSWER, json.dumps(entries).encode())


def recall() -> list[dict[str, Any]]:
    """Return what `remember` kept; empty if there is nothing."""
    try:
        entries = json.loads(Path(locations.state_dir(), LAST_ANSWER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return entries if isinstance(entries, list) else []
