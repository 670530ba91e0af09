"""`domaingpt ask`: an answer with quotes, or an honest absence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from domaingpt.cli.last_answer import remember
from domaingpt.cli.options import json_option, name_argument, only_option, ready_domain
from domaingpt.cli.output import answer_json, json_line, printable, write_citations

if TYPE_CHECKING:
    from domaingpt.types import Answer
    from domaingpt.workspace import Domain


@click.command("ask")
@name_argument()
@click.argument("question", required=False)
@only_option
@click.option(
    "--questions",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSONL with id and question; prints one JSON object for each.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context, name: str, question: str | None, *, only: str | None, questions: Path | None, as_json: bool
) -> None:
    """Answer QUESTION from the documents of domain NAME, with file, page and quote.

    Every sentence shown is backed by a verbatim quote. If the documents do not hold the answer, it
    says so and shows what came closest.
    """
    from domaingpt.evaluation import read_questions

    if (question is None) == (questions is None):
        raise click.UsageError("Give either a QUESTION or --questions.")
    domain = ready_domain(ctx, name)
    if questions is not None:
        for entry in read_questions(questions):
            json_line(answer_json(entry.id, domain.ask(entry.text, only=only)))
        return
    assert question is not None  # noqa: S101 - one of the two is given
    if as_json:
        answer = domain.ask(question, only=only)
        json_line(answer_json(None, answer))
        remember(domain, answer)
    else:
        answer_on_terminal(domain, question, only=only)


def answer_on_terminal(domain: Domain, question: str, *, only: str | None = None) -> Answer:
    """Stream an answer to the terminal, sentence by sentence, its sources below."""

    def show(sentence: str) -> None:
        click.echo(printable(sentence) + " ", nl=False)

    answer = domain.ask(question, only=only, on_sentence=show)
    if answer.abstained:
        click.echo(f"The documents of {domain.config.title} do not answer this. {answer.reason}")
        if answer.nearest:
            click.echo("Closest:")
            write_citations(answer.nearest)
    else:
        click.echo("\n")
        write_citations(answer.citations)
    remember(domain, answer)
    return answer
