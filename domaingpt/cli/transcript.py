"""A conversation as Markdown: questions, how they were understood, answers, and where each quote stands.

Text from users, documents and models is data: what could make it a link, an image, a heading or HTML is escaped.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from domaingpt.cli.output import place, printable
from domaingpt.errors import DomainError

if TYPE_CHECKING:
    from domaingpt.conversation import Conversation, Exchange

# What opens emphasis, code, links, images, HTML or an entity; what GitHub makes a link of; what opens a list,
# heading or quotation at the beginning of a line.
SPECIAL = re.compile(
    r"([\\`*_\[\]<>~|&@]|:(?=//)|(?<=www)\.|^[#+\-=](?=\s|[#=-])|(?<=^\d)[.)]|(?<=^\d\d)[.)])", re.IGNORECASE
)
MARK = re.compile(r"(\[\d+\])")


def save(conversation: Conversation, path: Path) -> None:
    """Write a conversation to a new file that only this user may read.

    Raises:
        DomainError: If nothing was said yet, or the file or something else of that name is there.
    """
    if not conversation.exchanges:
        raise DomainError("There is nothing to save yet.", "Ask something first.")
    text = "\n".join(_lines(conversation)) + "\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as exc:
        raise DomainError(f"{path} exists already; it is left as it is.", "Name another file.") from exc
    except OSError as exc:
        raise DomainError(
            f"{path} cannot be written: {(exc.strerror or str(exc)).lower()}.", "Name another file."
        ) from exc
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)


def _lines(conversation: Conversation) -> Iterator[str]:
    yield f"# {plain(conversation.domain.config.title)}"
    for exchange in conversation.exchanges:
        yield ""
        yield f"## {plain(exchange.question)}"
        if exchange.understood.is_rewritten:
            yield ""
            yield f"*Understood as: {plain(exchange.understood.question)}*"
        yield ""
        yield from _answer_lines(exchange)


def _answer_lines(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    if answer is None:
        yield "No answer: it was stopped or failed."
        return
    if answer.text is None:
        yield f"The documents do not answer this. {plain(answer.reason)}"
        if answer.nearest:
            yield ""
            yield "Closest:"
    else:
        pieces = MARK.split(answer.text)  # text and marks in turn; a mark stays as it is shown: "[1]"
        yield "".join(piece if MARK.fullmatch(piece) else plain(piece) for piece in pieces)
    yield ""
    for citation in answer.citations or answer.nearest:
        yield f"{citation.n}. **{plain(place(citation))}**: “{plain(citation.quote)}”"


def plain(text: str) -> str:
    """Return text that Markdown shows as it is: no link, image, emphasis, HTML or heading comes of it."""
    view = printable(text)
    edge = len(text) - len(text.lstrip())  # `printable` strips; a space before a mark is kept
    return (" " if edge else "") + SPECIAL.sub(r"\\\1", view) + (" " if view and text[-1:].isspace() else "")
