"""The library's conversation: follow-ups, what is kept of a turn that fails, likeness by an embedder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from domaingpt import Conversation, Workspace
from domaingpt.conversation import UNRELATED, UNRELATED_COSINE, embedded_likeness
from domaingpt.dialogue import Standalone
from domaingpt.domain import Domain
from domaingpt.embeddings import FloatMatrix
from domaingpt.errors import PromptTooLong
from domaingpt.testing import HashEmbedder

LEASE = Path(__file__).parent / "data" / "lease.md"
QUESTION = "When was the deposit paid?"


@pytest.fixture
def domain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Domain:
    """The lease, with fakes for models."""
    monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_: HashEmbedder(dim=64))
    monkeypatch.setattr("domaingpt.domain.find_generator", lambda _: None)
    domain = Workspace.create(tmp_path / "workspace").new("house")
    shutil.copy(LEASE, domain.documents_folder)
    domain.ingest()
    return domain


def test_follow_up_is_asked_as_understood(domain: Domain) -> None:
    """The answer says what was typed and what was asked; it is that of the standalone question."""
    conversation = Conversation(domain)
    heard: list[Standalone] = []
    first = conversation.ask(QUESTION, on_understood=heard.append)
    second = conversation.ask("how much is it?", on_understood=heard.append)
    assert (first.question, first.standalone) == (QUESTION, None)
    assert (second.question, second.standalone) == ("how much is it?", "How much is the deposit?")
    assert heard == [Standalone("How much is the deposit?", "pronoun")]
    alone = domain.ask("How much is the deposit?")
    assert (second.text, second.citations) == (alone.text, alone.citations)
    assert [exchange.answer for exchange in conversation.exchanges] == [first, second]
    assert conversation.last_answer is second


def test_understanding_asks_nothing(domain: Domain) -> None:
    """And leaves no trace."""
    conversation = Conversation(domain)
    conversation.ask(QUESTION)
    assert conversation.understand("how much is it?").question == "How much is the deposit?"
    assert len(conversation.exchanges) == 1


def test_two_conversations_share_nothing(domain: Domain) -> None:
    """Of one domain or of two."""
    Conversation(domain).ask(QUESTION)
    assert Conversation(domain).ask("how much is it?").standalone is None


def test_question_that_failed_can_be_followed_up(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was asked, if not answered."""
    conversation = Conversation(domain)

    def fail(*_: object, **__: object) -> None:
        raise PromptTooLong("Too long.")

    with monkeypatch.context() as patch:
        patch.setattr(Domain, "ask", fail)
        with pytest.raises(PromptTooLong, match="Too long"):
            conversation.ask(QUESTION)
    assert conversation.last_answer is None
    assert conversation.ask("how much is it?").standalone == "How much is the deposit?"


class Crowded(HashEmbedder):
    """An embedder that finds everything alike, as some models do: all texts share one large component."""

    def encode_query(self, texts: Sequence[str]) -> FloatMatrix:
        """Return unit vectors (n, d) that point nearly the same way."""
        vectors = super().encode_query(texts)
        vectors[:, 0] += 3
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.mark.parametrize("embedder", [HashEmbedder(dim=64), Crowded(dim=64)], ids=["spread", "crowded"])
def test_likeness_has_the_same_zero_with_every_embedder(embedder: HashEmbedder) -> None:
    """Unrelated words come out as alike as with the embedder the rules were tuned with; the same text as 1."""
    cosines = np.array(embedded_likeness(embedder)(UNRELATED))
    apart = cosines[~np.eye(len(UNRELATED), dtype=bool)]
    assert apart.mean() == pytest.approx(UNRELATED_COSINE, abs=1e-3)
    assert np.diag(cosines) == pytest.approx(1, abs=1e-4)


def test_embedder_of_another_language_is_not_asked(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cosines say nothing about English."""
    monkeypatch.setattr("domaingpt.conversation.covers", lambda *_: False)
    conversation = Conversation(domain)
    conversation.ask("What is the electricity unit rate?")
    assert conversation.ask("and the standing charge?").standalone == (
        "What is the electricity unit rate – and the standing charge?"
    )
