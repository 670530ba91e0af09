"""Document ↔ JSON: what crosses from a worker to its parent, and what a cache of parsed text stores."""

from __future__ import annotations

import json
from typing import Any

from domaingpt.types import Block, Document, Page, Part

# Positions in the compact arrays are the order of the dataclasses' fields.


def document_to_json(document: Document) -> str:
    """Return the document as one line of JSON."""
    return json.dumps(document_to_values(document), ensure_ascii=False, separators=(",", ":"))


def document_from_json(text: str) -> Document:
    """Return the document that `document_to_json` wrote."""
    return document_from_values(json.loads(text))


def document_to_values(document: Document) -> dict[str, Any]:
    """Return the document as plain lists, strings and numbers."""
    return {
        "path": document.path,
        "text": document.text,
        "pages": [[page.number, page.start, page.end, page.status] for page in document.pages],
        "blocks": [[block.kind, block.start, block.end, block.level, block.header] for block in document.blocks],
        "title": document.title,
        "left_out": dict(document.left_out),
        "notes": list(document.notes),
        "parts": [[part.name, part.status, part.reason, part.content_key] for part in document.parts],
    }


def document_from_values(values: dict[str, Any]) -> Document:
    """Return the document that `document_to_values` took apart."""
    return Document(
        path=values["path"],
        text=values["text"],
        pages=tuple(Page(*page) for page in values["pages"]),
        blocks=tuple(Block(*block) for block in values["blocks"]),
        title=values["title"],
        left_out=values["left_out"],
        notes=tuple(values["notes"]),
        parts=tuple(Part(*part) for part in values["parts"]),
    )
