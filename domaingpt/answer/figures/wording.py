"""Words of a question and of a table's labels → terms that can be compared: the trade's equivalents made one.

The list is of accounting English, not of any one company's.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from domaingpt.index.terms import fold

# Each right side is what the left is read as, in this order. General accounting English; guess, unmeasured.
EQUIVALENTS = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), word)
    for pattern, word in (
        (r"r\s?&\s?d", "research and development"),
        (r"sg\s?&\s?a", "selling general and administrative"),
        (r"g\s?&\s?a", "general and administrative"),
        (r"pp\s?&\s?e", "property and equipment"),
        (r"capex|capital expenditures?", "purchases of property and equipment"),
        (r"eps", "earnings per share"),
        (r"rsus?", "restricted stock units"),
        (r"non[\s-]?current|long[\s-]term", "noncurrent"),
        (r"short[\s-]term", "current"),
        (r"net sales|net revenues?|revenues?|sales|turnover", "revenue"),
        (r"earnings per", "income per"),
        (r"net (?:earnings|profit)", "net income"),
        (r"operating profit|operating earnings|income from operations|profit from operations", "operating income"),
        (r"gross profit", "gross margin"),
        (r"stockholders?|shareholders?|shareowners?", "holder"),
        (r"stocks?|shares?", "share"),
        (r"common", ""),
        (r"cash equivalents", "cashequivalents"),
        (r"right[\s-]of[\s-]use", "rou"),
        (r"inventory", "inventories"),
        (r"taxation", "taxes"),
        (r"(?:generated|provided|used) (?:by|in|from|for)", "from"),
        (r"cash flows?", "cash"),
        (r"operations", "operating"),
        (r"activities", ""),
        (r"paid(?!-in)|payments?", "pay"),
        (r"weighted[\s-]average", "weighted average"),
    )
)
# What questions are made of besides the thing asked for, and what labels leave out: a row need not hold these
# words, but it may. Guess, unmeasured.
OPTIONAL = frozenset(
    """
    how much many what which large high low big was were is are be been did does do has have had the of for in at on as
    its company firm group amount amounts figure number value reported report reports show shows showed state stated
    according sheet statement statements spend spent come came make made get got earn earned earns bring brought
    carry carried hold held owe owed give given tell me please record recorded recognize recognise recognized recognised
    book booked amounted total totaled totalled end ended ending close during over under within period quarter
    quarterly year fiscal financial month months first second third fourth half three six nine twelve date dollars
    dollar usd million millions billion billions thousand thousands there stand stood run ran level overall all much
    into onto out up expense expenses outstanding balance raise raised pay paid generate generated provide
    provided use used receive received segment category segments segment's left remaining remain worth recognition
    sum number by with from to and or that this their can could would you used
    """.split()
)
RELATIONS = re.compile(
    r"\b(?:why|when|who|where|compare[ds]?|comparison|versus|vs|differen(?:ce|t)|change[ds]?|increase[ds]?|decrease[ds]?|"
    r"gr[eo]w|growth|grown|rose|risen|fell|fallen|declined?|dropped|more|less|fewer|than|ratio|each|list|both|between|"
    r"if|percent(?:age)?|share of|portion|most|least|highest|lowest|largest|biggest|"
    r"how (?:did|does|has|is|are|do|will))\b|%"
)
SOLD = re.compile(r"\b(?:sell|sold)\b")  # in a question: "How much did it sell?"
SPENT = re.compile(r"\bcosts\b(?! of)")  # in a question: "administrative costs"
NAME = re.compile(r"(?<![\w&])[A-Z][\w&]*(?:[-.][\w&]+)*")
COUNT = re.compile(r"\bhow many\b|\bnumber of\b")
CHANGE = re.compile(r"\b(?:change|increase|decrease)s?\b", re.IGNORECASE)
PERCENT = re.compile(r"\b(?:percent(?:age)?|rate|yield|ratio)\b|%")
Terms = Callable[[str], list[str]]


def canonical(text: str) -> str:
    """Return a folded text with equivalent words made one."""
    text = fold(text).replace("’", "'")
    text = re.sub(r"\b(\w+)'s\b", r"\1", text)
    for pattern, word in EQUIVALENTS:
        text = pattern.sub(word, text)
    return text


def content_terms(text: str, terms: Terms) -> list[str]:
    """Return the terms of a text as the index stems them, once each, in order, compounds by their parts."""
    words = re.findall(r"[^\W_]+", canonical(text))
    return list(dict.fromkeys(term for word in words for term in terms(word)))


def asked_terms(question: str, terms: Terms) -> tuple[list[str], list[str]]:
    """Return the terms of what a question asks for, and of the words that a row need not hold."""
    words = re.findall(r"[^\W_]+", canonical(SPENT.sub("expenses", SOLD.sub("revenue", fold(question)))))
    needed = [term for word in words if word not in OPTIONAL for term in terms(word)]
    rest = [term for word in words if word in OPTIONAL for term in terms(word)]
    return list(dict.fromkeys(needed)), list(dict.fromkeys(rest))


def name_terms(question: str, terms: Terms) -> list[str]:
    """Return the terms of what a question writes with a capital, its first word among them."""
    words = [word for match in NAME.finditer(question) for word in re.findall(r"[^\W_]+", canonical(match[0]))]
    return list(dict.fromkeys(term for word in words if word not in OPTIONAL for term in terms(word)))


def is_same_stem(one: str, other: str) -> bool:
    """Return whether two stems are of one word family: "issu" and "issuanc", "pay" and "payment"."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) > 2 and long.startswith(short) and long[len(short) :] in ENDINGS)


ENDINGS = frozenset(["anc", "ment", "at", "ation", "ing", "ed", "e", "er", "s", "it", "ition"])
