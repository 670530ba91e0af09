"""`domaingpt remove`: away with a domain's index and, asked, its folder."""

from __future__ import annotations

import click

from domaingpt.cli import failures
from domaingpt.cli.options import name_argument, open_workspace


@click.command("remove")
@name_argument()
@click.option("--with-folder", is_flag=True, help="Also delete domains/NAME with its documents.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(ctx: click.Context, name: str, *, with_folder: bool, yes: bool) -> int:
    """Remove the index of domain NAME. Documents kept elsewhere are never touched."""
    workspace = open_workspace(ctx)
    if with_folder and not yes and name in workspace.names():
        folder = workspace.path / "domains" / name
        if not click.confirm(f"Delete {folder} with everything in it?", err=True):
            click.echo("Nothing was removed.")
            return failures.ERROR
    workspace.remove(name, with_folder=with_folder)
    click.echo(f"Removed the index of '{name}'" + (" and its folder." if with_folder else "; its folder stays."))
    return failures.OK
