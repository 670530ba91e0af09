"""`domaingpt chat`: several questions in turn, each understood in the light of those before."""

from __future__ import annotations

import contextlib
import sys

import click

from domaingpt.cli.chat_session import ChatSession, Leave
from domaingpt.cli.failures import ERROR, OK, tell
from domaingpt.cli.options import json_option, name_argument, only_option, ready_domain
from domaingpt.cli.output import notice, well_formed
from domaingpt.errors import DomainGPTError


@click.command("chat")
@name_argument()
@only_option
@json_option
@click.pass_context
def command(ctx: click.Context, name: str, *, only: str | None, as_json: bool) -> int:
    """Ask domain NAME several questions in turn.

    A follow-up such as "and in 2022?" or "who signed it?" is understood by the questions before it,
    and how it is understood is shown. Commands: /sources, /domain NAME, /save FILE, /help, /quit.
    Ctrl-C stops an answer, and at the prompt ends the chat; so does Ctrl-D.

    From a file or a pipe: one question a line, and nothing but answers on stdout. With --json an
    object for each question. Nothing of the conversation is kept unless /save is used, but that
    'domaingpt open N' knows the citations of the last answer.
    """
    watched = is_watched() and not as_json
    session = ChatSession(ctx, ready_domain(ctx, name, only), only=only, as_json=as_json, is_watched=watched)
    if not watched:
        return _answer_lines(session)
    with contextlib.suppress(Leave):
        _converse(session)
    return OK


def is_watched() -> bool:
    """Return whether somebody types: stdin is a terminal."""
    return sys.stdin.isatty()


def _converse(session: ChatSession) -> None:
    """Prompt, answer, until the user leaves; an answer that is stopped or fails is not the end."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - imported, it lets the prompt be edited and recalls lines; in memory only
    session.greet()
    while True:
        try:
            line = click.prompt("\n?", prompt_suffix=" ", default="", show_default=False)
        except click.Abort:  # Ctrl-C or Ctrl-D at the prompt
            click.echo()
            return
        try:
            session.take(well_formed(line).strip())
        except DomainGPTError as exc:  # such as a question too long for the model: the next one may fit
            tell(exc)
        except KeyboardInterrupt:
            notice("Stopped.")


def _answer_lines(session: ChatSession) -> int:
    """Answer each line of stdin as soon as it is there; return ERROR if one of them failed."""
    code = OK
    while line := sys.stdin.readline():  # not `for line in`: a program that waits for each answer must get it
        text = well_formed(line).strip()
        try:
            session.take(text)
        except DomainGPTError as exc:
            code = ERROR
            session.fail(text, exc)
        except Leave:
            break
    return code
