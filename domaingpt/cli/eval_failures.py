"""What `domaingpt eval` prints of each question that failed: what was wanted, and what was found or said."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from domaingpt.cli.options import count
from domaingpt.cli.output import escaped, printable
from domaingpt.cli.paragraph import Paragraph
from domaingpt.evaluation.measures import ranking
from domaingpt.evaluation.retrieved import placings
from domaingpt.evaluation.runs import plain_id

if TYPE_CHECKING:
    from domaingpt.evaluation.answers import Graded
    from domaingpt.evaluation.evaluate import Evaluation
    from domaingpt.evaluation.retrieved import Placing
    from domaingpt.evaluation.systems import System

N_INSTEAD = 3  # passages shown in place of a missed one
EXCERPT_CHARACTERS = 160


def write_misses(evaluation: Evaluation, n_shown: int) -> None:
    """Print the questions that a domain's search missed, the first few of them in full."""
    system = evaluation.systems[0]
    placed = placings(evaluation.judged, system.run, system.results)
    missed = [placing for placing in placed if placing.is_missed]
    click.echo()
    if not missed:
        click.echo(f"{evaluation.name}: every right document and page is among the first five.")
        return
    click.echo(f"{evaluation.name}: {len(missed):,} of {count(len(placed), 'question')} missed among the first five")
    texts = {question.trec_id: question.text for question in evaluation.questions}
    for placing in missed[:n_shown]:
        click.echo(f"\n  {escaped(plain_id(placing.id))}: {printable(texts[placing.id])}")
        for line in _wanted(evaluation, system, placing):
            click.echo(f"    {line}")
        _write_instead(system, placing)
    _write_more(len(missed) - n_shown, is_any_shown=n_shown > 0)


def _wanted(evaluation: Evaluation, system: System, placing: Placing) -> Iterator[str]:
    for document, rank in placing.ranks.items():
        place = "not found" if rank is None else f"document {rank} of {len(system.run[placing.id]):,}"
        yield f"wanted   {escaped(plain_id(document))}: {place}"
    if pages := evaluation.judged.pages.get(placing.id):
        numbers = ", ".join(str(page) for page in sorted({page for _, page in pages}))
        label = "page" if "," not in numbers else "pages"
        if system.results:
            rank = placing.page_rank
            yield f"         {label} {numbers}: " + ("not found" if rank is None else f"passage {rank}")


def _write_instead(system: System, placing: Placing) -> None:
    """Print the first passages; of a run from a file its first documents."""
    result = next((one for one in system.results if one.id == placing.id), None)
    if result is None:
        for document in ranking(system.run.get(placing.id, {}))[:N_INSTEAD]:
            click.echo(f"    found    {escaped(plain_id(document))}")
        return
    for hit in result.found[:N_INSTEAD]:
        page = "" if hit.page is None else f", page {hit.page}"
        click.echo(f"    found    {escaped(hit.document)}{page}")
        _write_excerpt(hit.text)
    if not result.found:
        click.echo("    found    nothing")


def _write_excerpt(text: str) -> None:
    text = printable(text)
    excerpt = text if len(text) <= EXCERPT_CHARACTERS else text[:EXCERPT_CHARACTERS].rsplit(" ", 1)[0] + " …"
    paragraph = Paragraph(indent=13, dim=True)
    paragraph.write(excerpt)
    paragraph.end()


def _write_more(n_more: int, *, is_any_shown: bool) -> None:
    if n_more > 0:
        click.echo(f"\n  {n_more:,}{' more' if is_any_shown else ''}: --misses shows them, --json gives all.")


def write_bad_answers(evaluation: Evaluation, n_shown: int) -> None:
    """Print the questions that a domain answered badly, the first few of them in full."""
    bad = [result for result in evaluation.graded if not result.is_good]
    click.echo()
    if not bad:
        click.echo(f"{evaluation.name}: every answer is as it should be.")
        return
    click.echo(f"{evaluation.name}: {len(bad):,} of {count(len(evaluation.graded), 'answer')} not as it should be")
    for result in bad[:n_shown]:
        click.echo(f"\n  {escaped(str(result.question.id))}: {printable(result.question.text)}")
        click.echo(f"    wanted   {_expected(result)}")
        if result.answer.text is None:
            click.echo(f"    refused  {printable(result.answer.reason)}")
        else:
            click.echo(f"    answered {printable(result.answer.text)}")
        for citation in result.answer.citations[:1]:
            page = "" if citation.page is None else f", page {citation.page}"
            click.echo(f"    from     {escaped(citation.document)}{page}")
    _write_more(len(bad) - n_shown, is_any_shown=n_shown > 0)


def _expected(result: Graded) -> str:
    question = result.question
    if not question.answerable:
        return "no answer: the documents do not hold one"
    answers = " or ".join(f"“{printable(answer)}”" for answer in question.answers) or "an answer"
    pages = f", page {', '.join(map(str, question.pages))}" if question.pages else ""
    return answers + (f" from {', '.join(map(escaped, question.documents))}{pages}" if question.documents else "")
