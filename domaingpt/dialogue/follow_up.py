"""What a user typed, and the turns before it → the question to search for.

In this order: what stands on its own stays; a fragment changes the question before (`ellipsis`); a pronoun is
replaced by what it means (`anaphora`), looked for in the user's own questions first, then in the answer; where it
must lean on something but on what is not sure, the question before is put in front. English only: anything else
stays as it is, but for a bare number, which is the same everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domaingpt.dialogue.anaphora import (
    DEMONSTRATIVE,
    KINDS,
    PERSON,
    THEY,
    antecedent,
    company_in,
    is_about_event,
    outward,
    person_in,
    resolved,
)
from domaingpt.dialogue.ellipsis import completed
from domaingpt.dialogue.phrases import phrases
from domaingpt.dialogue.replacing import Likeness
from domaingpt.dialogue.slots import DEICTIC, RELATIVE, names, numbers, times
from domaingpt.dialogue.words import (
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    Token,
    capitalised,
    is_english,
    keeps_words,
    lowered,
    tokens,
    without_end,
)

# Turns that are looked back on. A fragment or "it" hangs on the turn before, whose standalone question carries what
# it took over itself; only a person, or an item of a list, may have been named a turn or two earlier.
MAX_LOOK_BACK = 3
# Of a question or answer, what is looked at: an answer has 600 characters unless the settings say otherwise.
MAX_TURN_CHARS = 1000
# What is longer than this stands on its own: it is a pasted text, not "and in 2022?". Guess, unmeasured.
MAX_FOLLOW_UP_CHARS = 300
MAX_ITEM_CHARS = 120
MAX_FRAGMENT_WORDS = 14  # longer ones say enough themselves

OPENING = re.compile(
    r"^(?:(?P<conjunction>and|but|or)\b[\s,]*(?:also|then|so)?\b|also\b(?=\s*[,\w])|so\b(?=\s*,)"
    r"|(?P<aside>(?:ok|okay|no|yes|well|sorry|thanks)\b\s*[,.!;:–-]+))[\s,]*",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"^(?:(?:(?:what|how)(?:\s+is|['’]s)?\s+about|what\s+of|as\s+for|i\s+mean(?:t)?"
    r"|(?:the\s+)?same\s+(?:for|in|at|on|of)\b(?=.))\b)[\s,:]*",
    re.IGNORECASE,
)
# "What was the old one?" is "and the old one?".
THE_ONE = re.compile(
    r"^(?:what|which|who|when|where|how\s+\w+)(?:['’]s|\s+(?:is|was|are|were))\s+(?P<one>the\s+[^\W_]+\s+ones?)\W*$",
    re.IGNORECASE,
)
# "Who goes there?", but not "is there a limit?".
THERE = re.compile(
    r"(?<!\bis)(?<!\bare)(?<!\bwas)(?<!\bwere)\s+(?:there|then)\W*(?:$|\b(?:from|for|by|on|with)\b)", re.IGNORECASE
)
MORE = re.compile(
    r"^(?:(?:(?:what|who|where|when|anything|something|anyone|anybody)\s+else|(?:any|some)\s+(?:more|others?)|"
    r"(?:tell\s+me\s+)?more(?:\s+details?)?|details?|explain(?:\s+why)?|go\s+on|how\s+come)\s*)$",
    re.IGNORECASE,
)
IMPERATIVES = frozenset("compare describe explain find give list name quote show summarise summarize tell".split())
# Asks for one of several that were spoken of: which ones, only the question before can tell.
WHICH_OF = re.compile(r"^which\s+(?:ones?\b|of\s+(?:them|these|those)\b)", re.IGNORECASE)
ORDINAL_ONE = re.compile(
    r"\b(?:the\s+)?(?P<nth>first|second|third|fourth|fifth|last|other|former|latter|1st|2nd|3rd|4th|5th)\s+(?:one\b|(?=$|\?))"
    r"|\bthe\s+(?P<of_two>former|latter)\b",
    re.IGNORECASE,
)
NTH = {"first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "latter": 1, "other": 1, "third": 2, "3rd": 2,
       "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "last": -1}  # fmt: skip
MARK = re.compile(r"\s*\[\d+\]")


@dataclass(frozen=True, slots=True)
class Turn:
    """One question that was asked, and what was answered.

    Attributes:
        question: As it stands on its own.
        answer: As shown, with its citation marks; empty if there was none.
        items: What the answer names one after the other, e.g. its quotes, in the order shown.
    """

    question: str
    answer: str = ""
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that can be understood without those before it.

    Attributes:
        question: To search for; what was typed, if it stands on its own.
        reason: What was done: "time", "number", "order", "phrase" (filled anew in the question before), "question
            word", "item", "pronoun", "person", "topic" or "added"; empty if nothing was.
    """

    question: str
    reason: str = ""

    @property
    def is_rewritten(self) -> bool:
        """Whether it is not what was typed."""
        return bool(self.reason)


def standalone(typed: str, history: Sequence[Turn], likeness: Likeness | None = None) -> Standalone:
    """Return what was typed as a question that stands on its own.

    Args:
        typed: In the user's words.
        history: The turns of this conversation, oldest first; only the last `MAX_LOOK_BACK` are looked at.
        likeness: Cosines of short texts, which tell what "and the standing charge?" takes the place of.

    Returns:
        It holds every word of what was typed but those of `MAY_VANISH`, which say no more than that it hangs on
        what was said before.
    """
    turns = [turn for turn in history[-MAX_LOOK_BACK:] if turn.question.strip()]
    text = " ".join(typed.split())
    if not turns or not text or len(text) > MAX_FOLLOW_UP_CHARS or len(turns[-1].question) > MAX_TURN_CHARS:
        return Standalone(typed)
    found = _understood(text, turns, likeness) if is_english(text) else None
    if found is None or found.question == text:
        return Standalone(typed)
    if not keeps_words(text, found.question):
        found = _both(text, turns[-1].question)
    return found


def _understood(text: str, turns: Sequence[Turn], likeness: Likeness | None) -> Standalone | None:
    opening = OPENING.match(text)
    rest = text[opening.end() :] if opening else text
    about = ABOUT.match(rest)
    rest = rest[about.end() :] if about else rest
    is_marked = opening is not None or about is not None
    the_one = THE_ONE.match(rest)
    if the_one and not ORDINAL_ONE.search(rest):
        rest, is_marked = the_one["one"] + "?", True
    if not tokens(rest):
        return None
    previous = turns[-1].question
    if WHICH_OF.match(rest) and len(tokens(rest)) > 2:
        return _both(rest, previous)
    if MORE.match(without_end(rest)):
        return Standalone(f"{without_end(previous)} – {lowered(without_end(rest))}?", "added")
    if item := _with_item(rest, turns, is_fragment=_is_fragment(rest, is_marked=is_marked)):
        return item
    if about or _is_fragment(rest, is_marked=is_marked):
        pronoun = outward(rest)
        if pronoun is not None and pronoun.key not in DEMONSTRATIVE:
            return _with_antecedent(f"what is {lowered(rest)}", turns)
        filled = completed(rest, previous, likeness)
        return Standalone(filled.text, filled.kind)
    if outward(rest) is not None:
        return _with_antecedent(rest, turns)
    if THERE.search(rest) and not names(rest) and len(tokens(rest)) <= MAX_FRAGMENT_WORDS:
        return _both(rest, previous)
    return _with_topic(rest, previous) if opening and opening["conjunction"] else _with_noun(rest, previous)


def _both(text: str, previous: str) -> Standalone:
    """Return the question before and what was typed, one behind the other: nothing can be lost that way."""
    return Standalone(f"{without_end(previous)} – {lowered(text)}", "added")


# --- fragments -------------------------------------------------------------------------------------


def _is_fragment(rest: str, *, is_marked: bool) -> bool:
    """Return whether a text is no sentence of its own but a piece of the question before."""
    words = tokens(rest)
    if len(words) > MAX_FRAGMENT_WORDS:
        return False
    if words[0].key in QUESTION_WORDS or (len(words) > 1 and words[1].key in QUESTION_WORDS):
        return _is_bare_question_word(words)
    if words[0].key in IMPERATIVES or words[0].is_auxiliary or words[0].key in PRONOUNS - {"one", "ones", *DETERMINERS}:
        return False
    if any(word.is_auxiliary for word in words):  # "the one that was repaired", "because the account was closed"
        return is_marked and words[0].key in PREPOSITIONS | {"because", "if", "the", "while", "after", "before"}
    if is_marked:
        return True
    asks = rest.rstrip().endswith("?")
    if words[0].key in PREPOSITIONS and asks and len(words) <= 6:
        return True
    return _is_only_slot(rest, asks=asks)


def _is_bare_question_word(words: Sequence[Token]) -> bool:
    """Return whether it is "why?", "since when?", "by which firm?", "how much exactly?", "why so short?"."""
    if any(word.is_auxiliary for word in words):
        return False
    if words[0].key in PREPOSITIONS:
        return len(words) <= 4
    if words[0].key in ("why", "how") and len(words) > 1 and words[1].key in ("so", "not", "only"):
        return len(words) <= 5
    allowed = QUESTION_WORDS | {"much", "many", "long", "often", "far", "exactly", "one", "ones"}
    return len(words) <= 3 and all(word.key in allowed for word in words)


def _is_only_slot(rest: str, *, asks: bool) -> bool:
    """Return whether a text is nothing but a time, or with a question mark a number or "last year"."""
    text = without_end(rest)
    found = times(text)
    if len(found) == 1 and found[0].end - found[0].start + len(found[0].prefix) == len(text):
        return True
    alone = numbers(text)
    is_number = len(alone) == 1 and alone[0].text == text
    return asks and bool(is_number or RELATIVE.fullmatch(text) or DEICTIC.fullmatch(text))


# --- items of a list -------------------------------------------------------------------------------


def _with_item(rest: str, turns: Sequence[Turn], *, is_fragment: bool) -> Standalone | None:
    """Return the question with what "the second one" is behind it, of the last answer that names several."""
    match = ORDINAL_ONE.search(without_end(rest))
    if match is None:
        return None
    named = (match["nth"] or match["of_two"]).lower()
    if is_fragment and re.search(
        r"\b(?:first|second|third|last|final|next|latest)\b", turns[-1].question, re.IGNORECASE
    ):
        return None  # "the final payment" … "and the first one?": the question's own words go first
    for turn in reversed(turns):
        if len(turn.items) < 2:
            continue
        place = NTH[named]
        if place >= len(turn.items):
            return None
        item = _shortened(turn.items[place])
        span = (match.start(), match.end())
        text = without_end(rest)
        meant = f"{text[: span[0]]}{text[slice(*span)].rstrip()} ({item}){text[span[1] :]}"
        if is_fragment:
            return Standalone(f"{without_end(turn.question)} – {lowered(meant)}?", "item")
        return Standalone(f"{capitalised(meant)}?", "item")
    return None


def _shortened(item: str) -> str:
    text = " ".join(MARK.sub("", item).split())
    return text if len(text) <= MAX_ITEM_CHARS else text[:MAX_ITEM_CHARS].rsplit(" ", 1)[0] + " …"


# --- pronouns --------------------------------------------------------------------------------------


def _with_antecedent(rest: str, turns: Sequence[Turn]) -> Standalone:
    """Return the question with its pronoun resolved, or the question before in front of it."""
    pronoun = outward(rest)
    assert pronoun is not None
    if is_about_event(rest, pronoun, turns[-1].question):
        return _both(rest, turns[-1].question)
    kind = KINDS[pronoun.key]
    has_own_time = bool(times(rest)) or bool(DEICTIC.search(rest))
    meant = antecedent(pronoun, turns[-1].question, with_time=not has_own_time)
    reason = "pronoun"
    if kind == PERSON and meant is None:
        meant = next((found for turn in reversed(turns) if (found := _person_of(turn))), None)
        if meant and re.match(r"who\s", turns[-1].question, re.IGNORECASE):
            meant += f" ({lowered(without_end(turns[-1].question))})"  # "Tom Arkell (who swept the chimney)"
        reason = "person"
    if kind == THEY and meant is None:
        meant = company_in(turns[-1].question)
    if meant is None:
        return _both(rest, turns[-1].question)
    text = resolved(rest, pronoun, meant)
    when = times(turns[-1].question)[-1:] if not has_own_time else []
    if when and when[0].text not in text:
        text = f"{without_end(text)} {when[0].phrase}?"
    return Standalone(capitalised(text), reason)


def _person_of(turn: Turn) -> str | None:
    """Return the one person a turn names, in the question or else in the answer."""
    return person_in(turn.question, "") or person_in(turn.answer[:MAX_TURN_CHARS], turn.question)


# --- topics ----------------------------------------------------------------------------------------


def _with_topic(rest: str, previous: str) -> Standalone | None:
    """Return "and when is the hearing?" with the names and the time of the question before, if it has none."""
    added = []
    if not names(rest) and not numbers(rest):
        added += [piece for piece in _named_pieces(previous) if piece.casefold() not in rest.casefold()]
    if not times(rest) and not DEICTIC.search(rest):
        added += [time.phrase for time in times(previous)[-1:]]
    if not added:
        return None
    return Standalone(f"{capitalised(without_end(rest))} {' '.join(added)}?", "topic")


def _named_pieces(previous: str) -> list[str]:
    """Return the names of a question with the phrase and preposition each stands in: "in the Storholm arbitration"."""
    pieces = []
    for name in names(previous)[:2]:
        around = [p for p in phrases(previous) if p.core[0] <= name.start < p.core[1]]
        start, end = (around[0].start, around[0].core[1]) if around else (name.start, name.end)
        text = previous[start:end]
        if name.text.endswith(("'s", "’s")):
            pieces.append(f"of {name.text[:-2]}")
            continue
        before = tokens(previous[:start])
        preposition = before[-1].text.lower() if before and before[-1].key in PREPOSITIONS else "of"
        pieces.append(f"{preposition} {text}")
    return list(dict.fromkeys(pieces))


def _with_noun(rest: str, previous: str) -> Standalone | None:
    """Return "when does that guarantee end?" with the guarantee the question before was about, else None."""
    words = tokens(rest)
    for position, token in enumerate(words[:-1]):
        if token.key not in DEMONSTRATIVE or words[position + 1].is_function or position == 0:
            continue
        noun = words[position + 1]
        if noun.text[0].isupper() or rest[token.end : noun.start] != " ":
            continue
        for phrase in phrases(previous):
            if phrase.head == noun.key and len(phrase.text.split()) > 1:
                text = rest[: token.start] + phrase.text + rest[noun.end :]
                return Standalone(capitalised(text), "pronoun")
    return None
