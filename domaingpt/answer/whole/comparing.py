"""Two named things, compared: the value of each from the tables, or the sentence about each, both cited."""

from __future__ import annotations

import re
from dataclasses import replace

from domaingpt.answer.abstention.deciding import why_abstain
from domaingpt.answer.abstention.support import support
from domaingpt.answer.compose import cite
from domaingpt.answer.quantities import quantities
from domaingpt.answer.whole.answering import Report, row_evidence
from domaingpt.answer.whole.match import Match
from domaingpt.answer.whole.plan import Plan
from domaingpt.answer.whole.reader import Reading, with_counts
from domaingpt.answer.whole.tables import Column, Row
from domaingpt.answer.whole.task import Task
from domaingpt.answer.whole.values import shown
from domaingpt.chunks import search_view
from domaingpt.config import DomainConfig
from domaingpt.embeddings import Embedder
from domaingpt.index import LocalIndex
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.retrieval.rows import readable
from domaingpt.types import Evidence

SPLIT = re.compile(
    r"\s+(?:and|with|to|versus|vs\.?|against|from)\s+(?:(?:with|to|that of|those of|the one of)\s+)?", re.IGNORECASE
)
OF = re.compile(r"^(?P<measure>.+?)\s+(?:of|for|between|in|at|from)\s+(?P<name>.+)$", re.IGNORECASE)
LAST_OF = re.compile(OF.pattern.replace(".+?)", ".+)", 1), re.IGNORECASE)
MAX_NAME_WORDS = 3
MAX_FIGURES = 4
ARTICLE = re.compile(r"^(?:the|our|my|a|an)\s+", re.IGNORECASE)
N_CANDIDATES = 15
FIGURE, MIN_FIT = 0.6, 0.5  # Guesses, checked on the questions of benchmarks/whole_corpus.jsonl.
TAIL = re.compile(r"^(?P<name>\S+)\s+(?P<shared>.+)$")


def compare(
    plan: Plan, reading: Reading, index: LocalIndex, embedder: Embedder, config: DomainConfig, only: str | None
) -> Report | None:
    """Return the values of both things side by side, else the best sentence about each; None if one is missing."""
    sides = two_sides(plan)
    if sides is None:
        return None
    for queries in sides:
        if report := _from_tables(queries, reading, index):
            return report
    return _from_passages(sides[0], reading, index, embedder, config, only) if plan.explicit else None


def two_sides(plan: Plan) -> list[tuple[tuple[str, str], tuple[str, str]]] | None:
    """Return readings of "X and Y" as ((name, query), (name, query)), the likelier first; None if there are no two."""
    parts = SPLIT.split(plan.topic)
    if len(parts) < 2:
        return None
    left, right = " and ".join(parts[:-1]), parts[-1]
    measure, name = plan.words, left
    readings = []
    if not measure and len(right.split()) <= MAX_NAME_WORDS and (match := LAST_OF.match(left)):
        readings.append(_sides(match["measure"], match["name"], right))
    if not measure and (match := OF.match(left)):
        measure, name = match["measure"], match["name"]
        readings.append(_sides(measure, name, right))
        # "the premium of the 2024 and 2025 insurance": what follows the second name belongs to both.
        if len(right.split()) > len(ARTICLE.sub("", name).split()) == 1 and (tail := TAIL.match(right)):
            readings.append(_sides(f"{measure} {tail['shared']}", name, tail["name"]))
    elif len(ARTICLE.sub("", left).split()) == 1 and (tail := TAIL.match(right)):
        readings.append(_sides(f"{measure} {tail['shared']}", left, tail["name"]))
    if not readings or plan.words:
        readings.append(_sides(measure, left, right))
        if (inner := OF.match(right)) and not plan.words:  # "X and Y of Z"
            readings.append(_sides(inner["name"], left, inner["measure"]))
    return readings


def _sides(measure: str, left: str, right: str) -> tuple[tuple[str, str], tuple[str, str]]:
    first, second = ARTICLE.sub("", left).strip(), ARTICLE.sub("", right).strip()
    return (first, f"{measure} {first}".strip()), (second, f"{measure} {second}".strip())


def _from_tables(sides: tuple[tuple[str, str], tuple[str, str]], reading: Reading, index: LocalIndex) -> Report | None:
    from domaingpt.answer.whole.plan import _with_conditions

    best: tuple[float, list[tuple[Match, Row, Column]]] | None = None
    for matcher in reading.matchers:
        found = []
        for _, query in sides:
            plan = _with_conditions(Plan("sum", query))
            match = matcher.match(plan)
            column = Task(plan, match, index.terms).measure() if match else None
            if match is None or column is None or len(match.rows) != 1 or id(match.rows[0]) not in column.amounts:
                break
            found.append((match, match.rows[0], column))
        if len(found) == 2 and (found[0][1] is not found[1][1] or found[0][2] is not found[1][2]):
            score = sum(match.score for match, _, _ in found)
            if best is None or score > best[0]:
                best = (score, found)
    if best is None:
        return None
    (_, first, column), (_, second, other) = best[1]
    relation = best[1][0][0].relation
    quotes = [row_evidence(row, index.corpus.chunks_of(index.corpus.by_path[row.document])) for row in (first, second)]
    if not all(quotes):
        return None
    cited = [quote for quote in quotes if quote]
    if first is second:
        cited = cited[:1]
    marks = [1, len(cited)]
    texts = [
        f"{name}: {c.name} {row.cells[c.name]} [{mark}]"
        for (name, _), row, c, mark in zip(sides, (first, second), (column, other), marks, strict=True)
    ]
    text = "; ".join(texts)
    a, b = column.amounts[id(first)], other.amounts[id(second)]
    units = [relation.unit_at(column, first), best[1][1][0].relation.unit_at(other, second)]
    if units[0] == units[1]:
        unit = "points" if units[0] == "%" else units[0]
        text += f"; difference (computed): {shown(abs(a.number - b.number), unit, max(a.places, b.places))}"
    coverage = with_counts(reading.coverage, len(cited), len({id(first.table), id(second.table)}))
    return Report(f"{text}.", "computed", cite(cited), coverage)


def _fit(item: Evidence, about: set[str], index: LocalIndex) -> float:
    """Return the share of what is compared that a sentence names, more if it has figures to compare."""
    share = len(about & set(index.terms(item.quote))) / len(about) if about else 1.0
    found = [q for q in quantities(item.quote) if q.kind == "number"]
    if len(found) > MAX_FIGURES:
        return share  # which of them is meant?
    return share + (FIGURE if any(q.unit for q in found) else FIGURE / 2 if found else 0.0)


def _likeness(left: Evidence, right: Evidence, index: LocalIndex) -> float:
    """Return how far two sentences differ in their figures alone: "Refund €20 each", "Refund €22 each" are alike."""
    if search_view(left.quote) == search_view(right.quote):
        return -1.0  # what both say alike is no comparison
    one, other = (
        {term for term in index.terms(item.quote) if not any(map(str.isdigit, term))} for item in (left, right)
    )
    return len(one & other) / len(one | other) if one | other else 0.0


def _from_passages(
    sides: tuple[tuple[str, str], tuple[str, str]], reading: Reading, index: LocalIndex, embedder: Embedder,
    config: DomainConfig, only: str | None,
) -> Report | None:  # fmt: skip
    """Return the sentence nearest to each side, if it names it."""
    candidates: list[list[tuple[Evidence, float]]] = []
    for name, query in sides:
        dense = covers(embedder, query)
        vector = embedder.encode_query([query])[0] if dense else None
        hits = retrieve(index, embedder, query, k=config.retrieval.k, only=only,
                        dense_weight=config.retrieval.fixed_dense_weight, vector=vector)  # fmt: skip
        evidence = select_evidence(query, hits, embedder, index, limit=N_CANDIDATES, vector=vector)
        wanted = set(index.terms(name))
        naming = [e for e in evidence if wanted <= set(index.terms(f"{e.chunk.context} {e.chunk.document} {e.quote}"))]
        value = support(query, naming, embedder, index, dense=dense)
        if why_abstain(value, naming, None, config.answer.strictness, dense=dense) is not None:
            return None
        about = set(index.terms(query)) - wanted
        candidates.append([(item, _fit(item, about, index)) for item in naming])
    fit, *found = max(
        (
            (a + b + _likeness(left, right, index), left, right)
            for left, a in candidates[0]
            for right, b in candidates[1]
        ),
        key=lambda pair: pair[0],
    )
    if fit < 2 * MIN_FIT:
        return None
    names = [name for name, _ in sides]
    room = (config.answer.max_characters - 40 - sum(map(len, names))) // 2
    texts = []
    for n, item in enumerate(found, start=1):
        quote = readable(item.quote, item.chunk)
        quote = quote if len(quote) <= room else quote[:room].rsplit(" ", 1)[0] + " …"
        label = f"{names[n - 1]}: " if len(found) == 2 else ""
        texts.append(f"{label}{quote} [{n}]")
    coverage = replace(reading.coverage, rows=len(found), whole=False)
    return Report("\n".join(texts) if len(texts) > 1 else texts[0], "quoted", cite(found), coverage, computed=False)
