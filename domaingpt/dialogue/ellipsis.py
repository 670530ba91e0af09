"""Fragments: "and in 2022?", "what about Microsoft?", "and the first one?", "why?".

A fragment takes the place of what is of its kind in the question before; where nothing is, it is added.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domaingpt.dialogue.phrases import (
    auxiliary_of,
    last_clause,
    question_phrase_end,
)
from domaingpt.dialogue.replacing import Likeness, with_phrase
from domaingpt.dialogue.slots import (
    DEICTIC,
    FIRMLY_HELD,
    FULL_YEAR,
    RELATIVE,
    STRONG,
    Slot,
    Time,
    merged,
    neighbour,
    numbers,
    times,
)
from domaingpt.dialogue.words import (
    DETERMINERS,
    PREPOSITIONS,
    QUESTION_WORDS,
    capitalised,
    lowered,
    tokens,
    without_end,
)

ORDINAL = re.compile(
    r"\b(?:first|second|third|fourth|fifth|sixth|last|final|latest|earliest|newest|oldest|next|previous|1st|2nd|3rd|[4-9]th)\b",
    re.IGNORECASE,
)
ONE = re.compile(r"\s+ones?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filled:
    """A question with a slot filled anew: its text, and of which kind the slot is."""

    text: str
    kind: str


def completed(fragment: str, previous: str, likeness: Likeness | None) -> Filled:
    """Return the previous question as the fragment changes it.

    Args:
        fragment: Without "and", "what about" and the like, and without a question mark.
        previous: A question that stands on its own.
        likeness: Tells which phrase a new one is like.
    """
    question = without_end(previous)
    fragment = lowered(without_end(fragment))
    opened = _with_question_word(fragment, question)
    if opened:
        return Filled(opened + "?", "question word")
    whole = _relative_time(fragment, question)
    if whole:
        return Filled(whole + "?", "time")
    kinds: list[str] = []
    rest = re.sub(r"^(?:the\s+)?ones?\s+(?=\S)", "", fragment, flags=re.IGNORECASE)  # "the one on the west side"
    is_part = ONE.search(rest) is not None  # "the low one"
    rest = ONE.sub("", rest)
    for kind, fill in (("time", _filled_time), ("number", _filled_number), ("order", _filled_ordinal)):
        done = fill(rest, question)
        if done is not None:
            question, rest = done
            kinds.append(kind)
    if _content(rest):
        done_phrase = with_phrase(rest, question, likeness, is_part=is_part)
        if done_phrase is None:
            return Filled(f"{without_end(previous)} – and {lowered(fragment)}?", "added")
        question = done_phrase
        kinds.append("phrase")
    return Filled(capitalised(question) + "?", kinds[0] if kinds else "added")


def _content(text: str) -> bool:
    return any(token.key not in DETERMINERS | PREPOSITIONS | {"one", "ones"} for token in tokens(text))


# --- question words --------------------------------------------------------------------------------


def _with_question_word(fragment: str, question: str) -> str | None:
    """Return the question asked with another question word: "why?", "by whom?", "since when?"."""
    words = tokens(fragment)
    if not any(word.key in QUESTION_WORDS for word in words[:2]) or any(word.is_auxiliary for word in words):
        return None
    end = question_phrase_end(question)
    opening = [word.key for word in tokens(question[:end])]
    is_simple = bool(end) and not _noun_in(opening)
    auxiliary = auxiliary_of(question)
    if is_simple or (auxiliary is not None and auxiliary.start == 0):
        return f"{capitalised(fragment)} {lowered(question[end:])}"
    return f"{capitalised(fragment)}: {lowered(question)}"


def _noun_in(opening: Sequence[str]) -> bool:
    """Return whether an opening phrase asks of something by name: "which firm", "how much gas"."""
    if "how" in opening:
        return len([key for key in opening if key not in ("much", "many")]) > 2
    return any(key not in QUESTION_WORDS | PREPOSITIONS for key in opening)


# --- times -----------------------------------------------------------------------------------------


def _filled_time(fragment: str, question: str) -> tuple[str, str] | None:
    new = times(fragment)
    if len(new) != 1:
        return None
    rest = (fragment[: new[0].start - len(new[0].prefix)] + fragment[new[0].end :]).strip()
    old = _counterpart(new[0], times(question))
    if old is None:
        span = last_clause(question) if new[0].prefix else None
        stem = question[: span[0]].rstrip() if span else question
        return f"{stem} {new[0].phrase}", rest
    text = merged(new[0], old)
    prefix = _prefix(new[0], old)
    start = old.start - len(old.prefix)
    return question[:start] + prefix + text + question[old.end :], rest


def _counterpart(new: Time, old: Sequence[Time]) -> Time | None:
    """Return which of a question's times the new one takes the place of: one as fine if there is, else the last."""
    same = [time for time in old if time.level == new.level]
    return next(reversed(same or list(old)), None)


def _prefix(new: Time, old: Time) -> str:
    if not new.prefix or new.prefix.lower() == "the ":
        return old.prefix
    if old.preposition in FIRMLY_HELD and new.preposition not in STRONG and "the " not in new.prefix:
        return old.prefix
    return new.prefix


def _relative_time(fragment: str, question: str) -> str | None:
    """Return the question a year, quarter or month further, or with "now", "last year" in place of its time."""
    text = re.sub(r"^(?:in|for|during)\s", "", fragment, flags=re.IGNORECASE)
    old = next(reversed(times(question)), None)
    relative = RELATIVE.fullmatch(text)
    if relative and old is not None:
        meant = neighbour(relative, old)
        said = f"{text} ({meant})" if meant else f"{text} {old.text}" if text.lower().endswith("before") else None
        if said is not None:
            start = old.start - (len(old.prefix) if text[:2].lower() in ("a ", "on") else 0)
            return question[:start] + said + question[old.end :]
    if FULL_YEAR.fullmatch(text) and old is not None and old.part("year"):
        return f"{question[: old.start - len(old.prefix)]}in {text} {old.part('year')}{question[old.end :]}"
    if not relative and not DEICTIC.fullmatch(text):
        return None
    if old is not None and not relative:
        return question[: old.start - len(old.prefix)] + fragment + question[old.end :]
    span = last_clause(question)
    return f"{question[: span[0]].rstrip() if span else question} {fragment}"


# --- numbers and order -----------------------------------------------------------------------------


def _filled_number(fragment: str, question: str) -> tuple[str, str] | None:
    new = numbers(fragment)
    if len(new) != 1:
        return None
    before = tokens(fragment[: new[0].start])
    noun = before[-1].key if before and not before[-1].is_function else ""
    alike = [slot for slot in numbers(question) if slot.kind == new[0].kind]
    if noun:
        named = [slot for slot in alike if _word_before(slot, question) == noun]
        alike = named
    if not alike:
        return None
    old = alike[0] if new[0].kind in ("code", "number") else alike[-1]
    rest = fragment[: new[0].start] + fragment[new[0].end :]
    if noun:
        rest = rest.replace(before[-1].text, "", 1)
    return question[: old.start] + new[0].text + question[old.end :], rest.strip()


def _word_before(slot: Slot, question: str) -> str:
    before = tokens(question[: slot.start])
    return before[-1].key if before else ""


def _filled_ordinal(fragment: str, question: str) -> tuple[str, str] | None:
    """Return the question with "first" in place of its "last", if the fragment is but that."""
    new = ORDINAL.search(fragment)
    old = ORDINAL.search(question)
    if new is None or old is None:
        return None
    rest = fragment[: new.start()] + fragment[new.end() :]
    if _content(rest):
        return None
    return question[: old.start()] + new[0] + question[old.end() :], rest.strip()
