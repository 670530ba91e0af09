"""Question → Plan: what to work out over all rows or documents, or None for an ordinary question.

English only: a question in another language gives no plan and is answered as any other. Detection alone never
decides: a plan is carried out only where tables or documents explain every word of the question.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from domaingpt.answer.quantities import MONTHS, ORDINALS, WORDS, Quantity, quantities

Operation = Literal["count", "list", "sum", "average", "median", "max", "min", "compare", "documents"]
Hint = Literal["", "money", "date", "length"]

POLITE = re.compile(
    r"^(?:please|so|and|then|ok|hi|hello)?[,\s]*(?:(?:can|could|would) you (?:please )?(?:tell me|give me|show me"
    r"|work out|find"
    r"(?: out)?|calculate|compute)?|i (?:want|need|would like) to know|do you know|tell me|calculate|compute|work out"
    r"|find out)\s+(?=\w)|^please\s+",
    re.IGNORECASE,
)
DOCUMENT_NOUN = r"(?:documents?|files?|pdfs?|spreadsheets?|papers)"
MENTION = (
    r"(?:mention(?:s|ed|ing)?|contain(?:s|ing)?|refer(?:s|red|ring)? to|talk(?:s|ing)? about|speak(?:s|ing)? (?:of"
    r"|about)"
    r"|discuss(?:es|ed|ing)?|deal(?:s|ing)? with|cover(?:s|ed|ing)?|includ(?:es?|ing)|concern(?:s|ing)?"
    r"|say(?:s)? (?:something |anything )?about|(?:are|is) about|about)"
)
WHO_MENTIONS = re.compile(
    rf"^(?:in |of )?(?P<how>which|what|how many|list|name|show(?: me)?|find|give me)\s+(?:of )?(?:all |every "
    rf"|each )?(?:of )?"
    rf"(?:the |my |our |these |those )?(?P<noun>(?:(?!(?:is|was|are|were|do|does|did|has|have|can|should"
    rf"|will)\b)[\w'-]+ ){{0,3}}?[\w'-]+?s)\s+(?:(?:that|which|all|ever|actually|were|are)\s+)*"
    rf"(?P<verb>{MENTION})\s+(?P<topic>.+)$",
    re.IGNORECASE,
)
WHERE_MENTIONED = re.compile(
    r"^(?:where|in (?:which|what) (?:documents?|files?))\s+(?:is|are|was|were|do we find|does)\s+(?P<topic>.+?)\s+"
    r"(?:mentioned|named|discussed|referred to|appear|occur|covered)(?: in .*)?$",
    re.IGNORECASE,
)
ALL_DOCUMENTS = re.compile(
    rf"^(?P<how>how many|list|which|what|show(?: me)?|name)\s+(?:are )?(?:all )?(?:of )?(?:the |my "
    rf"|our )?(?P<kind>(?:(?!mention|contain)[\w'-]+ ){{0,3}}?)(?P<noun>{DOCUMENT_NOUN})\b"
    r"(?P<rest>(?:\s+(?:are|is|there|do|have|has|i|we|you|in|the|this|my|our|domain|folder|collection|index|here"
    r"|all|exist|"
    r"were|was|read|indexed|available|hold|of|it))*)$",
    re.IGNORECASE,
)
COMPARE = re.compile(r"^(?:please )?(?:compare|contrast)\s+(?P<both>.+)$", re.IGNORECASE)
COMPARED = re.compile(
    r"^(?:what (?:is|are|was|were) the difference (?:in (?P<measure>.+?) )?between|how do(?:es)?"
    r"|how did)\s+(?P<both>.+)$",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"^(?:in (?:total|all),? )?(?:exactly )?how many\b(?: of)?|^(?:what(?:'s| is| was| were| are) )?the (?:total "
    r"|overall )?number of|^count(?: of)?(?: up)?\b"
    r"|^number of",
    re.IGNORECASE,
)
LIST = re.compile(
    r"^(?:list|enumerate|name|show|give)(?: me| us)?(?: out)?(?: a| the)?(?: full| complete)?(?: list of"
    r"| overview of)?(?: all| every| each)?(?: of)?(?: the| my| our)?\b"
    r"|^what(?:'s| are| were| is)? (?:all )?(?:of )?(?:the )?(?:different|distinct|various)\b|^what are all(?: the"
    r"| my| our)?\b|^who are all(?: the| my| our)?\b",
    re.IGNORECASE,
)
WHICH = re.compile(r"^(?:which|what|who)\b(?: of the)?", re.IGNORECASE)
# "Which open actions …", not "What is …" nor "Which bank …".
PLURAL = re.compile(
    r"\s+(?:(?!(?:is|are|was|were|do|does|did|has|have|had|can|will|should|of|in|the"
    r"|to)\b)[\w'-]+\s+){0,2}?(?!(?:is|was|does|has|this|its|us)\b)\w+[^s\W]s\b"
)
SUM = re.compile(
    r"\bin total\b|\baltogether\b|\ball together\b|\bin all\b|\bcombined\b|\bin sum\b|\boverall\b|\b(?:grand "
    r"|sum )?total(?:s|led|ling)?(?: up)?(?: of)?\b"
    r"|\bsum(?: up)?(?: of)?\b|\badd(?:s|ed)? up(?: to)?\b|\baggregate\b",
    re.IGNORECASE,
)
SPENT = re.compile(r"^how much\b", re.IGNORECASE)
SPENDING = re.compile(
    r"\b(?:spen[dt]|spending|pa(?:y|ys|id)|cost|costs|earn(?:s|ed)?|received?|invoiced?|billed|charged?|sold"
    r"|donated?|raised?|used?|consumed?|owed?)\b",
    re.IGNORECASE,
)
AVERAGE = re.compile(r"\b(?:on |the )?(?:average|mean)\b(?: of)?", re.IGNORECASE)
MEDIAN = re.compile(r"\bmedian\b(?: of)?", re.IGNORECASE)
_WORDS: list[tuple[Literal["max", "min"], Hint, str]] = [
    ("max", "money", r"most expensive|costliest|priciest|dearest|best[- ]paid|highest[- ]paid"),
    ("min", "money", r"cheapest|least expensive|least costly|lowest[- ]paid"),
    ("max", "date", r"latest|newest|most recent(?:ly)?"),
    ("min", "date", r"earliest|oldest|least recent(?:ly)?"),
    ("max", "length", r"longest"),
    ("min", "length", r"shortest"),
    ("max", "", r"largest|biggest|highest|greatest|maximum|max|most|heaviest|tallest|best|top"),
    ("min", "", r"smallest|lowest|fewest|minimum|min|least|lightest|worst"),
]
TOP_N = r"(?:(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)\s+)?"
SUPERLATIVES = [
    (which, hint, re.compile(
        rf"\b(?:the )?{TOP_N}(?P<said>{words})\b(?:\s+(?P<after>two|three|four|five|ten|\d{{1,2}})\b)?", re.IGNORECASE
    ))
    for which, hint, words in _WORDS
]  # fmt: skip
NO_RANK = re.compile(r"\s+(?:of the|likely|important|common)\b")
FIRST_OR_LAST = re.compile(r"\b(?P<said>first|soonest|last)\b(?! (?:year|month|week|quarter|half))", re.IGNORECASE)
GROUP = re.compile(r"\b(?:by|per|for each|for every|in each|of each|each)\s+(?P<group>[A-Za-z][\w-]*)", re.IGNORECASE)
QUARTER = re.compile(
    r"\b(?:Q(?P<q>[1-4])|(?P<nth>first|second|third|fourth|1st|2nd|3rd|4th) quarter)(?: of| in)?\s+"
    r"(?P<y>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
JOINED = re.compile(r"\s*(?:and|to|until|till|through|[–-])\s*")
ANY_MONTH = "|".join(MONTHS)
MONTHS_OF_YEAR = re.compile(
    rf"\b(?P<first>{ANY_MONTH})(?P<join>\s*(?:and|to|until|till|through|[–-])\s*)(?P<second>{ANY_MONTH})\s+"
    r"(?P<year>(?:19|20)\d\d)\b"
)
DAYS_OF_MONTH = re.compile(
    rf"(?<!\d)(?P<first>\d{{1,2}})(?P<join>\s*(?:and|to|until|till|through"
    rf"|[–-])\s*)(?P<second>\d{{1,2}})\s+(?P<month>{ANY_MONTH})"
    r"\s+(?P<year>(?:19|20)\d\d)\b"
)
BETWEEN_DAYS = re.compile(r"\b(?:between|from)\s*$", re.IGNORECASE)
MONTH_ALONE = re.compile(rf"\b(?:in|during|for|of|since|until|before|after)\s+(?P<m>{'|'.join(MONTHS)})\b(?!\s*\d)")
YEAR_NUMBER = re.compile(r"(?:19|20)\d\d")
OTHER_LANGUAGE = re.compile(r"[\u0400-\u04ff\u0600-\u06ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition on a number: `low ≤ x ≤ high`, without the ends where they are excluded."""

    low: Decimal | None
    high: Decimal | None
    excludes: bool
    unit: str
    text: str
    following: str = ""

    def holds(self, number: Decimal) -> bool:
        """Return whether a number meets the condition."""
        if self.low is not None and (number < self.low or (self.excludes and number == self.low)):
            return False
        return not (self.high is not None and (number > self.high or (self.excludes and number == self.high)))


@dataclass(frozen=True, slots=True)
class Period:
    """A condition on a date, as texts to compare: "2025-03-00" ≤ day ≤ "2025-03-99"; `month` alone in any year."""

    low: str
    high: str
    text: str
    month: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to work out.

    Attributes:
        operation: What to do with the rows.
        words: What is left of the question: what is meant, and which of it.
        hint: What a superlative measures.
        n: How many of the largest or smallest are asked for.
        group: The word that says for each of which, or "".
        limits: Conditions on numbers.
        periods: Conditions on dates.
        explicit: Whether the question plainly speaks of everything: then a failure is said.
        topic: For documents: what they mention. For a comparison: both sides.
        counting: For documents: whether to count them.
        said: The words that gave the operation.
    """

    operation: Operation
    words: str
    hint: Hint = ""
    n: int = 1
    group: str = ""
    limits: tuple[Limit, ...] = ()
    periods: tuple[Period, ...] = ()
    explicit: bool = False
    topic: str = ""
    counting: bool = False
    said: str = ""


def detect(question: str) -> Plan | None:
    """Return the plan that a question asks for, or None if it asks for one fact.

    >>> detect("How many invoices are unpaid?").operation
    'count'
    >>> detect("When is the rent due?") is None
    True
    """
    text = " ".join(question.split()).rstrip(" ?.!")
    if OTHER_LANGUAGE.search(text) or len(text) > 400:
        return None
    text = POLITE.sub("", text)
    plan = _documents(text) or _comparison(text) or _rows(text)
    return plan and (_with_conditions(plan) if plan.operation not in ("documents", "compare") else plan)


def _documents(text: str) -> Plan | None:
    if match := WHERE_MENTIONED.match(text):
        return Plan("documents", "", topic=match["topic"], explicit=True, said="documents")
    if match := ALL_DOCUMENTS.match(text):
        counting = match["how"].lower() == "how many"
        return Plan("documents", match["kind"], counting=counting, explicit=True, said=match["noun"])
    if match := WHO_MENTIONS.match(text):
        counting = match["how"].lower() == "how many"
        return Plan("documents", match["noun"], topic=match["topic"], counting=counting, said=match["noun"],
                    explicit=bool(re.search(DOCUMENT_NOUN, match["noun"], re.IGNORECASE)))  # fmt: skip
    return None


def _comparison(text: str) -> Plan | None:
    match = COMPARE.match(text)
    if match is None and (match := COMPARED.match(text)):
        if text.lower().startswith("how") and not re.search(r"\b(?:compares?|differs?)\b", text):
            return None
        measure = match.groupdict().get("measure") or ""
        both = re.sub(r"\b(?:compared?s?|differs?)\b", " and ", match["both"])
        both = re.sub(r"\band\s+(?:to|with|from)\b", "and", " ".join(both.split()))
        return Plan("compare", measure, topic=both, explicit=not text.lower().startswith("how"), said="compare")
    return Plan("compare", "", topic=match["both"], explicit=True, said="compare") if match else None


def _rows(text: str) -> Plan | None:
    found = GROUP.search(text)
    group = found["group"] if found else ""
    if match := COUNT.search(text):
        words = text[match.end() :]
        explicit = "total number" in match[0].lower() or bool(SUM.search(words))
        return Plan("count", SUM.sub(" ", words), explicit=explicit, group=group, said=match[0])
    if match := AVERAGE.search(text):
        words = _without(WHICH.sub("", text), AVERAGE)
        return Plan("average", words, group=group, explicit=True, said=match[0].lower())
    if match := MEDIAN.search(text):
        return Plan("median", _without(WHICH.sub("", text), MEDIAN), group=group, explicit=True, said=match[0].lower())
    return _extremes(text) or _sums(text, group) or _lists(text)


def _extremes(text: str) -> Plan | None:
    """Return the plan of a superlative, or of "which … first"."""
    for which, hint, pattern in SUPERLATIVES:
        match = pattern.search(text)
        if match and not (SUM.search(text[: match.start()]) or NO_RANK.match(text[match.end() :])) and not (
            text[: match.start()].endswith("at ")
        ):  # fmt: skip
            rest = f"{text[: match.start()]} {text[match.end() :]}"
            n = _count(match["n"] or match["after"])
            words = WHICH.sub("", LIST.sub("", SUM.sub(" ", rest)))
            group = "*" if SUM.search(rest) else ""
            return Plan(which, words, hint=hint, n=n, explicit=n > 1, said=match["said"].lower(), group=group)
    if (match := FIRST_OR_LAST.search(text)) and WHICH.match(text):
        rest = WHICH.sub("", f"{text[: match.start()]} {text[match.end() :]}")
        said = match["said"].lower()
        return Plan("max" if said == "last" else "min", rest, hint="date", said=said)
    return None


def _sums(text: str, group: str) -> Plan | None:
    if match := SUM.search(text):
        return Plan("sum", _without(text, SUM), group=group, explicit=True, said=match[0].lower())
    if SPENT.match(text) and SPENDING.search(text):
        return Plan("sum", SPENT.sub("", text), group=group, said="how much")
    return None


def _lists(text: str) -> Plan | None:
    if match := LIST.match(text):
        return Plan("list", text[match.end() :], explicit=True, said=match[0])
    if (match := WHICH.match(text)) and (match[0].lower() == "who" or PLURAL.match(text[match.end() :])):
        return Plan("list", text[match.end() :], said=match[0].lower())
    return None


def _without(text: str, pattern: re.Pattern[str]) -> str:
    return re.sub(
        r"^(?:what|how much|which|how)\b(?:['’]s\b)?", " ", pattern.sub(" ", text).strip(), flags=re.IGNORECASE
    )


def _count(word: str | None) -> int:
    return 1 if not word else int(word) if word.isdigit() else WORDS[word.lower()]


def _with_conditions(plan: Plan) -> Plan:
    """Take the conditions on numbers and dates out of a plan's words."""
    words = MONTHS_OF_YEAR.sub(r"\g<first> \g<year>\g<join>\g<second> \g<year>", plan.words)
    words = DAYS_OF_MONTH.sub(r"\g<first> \g<month> \g<year>\g<join>\g<second> \g<month> \g<year>", words)
    limits: list[Limit] = []
    periods: list[Period] = []
    spans: list[tuple[int, int]] = []
    for match in QUARTER.finditer(words):
        quarter = int(match["q"] or ORDINALS.get((match["nth"] or "").lower(), "") or match["nth"][0])
        first = 3 * quarter - 2
        periods.append(Period(f"{match['y']}-{first:02}-00", f"{match['y']}-{first + 2:02}-99", match[0]))
        spans.append(match.span())
    found = [q for q in quantities(words) if not any(s <= q.start < e for s, e in spans)]
    found = _with_years(found, words)
    dated = [q for q in found if _bounds(q)]
    if len(dated) == 2 and JOINED.fullmatch(_between(words, *dated)):
        low, high = dated
        before = BETWEEN_DAYS.search(words[: low.start])
        start = before.start() if before else low.start
        periods.append(Period(_bounds(low)[0], _bounds(high)[1], words[start : high.end].strip()))
        spans.append((start, high.end))
        dated = []
    for item in dated:
        low_day, high_day = _bounds(item)
        low_day, high_day = {
            ">": (f"{high_day}9", "9"), "≥": (low_day, "9"), "<": ("", _day_before(low_day)), "≤": ("", high_day),
        }.get(item.bound, (low_day, high_day))  # fmt: skip
        periods.append(Period(low_day, high_day, words[item.start : item.end]))
        spans.append((item.start, item.end))
    for match in MONTH_ALONE.finditer(words):
        if not any(s <= match.start("m") < e for s, e in spans):
            periods.append(Period("", "9", match[0], month=MONTHS[match["m"]]))
            spans.append(match.span())
    for item in found:
        if item.kind == "number" and not _bounds(item) and (limit := _limit(item, words)):
            limits.append(limit)
            spans.append((item.start, item.end))
    kept = "".join(" " if any(s <= i < e for s, e in spans) else c for i, c in enumerate(words))
    return replace(plan, words=" ".join(kept.split()), limits=tuple(limits), periods=tuple(periods))


def _with_years(found: list[Quantity], words: str) -> list[Quantity]:
    """Return the dates with the year that "between January and March 2024" gives the first by the second."""
    for i, (item, after) in enumerate(itertools.pairwise(found)):
        lacks_year = (
            item.kind == after.kind == "day" and item.value.startswith("*-") and not after.value.startswith("*")
        )
        if lacks_year and JOINED.fullmatch(_between(words, item, after)):
            found[i] = replace(item, value=after.value[:4] + item.value[1:], bound="")
    return found


def _day_before(day: str) -> str:
    """Return a text that sorts before the day, and before no other day: "2025-03-15" → "2025-03-14"."""
    return day if day.endswith("-00") else f"{day[:-2]}{int(day[-2:]) - 1:02}"


def _between(words: str, low: Quantity, high: Quantity) -> str:
    # A bound such as "until" belongs to the span of the quantity behind it.
    return words[low.end : high.start] + ("to" if high.bound == "≤" and not words[low.end : high.start].strip() else "")


def _bounds(item: Quantity) -> tuple[str, str]:
    """Return the first and last day of a date or a year, as texts that sort; nothing for other quantities."""
    if item.kind == "number" and not item.unit and YEAR_NUMBER.fullmatch(item.value):
        return f"{item.value}-00-00", f"{item.value}-99-99"
    if item.kind == "number" and re.fullmatch(r"(?:19|20)\d\d\.\.(?:19|20)\d\d", item.value) and not item.unit:
        return f"{item.value[:4]}-00-00", f"{item.value[-4:]}-99-99"
    if item.kind != "day" or item.value.startswith("*"):
        return ()  # type: ignore[return-value]
    year, month, day = item.value.split("-")
    return f"{year}-{month}-{'00' if day == '*' else day}", f"{year}-{month}-{'99' if day == '*' else day}"


def _limit(item: Quantity, words: str) -> Limit | None:
    text = words[item.start : item.end]
    following = (words[item.end :].split() or [""])[0]
    if ".." in item.value:
        low, _, high = item.value.partition("..")
        return Limit(Decimal(low), Decimal(high), False, item.unit, text, following)
    if item.bound not in (">", "≥", "<", "≤") or not re.fullmatch(r"-?\d+(?:\.\d+)?", item.value):
        return None
    number = Decimal(item.value)
    low_, high_ = (number, None) if item.bound in (">", "≥") else (None, number)
    return Limit(low_, high_, item.bound in (">", "<"), item.unit, text, following)
