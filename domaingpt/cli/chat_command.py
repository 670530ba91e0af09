"""`domaingpt chat`: several questions in turn."""

from __future__ import annotations

import click

from domaingpt.cli.ask_command import answer_on_terminal
from domaingpt.cli.failures import tell
from domaingpt.cli.options import name_argument, only_option, ready_domain
from domaingpt.cli.output import printable
from domaingpt.errors import DomainGPTError


@click.command("chat")
@name_argument()
@only_option
@click.pass_context
def command(ctx: click.Context, name: str, *, only: str | None) -> None:
    """Ask domain NAME several questions in turn; end with an empty line or Ctrl-D.

    Each question is answered by itself; nothing of the conversation is kept.
    """
    domain = ready_domain(ctx, name, only)
    click.echo(printable(f"{domain.config.title}: {domain.config.description}".rstrip(": ")))
    while True:
        try:
            question = click.prompt("\n?", prompt_suffix=" ", default="", show_default=False).strip()
        except click.Abort:
            click.echo()
            return
        if not question:
            return
        try:
            answer_on_terminal(domain, question, only=only)
        except DomainGPTError as exc:  # such as a question too long for the model: the next one may fit
            tell(exc)
