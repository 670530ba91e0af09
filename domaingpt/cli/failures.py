"""The one place where errors become messages and exit codes."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence

import click

from domaingpt.cli.output import notice
from domaingpt.errors import BadConfig, DomainGPTError, DomainNotFound

OK, ERROR, USAGE, NEEDS_USER, INTERRUPTED = 0, 1, 2, 3, 130
# Every other class of the tree ends with ERROR.
EXIT_CODES: dict[type[DomainGPTError], int] = {DomainNotFound: USAGE, BadConfig: USAGE}
SEVERITY = (OK, NEEDS_USER, USAGE, ERROR)


class ReaderGone(Exception):
    """The reader of our output went away, as in `| head`; nothing more can be told.

    Stands for BrokenPipeError, of which click would make an exit with 1
    (https://github.com/pallets/click/blob/8.3.0/src/click/core.py, `Command.main`).
    """


def failing_well(group: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; errors are told on stderr, never as a traceback.

    Args:
        group: What to run.
        arguments: Those of the process if None. `--debug` may stand anywhere before a "--".
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = given[: given.index("--")] if "--" in given else given
    is_debug = "--debug" in options
    if is_debug:
        given.remove("--debug")
    try:
        result = group.main(given, prog_name="domaingpt", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else OK
    except BaseException as exc:  # noqa: BLE001 - the edge: everything that can end a command ends here
        if is_debug and not isinstance(exc, (SystemExit, click.exceptions.ClickException)):
            traceback.print_exc()
        return _told(exc)


def exit_code(error: DomainGPTError) -> int:
    """Return the exit code of an error: that of its nearest class in the table."""
    return next((EXIT_CODES[cls] for cls in type(error).__mro__ if cls in EXIT_CODES), ERROR)


def tell(error: DomainGPTError) -> int:
    """Tell an error on stderr and return its exit code."""
    notice(f"Error: {error.message}\n{error.hint}")
    return exit_code(error)


def for_each(names: Sequence[str], action: Callable[[str], int]) -> int:
    """Do the same for several domains; an error in one is told and does not stop the others.

    Returns:
        The worst of their exit codes.
    """
    if len(names) == 1:
        return action(names[0])
    codes = [OK]
    for name in names:
        try:
            codes.append(action(name))
        except DomainGPTError as exc:
            codes.append(tell(exc))
    return max(codes, key=SEVERITY.index)


def _told(exc: BaseException) -> int:
    """Tell what ended a command and return the exit code."""
    match exc:
        case DomainGPTError():
            return tell(exc)
        case click.Abort() | KeyboardInterrupt():
            notice("Interrupted. What was done so far is kept; run the command again to go on.")
            return INTERRUPTED
        case click.ClickException():
            exc.show()
            return exc.exit_code
        case SystemExit():  # shell completion ends so
            return exc.code if isinstance(exc.code, int) else ERROR
        case ReaderGone() | BrokenPipeError():
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return OK
        case OSError():
            where = f" {exc.filename}:" if exc.filename else ""
            notice(f"Error:{where} {(exc.strerror or str(exc)).lower()}.\nSee that it is there, yours, and not full.")
            return ERROR
        case _:
            notice(f"Error: {type(exc).__name__}: {exc}\nThis is a bug. Run again with --debug to see where.")
            return ERROR
