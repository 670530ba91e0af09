"""One chat on the command line: a conversation, and the commands that begin with a slash."""

from __future__ import annotations

import difflib
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domaingpt.cli.ask_command import answer_on_terminal, write_citations
from domaingpt.cli.failures import tell
from domaingpt.cli.last_answer import remember
from domaingpt.cli.options import open_workspace, ready_domain
from domaingpt.cli.output import answer_json, escaped, json_line, notice, printable
from domaingpt.conversation import Conversation
from domaingpt.dialogue import Standalone
from domaingpt.errors import DomainError, DomainGPTError

if TYPE_CHECKING:
    from domaingpt.domain import Domain

SLASH = re.compile(r"/([A-Za-z]+)(?:\s+(.*))?$", re.DOTALL)
COMMANDS = {
    "sources": ("/sources", "the sources of the last answer, with their quotes"),
    "domain": ("/domain NAME", "go on with another domain; this conversation ends, and nothing of it goes along"),
    "save": ("/save FILE", "write this conversation with its sources to a new Markdown file"),
    "help": ("/help", "this list"),
    "quit": ("/quit", "end; so do Ctrl-D and, at the prompt, Ctrl-C"),
}


class Leave(Exception):
    """The user wants to end the chat."""


class ChatSession:
    """What a line means, and what is shown for it.

    Args:
        ctx: Of the command, which knows the workspace.
        domain: To ask.
        only: Glob on document paths; holds for this domain only.
        as_json: Whether an object is written for each question.
        is_watched: Whether somebody types the questions.
    """

    def __init__(
        self, ctx: click.Context, domain: Domain, *, only: str | None, as_json: bool, is_watched: bool
    ) -> None:
        self._ctx = ctx
        self._only = only
        self._as_json = as_json
        self._is_watched = is_watched
        self._n_questions = 0
        self.conversation = Conversation(domain)

    def greet(self) -> None:
        """Say which domain this is."""
        config = self.conversation.domain.config
        click.echo(printable(f"{config.title}: {config.description}".rstrip(": ")))

    def take(self, line: str) -> None:
        """Answer a question or carry out a command; an empty line is nothing.

        Raises:
            Leave: If the chat is to end.
            DomainGPTError: If the question cannot be answered, or the command not be carried out.
        """
        if not line:
            return
        if command := SLASH.match(line):
            self._run(command[1].lower(), (command[2] or "").strip())
        else:
            self._answer(line)

    def fail(self, line: str, error: DomainGPTError) -> None:
        """Tell that a line of a file failed; with JSON a question's line gets an object all the same."""
        if not self._as_json or SLASH.match(line):
            tell(error)
            return
        told = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
        self._write_json({"question": line, "error": told})

    def _answer(self, question: str) -> None:
        domain = self.conversation.domain
        self._n_questions += 1
        if self._as_json:
            answer = self.conversation.ask(question, only=self._only)
            self._write_json(answer_json(self._n_questions, answer))
            remember(domain, answer)
            return
        if self._n_questions > 1 and not self._is_watched:
            click.echo()  # between two answers of a file
        ask = partial(self.conversation.ask, on_understood=_tell_understood)
        answer_on_terminal(domain, question, only=self._only, ask=ask)

    def _write_json(self, value: dict[str, object]) -> None:
        exchange = self.conversation.exchanges[-1] if self.conversation.exchanges else None
        is_its = exchange is not None and exchange.question == value["question"]
        understood = exchange.understood if exchange and is_its else Standalone(str(value["question"]))
        json_line(
            {
                **value,
                "id": self._n_questions,
                "domain": self.conversation.domain.name,
                "standalone": understood.question,
                "rewritten": understood.reason or None,
            }
        )

    # --- commands ------------------------------------------------------------------------------

    def _run(self, name: str, argument: str) -> None:
        match name:
            case "sources":
                self._show_sources()
            case "domain":
                self._change_domain(argument)
            case "save":
                self._save(argument)
            case "help":
                self._help()
            case "quit" | "exit" | "bye":
                raise Leave
            case _:
                nearest = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.4)
                hint = f"Did you mean '/{nearest[0]}'?" if nearest else "To see all: /help"
                raise DomainError(f"There is no command '/{name}'.", hint)

    def _show_sources(self) -> None:
        answer = self.conversation.last_answer
        if answer is None:
            notice("There is no answer yet.")
        elif self._as_json:
            notice("Each object holds its sources: citations, and nearest.")
        elif not (answer.citations or answer.nearest):
            notice("The last answer has no sources.")
        else:
            if not answer.citations:
                click.echo("Closest:")
            write_citations(answer.citations or answer.nearest)

    def _change_domain(self, name: str) -> None:
        workspace = open_workspace(self._ctx)
        if not name:
            known = ", ".join(workspace.names())
            raise DomainError(
                f"This is '{self.conversation.domain.name}'.", f"Give one of these: /domain NAME ({known})"
            )
        if name == self.conversation.domain.name:
            notice(f"This is '{name}' already.")
            return
        domain = ready_domain(self._ctx, name)
        if self._only is not None:
            notice(f"--only '{self._only}' does not hold here.")
        # A new conversation, a new domain with its own models: nothing that was said before is within reach.
        self._only = None
        self.conversation = Conversation(domain)
        if self._is_watched:
            self.greet()

    def _save(self, name: str) -> None:
        from domaingpt.cli.transcript import save

        if not name:
            raise DomainError("There is no file to save to.", "Name one: /save FILE.md")
        path = Path(name.strip("\"'")).expanduser()
        save(self.conversation, path)
        notice(f"Saved to {escaped(str(path))}, readable by you only.")

    def _help(self) -> None:
        width = max(len(usage) for usage, _ in COMMANDS.values())
        for usage, description in COMMANDS.values():
            click.echo(f"  {usage:<{width}}  {description}", err=self._as_json)


def _tell_understood(understood: Standalone) -> None:
    """Show how a follow-up is understood; on stderr, since it is no answer."""
    click.echo(click.style(f"understood as: {printable(understood.question)}", dim=True), err=True)
