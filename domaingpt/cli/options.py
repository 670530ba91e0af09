"""What several commands share: finding the workspace, arguments and options, completion of names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli.output import escaped, notice, well_formed
from domaingpt.errors import DomainGPTError

if TYPE_CHECKING:
    from domaingpt.domain import Domain
    from domaingpt.evaluation import Question
    from domaingpt.workspace import Workspace

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


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
    except (DomainGPTError, OSError):
        return []


def name_argument(**settings: Any) -> Decorator:
    """Return the argument NAME, completed by the shell."""
    return click.argument("name", shell_complete=complete_names, **settings)


def words_argument(name: str) -> Decorator:
    """Return an argument of several words, which need no quotation marks; an empty string if not given."""

    def joined(ctx: click.Context, param: click.Parameter, words: tuple[str, ...]) -> str:
        del ctx, param
        return well_formed(" ".join(words)).strip()

    return click.argument(name, nargs=-1, callback=joined, metavar=f"[{name.upper()}]")


def batch_option(name: str, description: str) -> Decorator:
    """Return the option that names a file of queries or questions."""
    kind = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
    return click.option(f"--{name}", type=kind, metavar="FILE", help=description)


def read_batch(path: Path) -> list[Question]:
    """Return all questions of a file, so that a bad line is told before the first is answered."""
    from domaingpt.evaluation import parse_questions, read_questions

    if str(path) == "-":
        return list(parse_questions(sys.stdin.buffer.read().decode("utf-8-sig", "replace"), "stdin"))
    return list(read_questions(path))


arm_option = click.option(
    "--arm",
    type=click.Choice(["hybrid", "dense", "lexical"]),
    default="hybrid",
    show_default=True,
    help="Both arms fused, or one alone by its own scores.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
only_option = click.option("--only", metavar="GLOB", help="Only documents whose path matches, e.g. 'contracts/**'.")


def ready_domain(ctx: click.Context, name: str, only: str | None = None) -> Domain:
    """Return a domain with an index: ingested first if it never was.

    Says when files changed since, and when `only` matches none.
    """
    from domaingpt.cli.ingest_command import ingest_and_report
    from domaingpt.documents import matches

    domain = open_workspace(ctx).domain(name)
    if domain.needs_first_ingest:
        notice(f"'{name}' was not ingested yet; doing so once.")
        ingest_and_report(domain)
        domain.check_not_empty()
    elif changed := domain.changed_files():
        files = "1 file has" if len(changed) == 1 else f"{len(changed)} files have"
        notice(f"{files} changed since the last ingest; this answers from before. Run: domaingpt ingest {name}")
    if only is not None and not any(matches(path, only) for path in domain.index.corpus.by_path):
        notice(f"No document matches --only '{only}'. To see their paths: domaingpt show {name}")
    return domain


def count(n: int, noun: str) -> str:
    """Return a number with its noun, e.g. "1 file" and "2 files"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def listed(names: list[str], n_shown: int = 5) -> str:
    """Return the first few file names of a list, and how many more there are."""
    more = f" and {len(names) - n_shown:,} more" if len(names) > n_shown else ""
    return ", ".join(escaped(name) for name in names[:n_shown]) + more
