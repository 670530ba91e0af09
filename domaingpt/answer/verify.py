"""Is a drafted sentence backed by the evidence? Rules that a language model cannot talk its way around.

A sentence passes if one evidence sentence, with its context, holds
  - every number in it, with its percent sign and its scale (thousand, million, billion),
  - every name and month in it (words written with a capital, acronyms),
  - a negation if and only if the sentence has one,
  - all of its other content words, stemmed, counting those of the question as given,
  - something that the question did not say already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domaingpt.chunks import search_view
from domaingpt.types import Evidence

Terms = Callable[[str], list[str]]
"""Turns a text into its terms, as the index knows them."""

NUMBER = re.compile(r"(?P<value>\d+(?:[.,'’\u00a0]\d+)*)\)?\s*(?P<percent>%|per ?cent\b|percent\b)?(?:\s*(?P<scale>thousand|million|billion|trillion|bn|mn|m|k)\b)?", re.IGNORECASE)  # noqa: E501
SCALES = {"k": "thousand", "m": "million", "mn": "million", "bn": "billion"}
WORD = re.compile(r"[^\W\d_][\w'’&-]*")
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|kein\w*|nicht|nie)\b|n['’]t\b|[不没無无未非]|ない|ません",
    re.IGNORECASE,
)
# Written with a capital without being a name.
NOT_NAMES = frozenset(
    "i a an the this that these those it its he she they we you yes no in on at by for from of to and or but if as when "
    "according based therefore however also answer question fact facts".split()
)


@dataclass(frozen=True, slots=True)
class _Claims:
    """What a text asserts, in comparable form."""

    numbers: frozenset[str]
    names: frozenset[str]
    terms: frozenset[str]
    negated: bool


def supporting_evidence(sentence: str, evidence: Sequence[Evidence], question: str, terms: Terms) -> int | None:
    """Return which evidence backs a sentence, as its position; None if none does.

    A sentence put together from two pieces of evidence is not accepted: each half may be true of
    something else (measured on XQuAD en: most false sentences that passed were such).

    Args:
        sentence: From a draft, without citation marks.
        evidence: Best first.
        question: Its words count as given.
        terms: The index's analysis of text.
    """
    claims = _claims(sentence, terms)
    asked = _claims(question, terms)
    if not (claims.terms | claims.numbers):
        return None
    for position, item in enumerate(evidence):
        quote = search_view(item.quote)
        if _backs(_claims(quote, terms), _claims(item.chunk.context, terms), claims, asked, quote):
            return position
    return None


def _backs(quoted: _Claims, context: _Claims, claims: _Claims, asked: _Claims, quote: str) -> bool:
    if not claims.numbers <= quoted.numbers | context.numbers | asked.numbers:
        return False
    folded = quote.casefold()
    given_names = quoted.names | context.names | asked.names
    if any(name not in given_names and name.casefold() not in folded for name in claims.names):
        return False
    if claims.negated != quoted.negated:
        return False
    given = quoted.terms | context.terms | asked.terms
    if not claims.terms <= given:
        return False
    news = (claims.terms - asked.terms) | (claims.numbers - asked.numbers)
    return bool(news & (quoted.terms | quoted.numbers))


def _claims(text: str, terms: Terms) -> _Claims:
    return _Claims(
        numbers=frozenset(_numbers(text)),
        names=frozenset(_names(text)),
        terms=frozenset(term for term in terms(text) if not term[0].isdigit()),
        negated=NEGATION.search(text) is not None,
    )


def _numbers(text: str) -> list[str]:
    """Return the numbers of a text, e.g. "82959 million", "5.75 %", "2022"."""
    found = []
    for match in NUMBER.finditer(text):
        value = re.sub(r"[,'’\u00a0](?=\d{3}(?!\d))", "", match["value"])
        scale = (match["scale"] or "").lower()
        found.append(value + (" %" if match["percent"] else "") + (f" {SCALES.get(scale, scale)}" if scale else ""))
    return found


def _names(text: str) -> list[str]:
    """Return the words that name something: written with a capital, not merely first in a sentence."""
    names = []
    for match in WORD.finditer(text):
        word = match[0]
        before = text[: match.start()].rstrip()
        is_first = not before or before[-1] in ".!?:;\"“"
        is_acronym = len(word) > 1 and word.isupper()
        if word[0].isupper() and word.lower() not in NOT_NAMES and (is_acronym or not is_first):
            names.append(re.sub(r"['’]s$", "", word))
    return names
