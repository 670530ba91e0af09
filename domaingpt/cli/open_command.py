"""`domaingpt open`: a citation of the last answer, at its page."""

from __future__ import annotations

from pathlib import Path

import click

from domaingpt.cli.last_answer import recall
from domaingpt.cli.output import printable


@click.command("open")
@click.argument("number", type=click.IntRange(1))
@click.option("--print", "only_print", is_flag=True, help="Print the location instead of opening it.")
def command(number: int, *, only_print: bool) -> None:
    """Open citation NUMBER of the last answer at its page."""
    entry = next((entry for entry in recall() if entry["n"] == number), None)
    if entry is None:
        raise click.UsageError(f"The last answer has no citation {number}.")
    file = Path(entry["file"])
    if not file.is_file():
        raise click.ClickException(f"{file} is no longer there. Run: domaingpt ingest NAME")
    page = f", page {entry['page']}" if entry["page"] else ""
    click.echo(f"{printable(str(file))}{page}\n  “{printable(entry['quote'])}”")
    if not only_print:
        # Browsers show a PDF at "#page=N"; other programs open the file at its beginning.
        click.launch(file.as_uri() + f"#page={entry['page']}" if entry["page"] else str(file))
