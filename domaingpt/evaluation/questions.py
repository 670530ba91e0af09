"""Reading questions files: JSONL with `id` and `query` or `question`, more for evaluation.

Also taken: `_id` and `text`, as in the queries.jsonl of BEIR collections.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from domaingpt.errors import BadConfig
from domaingpt.evaluation.runs import trec_id

QUESTIONS = "questions.jsonl"  # in a domain's folder
KINDS = {str: "strings", int: "whole numbers"}
Item = TypeVar("Item")

HINT = 'Each line is an object such as {"id": "1", "question": "…"}.'


@dataclass(frozen=True, slots=True)
class Question:
    """One line of a questions file.

    Attributes:
        id: As in the file: a string or a whole number.
        text: The query or question.
        answers: Accepted answers, for evaluation.
        documents: Paths that hold the answer.
        pages: Pages that hold it, from 1.
        answerable: Whether the documents hold an answer.
        draft: Whether a program wrote it and nobody has checked it yet.
    """

    id: str | int
    text: str
    answers: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    answerable: bool = True
    draft: bool = False

    @property
    def trec_id(self) -> str:
        """The id as it stands in TREC files."""
        return trec_id(self.id)


def read_questions(path: Path) -> Iterator[Question]:
    """Yield the questions of a file in order.

    Raises:
        BadConfig: If a line is not valid; the message names it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadConfig(f"{path} cannot be read: {exc}", "Name a JSONL file in UTF-8.") from exc
    yield from parse_questions(text, str(path))


def parse_questions(text: str, where: str) -> Iterator[Question]:
    """Yield the questions of a JSONL text in order; `where` names it in errors.

    Raises:
        BadConfig: If a line is not valid; the message names it.
    """
    # Only "\n" ends a line of JSONL: splitlines would also split at U+2028, which may stand in a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield _question(line, f"{where}, line {number}")


def _question(line: str, where: str) -> Question:
    try:
        entry: Any = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise BadConfig(f"{where} is not JSON: {exc}", HINT) from exc
    if not isinstance(entry, dict):
        raise BadConfig(f"{where} is not a JSON object.", HINT)
    text = entry.get("question") or entry.get("query") or entry.get("text")
    if not isinstance(text, str) or not text.strip() or not entry.keys() & {"id", "_id"}:
        raise BadConfig(f"{where} needs an 'id' and a 'question' or 'query'.", HINT)
    identifier = entry["id"] if "id" in entry else entry["_id"]
    if not isinstance(identifier, (str, int)) or isinstance(identifier, bool):
        raise BadConfig(f"{where}: 'id' is {identifier!r}, but must be a string or a whole number.", HINT)
    return Question(
        id=identifier,
        text=text.encode("utf-8", "replace").decode(),  # an escaped lone surrogate is no character
        answers=_list_of(str, entry, "answers", where),
        documents=_list_of(str, entry, "documents", where),
        pages=_list_of(int, entry, "pages", where),
        answerable=_flag(entry, "answerable", where, default=True),
        draft=_flag(entry, "draft", where, default=False),
    )


def _flag(entry: dict[str, Any], key: str, where: str, *, default: bool) -> bool:
    value = entry.get(key, default)
    if not isinstance(value, bool):
        raise BadConfig(f"{where}: '{key}' is {value!r}, but must be true or false.", HINT)
    return value


def _list_of(kind: type[Item], entry: dict[str, Any], key: str, where: str) -> tuple[Item, ...]:
    value = entry.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, kind) for item in value):
        raise BadConfig(f"{where}: '{key}' is {value!r}, but must be a list of {KINDS[kind]}.", HINT)
    return tuple(value)
