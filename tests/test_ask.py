"""Question → answer over an index, with fakes for both models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domaingpt.answer.abstention.deciding import UNSUPPORTED
from domaingpt.ask import MAX_EVIDENCE, N_NEAREST, ask
from domaingpt.config import parse_config
from domaingpt.index import LocalIndex, open_index
from domaingpt.ingest import ingest
from domaingpt.testing import HashEmbedder, ScriptedGenerator
from domaingpt.types import Answer

BOILER = "The boiler in the cellar was serviced by Menon in September 2024."
TEXTS = {
    "log/boiler.txt": BOILER,
    "log/roof.txt": "The roof was repaired for seven thousand pounds.\n\nThe valley leaked in the spring.",
    "deeds/fence.txt": "The fence on the east side belongs to number 17.",
    "deeds/zh.txt": "最终付款日为2049年8月1日。",
}
EMBEDDER = HashEmbedder(dim=64, languages=("en",))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    folder = tmp_path_factory.mktemp("documents")
    for path, text in TEXTS.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    index_folder = tmp_path_factory.mktemp("indexes") / "house"
    ingest(parse_config({}, "house", where="domain.toml"), folder, index_folder, embedder=EMBEDDER)
    opened = open_index(index_folder, "house")
    yield opened
    opened.close()


@pytest.fixture
def answer(index):
    def put(question: str, *drafts: str, only: str | None = None, **settings: Any) -> Answer:
        config = parse_config(settings, "house", where="domain.toml")
        generator = ScriptedGenerator(drafts) if drafts else None
        return ask(question, config, index, EMBEDDER, generator, only=only)

    return put


def test_a_judge_that_finds_nothing_is_believed_where_support_is_middling(index) -> None:
    """The same draft of a model that is no judge leaves the quotes; nothing is streamed before the decision."""
    question = "Who serviced the boiler of the neighbour?"
    config = parse_config({"answer": {"strictness": 0.7}}, "house", where="domain.toml")
    heard: list[str] = []
    judge = ScriptedGenerator(["Not found."])
    judge.judges = True
    refused = ask(question, config, index, EMBEDDER, judge, on_sentence=heard.append)
    quoted = ask(question, config, index, EMBEDDER, ScriptedGenerator(["Not found."]))
    assert (refused.abstained, refused.text, refused.reason, heard) == (True, None, UNSUPPORTED, [])
    assert refused.nearest[0].quote == BOILER
    assert (quoted.abstained, quoted.reason) == (False, "quoted")
    assert quoted.support == refused.support


def test_a_verified_draft_is_the_answer(answer) -> None:
    """With the quote that backs it."""
    given = answer("Who serviced the boiler?", "Menon serviced the boiler in September 2024. It cost £90.")
    assert given.text == "Menon serviced the boiler in September 2024. [1]"
    assert (given.abstained, given.reason, given.model, given.dropped) == (False, "written", "scripted", 1)
    (citation,) = given.citations
    assert (citation.n, citation.document, citation.quote) == (1, "log/boiler.txt", BOILER)
    assert TEXTS[citation.document][citation.start : citation.end] == citation.quote
    assert given.nearest == ()


def test_a_draft_that_fails_gives_way_to_the_quote(answer) -> None:
    """Which is no abstention; the model is still named, with what it dropped."""
    given = answer("Who serviced the boiler?", "Arkell serviced the boiler.")
    assert given.text is not None
    assert given.text.startswith(f"{BOILER} [1]")
    assert (given.abstained, given.reason, given.model, given.dropped) == (False, "quoted", "scripted", 1)


def test_without_a_model_quotes_answer(answer) -> None:
    """The model is then called "quotes"."""
    given = answer("Who serviced the boiler?")
    assert (given.reason, given.model) == ("quoted", "quotes")
    assert given.citations[0].quote == BOILER


def test_what_is_not_in_the_documents_is_not_answered(answer) -> None:
    """Text is null and citations are empty; the nearest are shown; the model is not asked."""
    given = answer("Which wireless password has the neighbour's aunt?", "It is 1234.")
    assert (given.text, given.abstained, given.citations) == (None, True, ())
    assert given.reason == "Nothing close to the question was found."
    assert 0 < len(given.nearest) <= N_NEAREST < MAX_EVIDENCE
    assert [citation.n for citation in given.nearest] == list(range(1, len(given.nearest) + 1))
    assert "answer" not in given.timings_ms


def test_nothing_at_all_has_a_reason_of_its_own(answer) -> None:
    """Here no document is allowed."""
    given = answer("Who serviced the boiler?", only="none/*")
    assert (given.abstained, given.nearest) == (True, ())
    assert given.reason == "Nothing in the documents shares a word with the question."


def test_only_keeps_the_answer_to_some_documents(answer) -> None:
    """Evidence from elsewhere is not used."""
    given = answer("Whose is the fence on the east side?", only="deeds/*")
    assert {citation.document for citation in given.citations} <= {"deeds/fence.txt", "deeds/zh.txt"}
    assert answer("Who serviced the boiler in the cellar?", only="deeds/*").abstained


def test_a_language_that_the_embedder_does_not_cover_is_answered_by_words(answer, monkeypatch) -> None:
    """Coverage alone decides; the embedder sees neither the question nor the sentences."""
    assert answer("房东的电话号码?").abstained
    monkeypatch.setattr(EMBEDDER, "encode_query", lambda _: pytest.fail("asked"))
    monkeypatch.setattr(EMBEDDER, "encode_tokens", lambda _: pytest.fail("asked"))
    given = answer("最终付款日是什么时候?")
    assert given.text == "最终付款日为2049年8月1日。 [1]"


def test_every_stage_is_timed(answer) -> None:
    """And the total is their sum."""
    timings = answer("Who serviced the boiler?").timings_ms
    assert list(timings) == ["retrieve", "evidence", "support", "answer", "total"]
    assert timings["total"] == pytest.approx(sum(ms for stage, ms in timings.items() if stage != "total"), abs=0.2)


def test_sentences_are_heard_as_they_pass(index) -> None:
    """In the order of the answer."""
    heard: list[str] = []
    config = parse_config({}, "house", where="domain.toml")
    generator = ScriptedGenerator(["Menon serviced the boiler. The boiler is in the cellar. It is old."])
    given = ask("Who serviced the boiler?", config, index, EMBEDDER, generator, on_sentence=heard.append)
    assert " ".join(heard) == given.text


def test_settings_of_the_domain_hold(answer) -> None:
    """One hit, words only: the evidence comes from that chunk alone."""
    given = answer("boiler cellar fence", retrieval={"k": 1, "dense_weight": 0})
    assert {citation.document for citation in given.citations} == {"log/boiler.txt"}


def test_a_figure_of_a_table_is_the_answer_before_any_model_is_asked(tmp_path) -> None:
    """Where the documents can be read; it keeps to the room an answer has."""
    table = "| Product | June 25, 2022 | June 26, 2021 |\n|---|---|---|\n| Pumps | 530 | 498 |\n"
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "vantor.md").write_text(f"Net sales (in millions):\n\n{table}", encoding="utf-8")
    config = parse_config({}, "house", where="domain.toml")
    ingest(config, tmp_path / "documents", tmp_path / "index", embedder=EMBEDDER)
    opened = open_index(tmp_path / "index", "house")
    question = "Net sales of pumps on June 26, 2021?"
    generator = ScriptedGenerator(["Pumps: 530"])
    given = ask(question, config, opened, EMBEDDER, generator, read=opened.corpus.document)
    assert given.text == "Pumps (Net sales), June 26, 2021: 498 million [1] [2] [3]"
    assert (given.reason, given.model, given.abstained) == ("figure", "quotes", False)
    assert [citation.quote for citation in given.citations][:2] == ["| Pumps | 530 | 498 |", table.splitlines()[0]]
    assert list(given.timings_ms) == ["retrieve", "figure", "total"]
    assert ask(question, config, opened, EMBEDDER, generator).reason != "figure"
    opened.close()
