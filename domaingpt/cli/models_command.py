"""`domaingpt models`: list, pull, use, confirm, verify. Only `pull` goes online, and `use` to an endpoint."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from domaingpt.cli import failures
from domaingpt.cli.options import json_option, name_argument, open_workspace
from domaingpt.cli.output import escaped, json_line, notice
from domaingpt.errors import NotEnoughMemory

if TYPE_CHECKING:
    from domaingpt.models import ModelRow, Progress

MEGABYTE = 1_000_000


@click.group("models")
def command() -> None:
    """List, fetch, choose and verify models. Only 'pull' goes online, and 'use' asks an endpoint."""


@command.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the models on this machine, then the known ones that can be pulled.

    RAM is what a language model takes with a full context, an estimate; whether it fits goes by what is free now.
    """
    from domaingpt.models import list_models

    rows = list_models()
    for row in rows:
        if as_json:
            json_line(
                {
                    "name": row.name,
                    "kind": row.kind,
                    "status": row.status,
                    "size_bytes": row.size_bytes,
                    "ram_bytes": row.ram_bytes,
                    "fits": row.fits,
                    "recommended": row.recommended,
                    "licence": row.licence,
                    "path": str(row.path) if row.path else None,
                }
            )
        else:
            click.echo(_line(row))
    if not as_json and not any(row.recommended for row in rows):
        notice("To have a model recommended by the speed of this machine: domaingpt doctor")


def _line(row: ModelRow) -> str:
    """Return a row: name, kind, status, download, memory and whether that is free, licence."""
    size = f"{row.size_bytes / MEGABYTE:,.0f} MB" if row.size_bytes else ""
    ram = f"{row.ram_bytes / MEGABYTE:,.0f} MB RAM" if row.ram_bytes else ""
    judged = "recommended" if row.recommended else {False: "too large", True: "fits", None: ""}[row.fits]
    columns = f"  {escaped(row.name):<28} {row.kind:<10} {row.status:<10} {size:>9} {ram:>13}  {judged:<12}"
    return f"{columns} {row.licence}"


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
@click.option("--confirm-remote", is_flag=True, help="Allow an endpoint on another machine: text will go there.")
def use_command(name: str, *, confirm_remote: bool) -> None:
    """Write answers with model NAME from now on; 'auto' goes back, 'quotes' writes none.

    NAME may also be the URL of an OpenAI-compatible server, such as http://127.0.0.1:8080/v1#MODEL.
    """
    from domaingpt.answer import load_generator
    from domaingpt.models import GeneratorSpec, check_memory, confirm_endpoint, parse_endpoint, use

    called = ""
    if endpoint := parse_endpoint(name):
        confirm_endpoint(endpoint, remote=confirm_remote)
        called = load_generator(endpoint).name  # that it answers is seen before it is stored
    spec = use(name, remote=confirm_remote)
    click.echo(f"Answers are written by {escaped(called or spec.name)}." if spec else "Answers are quotes.")
    if isinstance(spec, GeneratorSpec):
        try:
            check_memory(spec)
        except NotEnoughMemory as exc:  # there may be more when it is asked
            notice(f"{exc.message}\n{exc.hint}")
    if endpoint and not endpoint.is_loopback:
        notice(f'Questions and text of every domain whose [answer] model is "auto" will go to {endpoint.url}.')


@command.command("confirm")
@name_argument()
@click.pass_context
def confirm_command(ctx: click.Context, name: str) -> None:
    """Let domain NAME send text to the endpoint that its domain.toml names."""
    from domaingpt.models import parse_endpoint

    domain = open_workspace(ctx).domain(name)
    place = domain.confirm_answer_model()
    if (endpoint := parse_endpoint(place)) and not endpoint.is_loopback:
        notice(f"Questions and text of '{name}' will leave this machine and go to {place}.")
    click.echo(f"'{name}' may use {escaped(place)}." if place else f"'{name}' names nothing that needs it.")


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
