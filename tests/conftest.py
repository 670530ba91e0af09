"""For the whole suite: no network, no per-user folders; a documents folder with its index."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from domaingpt.config import DomainConfig, parse_config
from domaingpt.index import LocalIndex, open_index
from domaingpt.ingest import IngestReport, ingest
from domaingpt.testing import HashEmbedder
from domaingpt.types import Chunk

PRIVATE_FOLDERS = ("CACHE", "STATE", "MODELS")


class NetworkUsed(AssertionError):
    """A test tried to leave this machine."""


def _is_local(family: int, address: Any) -> bool:
    if family == getattr(socket, "AF_UNIX", None):
        return True
    host = address[0] if isinstance(address, tuple) else address
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in ("localhost", "")


@pytest.fixture(autouse=True)
def network_attempts(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Refuse every connection that leaves this machine, and fail the test even if the refusal was swallowed."""
    attempts: list[str] = []

    def refuse(what: str) -> None:
        attempts.append(what)
        raise NetworkUsed(what)

    def guarded(name: str, address_of: Callable[..., Any]) -> None:
        original = getattr(socket.socket, name)

        def checked(self: socket.socket, *args: Any) -> Any:
            if not _is_local(self.family, address_of(*args)):
                refuse(f"{name} {address_of(*args)}")
            return original(self, *args)

        monkeypatch.setattr(socket.socket, name, checked)

    guarded("connect", lambda address: address)
    guarded("connect_ex", lambda address: address)
    guarded("sendto", lambda *args: args[-1])
    look_up = socket.getaddrinfo

    def checked_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_local(socket.AF_INET, (name,)):
            refuse(f"getaddrinfo {name}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", checked_look_up)
    yield attempts
    assert attempts == []


@pytest.fixture(autouse=True)
def _private_folders(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the per-user folders into the test's own; real models keep them, to be compiled once a machine."""
    if request.node.get_closest_marker("model") is None:
        for name in PRIVATE_FOLDERS:
            monkeypatch.setenv(f"DOMAINGPT_{name}_DIR", str(tmp_path / f"user-{name.lower()}"))


@dataclass
class Folder:
    """A documents folder, its index folder, and an embedder that records what it embeds."""

    documents: Path
    index: Path
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    settings: dict[str, Any] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    @property
    def config(self) -> DomainConfig:
        """The domain's settings."""
        return parse_config(self.settings, "house", where="domain.toml")

    def write(self, path: str, content: str | bytes) -> Path:
        """Write one document."""
        file = self.documents / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def ingest(self, **options: Any) -> IngestReport:
        """Ingest and return the report; `embedder.encoded` then holds what this run embedded."""
        self.embedder.encoded.clear()
        self.notices.clear()
        return ingest(
            self.config, self.documents, self.index, embedder=self.embedder, notify=self.notices.append, **options
        )

    def open(self) -> LocalIndex:
        """Open the index."""
        return open_index(self.index, "house", self.notices.append)

    def chunks(self) -> list[Chunk]:
        """Return every chunk of the index, in order."""
        index = self.open()
        try:
            return list(index.corpus.all_chunks())
        finally:
            index.close()


@pytest.fixture
def new_folder(tmp_path: Path) -> Callable[[str], Folder]:
    """Return a function that makes an empty documents folder with an index folder beside it."""

    def make(name: str) -> Folder:
        documents = tmp_path / name / "documents"
        documents.mkdir(parents=True)
        return Folder(documents, tmp_path / name / "index")

    return make


@pytest.fixture
def folder(new_folder: Callable[[str], Folder]) -> Folder:
    """Return an empty documents folder with an index folder beside it."""
    return new_folder("house")
