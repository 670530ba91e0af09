"""Hits without an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from domaingpt.types import Chunk, Hit

Given = tuple[str, int | None, float]
"""Document, page and score."""


def hits(*given: Given) -> list[Hit]:
    """Return hits in this order; a chunk of page 2 runs over to page 3."""
    return [
        Hit(Chunk(f"{rank:032}", document, 0, 4, f"text of {document}", page, page if page != 2 else 3), score, rank)
        for rank, (document, page, score) in enumerate(given, start=1)
    ]


def search(answers: Mapping[str, Sequence[Given]]) -> Callable[[str], list[Hit]]:
    """Return a search that finds for each question what it is told to."""
    return lambda question: hits(*answers.get(question, ()))
