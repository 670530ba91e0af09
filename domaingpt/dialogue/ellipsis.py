"""Fragments: "and in 2022?", "what about Microsoft?", "and the first one?", "why?".

A fragment takes the place of what is of its kind in the question before; where nothing is, it is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domaingpt.dialogue.phrases import (
    auxiliary_of,
    chunk_spans,
    last_clause,
    question_phrase_end,
)
from domaingpt.dialogue.slots import (
    DEICTIC,
    FIRMLY_HELD,
    FULL_YEAR,
    RELATIVE,
    STRONG,
    Slot,
    Time,
    is_capitalised,
    merged,
    neighbour,
    numbers,
    times,
)
from domaingpt.dialogue.words import (
    DETERMINERS,
    FUNCTION,
    PREPOSITIONS,
    QUESTION_WORDS,
    Token,
    capitalised,
    lowered,
    tokens,
    without_end,
)

# Cosines of short texts, (n, n); None where no embedder knows the language.
Likeness = Callable[[Sequence[str]], Sequence[Sequence[float]]]

# A phrase is replaced if its cosine with the new one, and the marks in the form of both, sum to this much.
# All chosen on the tuning half of benchmarks/follow_ups.jsonl (benchmarks/results/chat.json).
ENOUGH = 0.44
SAME_PREPOSITION = 0.5
BOTH_NAMES = 0.5
ONE_NAME = -0.3
BOTH_POSSESSIVE = 0.4
ONE_POSSESSIVE = -0.25
SAME_ARTICLE = 0.1
SAME_LENGTH = 0.1
CUT_SHORT = -0.2  # "escape" of "for escape of water"
AT_END = 0.15  # "the standing charge" is like the end of "the electricity unit rate", "electricity" is not
MAX_PHRASE_WORDS = 4  # longer pieces of a noun phrase are not tried as what is replaced, but for the whole

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
        done_phrase = _filled_phrase(rest, question, likeness, is_part=is_part)
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


# --- phrases ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Part:
    """A phrase without its preposition and article.

    Attributes: preposition and article in lower case, empty if there is none; `start` of the article or the phrase.
    """

    preposition: str
    article: str
    start: int
    core_start: int
    end: int
    text: str
    is_name: bool
    is_possessive: bool
    is_at_start: bool = True  # of its chunk
    is_at_end: bool = True
    is_cut_short: bool = False  # "of" and a noun without an article follow it


def _filled_phrase(fragment: str, question: str, likeness: Likeness | None, *, is_part: bool) -> str | None:
    new = _part(fragment)
    if new is None or _is_subordinate(fragment):
        return _with_adverbial(fragment, question)
    candidates = [old for old in _candidates(question) if not _words(old.text) <= _words(new.text)]
    cosines = [0.0] * len(candidates)
    if likeness is not None and candidates:
        cosines = list(likeness([new.text, *(part.text for part in candidates)])[0][1:])
    scored = [_form(new, old, is_part=is_part) + cosine for old, cosine in zip(candidates, cosines, strict=True)]
    best = max(range(len(candidates)), key=lambda i: (scored[i], -i), default=None)
    is_held = (
        best is not None and new.preposition in HELD and not _are_alike(new.preposition, candidates[best].preposition)
    )
    if best is None or scored[best] < ENOUGH or is_held:
        return _with_adverbial(fragment, question) if new.preposition else None
    return _replaced(question, candidates[best], replace(new, article="") if is_part else new)


MANNER = frozenset(["by", "through", "via"])
HELD = PREPOSITIONS - {"of", "for", "in", "on", "at", "to", "as"}  # say too much to be left out


def _words(text: str) -> set[str]:
    return {token.key for token in tokens(text)}


def _form(new: _Part, old: _Part, *, is_part: bool) -> float:
    """Return what the forms of both phrases add to their likeness."""
    is_owner = new.is_possessive and old.preposition == "of"  # "the neighbour's" … "of the insurance"
    score = BOTH_NAMES * (new.is_name and old.is_name) + ONE_NAME * (new.is_name != old.is_name)
    if is_owner or _are_alike(new.preposition, old.preposition):
        score += SAME_PREPOSITION + CUT_SHORT * old.is_cut_short
    score += BOTH_POSSESSIVE * (new.is_possessive and old.is_possessive and old.is_at_start)
    score += ONE_POSSESSIVE * (new.is_possessive != old.is_possessive and not is_owner)
    score += SAME_LENGTH * (len(_words(new.text) - FUNCTION) == len(_words(old.text) - FUNCTION))
    if new.article and not is_part:
        score += AT_END if old.is_at_end else -AT_END
    elif is_part:
        score -= AT_END * old.is_at_end
    is_same = bool(old.article) if new.article else old.article in ("", "'s")
    return score + SAME_ARTICLE * is_same


def _are_alike(new: str, old: str) -> bool:
    return new != "" and (new == old or {new, old} <= MANNER)


def _replaced(question: str, old: _Part, new: _Part) -> str:
    text = new.text
    if old.is_possessive and not new.is_possessive:
        text += "'s"
    elif new.is_possessive and not old.is_possessive:
        text = re.sub(r"['’]s$", "", text)
    if new.preposition in MANNER and old.preposition in MANNER:
        before = question[: old.start].rstrip().removesuffix(old.preposition)
        return f"{before}{new.preposition} {new.article} {text}{question[old.end :]}".replace("  ", " ")
    if new.article and old.is_at_start:
        return f"{question[: old.start]}{new.article} {text}{question[old.end :]}"
    start = old.start if new.is_name else old.core_start
    return question[:start] + text + question[old.end :]


def _is_subordinate(fragment: str) -> bool:
    return bool(re.match(r"(?:because|if|when|while|after|before|until|since|once)\b", fragment, re.IGNORECASE))


def _with_adverbial(fragment: str, question: str) -> str:
    """Return the question with "if it rains" or "at market value" at its end, in place of "when it is bought"."""
    span = last_clause(question)
    return f"{question[: span[0]].rstrip() if span else question} {fragment}"


def _part(text: str) -> _Part | None:
    """Return a phrase parted from the preposition and the article before it; None if nothing is left."""
    words = tokens(text)
    preposition = article = ""
    while words and words[0].key in PREPOSITIONS:
        preposition = words.pop(0).key
    start = words[0].start if words else 0
    if words and words[0].key in DETERMINERS:
        article = words.pop(0).text.lower()
    if not words:
        return None
    return _Part(
        preposition,
        article,
        start,
        words[0].start,
        words[-1].end,
        text[words[0].start : words[-1].end],
        is_name=is_capitalised(words[-1]) or is_capitalised(words[0]),
        is_possessive=words[-1].is_possessive,
    )


def _candidates(question: str) -> list[_Part]:
    """Return what can be replaced: noun chunks and their pieces of a few words; no name and no pair is cut."""
    found = []
    for start, end in _joined(chunk_spans(question), question):
        words = [token for token in tokens(question[:end]) if token.start >= start]
        for first in range(len(words)):
            for last in range(first, len(words)):
                is_whole = first == 0 and last == len(words) - 1
                if (last - first < MAX_PHRASE_WORDS or is_whole) and not _cuts(words, first, last):
                    found.append(_piece(question, words[first : last + 1], words))
    return found


def _joined(spans: Sequence[tuple[int, int]], question: str) -> list[tuple[int, int]]:
    """Return the spans, those with but "and" between them as one; besides, "Head of Disputes", "escape of water"."""
    joined: list[tuple[int, int]] = []
    titles = []
    for start, end in spans:
        between = question[joined[-1][1] : start] if joined else ""
        if between in (" and ", " & "):
            joined[-1] = (joined[-1][0], end)
            continue
        is_title = tokens(question[: joined[-1][1]])[-1].text[0].isupper() if joined else False
        if between == " of " and question[start].isupper() == is_title:
            titles.append((joined[-1][0], end))
        joined.append((start, end))
    return joined + titles


def _cuts(words: Sequence[Token], first: int, last: int) -> bool:
    """Return whether a piece of a chunk cuts a name, as "Land | Systems", a pair, or holds both owner and owned."""
    for left in (first - 1, last):
        if left < 0 or left + 1 >= len(words):
            continue
        if {words[left].key, words[left + 1].key} & {"and", "of"}:
            return True
        if is_capitalised(words[left]) and is_capitalised(words[left + 1]) and not words[left].is_possessive:
            return True
    return any(word.is_possessive for word in words[first:last])


def _piece(question: str, words: Sequence[Token], chunk: Sequence[Token]) -> _Part:
    before = tokens(question[: chunk[0].start])[-2:]
    is_at_start = words[0] is chunk[0]
    article = "'s" if any(word.is_possessive for word in chunk[: chunk.index(words[0])]) else ""
    preposition = ""
    start = words[0].start
    if before and before[-1].key in DETERMINERS:
        article = before[-1].key
        start = before[-1].start if is_at_start else start
        before = before[:-1]
    if before and before[-1].key in PREPOSITIONS and is_at_start:
        preposition = before[-1].key
    return _Part(
        preposition,
        article,
        start,
        words[0].start,
        words[-1].end,
        question[words[0].start : words[-1].end],
        is_name=is_capitalised(words[0]) and is_capitalised(words[-1]),
        is_possessive=words[-1].is_possessive,
        is_at_start=is_at_start,
        is_at_end=words[-1] is chunk[-1] or words[-1].is_possessive,
        is_cut_short=bool(re.match(r" of (?!(?:the|a|an|our|its|their)\b)[a-z]", question[words[-1].end :])),
    )
