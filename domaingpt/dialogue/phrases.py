"""The noun phrases of a question, found without a tagger: runs of words of the open classes.

A phrase ends where a word of a closed class, a comma or the verb stands. Which word is the verb is told by its place:
at the end of the question, before an article, or in a short list of verbs that questions of fact end in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from domaingpt.dialogue.slots import times
from domaingpt.dialogue.words import BE, DETERMINERS, QUESTION_WORDS, Token, tokens, without_end

# Prepositions that tie a phrase to the one before it: "the guarantee on the roof".
TIES = frozenset("of on for in at to with about from between under per by near behind".split())
PERSONS = frozenset(
    """
    agent analyst approver architect assessor auditor author boss broker buyer cardholder ceo cfo chair chairman
    chairwoman chief clerk client coo contractor customer debtor deputy director doctor electrician employee engineer
    executive father founder head heir holder judge landlord lawyer lender lead manager member merchant mother
    neighbor neighbour notary officer owner partner person plumber policyholder predecessor president professor
    secretary seller signatory solicitor somebody speaker spokesman student successor supervisor surveyor sweep
    teacher tenant trustee vendor witness
    """.split()
)
# Verbs and participles that stand after the noun phrase of a question; regular participles are known by -ed.
VERBS = frozenset(
    """
    accept agree announce apply appear approve arrive ask attend be bear become become begin believe belong borrow
    bought bring built buy call cause change charge choose claim collect come complete contain continue cost cover
    cut decide decline deliver demand depend develop do done due earn end estimate exclude expect expire explain fall
    fell find finish get give given go got grow grew guide happen hold miss held improve include increase intend invest
    keep kept know known lapse last leave lie live lose lost made maintain make mean meet need offer open overpay own
    owe paid park pay perform permit plan produce promise propose propose provide put raise reach receive recommend
    reduce refuse release remain remember renew rent repair repay replace report require respond retire return rise
    rose run save say said see sell send sent serve service set settle sign sold spend spent stand start state stay
    stop store suffer take taken tell terminate think took trade transfer use valid value vote want weigh win won work
    worth write written wrote
    """.split()
)


PARTICIPLES = frozenset(
    """
    become been begun bought brought built chosen come cut done drawn driven due fallen found given gone got grown held
    kept known laid left lost made meant met paid put read risen run said seen sent set sold spent stored swept taken
    told thought valid won worth written
    """.split()
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase.

    Attributes:
        start: First code point, its article included.
        end: One past the last, what is tied to it by prepositions included.
        core: (start, end) without article and without what is tied to it.
        text: From start to end.
        head: Its last word before what is tied to it, in lower case.
        is_plural: By the head's ending.
        is_person: Whether the head is a person, by office or trade.
    """

    start: int
    end: int
    core: tuple[int, int]
    text: str
    head: str
    is_plural: bool
    is_person: bool


def phrases(question: str) -> list[Phrase]:
    """Return the noun phrases of a question in order, each with what is tied to it, then those within."""
    chunks = list(_chunks(question))
    found = []
    for position, chunk in enumerate(chunks):
        end = chunk[-1].end
        for following in chunks[position + 1 :]:
            between = question[end : following[0].start].casefold().split()
            if not between or between[0] not in TIES or not set(between[1:]) <= DETERMINERS:
                break
            end = following[-1].end
        found.append(_phrase(question, chunk, end))
    return found


def chunk_spans(question: str) -> list[tuple[int, int]]:
    """Return (start, end) of every noun chunk: no article, nothing tied to it."""
    return [(chunk[0].start, chunk[-1].end) for chunk in _chunks(question)]


def _phrase(question: str, chunk: list[Token], end: int) -> Phrase:
    before = tokens(question[: chunk[0].start])[-1:]
    has_article = before and before[0].key in DETERMINERS and before[0].key not in ("that", "this", "these", "those")
    start = before[0].start if has_article else chunk[0].start
    head = chunk[-1].key
    return Phrase(
        start,
        end,
        (chunk[0].start, chunk[-1].end),
        question[start:end],
        head,
        is_plural=head.endswith("s") and not head.endswith(("ss", "us", "is", "gas")) and head[-2:-1].isalpha(),
        is_person=head in PERSONS or head.removesuffix("s") in PERSONS,
    )


def _chunks(question: str) -> Iterator[list[Token]]:
    """Yield the runs of open-class words, without verbs, times, and the adjective of "how large"."""
    when = times(question)
    runs: list[list[Token]] = []
    previous: Token | None = None
    for token in tokens(question):
        if token.is_function or any(time.start <= token.start < time.end for time in when):
            if (
                token.key in DETERMINERS - {"that", "those"}
                and previous
                and question[previous.end : token.start] == " "
            ):
                _drop_verb(runs[-1])  # "maintain | the boundary"
            previous = None
            continue
        if previous is None or question[previous.end : token.start] != " ":
            runs.append([])
        runs[-1].append(token)
        previous = token
    auxiliary = auxiliary_of(question)
    for run in filter(None, runs):
        if auxiliary is None or run[0].start > auxiliary.start:
            _strip_verb(run, question, is_being=auxiliary is not None and auxiliary.key in BE)
        if run and not re.search(r"\bhow\s$", question[: run[0].start], re.IGNORECASE):
            yield run


def _drop_verb(run: list[Token]) -> None:
    if run and not run[-1].text[0].isupper():
        run.pop()


def _strip_verb(run: list[Token], question: str, *, is_being: bool) -> None:
    """Take the verb off the end of a run, unless it stands there as a noun: "the offer", "the cost of"."""
    if not run or run[-1].text[0].isupper() or run[-1].is_possessive:
        return
    word = run[-1].key
    is_participle = word in PARTICIPLES or (word.endswith("ed") and len(word) > 4)
    if not is_participle and (is_being or word not in VERBS):
        return
    if len(run) == 1:
        before = tokens(question[: run[0].start])
        is_noun = bool(before) and before[-1].key in DETERMINERS | TIES
    else:
        is_noun = question[run[-1].end :].startswith(" of ")
    if not is_noun:
        run.pop()
        while run and run[-1].key in ("last", "first"):  # "when was the roof last repaired?"
            run.pop()


def question_phrase_end(question: str) -> int:
    """Return where the question's opening phrase ends: "How large", "Which WACC", "By what time"; 0 if it has none.

    It ends before the auxiliary that follows it; 0 also where a verb follows the question word itself.
    """
    words = tokens(question)
    first = next((i for i, word in enumerate(words[:3]) if word.key in QUESTION_WORDS), None)
    if first is None:
        return 0
    for word in words[first + 1 : first + 12]:
        if word.is_auxiliary:
            return word.start
    return 0


def auxiliary_of(question: str) -> Token | None:
    """Return the auxiliary that follows the opening phrase, or stands first."""
    end = question_phrase_end(question)
    return next((word for word in tokens(question) if word.start >= end and word.is_auxiliary), None)


def is_about_being(question: str) -> bool:
    """Return whether the question's auxiliary is a form of "be"."""
    auxiliary = auxiliary_of(question)
    return auxiliary is not None and auxiliary.key in BE


def last_clause(question: str) -> tuple[int, int] | None:
    """Return the span of a clause of time at the question's end: "when we bought it"; not "after the fire"."""
    words = tokens(question)
    for i in range(len(words) - 1, 1, -1):
        if words[i].key not in ("when", "after", "before", "until", "since", "while", "once"):
            continue
        if words[i].key == "when" or any(word.is_auxiliary or word.key in SUBJECTS for word in words[i + 1 :]):
            return words[i].start, len(without_end(question))
    return None


SUBJECTS = frozenset("i we you he she it they".split())
