"""What several commands share: finding the workspace, JSON output, globs, completion of names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli.output import notice
from domaingpt.errors import DomainGPTError

if TYPE_CHECKING:
    from domaingpt.workspace import Domain, Workspace


def open_workspace(ctx: click.Context) -> Workspace:
    """Return the workspace the user means; its notices go to stderr, each once."""
    from domaingpt.workspace import Workspace

    told: set[str] = set()

    def tell_once(text: str) -> None:
        if text not in told:
            told.add(text)
            notice(text)

    return Workspace.open((ctx.obj or {}).get("workspace"), tell_once)


def complete_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the domain names that begin so, for the shell."""
    del param
    try:
        ctx.obj = {"workspace": ctx.find_root().params.get("workspace")}
        return [name for name in open_workspace(ctx).names() if name.startswith(incomplete)]
    except DomainGPTError:
        return []


def name_argument(**settings: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the argument NAME, completed by the shell."""
    return click.argument("name", shell_complete=complete_names, **settings)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
only_option = click.option("--only", metavar="GLOB", help="Only documents whose path matches, e.g. 'contracts/**'.")


def ready_domain(ctx: click.Context, name: str) -> Domain:
    """Return a domain with an index: ingested first if it never was; says when files changed since."""
    from domaingpt.cli.ingest_command import ingest_and_report

    domain = open_workspace(ctx).domain(name)
    if not domain.is_ingested:
        notice(f"'{name}' was not ingested yet; doing so once.")
        ingest_and_report(domain)
        return domain
    changed = domain.changed_files()
    if changed:
        files = "1 file has" if len(changed) == 1 else f"{len(changed)} files have"
        notice(f"{files} changed since the last ingest; this answers from before. Run: domaingpt ingest {name}")
    return domain
