"""`domaingpt new`: create a domain."""

from __future__ import annotations

from pathlib import Path

import click

from domaingpt.cli.options import complete_names, open_workspace


@click.command("new")
@click.argument("name")
@click.option("--title", default="", help="Shown to users; else made from the name.")
@click.option("--description", default="", help="One line: what the documents are about.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Leave the documents where they are, in this folder.",
)
@click.option("--like", metavar="DOMAIN", shell_complete=complete_names, help="Take over that domain's settings.")
@click.pass_context
def command(
    ctx: click.Context, name: str, *, title: str, description: str, source: Path | None, like: str | None
) -> None:
    """Create the domain NAME with a commented domain.toml."""
    domain = open_workspace(ctx).new(name, title=title, description=description, source=source, like=like)
    click.echo(f"Created {domain.config.title} in {domain.folder}.")
    if source is None:
        click.echo(f'Put files into {domain.documents_folder}, then: domaingpt ask {name} "…"')
    else:
        click.echo(f'It reads {domain.documents_folder}. Next: domaingpt ask {name} "…"')
