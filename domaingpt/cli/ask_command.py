"""`domaingpt ask`: an answer with quotes, or an honest absence."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domaingpt.cli.last_answer import remember
from domaingpt.cli.options import (
    batch_option,
    json_option,
    name_argument,
    only_option,
    read_batch,
    ready_domain,
    words_argument,
)
from domaingpt.cli.output import answer_json, json_line, place, printable, well_formed
from domaingpt.cli.paragraph import Paragraph

if TYPE_CHECKING:
    from domaingpt.domain import Domain
    from domaingpt.types import Answer, Citation

MARK = re.compile(r"\[\d+\]")


@click.command("ask")
@name_argument()
@words_argument("question")
@only_option
@batch_option("questions", "JSONL with id and question, '-' for stdin; prints one JSON object for each.")
@json_option
@click.pass_context
def command(
    ctx: click.Context, name: str, *, question: str, only: str | None, questions: Path | None, as_json: bool
) -> None:
    """Answer QUESTION from the documents of domain NAME, with file, page and quote.

    Every sentence shown is backed by a verbatim quote. If the documents do not hold the answer, it
    says so and shows what came closest.
    """
    if bool(question) == (questions is not None):
        raise click.UsageError(
            f'Give either a QUESTION, as in: domaingpt ask {name} "When is it due?", or --questions FILE.\n'
            f"To ask several in turn: domaingpt chat {name}"
        )
    entries = read_batch(questions) if questions else []
    domain = ready_domain(ctx, name, only)
    if questions is not None:
        for entry in entries:
            json_line(answer_json(entry.id, domain.ask(entry.text, only=only)))
    elif as_json:
        answer = domain.ask(question, only=only)
        json_line(answer_json(None, answer))
        remember(domain, answer)
    else:
        answer_on_terminal(domain, question, only=only)


def answer_on_terminal(
    domain: Domain, question: str, *, only: str | None = None, ask: Callable[..., Answer] | None = None
) -> None:
    """Stream an answer to the terminal, sentence by sentence, its sources below; `ask` is the domain's if None."""
    paragraph = Paragraph()

    def show(sentence: str) -> None:
        text = printable(sentence)
        paragraph.write(text, [mark.span() for mark in MARK.finditer(text)])

    try:
        answer = (ask or domain.ask)(well_formed(question), only=only, on_sentence=show)
    except BaseException:
        paragraph.end()  # what interrupts an answer begins a line of its own
        raise
    if answer.abstained:
        title = printable(domain.config.title)
        paragraph.write(f"The documents of {title} do not answer this. {printable(answer.reason)}")
    paragraph.end()
    if answer.coverage and answer.coverage.statement not in answer.reason:
        click.echo(click.style(printable(answer.coverage.statement), dim=True))
    if answer.citations:
        click.echo()
    elif answer.nearest:
        click.echo("Closest:")
    write_citations(answer.citations or answer.nearest)
    remember(domain, answer)


def write_citations(citations: Sequence[Citation]) -> None:
    """Write the sources below an answer: number, place, quote."""
    for citation in citations:
        click.echo(f"  [{citation.n}] {click.style(place(citation), bold=True)}")
        quote = Paragraph(indent=6, dim=True)
        quote.write(f"“{printable(citation.quote)}”")
        quote.end()
