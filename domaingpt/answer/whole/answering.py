"""Plans carried out, and what came out put into words: numbered citations, coverage, within the length of an answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from domaingpt.answer.compose import cite
from domaingpt.answer.quantities import quantities
from domaingpt.answer.whole.documents import evidence_of, first_line, mentions, of_kind, topic_terms
from domaingpt.answer.whole.match import Match
from domaingpt.answer.whole.plan import Plan
from domaingpt.answer.whole.reader import Reading, with_counts
from domaingpt.answer.whole.tables import Row
from domaingpt.answer.whole.task import Outcome
from domaingpt.answer.whole.vocabulary import SILENT
from domaingpt.answer.whole.work import work_out
from domaingpt.index import LocalIndex
from domaingpt.retrieval.rows import CELL_SEPARATOR, readable
from domaingpt.types import Chunk, Citation, Coverage, Evidence

MAX_CITATIONS = 60  # All rows up to so many; of more the first and the last. Guess, unmeasured.
KEYED = 0.2  # Flats are counted where each has one row, before a table of repairs that names some of them. Guess.
GROUPED = 0.5  # More than a word counts in part: a table that has the groups asked for is the one meant.
MIN_STATED_TERMS = 2


@dataclass(frozen=True, slots=True)
class Report:
    """An answer over everything, or why there is none.

    Attributes:
        text: With citation marks; "" for an abstention.
        reason: "computed", "quoted", or why nothing is answered.
        citations: In the order of their numbers.
        coverage: What was read.
        nearest: For an abstention.
        computed: Whether the text holds a number that no document states.
    """

    text: str
    reason: str
    citations: tuple[Citation, ...]
    coverage: Coverage
    nearest: tuple[Citation, ...] = ()
    computed: bool = True


def over_rows(
    plan: Plan, reading: Reading, index: LocalIndex, max_characters: int, domain: frozenset[str] = frozenset()
) -> Report | None:
    """Return what a plan gives over the tables that explain the question best, or over documents of a kind."""
    found = []
    surest = 0.0  # of the tables that explain the question, whether or not something comes out
    for matcher in reading.matchers:
        match = matcher.match(plan, domain)
        if match:
            surest = max(surest, match.score if match.rows else 0.0)
            if outcome := work_out(plan, match, index.terms):
                score = match.score + GROUPED * outcome.grouped + KEYED * _is_keyed(match)
                found.append((score, len(match.rows), match, outcome))
    kind = _of_kind(plan, reading, index)
    found.sort(key=lambda entry: (-entry[0], -entry[1]))
    if kind and (not found or found[0][2].head in ("about", "")):
        return _listed_documents(kind, reading, index, max_characters)
    if not found or found[0][0] < surest - (0.2 if plan.explicit else 0.0):
        return None  # the table that explains the question best states one fact, or leaves open what is meant
    best = found[0]
    rivals = [entry for entry in found[1:] if entry[0] >= best[0] - 0.01 and entry[3].value != best[3].value]
    if rivals and best[2].head != "column":
        return None  # two tables explain the question equally well, and give different answers
    return write(best[3], reading.coverage, index, max_characters)


def _is_keyed(match: Match) -> bool:
    """Return whether the column asked for has another value in every row."""
    cells = [row.cells.get(match.target) for row in match.relation.rows]
    return bool(match.target) and len(set(cells)) == len(cells)


def over_documents(
    plan: Plan, reading: Reading, index: LocalIndex, max_characters: int, only: str | None
) -> Report | None:
    """Return which documents mention a topic, each with its best sentence; or all documents of a kind."""
    documents = of_kind(plan, reading, index)
    if not plan.topic:
        return _listed_documents([row.path for row in documents], reading, index, max_characters)
    if not documents or (not plan.explicit and len(documents) < 2):
        return None
    found, complete = mentions(plan.topic, index, only)
    if not topic_terms(plan.topic, index) or not complete:
        return None
    paths = {row.path for row in documents}
    found = {path: quotes for path, quotes in found.items() if path in paths}
    n_places = sum(map(len, found.values()))
    coverage = with_counts(reading.coverage, n_places, 0)
    if not found:
        if not plan.explicit:
            return None
        return Report("", f"No document mentions “{plan.topic}”. {coverage.statement}", (), coverage)
    of = f"of {len(documents)} " if len(documents) == len(reading.documents) else f"of {len(documents)} such "
    lead = f"{len(found)} {of}documents mention “{plan.topic}”: "
    texts = [f"{path}" + (f" ({len(quotes)} places)" if len(quotes) > 1 else "") for path, quotes in found.items()]
    return _assembled(
        lead, list(zip(texts, [quotes[0] for quotes in found.values()], strict=True)), "", coverage, max_characters
    )


def stated_elsewhere(plan: Plan, index: LocalIndex, only: str | None) -> bool:
    """Return whether some sentence of prose states a figure beside all words of the question: it answers better."""
    if plan.operation not in ("count", "sum", "average", "median", "max", "min"):
        return False
    said = plan.said if plan.operation not in ("count", "sum") else ""
    words = " ".join(w for w in f"{plan.words} {said}".split() if w.lower().strip(",") not in SILENT)
    wanted = set(index.terms(words)) | {term for period in plan.periods for term in index.terms(period.text)}
    if len(wanted) < MIN_STATED_TERMS:
        return False
    found, _ = mentions(" ".join([words, *(period.text for period in plan.periods)]), index, only)
    if plan.operation == "count":
        noun = next((term for word in words.split() for term in index.terms(word)), "")
        return any(_counts(item, noun, index) for quotes in found.values() for item in quotes)
    if plan.operation in ("max", "min"):
        return any(not _is_row(item) for quotes in found.values() for item in quotes)
    needs = {
        "sum": ("total", "altogether", "sum", "in all", "combined"),
        "average": ("average", "mean"),
        "median": ("median",),
    }
    says = needs.get(plan.operation, ("",))
    return any(
        not _is_row(item) and any(word in item.quote.lower() for word in says)
        and any(q.kind == "number" and q.unit != "th" for q in quantities(item.quote))
        for quotes in found.values() for item in quotes
    )  # fmt: skip


def _is_row(item: Evidence) -> bool:
    return CELL_SEPARATOR in readable(item.quote, item.chunk)


def _counts(item: Evidence, noun: str, index: LocalIndex) -> bool:
    """Return whether a sentence of prose puts a number right before a noun: "36 positions", "two further tenants"."""
    if _is_row(item):
        return False
    numbers = [q for q in quantities(item.quote) if q.kind == "number" and not q.unit]
    return any(noun in index.terms(" ".join(item.quote[q.end :].split()[:3])) for q in numbers)


def write(outcome: Outcome, coverage: Coverage, index: LocalIndex, max_characters: int) -> Report:
    """Return an outcome as a report; all rows are cited, or of very many the first and the last."""
    rows = _unique([*(item.row for item in outcome.items if item.row), *outcome.rows])
    considered = _unique(outcome.considered or outcome.rows)
    counted = with_counts(coverage, len(considered), len({id(row.table) for row in considered}))
    if len(rows) > MAX_CITATIONS:
        shown = {id(item.row) for item in outcome.items[:MAX_CITATIONS]}
        rows = [row for row in rows if id(row) in shown][:MAX_CITATIONS] or [rows[0], rows[-1]]
    chunks = {path: index.corpus.chunks_of(index.corpus.by_path[path]) for path in {row.document for row in rows}}
    cited = {id(row): evidence for row in rows if (evidence := row_evidence(row, chunks[row.document]))}
    pieces = [(item.text, cited.get(id(item.row))) for item in outcome.items]
    rest = [evidence for key, evidence in cited.items() if all(evidence is not e for _, e in pieces)]
    return _assembled(outcome.lead, pieces, outcome.tail, counted, max_characters, rest, outcome.separator,
                      computed=outcome.computed)  # fmt: skip


def row_evidence(row: Row, chunks: Sequence[Chunk]) -> Evidence | None:
    """Return the row as a quote out of that chunk of its document which holds its beginning."""
    place = bisect_right(chunks, row.start, key=lambda chunk: chunk.start) - 1
    if place < 0 or row.start >= chunks[place].end:
        return None
    chunk = chunks[place]
    sentence = next((s for s in chunk.sentences if s.start <= row.start < s.end), None)
    return evidence_of(chunk, row.start, min(row.end, chunk.end), sentence)


def _assembled(
    lead: str, pieces: Sequence[tuple[str, Evidence | None]], tail: str, coverage: Coverage, max_characters: int,
    rest: Sequence[Evidence] = (), separator: str = ", ", *, computed: bool = True,
) -> Report:  # fmt: skip
    """Put the pieces in a line with their marks while there is room; what has no room is still cited."""
    cited: list[Evidence] = []
    for _, evidence in pieces:
        if evidence and not any(evidence is other for other in cited):
            cited.append(evidence)
    numbers = {id(evidence): n for n, evidence in enumerate(cited, start=1)}
    texts = [text + (f" [{numbers[id(evidence)]}]" if evidence else "") for text, evidence in pieces]
    room = max_characters - len(lead) - len(tail) - 40
    kept: list[str] = []
    for text in texts:
        if room < len(text) + len(separator):
            break
        kept.append(text)
        room -= len(text) + len(separator)
    more = f" and {len(texts) - len(kept)} more, quoted below" if len(kept) < len(texts) else ""
    cited += rest
    line = (lead + separator.join(kept) + more).strip()
    if rest and not pieces:
        line = line.rstrip(".") + _marks(len(rest), coverage.rows) + "."
    if not line.endswith("."):
        line += "."
    text = f"{line} {tail}".strip()
    return Report(text[:max_characters], "computed", cite(cited[: MAX_CITATIONS + 1]), coverage, computed=computed)


def _marks(n_cited: int, n_rows: int) -> str:
    if n_cited < n_rows:
        return " [1] … [2]"  # the first and the last of them
    return "".join(f" [{n}]" for n in range(1, n_cited + 1)) if n_cited <= 3 else f" [1]–[{n_cited}]"


def _of_kind(plan: Plan, reading: Reading, index: LocalIndex) -> list[str]:
    """Return the documents that a noun such as "statements" names, if the question has no other condition."""
    if plan.operation not in ("count", "list") or plan.limits or not (plan.explicit or plan.operation == "count"):
        return []
    periods = " ".join(period.text for period in plan.periods)
    found = of_kind(replace(plan, words=f"{plan.words} {periods}"), reading, index)
    return [row.path for row in found] if 1 < len(found) < len(reading.documents) else []


def _listed_documents(paths: Sequence[str], reading: Reading, index: LocalIndex, max_characters: int) -> Report | None:
    if not paths:
        return None
    rows = {row.path: row for row in reading.documents}
    pieces = [(path, first_line(rows[path], index)) for path in paths[:MAX_CITATIONS]]
    noun = "documents" if len(paths) != 1 else "document"
    more = [(path, None) for path in paths[MAX_CITATIONS:]]
    lead = f"{len(paths)} {noun}: "
    coverage = with_counts(reading.coverage, 0, 0)
    return _assembled(lead, [*pieces, *more], "", coverage, max_characters, computed=False)


def _unique(rows: Sequence[Row]) -> list[Row]:
    return list({id(row): row for row in rows}.values())
