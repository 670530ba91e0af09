"""`domaingpt init`: make a folder a workspace."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("init")
@click.argument("path", type=click.Path(file_okay=False, path_type=Path), default=".")
def command(path: Path) -> None:
    """Make PATH (here, if not given) a workspace: a folder with 'domains' and 'indexes'."""
    from domaingpt.workspace import Workspace

    workspace = Workspace.create(path)
    click.echo(f"{workspace.path} is a workspace. Next: domaingpt new NAME")
