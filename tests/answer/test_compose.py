"""Evidence → answer: what is written, what is quoted, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from domaingpt.answer.compose import cite, compose
from domaingpt.answer.prompt import RESERVED_TOKENS
from domaingpt.config import DomainConfig, parse_config
from domaingpt.index.terms import Analyzer
from domaingpt.testing import ScriptedGenerator
from domaingpt.types import Evidence

TERMS = Analyzer("en").terms
CONFIG = parse_config({}, "house", where="domain.toml")
QUESTION = "What about the boiler and the roof?"
BOILER = "The boiler was fitted by Menon in 2024."
ROOF = "The roof was repaired in 2019."
FENCE = "The fence belongs to number 17."


def with_limit(max_characters: int) -> DomainConfig:
    return parse_config({"answer": {"max_characters": max_characters}}, "house", where="domain.toml")


class Recorder(ScriptedGenerator):
    """Tells how many words were taken and whether the iterator was closed."""

    taken = 0
    closed = False

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Return an iterator over the draft, and hold it: nothing but closing it ends it."""
        self.pieces = self._pieces(system, user, max_tokens)
        return self.pieces

    def _pieces(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        try:
            for piece in super().generate(system, user, max_tokens):
                self.taken += 1
                yield piece
        finally:
            self.closed = True


@pytest.fixture
def three(evidence) -> list[Evidence]:
    return [evidence(BOILER), evidence(ROOF), evidence(FENCE)]


def test_sentences_are_numbered_in_the_order_of_their_use(three) -> None:
    """The second fact used first is [1]; used again it keeps its number."""
    draft = compose(QUESTION, three, CONFIG, TERMS, ScriptedGenerator([f"{ROOF} {BOILER} The roof was repaired."]))
    assert draft.text == f"{ROOF} [1] {BOILER} [2] The roof was repaired. [1]"
    assert draft.cited == (three[1], three[0])
    assert draft.written
    assert draft.dropped == ()


@pytest.mark.parametrize(
    "written",
    [
        "The roof was repaired in 2019 [3].",
        "The roof was repaired in 2019. [3]",
        "The roof was repaired [1, 2] in 2019.",
        "The roof was repaired in 2019 (2).",
        "The roof was repaired in 2019 [Fact 2].",
        "The roof was repaired in 2019 [^2].",
        "The roof was repaired in 2019【2】.",
        "The roof was repaired in 2019 [1][2].",
        "2. The roof was repaired in 2019.",
        "- The roof was repaired in 2019.",
    ],
)
def test_marks_of_the_model_are_never_shown(three, written: str) -> None:
    """Only our own number is."""
    draft = compose(QUESTION, three, CONFIG, TERMS, ScriptedGenerator([written]))
    assert draft.text == "The roof was repaired in 2019. [1]"
    assert draft.cited == (three[1],)


def test_brackets_that_are_no_marks_stay(evidence) -> None:
    """A loss in brackets is a number, not a citation."""
    quote = "The result was (1,234) in 2024."
    draft = compose("What was it?", [evidence(quote)], CONFIG, TERMS, ScriptedGenerator([quote]))
    assert draft.text == f"{quote} [1]"


def test_each_sentence_is_heard_as_soon_as_the_next_begins(three) -> None:
    """Before the model has finished."""
    generator = Recorder([f"{ROOF} {BOILER} {FENCE}"])
    heard: list[tuple[str, int]] = []
    compose(QUESTION, three, CONFIG, TERMS, generator, lambda text: heard.append((text, generator.taken)))
    assert heard == [(f"{ROOF} [1]", 7), (f"{BOILER} [2]", 15), (f"{FENCE} [3]", 20)]


def test_what_fails_verification_is_dropped_and_counted(three) -> None:
    """The rest stays."""
    draft = compose(QUESTION, three, CONFIG, TERMS, ScriptedGenerator([f"The roof was repaired in 2020. {BOILER}"]))
    assert (draft.text, draft.dropped) == (f"{BOILER} [1]", ("The roof was repaired in 2020.",))


@pytest.mark.parametrize(
    "refusal",
    ["Not found.", "The facts do not say when.", "The evidence does not mention it.", "There is no information on it."],
)
def test_refusals_give_way_to_quotes(three, refusal: str) -> None:
    """A model that says it cannot answer is not heard: the evidence was found good enough."""
    draft = compose(QUESTION, three[:1], CONFIG, TERMS, ScriptedGenerator([refusal]))
    assert (draft.text, draft.written, draft.dropped) == (f"{BOILER} [1]", False, (refusal,))


def test_a_refusal_that_the_documents_make_is_no_answer_of_the_model(evidence) -> None:
    """It is quoted instead."""
    quote = "The policy does not mention floods."
    draft = compose("Floods?", [evidence(quote)], CONFIG, TERMS, ScriptedGenerator([quote]))
    assert (draft.text, draft.written) == (f"{quote} [1]", False)


def test_without_a_generator_quotes_answer(three) -> None:
    """The best, and a second that is nearly as good; they are heard once, together."""
    heard: list[str] = []
    draft = compose(QUESTION, three, CONFIG, TERMS, None, heard.append)
    assert draft.text == f"{BOILER} [1] {ROOF} [2]"
    assert heard == [draft.text]
    assert not draft.written


def test_two_documents_that_say_the_same_are_quoted_once(evidence) -> None:
    """Both are cited behind the one quote."""
    other = evidence(BOILER, 0.9, page=2)
    draft = compose(QUESTION, [evidence(BOILER), other], CONFIG, TERMS, None)
    assert draft.text == f"{BOILER} [1][2]"
    assert draft.cited[1] == other


def test_quotes_far_behind_the_best_are_left_out(evidence) -> None:
    """One good quote is an answer."""
    draft = compose(QUESTION, [evidence(BOILER, 3.1), evidence(ROOF, 1.0)], CONFIG, TERMS, None)
    assert draft.text == f"{BOILER} [1]"


def test_a_sentence_backed_only_by_weak_evidence_is_dropped(evidence) -> None:
    """Small models retell what was found but does not answer."""
    items = [evidence(BOILER, 4.1), evidence(ROOF, 1.0)]
    draft = compose(QUESTION, items, CONFIG, TERMS, ScriptedGenerator([ROOF]))
    assert (draft.text, draft.written, draft.dropped) == (f"{BOILER} [1]", False, (ROOF,))


def test_the_same_sentence_is_shown_once(three) -> None:
    """Repeats are not counted as dropped."""
    draft = compose(QUESTION, three, CONFIG, TERMS, ScriptedGenerator([f"{ROOF} {ROOF} {ROOF.upper()}"]))
    assert (draft.text, draft.dropped) == (f"{ROOF} [1]", ())


@pytest.mark.parametrize("draft", [f"{ROOF} {BOILER} {FENCE}", ""], ids=["written", "quoted"])
@pytest.mark.parametrize("limit", [80, 81, *range(110, 118), 600])
def test_an_answer_has_at_most_max_characters(three, limit: int, draft: str) -> None:
    """Marks and spaces included; the whole draft has 115."""
    generator = ScriptedGenerator([draft]) if draft else None
    given = compose(QUESTION, three, with_limit(limit), TERMS, generator)
    assert 0 < len(given.text) <= limit
    assert all(f"[{n}]" in given.text for n in range(1, len(given.cited) + 1))
    assert (len(given.cited) == 3) == (bool(draft) and limit >= len(f"{ROOF} [1] {BOILER} [2] {FENCE} [3]"))


def test_the_model_is_stopped_when_the_answer_is_full(three) -> None:
    """The iterator is closed before it ran out."""
    generator = Recorder([f"{ROOF} {BOILER} {FENCE} " * 10])
    draft = compose(QUESTION, three, with_limit(80), TERMS, generator)
    assert draft.text == f"{ROOF} [1] {BOILER} [2]"
    assert generator.closed
    assert generator.taken < 40


def test_the_model_is_stopped_when_the_listener_fails(three) -> None:
    """The user pressed Ctrl-C: the generator's lock is free again."""
    generator = Recorder([f"{ROOF} {BOILER}"])

    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compose(QUESTION, three, CONFIG, TERMS, generator, interrupt)
    assert generator.closed


def test_a_quote_longer_than_the_answer_may_be_is_clipped_at_a_word(evidence) -> None:
    """The citation holds all of it."""
    item = evidence("The boiler " + "that was fitted by Menon " * 8 + "is new.")
    draft = compose(QUESTION, [item], with_limit(80), TERMS, None)
    assert draft.text == "The boiler that was fitted by Menon that was fitted by Menon that was … [1]"
    assert cite(draft.cited)[0].quote == item.quote


def test_a_markdown_row_is_shown_with_the_names_of_its_columns(evidence) -> None:
    """The quote in the citation stays as it was typed."""
    row = "| Brayford Boilers | Vantor Eco 24 |  | £3,140 |"
    item = evidence(row, context="Log › 2025 › Firm | Boiler | Guarantee | Price incl. VAT")
    draft = compose("Which boiler?", [item], CONFIG, TERMS, None)
    assert draft.text == "Firm: Brayford Boilers | Boiler: Vantor Eco 24 | Price incl. VAT: £3,140 [1]"
    assert cite(draft.cited)[0].quote == row


@pytest.mark.parametrize(
    "context",
    ["", "Log", "Log › A | B", "A | B | C › D | E | F", "| Brayford | Vantor | £3,140 |"],
    ids=["none", "no table", "other width", "two tables", "itself"],
)
def test_a_row_whose_columns_are_not_certain_is_shown_as_it_stands(evidence, context: str) -> None:
    """A wrong name would be worse than none."""
    row = "| Brayford | Vantor | £3,140 |"
    assert compose("Which?", [evidence(row, context=context)], CONFIG, TERMS, None).text == f"{row} [1]"


def test_an_empty_name_labels_nothing(evidence) -> None:
    """The corner of a table often has none."""
    item = evidence("| Revenue | 412.6 | 398.1 |", context="Results › | 2025 | 2024")
    assert compose("Revenue?", [item], CONFIG, TERMS, None).text == "Revenue | 2025: 412.6 | 2024: 398.1 [1]"


def test_a_question_that_does_not_fit_the_model_is_answered_by_quotes(three) -> None:
    """Counted with the model's own tokenizer; nothing is cut off, and the user hears why."""
    generator = ScriptedGenerator([ROOF], n_ctx=600)
    told: list[str] = []
    draft = compose("boiler " * 500, three, CONFIG, TERMS, generator, notify=told.append)
    assert (draft.written, generator.prompts) == (False, [])
    assert draft.text.startswith(f"{BOILER} [1]")
    (notice,) = told
    assert notice.startswith("The question does not fit the context of scripted, 600 tokens in all: the instructions")
    assert "The answer is made of quotes." in notice


def test_instructions_that_leave_no_room_give_quotes_too(three) -> None:
    """An answer is worth more than a complaint."""
    config = replace(CONFIG, instructions="Quote figures with their unit. " * 100)
    told: list[str] = []
    generator = ScriptedGenerator([ROOF], n_ctx=600)
    assert compose(QUESTION, three, config, TERMS, generator, notify=told.append).text.startswith(f"{BOILER} [1]")
    assert "the instructions take 53" in told[0]


def test_a_long_answer_may_have_half_the_context(three) -> None:
    """Whatever the settings say: evidence must fit as well."""
    config = replace(CONFIG, answer=replace(CONFIG.answer, max_tokens=4096))
    generator = ScriptedGenerator([BOILER], n_ctx=600)
    assert compose(QUESTION, three, config, TERMS, generator).written


def test_evidence_that_does_not_fit_is_left_out_from_the_end(three) -> None:
    """The best is kept, whole."""
    generator = ScriptedGenerator([BOILER], n_ctx=2 * (RESERVED_TOKENS + 60))
    compose(QUESTION, three, CONFIG, TERMS, generator)
    ((_, user),) = generator.prompts
    assert f"1. {BOILER}" in user
    assert FENCE not in user


def test_cite_finds_every_quote_again(three) -> None:
    """Numbers from 1; offsets are the document's."""
    first, second, _ = cite(three)
    assert (first.n, second.n) == (1, 2)
    assert (first.quote, first.start, first.end) == (BOILER, 18, 18 + len(BOILER))


@pytest.mark.parametrize("change", [{"quote": "The boiler was fitted by Manon in 2024."}, {"start": 17}, {"end": 60}])
def test_cite_refuses_a_quote_that_is_not_verbatim(three, change) -> None:
    """It would be a bug of ours, and must not be shown."""
    with pytest.raises(AssertionError, match="is not verbatim"):
        cite([replace(three[0], **change)])
