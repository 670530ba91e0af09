"""The command line: translates arguments into calls of the library, and results into text or JSON.

stdout is the answer; stderr is progress and notices. Exit codes: 0 well, 1 error, 2 usage, 3 done but
some files need the user, 130 interrupted. Each command is a module of its own, imported when it runs.
"""

from __future__ import annotations

import difflib
import io
import os
import sys
from importlib import import_module
from pathlib import Path

import click

from domaingpt import __version__
from domaingpt.cli.failures import ReaderGone, failing_well

COMMANDS = {
    "ask": "Answer a question from a domain's documents, with quotes.",
    "chat": "Ask several questions in turn; follow-ups are understood.",
    "completion": "Print the shell completion script.",
    "doctor": "Check what is installed, and measure this machine.",
    "domains": "List the domains with their state.",
    "eval": "Measure search and answers on your own questions.",
    "ingest": "Build or update indexes from the documents folders.",
    "init": "Make a folder a workspace.",
    "models": "List, fetch, choose and verify models.",
    "new": "Create a domain.",
    "open": "Open a citation of the last answer at its page.",
    "remove": "Remove a domain's index and, asked, its folder.",
    "search": "Find the passages that fit a query.",
    "show": "Show a domain's documents, chunks, staleness and ledger.",
    "verify": "Check every hash of an index.",
}


class _LazyGroup(click.Group):
    """Imports a command's module only when the command is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"domaingpt.cli.{cmd_name}_command").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command the arguments begin with.

        Raises:
            UsageError: If there is none of this name; it names the nearest.
        """
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            nearest = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"There is no command {args[0]!r}." + (f" Did you mean {nearest[0]!r}?" if nearest else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command.

        Raises:
            ReaderGone: If nobody reads its output any more.
        """
        try:
            return super().invoke(ctx)
        except BrokenPipeError as exc:
            raise ReaderGone from exc

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table above, importing none."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    "-w",
    type=click.Path(path_type=Path),
    help="The workspace folder; else DOMAINGPT_WORKSPACE, else the nearest folder above with a 'domains'.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, prog_name="domaingpt")
@click.pass_context
def group(ctx: click.Context, workspace: Path | None, debug: bool) -> None:
    """A folder of private documents becomes a GPT of its own.

    Put files into domains/NAME/documents, then: domaingpt ask NAME "your question".
    """
    ctx.ensure_object(dict)
    ctx.obj.update(workspace=workspace, debug=debug)
    if os.environ.get("NO_COLOR"):  # https://no-color.org
        ctx.color = False


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal or pipe without Unicode gets escapes, not an error
            stream.reconfigure(errors="backslashreplace")
    sys.exit(failing_well(group))
