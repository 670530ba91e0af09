"""What kind of thing a question asks for, and which sentences name one: "When …?" wants a date or a number.

Read from the question word alone (Li & Roth, "Learning Question Classifiers", COLING 2002, use the same coarse
classes HUMAN and NUMERIC; the patterns are ours). Other questions expect nothing in particular.
"""

from __future__ import annotations

import re
from typing import Literal

Expected = Literal["number", "person"]

MEASURED = "year|date|day|month|decade|century|time|age|percent|percentage|number|amount|price|cost|rate|score|size"
SIZES = "many|much|long|old|far|tall|high|big|large|often|fast|deep|wide|late|early|heavy"
NUMBER = re.compile(
    rf"\b(?:when|(?:what|which)\s(?:{MEASURED})|how\s(?:{SIZES})"
    r"|wann|wie\s?viele?|wie\s(?:oft|lange?|hoch|alt|weit|groß))\b|多少|几|幾|何[时時年]|什么时候|いつ|いくら|いくつ",
    re.IGNORECASE,
)
PERSON = re.compile(r"\b(?:who|whom|whose|wer|wen|wem|wessen)\b", re.IGNORECASE)
CJK_NUMERALS = "一二三四五六七八九十百千万億亿"
WORD = re.compile(rf"\d\w*(?:[.,]\d+)*|[{CJK_NUMERALS}]+|[^\W\d{CJK_NUMERALS}]\w*?(?=[\d{CJK_NUMERALS}]|\b)")
NUMERALS = re.compile(
    r"\d.*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|half|century"
    r"|ein(?:e[nmrs]?)?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
    rf"|[{CJK_NUMERALS}]+"
)

# Written with a capital without being a name.
NOT_NAMES = frozenset(
    (
        "i a an the this that these those it its he she they we you his her their our your yes no in on at by for from "
        "of to and or but if as when while since after before during with under over"
    ).split()
)


def expected_kind(question: str) -> Expected | None:
    """Return what a question asks for; None if its words do not tell."""
    if NUMBER.search(question):
        return "number"
    return "person" if PERSON.search(question) else None


def names_one(kind: Expected, sentence: str, question: str) -> bool:
    """Return whether a sentence names something of a kind that the question did not name itself.

    A person is any word with a capital but those that begin sentences: German nouns are let through.
    """
    asked = {word.casefold() for word in WORD.findall(question)}
    words = WORD.findall(sentence)
    if kind == "person":
        return any(
            word[0].isupper() and word.casefold() not in asked and word.lower() not in NOT_NAMES for word in words
        )
    return any(NUMERALS.fullmatch(word.casefold()) and word.casefold() not in asked for word in words)
