"""`domaingpt open`: a citation of the last answer, at its page."""

from __future__ import annotations

from pathlib import Path

import click

from domaingpt.cli.last_answer import recall
from domaingpt.cli.output import escaped, printable


@click.command("open")
@click.argument("number", type=click.IntRange(1))
@click.option("--print", "only_print", is_flag=True, help="Print the location instead of opening it.")
def command(number: int, *, only_print: bool) -> None:
    """Open citation NUMBER of the last answer at its page."""
    entries = recall()
    entry = next((entry for entry in entries if entry["n"] == number), None)
    if entry is None:
        there = f"; it has {len(entries)}" if entries else ", or there was none. Ask first: domaingpt ask NAME QUESTION"
        raise click.UsageError(f"The last answer has no citation {number}{there}.")
    cited = Path(entry["file"])
    # What lies inside a file, such as an attachment, is opened by opening that file.
    file = next((path for path in (cited, *cited.parents) if path.is_file()), cited)
    if not file.is_file():
        raise click.ClickException(f"{escaped(str(file))} is no longer there. Run: domaingpt ingest NAME")
    page = f", page {entry['page']}" if entry["page"] else ""
    click.echo(f"{escaped(str(cited))}{page}\n  “{printable(entry['quote'])}”")
    if only_print:
        return
    # Browsers show a PDF at "#page=N"; other programs open the file at its beginning.
    shows_page = entry["page"] and file == cited
    if click.launch(f"{file.as_uri()}#page={entry['page']}" if shows_page else str(file)):
        raise click.ClickException("No program took it. Open the file yourself; it stands above.")
