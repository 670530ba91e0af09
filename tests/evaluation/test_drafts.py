"""Draft questions: facts found in chunks, what a model writes and what is made of it by rule."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from domaingpt.chunks import SECTION_SEPARATOR
from domaingpt.evaluation.drafts import Draft, draft_questions, why_unfit
from domaingpt.evaluation.facts import Fact, _spread, fact_of, gapped, spread_chunks
from domaingpt.testing import ScriptedGenerator
from domaingpt.types import Chunk, Sentence

LEASE = "The deposit is 2,820 euros and was paid by transfer."
MENON = "The boiler is serviced by Ravi Menon each autumn."
PLAIN = "Nobody may feed the pigeons in the yard."
ROW = "Work: Loft insulation | When: in spring | High (£): 750"


def chunk(*sentences: str, context: str = "", section: str = "Rent") -> Chunk:
    """Return a chunk of these sentences, one on each line."""
    text, spans = "", []
    for sentence in sentences:
        spans.append(Sentence(len(text), len(text) + len(sentence), 3, section))
        text += sentence + "\n"
    return Chunk("0" * 32, "legal/my-lease_2024.pdf", 0, len(text), text, 3, 3, section, context, 0, tuple(spans))


def fact(*sentences: str, **settings: Any) -> Fact | None:
    return fact_of(chunk(*sentences, **settings), random.Random(0))


@pytest.mark.parametrize(
    ("sentence", "answer", "question"),
    [
        pytest.param(LEASE, "2,820 euros", f"“{LEASE.replace('2,820 euros', '___')}”", id="amount"),
        pytest.param("It begins on 4 March 2024 at noon.", "4 March 2024", "“It begins on ___ at noon.”", id="date"),
        pytest.param(MENON, "Ravi Menon", f"“{MENON.replace('Ravi Menon', '___')}”", id="name"),
        pytest.param(
            "The digit for the version (zero is 1987) comes first.",
            "1987",
            "“The digit for the version (zero is ___) comes first.”",
            id="beside a bracket",
        ),
        pytest.param("• A fee of 5% is due at once.", "5%", "“A fee of ___ is due at once.”", id="percent, bullet"),
    ],
)
def test_fact_of_a_sentence(sentence: str, answer: str, question: str) -> None:
    """The figure, date or name is the answer, and the gap of a question made by rule."""
    found = fact(sentence)
    assert found
    assert (found.answer, found.page) == (answer, 3)
    assert gapped(found) == f"What belongs in the gap, in “my lease 2024”: {question}?"


def test_fact_of_a_row() -> None:
    """A cell with a figure; the question names the row and the column."""
    for seed in range(9):
        found = fact_of(chunk(ROW), random.Random(seed))
        assert found
        assert (found.text, found.label, found.column, found.answer) == (ROW, "Loft insulation", "High (£)", "750")
    assert gapped(found) == "What is “High (£)” of “Loft insulation” in “my lease 2024”?"


def test_row_of_bare_cells_has_its_header() -> None:
    """Column names come from the chunk's context; the header itself is no fact."""
    context = SECTION_SEPARATOR.join(["Boilers", "Boiler | Price"])
    found = fact("| Boiler | Price |", "|---|---|", "| Vantor | £3,140 |", context=context)
    assert found
    assert (found.label, found.column, found.answer) == ("Vantor", "Price", "£3,140")


def test_sentence_without_a_span_is_asked_for_as_a_whole() -> None:
    """But only where no other has one."""
    found = fact(PLAIN)
    assert found
    assert found.answer == found.text == PLAIN
    assert gapped(found) == "What does “my lease 2024” say about “Rent”?"
    both = fact(PLAIN, LEASE)
    assert both
    assert both.text == LEASE


@pytest.mark.parametrize(
    "text",
    ["Page 3 of 12", "12.5 13.7 2,038.11 4.1", "OK", "The first one of all seven", "We send a pain.002 to the bank"],
)
def test_nothing_to_ask_for(text: str) -> None:
    """Too short, or figures without words; an ordinal or a bare count is no answer."""
    found = fact(text)
    assert found is None or found.answer == found.text


def terms(text: str) -> list[str]:
    stop = {"the", "is", "was", "what", "how", "a", "an", "of", "by", "and", "in", "who", "it", "did", "does"}
    return [word for word in "".join(c if c.isalnum() else " " for c in text.lower()).split() if word not in stop]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        pytest.param("How much is the deposit paid by transfer?", None, id="fit"),
        pytest.param("The deposit paid by transfer.", "it is no short question", id="no question"),
        pytest.param(f"How {'very ' * 60}high is the deposit paid by transfer?", "it is no short question", id="long"),
        pytest.param("What is it?", "it names nothing", id="only pronouns"),
        pytest.param("Is this deposit 2,820 euros, paid by transfer?", "it gives the answer away", id="gives away"),
        pytest.param(
            "What deposit was paid by transfer in this passage?",
            "it asks about the text, not about what the text says",
            id="about the text",
        ),
        pytest.param("How high is the rent of the flat?", "it does not ask for this fact", id="something else"),
        pytest.param("Which deposit paid by transfer covers 100 flats?", "it states a figure of its own", id="figure"),
        pytest.param(
            "The deposit is what sum, and was paid by transfer, or not and was paid by transfer by whom?",
            None,
            id="parts",
        ),
    ],
)
def test_what_a_model_writes_must_be_fit(question: str, reason: str | None) -> None:
    """With the reason."""
    found = fact(LEASE)
    assert found
    assert why_unfit(question, found, terms) == reason


def test_copied_sentence_is_no_question() -> None:
    """Eight words in a row are a copy."""
    found = fact("The owner repairs the roof before the first frost of every winter for 900 euros.")
    assert found
    copied = "What if the owner repairs the roof before the first frost of winter?"
    assert why_unfit(copied, found, terms) == "it is copied"
    assert why_unfit("What does the owner pay to repair the roof before the frost?", found, terms) is None


def test_question_about_a_cell_must_name_row_and_column() -> None:
    """Another column's figure would be another answer."""
    found = fact("Authority: County council | 2024/25 (£): 2,741.16")
    assert found
    assert why_unfit("What does the county council take in 2024/25?", found, terms) is None
    assert why_unfit("What does the county council take in 2025/26?", found, terms) is not None
    assert why_unfit("What does the county council take?", found, terms) == "it does not ask for this fact"


@pytest.fixture
def index(folder):
    folder.write("lease.md", "# Lease\n\n" + LEASE + "\n\n" + PLAIN)
    folder.write("boiler.txt", MENON)
    folder.write("prices.csv", "Work,High\nLoft insulation,750\nNew gutters,400\n")
    folder.ingest()
    opened = folder.open()
    yield opened
    opened.close()


def drafted(index, generator=None, n: int = 3, seed: int = 0, found: Callable = lambda _: []) -> list[Draft]:
    return draft_questions(index, generator, found, n=n, seed=seed)


def test_drafts_are_spread_over_the_documents(index) -> None:
    """One of each before a second of any."""
    drafts = drafted(index)
    assert {draft.fact.chunk.document for draft in drafts} == {"lease.md", "boiler.txt", "prices.csv"}
    assert {draft.written_by for draft in drafts} == {"rule"}


def test_no_more_drafts_than_asked_for(index) -> None:
    """Here there are three facts."""
    assert len(drafted(index, n=2)) == 2


def test_same_question_is_drafted_once(folder) -> None:
    """Copies of a document hold the same facts; the search is asked once for each question."""
    for path in ("a/notes.txt", "b/notes.txt"):
        folder.write(path, MENON)
    folder.ingest()
    asked: list[str] = []
    index = folder.open()
    assert len(drafted(index, n=5, found=lambda question: asked.append(question) or [])) == len(asked) == 1
    index.close()


def test_chunks_of_a_document_come_from_all_over_it() -> None:
    """The first few are far apart, and each comes once."""
    for offset in (0.0, 0.3, 0.99):
        order = list(_spread(100, offset))
        assert sorted(order) == list(range(100))
        first = sorted(order[:5])
        assert all(later - sooner >= 10 for sooner, later in pairwise(first))


def test_all_chunks_come_once(index) -> None:
    """However they are spread."""
    chunks = list(spread_chunks(index.corpus, random.Random(1)))
    assert sorted(c.id for c in chunks) == sorted(c.id for c in index.corpus.all_chunks())


def test_same_seed_same_drafts(index) -> None:
    """Another seed begins elsewhere."""
    assert drafted(index, seed=3) == drafted(index, seed=3)
    firsts = {drafted(index, n=1, seed=seed)[0].question for seed in range(12)}
    assert len(firsts) > 1


def test_fit_question_of_the_model_is_taken(index) -> None:
    """From the first question on, without label; the others are made by rule."""
    generator = ScriptedGenerator(["Sure! Question: Who services the boiler each autumn? Answer: Ravi Menon."])
    drafts = {draft.fact.chunk.document: draft for draft in drafted(index, generator)}
    assert drafts["boiler.txt"].question == "Who services the boiler each autumn?"
    assert drafts["boiler.txt"].written_by == "scripted"
    assert {draft.written_by for document, draft in drafts.items() if document != "boiler.txt"} == {"rule"}
    assert any(f"Fact: {MENON}\nAnswer: Ravi Menon\n" in user for _, user in generator.prompts)


def test_prompt_that_does_not_fit_is_no_end(index) -> None:
    """The question is then made by rule."""
    assert {draft.written_by for draft in drafted(index, ScriptedGenerator(["Who?"], n_ctx=10))} == {"rule"}


def test_draft_is_a_line_of_a_questions_file(index) -> None:
    """Marked as a draft, with its source and where its passage came out."""
    (draft,) = [d for d in drafted(index) if d.fact.chunk.document == "lease.md"]
    entry = draft.entry("x-1")
    assert entry == {
        "id": "x-1",
        "question": draft.question,
        "answers": ["2,820 euros"],
        "documents": ["lease.md"],
        "pages": [],
        "answerable": True,
        "draft": True,
        "written_by": "rule",
        "rank": None,
        "source": LEASE,
    }


def test_no_more_drafts_than_facts(index) -> None:
    """And none twice."""
    drafts = drafted(index, n=50)
    assert len({draft.question for draft in drafts}) == len(drafts) < 10
