"""A phrase of a fragment in the place of the phrase of the question that it is most like.

"And the standing charge?" after "What was the electricity unit rate?": of all that could be replaced, the rate is. What
is alike is told by an embedder's cosine and by the form: both names, both behind "of", both with an article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from domaingpt.dialogue.phrases import chunk_spans, last_clause
from domaingpt.dialogue.slots import is_capitalised
from domaingpt.dialogue.words import DETERMINERS, FUNCTION, PREPOSITIONS, Token, tokens

# Cosines of short texts, (n, n); None where no embedder knows the language.
Likeness = Callable[[Sequence[str]], Sequence[Sequence[float]]]

# A phrase is replaced if its cosine with the new one, and the marks in the form of both, sum to this much.
# All chosen on the tuning part of benchmarks/follow_ups.jsonl (benchmarks/results/chat.json).
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


def with_phrase(fragment: str, question: str, likeness: Likeness | None, *, is_part: bool) -> str | None:
    """Return the question with the phrase of a fragment in the place of the one it is most like.

    Args:
        fragment: E.g. "for the standing charge", "if it rains".
        question: Without a question mark.
        likeness: None: the form alone decides.
        is_part: Whether it names part of a phrase: "low" of "the low one".

    Returns:
        None if nothing is alike enough; what begins with a preposition is then added at the end.
    """
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
