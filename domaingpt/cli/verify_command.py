"""`domaingpt verify`: hash every file of an index."""

from __future__ import annotations

import click

from domaingpt.cli import failures
from domaingpt.cli.options import json_option, name_argument, open_workspace
from domaingpt.cli.output import escaped, json_line


@click.command("verify")
@name_argument(required=False)
@json_option
@click.pass_context
def command(ctx: click.Context, name: str | None, *, as_json: bool) -> int:
    """Check every hash of the index of domain NAME, or of all indexes."""
    workspace = open_workspace(ctx)

    def verify(one: str) -> int:
        domain = workspace.domain(one)
        if not name and not domain.is_ingested:
            return failures.OK
        results = domain.verify()
        for generation, problems in results:
            if as_json:
                json_line({"domain": one, "generation": generation, "good": not problems, "problems": problems})
                continue
            click.echo(f"{one} {generation}: {'DAMAGED' if problems else 'good'}")
            for problem in problems:
                click.echo(f"  {escaped(problem)}")
        if not any(problems for _, problems in results):
            return failures.OK
        if not as_json and results[0][1]:
            click.echo(f"Run: domaingpt ingest {one} --rebuild")
        elif not as_json:
            click.echo("The current generation is good; an older one goes when the next change is ingested.")
        return failures.ERROR

    return failures.for_each([name] if name else workspace.names(), verify)
