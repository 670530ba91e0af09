"""The command line with fakes for models: a function that runs it, and a workspace that is ingested once."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click.testing
import pytest

from domaingpt.answer import Generator
from domaingpt.cli import group
from domaingpt.cli.failures import failing_well
from domaingpt.testing import HashEmbedder, ScriptedGenerator
from domaingpt.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "answer" / "generators"))  # for chat_server

from command_line import LEASE, Outcome, Run


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `domaingpt` as its entry point does, in this process."""

    def invoke(*arguments: object, stdin: str | bytes = "", columns: int | None = None) -> Outcome:
        """Run with these arguments; stdout is a terminal of so many columns if that is given."""
        is_terminal = columns is not None
        with click.testing.CliRunner().isolation(stdin, color=is_terminal) as (out, err, _):
            if is_terminal:
                monkeypatch.setenv("COLUMNS", str(columns))
                monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
            code = failing_well(group, [str(argument) for argument in arguments])
            sys.stdout.flush()
            sys.stderr.flush()
            return Outcome(code, out.getvalue().decode(), err.getvalue().decode())

    return invoke


@pytest.fixture(autouse=True)
def embedder(monkeypatch: pytest.MonkeyPatch) -> HashEmbedder:
    """The embedder of every domain."""
    fake = HashEmbedder(dim=64)
    monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_: fake)
    return fake


@pytest.fixture(autouse=True)
def writes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., ScriptedGenerator]:
    """Return a function that sets what the language model writes; none is installed until it is called."""
    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: None)

    def script(*drafts: str, **settings: Any) -> ScriptedGenerator:
        generator: Generator = ScriptedGenerator(drafts, **settings)
        monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: "scripted")
        monkeypatch.setattr("domaingpt.domain.load_generator", lambda _: generator)
        return generator

    return script


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose domain `house` holds the lease, ingested; to be copied, not used."""
    path = tmp_path_factory.mktemp("ingested") / "workspace"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("domaingpt.domain.load_embedder", lambda *_: HashEmbedder(dim=64))
        domain = Workspace.create(path).new("house", description="A rented flat.")
        shutil.copy(LEASE, domain.documents_folder)
        domain.ingest()
    return path


@pytest.fixture
def workspace(tmp_path: Path, ingested: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with the ingested domain `house`, and the working directory in it."""
    path = tmp_path / "workspace"
    shutil.copytree(ingested, path)
    monkeypatch.chdir(path)
    return path


@pytest.fixture
def documents(workspace: Path) -> Path:
    """The documents folder of `house`."""
    return workspace / "domains" / "house" / "documents"


@pytest.fixture
def empty_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace without domains, and the working directory in it."""
    path = Workspace.create(tmp_path / "empty").path
    monkeypatch.chdir(path)
    return path
