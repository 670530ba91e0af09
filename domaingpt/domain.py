"""One domain: a folder of documents, its settings, its index, its models, and the questions asked of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from domaingpt.answer import Generator, load_generator
from domaingpt.answer.abstention.deciding import Calibration
from domaingpt.answer.abstention.referral import better_fit
from domaingpt.answer.generators.cancel import Cancellation
from domaingpt.ask import ask
from domaingpt.build import changed_embedder
from domaingpt.config import DomainConfig, check_name, load_config
from domaingpt.confirmations import MODELS_USE, confirm, is_confirmed
from domaingpt.documents import discover
from domaingpt.embeddings import Embedder, load_embedder
from domaingpt.errors import BadConfig, DomainError, IndexMissing, IndexStale, MissingExtra, NotEnoughMemory
from domaingpt.index import Arm, LocalIndex, open_corpus
from domaingpt.index import generation as generations
from domaingpt.index.corpus import Corpus
from domaingpt.index.generation import Generation, open_current
from domaingpt.ingest import IngestReport, Progress, ingest, plan
from domaingpt.models import (
    EndpointSpec,
    embedder_path,
    find_embedder,
    find_generator,
    generator_path,
    parse_endpoint,
    with_settings,
)
from domaingpt.retrieval import retrieve
from domaingpt.sources import Source, compare
from domaingpt.types import Answer, Hit

CONFIG = "domain.toml"

Notify = Callable[[str], None]


class Domain:
    """One GPT: a folder of documents, its settings, its index.

    Args:
        folder: `domains/<name>`.
        index_folder: `indexes/<name>`.
        notify: Hears what the user should know, e.g. that an index falls back to an older state.

    Attributes:
        name: Of the folder below `domains/`.
        config: Its settings.
        folder: `domains/<name>`.
        index_folder: `indexes/<name>`; derived, may be deleted.
    """

    def __init__(self, folder: Path, index_folder: Path, notify: Notify = lambda _: None) -> None:
        self.name = folder.name
        self.folder = folder
        self.index_folder = index_folder
        self.config: DomainConfig = load_config(folder / CONFIG, self.name)
        self.notify = notify
        self._generation: Generation | None = None
        self._index: LocalIndex | None = None

    # --- where things are ----------------------------------------------------------------------

    @property
    def documents_folder(self) -> Path:
        """Where the documents lie.

        Raises:
            DomainError: If that is outside the domain's folder and was not confirmed on this machine.
        """
        folder = self._named_folder()
        if not folder.is_relative_to(self.folder.resolve()) and not is_confirmed(self.folder, folder):
            raise DomainError(
                f"The documents of '{self.name}' lie in {folder}, outside its own folder, which was not confirmed yet.",
                f"If that is what you want, run: domaingpt ingest {self.name} --confirm-folder",
            )
        return folder

    def confirm_documents_folder(self) -> None:
        """Record, outside the workspace, that this domain may read the folder its settings name."""
        confirm(self.folder, self._named_folder())

    @property
    def embedder_folder(self) -> Path | None:
        """The folder of the embedder that its settings name by path; None for one by name.

        Raises:
            DomainError: If that is outside the workspace and was not confirmed on this machine.
        """
        folder = self._named_embedder()
        root = self.folder.parent.parent
        if folder and not folder.is_relative_to(root.resolve()) and not is_confirmed(self.folder, folder):
            raise DomainError(
                f"The embedder of '{self.name}' lies in {folder}, outside the workspace, which was not confirmed yet.",
                f"If that is what you want, run: domaingpt ingest {self.name} --confirm-folder",
            )
        return folder

    def confirm_embedder_folder(self) -> None:
        """Record, outside the workspace, that this domain may load the embedder its settings name by path."""
        if folder := self._named_embedder():
            confirm(self.folder, folder)

    @property
    def answer_model(self) -> str:
        """What its settings name as the language model: a name, the path of a file in full, or a URL.

        Raises:
            DomainError: If that is an endpoint that was not confirmed on this machine.
        """
        model = self.config.answer.model
        if endpoint := parse_endpoint(model):
            if not any(is_confirmed(owner, endpoint.url) for owner in (self.folder, MODELS_USE)):
                what = "an endpoint" if endpoint.is_loopback else "an endpoint on another machine"
                raise DomainError(
                    f"The language model of '{self.name}' is {endpoint.url}, {what}, which was not confirmed yet.",
                    f"If that is what you want, run: domaingpt models confirm {self.name}",
                )
            return model
        file, family = generator_path(model, (self.folder, self.folder.parent.parent.resolve()))
        return f"{file}{family}" if file else model

    def confirm_answer_model(self) -> str:
        """Record, outside the workspace, that this domain may send text to the endpoint its settings name; return it.

        An empty string if its model needs no confirmation.
        """
        endpoint = parse_endpoint(self.config.answer.model)
        if endpoint is None:
            return ""
        confirm(self.folder, endpoint.url)
        return endpoint.url

    def portable_config(self) -> DomainConfig:
        """Return its settings, the paths of models so that another domain of the workspace finds them too."""
        root = self.folder.parent.parent.resolve()

        def portable(path: Path) -> str:
            return str(path.relative_to(root) if path.is_relative_to(root) else path)

        config = self.config
        if folder := self._named_embedder():
            config = replace(config, embedding=replace(config.embedding, model=portable(folder)))
        file, family = generator_path(config.answer.model, (self.folder, root))
        if file:
            config = replace(config, answer=replace(config.answer, model=portable(file) + family))
        return config

    def _named_embedder(self) -> Path | None:
        """Return the folder, from the domain's or the workspace's, or in full; None if it is the name of a model."""
        return embedder_path(self.config.embedding.model, (self.folder, self.folder.parent.parent))

    def _named_folder(self) -> Path:
        return (self.folder / Path(self.config.documents.path).expanduser()).resolve()

    # --- models --------------------------------------------------------------------------------

    @cached_property
    def embedder(self) -> Embedder:
        """The embedder its settings name; compiled first if this machine has not done so yet."""
        settings = self.config.embedding
        folder = self.embedder_folder
        spec = find_embedder(str(folder or settings.model))
        if folder:
            spec = replace(spec, name=settings.model)  # as the user wrote it, and will read it in messages
        return load_embedder(with_settings(spec, settings), self.notify)

    @cached_property
    def generator(self) -> Generator | None:
        """The language model that writes, None where quotes are the answers."""
        spec = find_generator(self.answer_model)
        is_auto = self.config.answer.model == "auto"
        if spec is None:
            if is_auto:
                self.notify(
                    "No language model is installed: answers are quotes. For written ones: pip install '.[llm]'"
                )
            return None
        if isinstance(spec, EndpointSpec) and not spec.is_loopback:
            encrypted = "" if spec.is_encrypted else ", not encrypted"
            self.notify(f"Questions and text of '{self.name}' leave this machine: they go to {spec.url}{encrypted}.")
        try:
            return load_generator(spec)
        except (MissingExtra, NotEnoughMemory) as exc:
            if not is_auto:
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
        folder = self.documents_folder
        return plan(self.config, folder, self.index_folder, embedder=self.embedder, notify=self.notify)

    @property
    def is_ingested(self) -> bool:
        """Whether there is an index at all."""
        return (self.index_folder / generations.CURRENT).is_file()

    @property
    def generation(self) -> Generation:
        """The generation that answers: what is known of the index without loading a model.

        Raises:
            IndexMissing: If the domain was never ingested.
            IndexCorrupt: If no generation of it is good.
        """
        if self._generation is None:
            self._generation = open_current(self.index_folder, self.name, self.notify)
        return self._generation

    @cached_property
    def corpus(self) -> Corpus:
        """The documents and chunks of the index; needs no model."""
        return open_corpus(self.generation)

    @property
    def needs_first_ingest(self) -> bool:
        """Whether there is no index, or one of a folder that was empty then."""
        return not self.is_ingested or self.generation.manifest["counts"]["chunks"] == 0

    def check_not_empty(self) -> None:
        """Refuse to answer from nothing.

        Raises:
            DomainError: If the index holds no text.
        """
        if self.generation.manifest["counts"]["chunks"] == 0:
            raise DomainError(
                f"The documents folder of '{self.name}', {self.documents_folder}, holds nothing to answer from.",
                f"Put documents into it; to see what became of each file, run: domaingpt ingest {self.name}",
            )

    @property
    def index(self) -> LocalIndex:
        """The index, opened once.

        Raises:
            IndexMissing: If the domain was never ingested.
            IndexCorrupt: If no generation of it is good.
            IndexStale: If it was built with another embedder than the settings name now.
        """
        if self._index is None:
            built = self.generation.manifest["embedder"]
            if built["key"] != self.embedder.identity.key:
                raise IndexStale(
                    f"The index of '{self.name}' was built with {built['name']} ({built['dim']}-d);"
                    f" {changed_embedder(built, self.embedder)}.",
                    f"Run: domaingpt ingest {self.name}\n"
                    "Or put [embedding] in domain.toml back: the index stays as it is until the new one is whole.",
                )
            self._index = LocalIndex(self.generation)
        return self._index

    @property
    def calibration(self) -> Calibration | None:
        """The curve that strictness moves along, drawn at the last ingest; None if there is none."""
        return Calibration.from_json(self.generation.manifest.get("abstention"))

    def changed_files(self) -> list[str]:
        """Return the paths that were added, edited or removed since the last ingest."""
        try:
            before = {p: Source.from_json(p, entry) for p, entry in self.generation.sources().items()}
            found, _ = discover(self.documents_folder, self.config.documents.include, self.config.documents.exclude)
        except (IndexMissing, DomainError, OSError):
            return []
        changes = compare(self._named_folder(), found, before)
        there = {change.file.path for change in changes}
        # A file that could not be opened then and cannot now (its key is empty both times) did not change.
        changed = [c.file.path for c in changes if c.before is None or c.before.content_key != c.content_key]
        return sorted(changed + [path for path in before if path not in there])

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
        if "corpus" in self.__dict__:
            self.corpus.close()
            del self.corpus
        self._index = self._generation = None

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
        weight = self.config.retrieval.fixed_dense_weight
        hits = retrieve(
            index, self.embedder, query, k=k or self.config.retrieval.k, arm=arm, only=only, dense_weight=weight
        )
        return hits, {"total": round((time.perf_counter() - started) * 1000, 1)}

    def ask(
        self,
        question: str,
        *,
        only: str | None = None,
        on_sentence: Callable[[str], None] = lambda _: None,
        cancellation: Cancellation | None = None,
    ) -> Answer:
        """Answer a question from the documents, or abstain; ingests first if the domain never was.

        Args:
            question: In the user's words.
            only: Glob on document paths.
            on_sentence: Hears each sentence of the answer as soon as it has passed verification.
            cancellation: Lets another thread call the question off.

        Raises:
            AnswerCancelled: If it was called off.
        """
        if self.needs_first_ingest:
            self.ingest()
        self.check_not_empty()
        index, embedder, generator = self.index, self.embedder, self.generator
        if cancellation and generator:
            generator = cancellation.watched(generator)
        answer = ask(
            question, self.config, index, embedder, generator,
            calibration=self.calibration, only=only, read=index.corpus.document, on_sentence=on_sentence,
            notify=self.notify,
        )  # fmt: skip
        return answer if not answer.abstained else self._referred(answer)

    def _referred(self, answer: Answer) -> Answer:
        """Return an abstention with the domain of the workspace that fits better by its title and description."""
        others = {}
        for folder in sorted(self.folder.parent.iterdir()):
            if folder.name != self.name and folder.is_dir() and not folder.is_symlink():
                with contextlib.suppress(BadConfig):  # no domain, or one whose settings are its own trouble
                    others[folder.name] = load_config(folder / CONFIG, check_name(folder.name))
        name = better_fit(answer.question, self.config, others, self.embedder)
        if name is None:
            return answer
        return replace(answer, elsewhere=name, reason=f"{answer.reason} {others[name].title} may know: {name}.")
