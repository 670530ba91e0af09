"""Follow-ups are understood by the turns before; what stands on its own stays; no word is lost."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domaingpt.dialogue import Turn, keeps_words, lasting_words, standalone
from domaingpt.dialogue.follow_up import MAX_FOLLOW_UP_CHARS, MAX_LOOK_BACK, MAX_TURN_CHARS
from domaingpt.dialogue.words import MAY_VANISH
from domaingpt.evaluation import read_questions

ROOT = Path(__file__).resolve().parents[2]
REVENUE = "What was the revenue in 2021?"
APPLE = "What was the revenue of Apple in Q3 2021?"
ROOF = "How long does the guarantee on the roof run?"
MARGIN = "What was Norrvik's EBITDA margin in the third quarter of 2025?"
POLICY = "Which excess applies to escape of water?"


def understood(question: str, *before: str) -> str:
    return standalone(question, [Turn(text) for text in before]).question


@pytest.mark.parametrize(
    ("before", "typed", "expected"),
    [
        # a time of the same kind
        (REVENUE, "and in 2022?", "What was the revenue in 2022?"),
        (REVENUE, "2022?", "What was the revenue in 2022?"),
        (REVENUE, "What about 2022?", "What was the revenue in 2022?"),
        (REVENUE, "no, 2020", "What was the revenue in 2020?"),
        (REVENUE, "sorry, I meant 2020", "What was the revenue in 2020?"),
        (REVENUE, "and before 2020?", "What was the revenue before 2020?"),
        (REVENUE, "and last year?", "What was the revenue last year?"),
        (REVENUE, "and the year before?", "What was the revenue in the year before (2020)?"),
        (APPLE, "and in 2022?", "What was the revenue of Apple in Q3 2022?"),
        (APPLE, "and Q2?", "What was the revenue of Apple in Q2 2021?"),
        (APPLE, "and in H1 2020?", "What was the revenue of Apple in H1 2020?"),
        (APPLE, "and the following quarter?", "What was the revenue of Apple in the following quarter (Q4 2021)?"),
        (
            "What was the revenue in Q1 2021?",
            "and the previous quarter?",
            "What was the revenue in the previous quarter (Q4 2020)?",
        ),
        (
            MARGIN,
            "and in the second quarter?",
            "What was Norrvik's EBITDA margin in the second quarter of 2025?",
        ),
        (
            "How much is due on 1 January 2025?",
            "and on 1 March?",
            "How much is due on 1 March 2025?",
        ),
        (
            "How much is due on 1 January 2025?",
            "and in February?",
            "How much is due in February 2025?",
        ),
        (
            "What was the price at the end of August 2025?",
            "and at the end of October?",
            "What was the price at the end of October 2025?",
        ),
        (
            "What is the balance after the payment of 1 August 2026?",
            "and in 2027?",
            "What is the balance after the payment of 1 August 2027?",
        ),
        # no time to replace: added
        ("Who is the compliance officer?", "and in 2022?", "Who is the compliance officer in 2022?"),
        # a name, a possessive, a phrase behind the same preposition
        (APPLE, "and for Microsoft?", "What was the revenue of Microsoft in Q3 2021?"),
        (APPLE, "Microsoft in Q2?", "Microsoft in Q2?"),
        (APPLE, "and Microsoft in Q2?", "What was the revenue of Microsoft in Q2 2021?"),
        ("What is Baltkabel's margin?", "and Kestrel's?", "What is Kestrel's margin?"),
        ("What is Baltkabel's margin?", "what about Kestrel?", "What is Kestrel's margin?"),
        ("Who is the CFO of Norrvik?", "and of Tessaly?", "Who is the CFO of Tessaly?"),
        (
            "Who is the deputy of the Head of Disputes?",
            "and of the Finance Director?",
            "Who is the deputy of the Finance Director?",
        ),
        ("What did they pay for the oven?", "and for the dishwasher?", "What did they pay for the dishwasher?"),
        # numbers and codes
        ("What does network code 51 mean?", "and 54?", "What does network code 54 mean?"),
        ("What is field 37 in ISO 8583?", "And field 49?", "What is field 49 in ISO 8583?"),
        ("What is the cause of break BR-1057?", "and BR-1060?", "What is the cause of break BR-1060?"),
        ("Who signs off a difference of €600?", "and of €2,000?", "Who signs off a difference of €2,000?"),
        # order
        ("When is the final payment due?", "and the first one?", "When is the first payment due?"),
        # question words
        ("When was the boiler replaced?", "by whom?", "By whom was the boiler replaced?"),
        ("When was the boiler replaced?", "why?", "Why was the boiler replaced?"),
        ("Was the roof repaired?", "when?", "When was the roof repaired?"),
        ("Which firm repaired the roof?", "why?", "Why: which firm repaired the roof?"),
        # a clause in place of a clause
        (
            "How large may a position be when it is bought?",
            "and at market value?",
            "How large may a position be at market value?",
        ),
        # pronouns
        ("When is the dividend of Tessaly paid?", "How much is it?", "How much is the dividend of Tessaly?"),
        (ROOF, "who gave it?", "Who gave the guarantee on the roof?"),
        (ROOF, "What is its number?", "What is the number of the guarantee on the roof?"),
        (ROOF, "and its number?", "What is the number of the guarantee on the roof?"),
        (ROOF, "is that transferable?", "is that transferable?"),
        (ROOF, "Does that guarantee cover storms?", "Does the guarantee on the roof cover storms?"),
        ("Where is the stopcock?", "What's it made of?", "What's the stopcock made of?"),
        ("How much gas did we use in May?", "How much did it cost?", "How much did the gas cost in May?"),
        ("Which boiler did we buy?", "what did it cost?", "Which boiler did we buy – what did it cost?"),
        ("When was the roof last repaired?", "by which firm?", "By which firm was the roof last repaired?"),
        ("When was the roof repaired?", "how much did it cost?", "When was the roof repaired – how much did it cost?"),
        (
            "What is the largest order that they ever got?",
            "who gave it?",
            "Who gave the largest order that they ever got?",
        ),
        (
            "How much was due on 30 September 2025?",
            "a quarter before?",
            "How much was due a quarter before (30 June 2025)?",
        ),
        (
            "How much was due on 15 January 2025?",
            "the month before?",
            "How much was due on the month before (15 December 2024)?",
        ),
        ("How much was the service in 2024?", "In 2025?", "How much was the service in 2025?"),
        ("What is the number of the insurance?", "and the neighbour's?", "What is the number of the neighbour?"),
        ("How much was regained through recalls?", "and by set-off?", "How much was regained by set-off?"),
        ("What is the excess for escape of water?", "and for subsidence", "What is the excess for subsidence?"),
        ("Which Visa code means fraud?", "What's the Mastercard one?", "Which Mastercard code means fraud?"),
        (
            "Why did the price change in May?",
            "what was the old one?",
            "Why did the price change in May – what was the old one?",
        ),
        ("When is the next meeting?", "who goes there?", "When is the next meeting – who goes there?"),
        ("When is the next meeting?", "is there a dinner?", "is there a dinner?"),
        ("When was the roof repaired?", "who did that?", "When was the roof repaired – who did that?"),
        ("What is the deadline?", "why so short?", "Why so short is the deadline?"),
        ("Where is the valve?", "whom do I call if it leaks?", "Whom do I call if the valve leaks?"),
        ("What is the deadline?", "what happens if we miss it?", "What happens if we miss the deadline?"),
        ("What is the rent?", "does that include heating?", "Does the rent include heating?"),
        ("What is the rent?", "per square metre?", "What is the rent per square metre?"),
        ("Compare the boilers.", "which one is best?", "Compare the boilers – which one is best?"),
        ("What was the profit in Q3 2024?", "and the full year?", "What was the profit in the full year 2024?"),
        ("What were sales in May 2024?", "and a year later?", "What were sales a year later (May 2025)?"),
        (
            "Who is the new CFO of Norrvik?",
            "Who was his predecessor?",
            "Who was the predecessor of the new CFO of Norrvik?",
        ),
        ("What did Elsa Rydqvist say about copper?", "when did she join?", "When did Elsa Rydqvist join?"),
        ("How long are the keys remembered?", "who makes them?", "Who makes the keys?"),
        # a topic that is carried on
        (
            "How much does the customer claim in the Storholm arbitration?",
            "and when is the hearing?",
            "When is the hearing in the Storholm arbitration?",
        ),
        # nothing of its kind: added behind
        (POLICY, "and what else?", "Which excess applies to escape of water – what else?"),
        (POLICY, "tell me more", "Which excess applies to escape of water – tell me more?"),
    ],
)
def test_follow_up_is_understood(before: str, typed: str, expected: str) -> None:
    """By the question before, in the words of both."""
    assert understood(typed, before) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "When is the rent due?",
        "boiler guarantee",
        "chargeback fee 2026",
        "What is our latest target price for Norrvik?",
        "Why did Tessaly cut its guidance?",
        "How large may a single position be when it is bought?",
        "How long must employees hold shares that they bought for themselves?",
        "How long does it take to get a refund?",
        "Is it allowed to keep pigs?",
        "What time is it?",
        "What is the P/E of Norrvik, and what is the median of its peers?",
        "How do the fees compare to those of other banks?",
        "List all payments of May 2025.",
        "Find the invoice and show it.",
        "What does the contract say about pets and who enforces it?",
        # other languages
        "Und im Jahr 2022?",
        "Wie hoch ist die Miete?",
        "et pour 2022 ?",
        "¿y en 2022?",
        "2022年はどうですか?",
        "那么2022年呢?",
        "а в 2022?",
        "",
        "?!",
        "and?",
    ],
)
def test_what_stands_on_its_own_stays(typed: str) -> None:
    """To the letter; so does what is in a language we have no rules for."""
    done = standalone(typed, [Turn(APPLE, "It was 81.4 billion. [1]", ("one", "two"))])
    assert (done.question, done.reason, done.is_rewritten) == (typed, "", False)


def test_a_bare_number_is_the_same_in_every_language() -> None:
    """A German question and a year."""
    assert understood("2022?", "Wie hoch war die Miete in 2021?") == "Wie hoch war die Miete in 2022?"


def test_the_first_question_stays() -> None:
    """There is nothing to hang on."""
    assert standalone("and in 2022?", []).question == "and in 2022?"


def test_follow_ups_carry_on() -> None:
    """Each takes over what the one before had taken over."""
    history: list[Turn] = []
    for typed, expected in [
        (APPLE, APPLE),
        ("and in 2022?", "What was the revenue of Apple in Q3 2022?"),
        ("and for Microsoft?", "What was the revenue of Microsoft in Q3 2022?"),
        ("Q4?", "What was the revenue of Microsoft in Q4 2022?"),
    ]:
        done = standalone(typed, history)
        assert done.question == expected
        history.append(Turn(done.question))


OFFERS = Turn("Which boilers were offered?", "Two. [1] [2]", ("Vantor Eco, 10 years [1]", "Calora 28i, 12 years"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("How much is the second one?", "How much is the second one (Calora 28i, 12 years)?"),
        ("what about the first one?", "Which boilers were offered – the first one (Vantor Eco, 10 years)?"),
        ("how much is the last one?", "How much is the last one (Calora 28i, 12 years)?"),
        ("Who makes the latter?", "Who makes the latter (Calora 28i, 12 years)?"),
    ],
)
def test_item_of_the_answer(typed: str, expected: str) -> None:
    """In the order in which the sources were shown."""
    done = standalone(typed, [OFFERS])
    assert (done.question, done.reason) == (expected, "item")


def test_item_that_is_not_there_is_not_invented() -> None:
    """Both questions instead."""
    assert "Calora" not in standalone("what about the fifth one?", [OFFERS]).question


def test_item_is_of_the_last_answer_with_several() -> None:
    """A turn or two before."""
    between = Turn("Where is the boiler?", "In the loft. [1]", ("It is in the loft.",))
    done = standalone("How much is the second one?", [OFFERS, between])
    assert done.question == "How much is the second one (Calora 28i, 12 years)?"


def test_person_of_the_answer() -> None:
    """Where the question named none; only one that is sure."""
    turn = Turn("When was the report signed?", "Mikael Stråhle signed it on 1 July 2025. [1]")
    done = standalone("what is his telephone number?", [turn])
    assert (done.question, done.reason) == ("What is Mikael Stråhle's telephone number?", "person")
    two = Turn("When was the report signed?", "Mikael Stråhle and Elsa Rydqvist signed it. [1]")
    assert standalone("what is his number?", [two]).reason == "added"


def test_user_words_go_before_the_answer() -> None:
    """The question says who is meant."""
    turn = Turn("Who is the compliance officer?", "Ruth Ekdahl is the compliance officer. [1]")
    assert (
        standalone("since when is she in office?", [turn]).question == "Since when is the compliance officer in office?"
    )


def test_only_a_few_turns_are_looked_back_on() -> None:
    """A person from long ago is not meant any more."""
    history = [Turn("What did Elsa Rydqvist say?"), *[Turn("When is the rent due?")] * MAX_LOOK_BACK]
    assert "Elsa" not in standalone("when did she join?", history).question
    assert standalone("when did she join?", history[:MAX_LOOK_BACK]).question == "When did Elsa Rydqvist join?"


def test_long_texts_are_left_alone() -> None:
    """A pasted text is no follow-up, and nothing hangs on one."""
    pasted = "and in 2022 " + "very " * MAX_FOLLOW_UP_CHARS
    assert not standalone(pasted, [Turn(REVENUE)]).is_rewritten
    assert not standalone("and in 2022?", [Turn(REVENUE + " x" * MAX_TURN_CHARS)]).is_rewritten


def by_first_letter(texts: Sequence[str]) -> list[list[float]]:
    """Texts with the same first letter are alike."""
    return [[float(a[0] == b[0]) for b in texts] for a in texts]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("what about the standing charge?", "What was the electricity standing charge in May 2025?"),
        ("and for energy?", "What was the energy supply rate in May 2025?"),
        ("and the height?", "What was the electricity supply rate in May 2025 – and the height?"),
    ],
)
def test_likeness_tells_what_is_replaced(typed: str, expected: str) -> None:
    """And that nothing is."""
    history = [Turn("What was the electricity supply rate in May 2025?")]
    assert standalone(typed, history, by_first_letter).question == expected


def test_questions_of_the_starter_domains_stay() -> None:
    """All of them stand on their own, whatever was asked before."""
    for seed in range(5):
        questions = [q.text for path in ROOT.glob("domains/*/questions.jsonl") for q in read_questions(path)]
        assert len(questions) > 100
        random.Random(seed).shuffle(questions)
        history: list[Turn] = []
        for question in questions:
            assert standalone(question, history).question == question
            history.append(Turn(question))


# --- no word is lost -------------------------------------------------------------------------------

PIECES = (
    "and but so what about how much is was it its they them that this one ones the a second first in of for by since"
    " 2022 2021 Q2 May 2025 1 January last year before Norrvik Norrvik's Microsoft EBITDA P/E €600 2.0% BR-1057 51 why"
    " when who whom guarantee roof payment due price electricity unit rate signed under without not never because if"
    " – , ? ! ' ’ ( ) année für 価格 \u202e I we us our what's it's else more tell me compare"
).split(" ")
QUESTIONS = [
    entry[key]
    for line in (ROOT / "benchmarks/follow_ups.jsonl").read_text(encoding="utf-8").splitlines()
    for entry in [json.loads(line)]
    for key in ("question", "standalone")
]
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.sampled_from(QUESTIONS),
    st.text(max_size=60),
)
turns = st.builds(Turn, texts, texts, st.lists(texts, max_size=3).map(tuple))
likenesses = st.sampled_from([None, by_first_letter, lambda texts: [[1.0] * len(texts)] * len(texts)])


def safe_first_letter(texts: Sequence[str]) -> list[list[float]]:
    return [[float(a[:1] == b[:1]) for b in texts] for a in texts]


@settings(max_examples=400, deadline=None)
@given(texts, st.lists(turns, max_size=4), likenesses)
@example("and field field?", [Turn("What is field 37?")], None)
@example("what about what what 2022?", [Turn(REVENUE)], None)
@example("it's it's whose it?", [Turn(ROOF)], None)
def test_no_word_of_the_user_is_lost(typed: str, history: list[Turn], likeness: object) -> None:
    """Whatever was said before, each word that was typed is there as often, but for a small closed list."""
    done = standalone(typed, history, safe_first_letter if likeness is by_first_letter else likeness)  # type: ignore[arg-type]
    kept = lasting_words(done.question)
    assert all(kept[word] >= n for word, n in lasting_words(typed).items())
    assert done.is_rewritten or done.question == typed


def test_words_that_may_vanish_say_nothing_themselves() -> None:
    """The list is closed: a word that is added here must be argued for."""
    assert sorted(MAY_VANISH) == sorted(
        "a about also an and as at but for he her hers him his how i in is it its mean meant no of ok okay on one ones or"
        " same she so sorry thanks that the their theirs them then these they this those to well what yes".split()
    )


def test_a_lost_word_is_noticed() -> None:
    """The check that rewritings are held to: also of a word that was typed twice."""
    assert keeps_words("and in 2022?", "What was the revenue in 2022?")
    assert not keeps_words("and gross in 2022?", "What was the revenue in 2022?")
    assert not keeps_words("2022 or 2022?", "in 2022?")
    assert not keeps_words("not in 2022?", "What was the revenue in 2022?")
