"""The one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
import traceback

import click

from domaingpt.cli.output import notice
from domaingpt.errors import BadConfig, DomainGPTError, DomainNotFound

OK, ERROR, USAGE, NEEDS_USER, INTERRUPTED = 0, 1, 2, 3, 130
# Every other class of the tree ends with ERROR.
EXIT_CODES: dict[type[DomainGPTError], int] = {DomainNotFound: USAGE, BadConfig: USAGE}


def failing_well(group: click.Command) -> int:
    """Run a command and return its exit code; errors are told on stderr, never as a traceback."""
    debug = "--debug" in sys.argv
    try:
        result = group.main(standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        notice("Interrupted. What was done so far is kept; run the command again to go on.")
        return INTERRUPTED
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except DomainGPTError as exc:
        if debug:
            traceback.print_exc()
        notice(f"Error: {exc.message}\n{exc.hint}")
        return exit_code(exc)
    except BrokenPipeError:
        # The reader of our output went away, as in `| head`; nothing more can be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as exc:  # noqa: BLE001 - the edge: a bug is told, with how to see it
        if debug:
            traceback.print_exc()
        notice(f"Error: {type(exc).__name__}: {exc}\nThis is a bug. Run again with --debug to see where.")
        return ERROR
    return result if isinstance(result, int) else OK


def exit_code(error: DomainGPTError) -> int:
    """Return the exit code of an error: that of its nearest class in the table."""
    return next((EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES), ERROR)
