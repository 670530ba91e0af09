"""`domaingpt verify`: hash every file of an index."""

from __future__ import annotations

import click

from domaingpt.cli import failures
from domaingpt.cli.options import json_option, name_argument, open_workspace
from domaingpt.cli.output import json_line


@click.command("verify")
@name_argument(required=False)
@json_option
@click.pass_context
def command(ctx: click.Context, name: str | None, *, as_json: bool) -> int:
    """Check every hash of the index of domain NAME, or of all indexes."""
    workspace = open_workspace(ctx)
    domains = [workspace.domain(name)] if name else [domain for domain in workspace.domains() if domain.is_ingested]
    code = failures.OK
    for domain in domains:
        for generation, problems in domain.verify():
            if problems:
                code = failures.ERROR
            if as_json:
                json_line({"domain": domain.name, "generation": generation, "good": not problems, "problems": problems})
            else:
                click.echo(f"{domain.name} {generation}: {'good' if not problems else 'DAMAGED'}")
                for problem in problems:
                    click.echo(f"  {problem}")
        if code != failures.OK and not as_json:
            click.echo(f"Run: domaingpt ingest {domain.name} --rebuild")
    return code
