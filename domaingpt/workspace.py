"""The public API: a workspace of domains, each a GPT over one folder.

    Workspace.open(".").domain("house").ask("When is the final payment due?")

mirrors `domaingpt ask house "…"`. One domain is one object over one directory; nothing is shared
between domains but the embedder's weights.
"""

from __future__ import annotations

import difflib
import os
import shutil
from pathlib import Path

from domaingpt import durable
from domaingpt.config import DomainConfig, check_name, default_title
from domaingpt.domain import CONFIG, Domain, Notify
from domaingpt.domain_toml import domain_toml
from domaingpt.errors import DomainError, DomainExists, DomainNotFound, WorkspaceNotFound
from domaingpt.models import go_offline

DOMAINS, INDEXES = "domains", "indexes"


class Workspace:
    """A folder with `domains/` and `indexes/`.

    Args:
        path: The workspace's folder; it must have a `domains/`.
        notify: Hears what the user should know, e.g. that an index falls back to an older state.

    Raises:
        WorkspaceNotFound: If there is no `domains/` in it.
    """

    def __init__(self, path: Path, notify: Notify = lambda _: None) -> None:
        self.path = path.resolve()
        self.notify = notify
        if not (self.path / DOMAINS).is_dir():
            raise WorkspaceNotFound(f"{self.path} has no '{DOMAINS}' folder.", f"Run: domaingpt init {path}")
        go_offline()

    @classmethod
    def open(cls, path: str | Path | None = None, notify: Notify = lambda _: None) -> Workspace:
        """Open the workspace at a path, else at DOMAINGPT_WORKSPACE, else the nearest one above here.

        Raises:
            WorkspaceNotFound: If there is none.
        """
        named = path or os.environ.get("DOMAINGPT_WORKSPACE")
        if named:
            return cls(Path(named).expanduser(), notify)
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / DOMAINS).is_dir():
                return cls(folder, notify)
        raise WorkspaceNotFound(f"Neither {here} nor a folder above it has a '{DOMAINS}' folder.")

    @classmethod
    def create(cls, path: Path, notify: Notify = lambda _: None) -> Workspace:
        """Make a folder a workspace; what is there already stays."""
        (path / DOMAINS).mkdir(parents=True, exist_ok=True)
        durable.make_private_dir(path / INDEXES)
        return cls(path, notify)

    def names(self) -> list[str]:
        """Return the names of the domains, sorted. A folder whose name is not valid is none."""
        return sorted(entry.name for entry in (self.path / DOMAINS).iterdir() if self._is_domain(entry))

    def domain(self, name: str) -> Domain:
        """Return a domain.

        Raises:
            DomainNotFound: If the workspace has none of this name.
            BadConfig: If its domain.toml is not valid.
        """
        names = self.names()
        if name not in names:
            known = ", ".join(names) or "none yet"
            nearest = difflib.get_close_matches(name, names, n=1)
            hint = f"Did you mean '{nearest[0]}'?" if nearest else f"Create it with: domaingpt new {name}"
            raise DomainNotFound(f"There is no domain '{name}' in {self.path}; there are: {known}.", hint)
        return self._domain(name)

    def domains(self) -> list[Domain]:
        """Return all domains, by name."""
        return [self._domain(name) for name in self.names()]

    def new(
        self, name: str, *, title: str = "", description: str = "", source: Path | None = None, like: str | None = None
    ) -> Domain:
        """Create a domain.

        Args:
            name: See `domaingpt.config.check_name`.
            title: Shown to users; derived from the name if empty.
            description: One line, for users and for routing.
            source: A folder of documents to leave where it is; None for `documents/` inside the domain.
            like: A domain whose settings are taken over.

        Raises:
            BadConfig: If the name is not valid.
            DomainExists: If it is taken.
        """
        check_name(name)
        folder = self.path / DOMAINS / name
        if folder.exists():
            raise DomainExists(f"The domain '{name}' exists already in {folder}.")
        if source is not None and not source.expanduser().is_dir():
            raise DomainError(f"{source} is not a folder.", "Name the folder that holds the documents.")
        documents = str(source.expanduser().resolve()) if source else "documents"
        template = self.domain(like).portable_config() if like else DomainConfig(name)
        text = domain_toml(title or default_title(name), description, documents, template)
        folder.mkdir()
        (folder / CONFIG).write_text(text, encoding="utf-8")
        if source is None:
            (folder / "documents").mkdir()
        domain = self._domain(name)
        if source is not None:
            domain.confirm_documents_folder()
        return domain

    def remove(self, name: str, *, with_folder: bool = False) -> None:
        """Remove a domain's index and, if asked, its folder; documents kept elsewhere are never touched.

        Raises:
            DomainNotFound: If the workspace has none of this name.
        """
        if name not in self.names():
            raise DomainNotFound(f"There is no domain '{name}' in {self.path}.")
        if (self.path / INDEXES / name).exists():
            shutil.rmtree(self.path / INDEXES / name)
        if with_folder:
            shutil.rmtree(self.path / DOMAINS / name)

    def _is_domain(self, entry: Path) -> bool:
        try:
            check_name(entry.name)
        except DomainError:
            return False
        return entry.is_dir() and not entry.is_symlink()

    def _domain(self, name: str) -> Domain:
        return Domain(self.path / DOMAINS / name, self.path / INDEXES / name, self.notify)
