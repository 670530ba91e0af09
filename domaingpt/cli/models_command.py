"""`domaingpt models`: list, pull, use, verify. Only `pull` goes online."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from domaingpt.cli import failures
from domaingpt.cli.options import json_option
from domaingpt.cli.output import escaped, json_line

if TYPE_CHECKING:
    from domaingpt.models import Progress

MEGABYTE = 1_000_000


@click.group("models")
def command() -> None:
    """List, fetch, choose and verify models. Only 'pull' goes online."""


@command.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the models on this machine, then the known ones that can be pulled."""
    from domaingpt.models import list_models

    for row in list_models():
        if as_json:
            json_line(
                {
                    "name": row.name,
                    "kind": row.kind,
                    "status": row.status,
                    "size_bytes": row.size_bytes,
                    "licence": row.licence,
                    "path": str(row.path) if row.path else None,
                }
            )
        else:
            size = f"{row.size_bytes / MEGABYTE:,.0f} MB"
            click.echo(f"  {escaped(row.name):<28} {row.kind:<10} {row.status:<10} {size:>9}  {row.licence}")


@command.command("pull")
@click.argument("name")
def pull_command(name: str) -> None:
    """Fetch model NAME from the Hugging Face hub (or OWNER/REPO:FILE.gguf) and pin its SHA-256."""
    from domaingpt.models import EmbedderSpec, pull

    with _DownloadBars() as progress:
        spec = pull(name, progress=progress)
    if isinstance(spec, EmbedderSpec):
        click.echo(
            f'{spec.name} is here. To search with it, set [embedding] model = "{spec.name}" in a domain.toml,'
            " then ingest."
        )
    else:
        click.echo(f"{spec.name} is here. To write answers with it: domaingpt models use {spec.name}")


@command.command("use")
@click.argument("name")
def use_command(name: str) -> None:
    """Write answers with model NAME from now on; 'auto' goes back, 'quotes' writes none."""
    from domaingpt.models import use

    spec = use(name)
    click.echo(f"Answers are written by {spec.name}." if spec else "Answers are quotes.")


@command.command("verify")
@json_option
def verify_command(*, as_json: bool) -> int:
    """Hash every model on this machine."""
    from domaingpt.models import verify_models

    code = failures.OK
    for check in verify_models():
        if check.problem:
            code = failures.ERROR
        if as_json:
            json_line(
                {"name": check.name, "path": str(check.path), "good": not check.problem, "problem": check.problem}
            )
        else:
            click.echo(f"  {escaped(check.name):<28} {escaped(check.problem) or 'good'}  {escaped(str(check.path))}")
    return code


class _DownloadBars:
    """One bar a file on stderr; silent when stderr is no terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> Progress:
        self._bars.start()
        return self._update

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def _update(self, file: str, done: int, total: int) -> None:
        if file not in self._tasks:
            self._tasks[file] = self._bars.add_task(file, total=total)
        self._bars.update(self._tasks[file], completed=done, total=total)  # type: ignore[arg-type]
