"""Reading questions files: JSONL with `id` and `query` or `question`, more for evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domaingpt.errors import BadConfig


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a questions file.

    Attributes:
        id: As in the file.
        text: The query or question.
        answers: Accepted answers, for evaluation.
        documents: Paths that hold the answer.
        pages: Pages that hold it, from 1.
        answerable: Whether the documents hold an answer.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    answerable: bool = True


def read_questions(path: Path) -> Iterator[Question]:
    """Yield the questions of a file in order.

    Raises:
        BadConfig: If a line is not valid; the message names it.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise BadConfig(f"{path} cannot be read: {exc}", "Name a JSONL file in UTF-8.") from exc
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _question(line, f"{path}, line {number}")


def _question(line: str, where: str) -> Question:
    hint = 'Each line is an object such as {"id": "1", "question": "…"}.'
    try:
        entry: Any = json.loads(line)
    except ValueError as exc:
        raise BadConfig(f"{where} is not JSON: {exc}", hint) from exc
    text = (entry.get("question") or entry.get("query")) if isinstance(entry, dict) else None
    if not isinstance(text, str) or not text.strip() or "id" not in entry:
        raise BadConfig(f"{where} needs an 'id' and a 'question' or 'query'.", hint)
    return Question(
        id=str(entry["id"]),
        text=text,
        answers=tuple(entry.get("answers", ())),
        documents=tuple(entry.get("documents", ())),
        pages=tuple(entry.get("pages", ())),
        answerable=bool(entry.get("answerable", True)),
    )
