"""`domaingpt domains`: all GPTs of the workspace with their state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli.options import count, json_option, open_workspace
from domaingpt.cli.output import escaped, json_line, printable
from domaingpt.errors import DomainGPTError

if TYPE_CHECKING:
    from domaingpt.workspace import Workspace


@click.command("domains")
@json_option
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> None:
    """List the domains with their state."""
    workspace = open_workspace(ctx)
    rows = [state_json(workspace, name) for name in workspace.names()]
    if not as_json:
        click.echo(escaped(str(workspace.path)) + ("" if rows else " has no domains yet. Run: domaingpt new NAME"))
    for row in rows:
        if as_json:
            json_line(row)
        else:
            _write_row(row)


def _write_row(row: dict[str, Any]) -> None:
    counts = ""
    if row["documents"] is not None:
        counts = f"{count(row['documents'], 'document')}, {count(row['chunks'], 'chunk')}"
    if row["changed_files"]:
        counts += f"; {count(row['changed_files'], 'file')} changed, run: domaingpt ingest {row['name']}"
    click.echo(f"  {row['name']:<14} {printable(row['title']):<16} {row['state']:<12} {counts}".rstrip())
    if row["problem"]:
        click.echo(f"  {'':<14} {escaped(row['problem'])}")


def state_json(workspace: Workspace, name: str) -> dict[str, Any]:
    """Return a domain's state: "ready", "changed", "not ingested" or "problem"."""
    row: dict[str, Any] = {
        "name": name, "title": name, "description": "", "state": "not ingested", "documents": None, "chunks": None,
        "changed_files": 0, "problem": "",
    }  # fmt: skip
    try:
        domain = workspace.domain(name)
        row.update(title=domain.config.title, description=domain.config.description)
        if domain.is_ingested:
            counts = domain.generation.manifest["counts"]
            changed = len(domain.changed_files())
            row.update(**counts, changed_files=changed, state="changed" if changed else "ready")
    except DomainGPTError as exc:
        row.update(state="problem", problem=f"{exc.message} {exc.hint}")
    return row
