"""One plan read against one relation, word by word; see match.py for what explains a word."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domaingpt.answer.quantities import CURRENCIES
from domaingpt.answer.whole.conditions import same_unit, with_limits, with_periods
from domaingpt.answer.whole.match import Filter, Match, Matcher
from domaingpt.answer.whole.plan import Plan
from domaingpt.answer.whole.tables import Row
from domaingpt.answer.whole.values import is_money, unit_of_name
from domaingpt.answer.whole.vocabulary import (
    ACRONYMS,
    FLOW_WORDS,
    JOINS,
    MONEY_ROWS,
    MONEY_WORDS,
    NEGATIONS,
    NEUTRAL,
    NO,
    REGISTER,
    SILENT,
    SPEAKING,
    YES,
)

WORD = re.compile(r"[^\s,;:()“”\"?!]+")
MAX_CATEGORY_WORDS = 4  # A cell of at most so many words is a value; a longer one is a remark. Guess.


class Reading:
    """One plan read against one relation."""

    def __init__(self, matcher: Matcher, plan: Plan, domain: frozenset[str]) -> None:
        self.matcher = matcher
        self.relation = matcher.relation
        self.plan = plan
        self.domain = domain
        self.filters: list[Filter] = []
        self.named: list[str] = []
        self.conditions: list[str] = []
        self.explained = 0.0
        self.target = ""
        self.head = ""
        self.unexplained: list[str] = []
        self.failed = False

    def result(self) -> Match | None:
        """Return what the plan means here, None if some word of it is not explained."""
        words = [match[0].strip("'’.-") for match in WORD.finditer(self.plan.words)]
        self._read(words)
        if self.failed:
            return None
        rows = self.filtered(self.relation.rows)
        partial = self.filtered([row for table in self.relation.tables for row in table.partial])
        before = len(rows)
        kept = with_periods(self, rows)
        kept = kept and with_limits(self, kept)
        if kept is None or (not kept and not (before and (self.plan.limits or self.plan.periods))):
            return None
        self.is_firm = self._is_firm()
        if self.unexplained and not (
            len(self.unexplained) == 1 and self._is_head(self.unexplained[0]) and self.is_firm
        ):
            return None
        is_whole = len(kept) == sum(len(t.rows) for t in {id(r.table): r.table for r in kept}.values())
        score = self.explained - 0.5 * len(self.unexplained) + self._aptness(kept)
        return Match(self.relation, kept, self.named, self.target, self.filters, self.conditions, score, self.head,
                     is_whole, partial, self.is_firm)  # fmt: skip

    def _aptness(self, rows: Sequence[Row]) -> float:
        """Return which share of the heading above the rows the question names: "Improvements" first."""
        asked = set(self.matcher.terms(self.plan.words))
        shares = []
        for table in {id(row.table): row.table for row in rows}.values():
            terms = set(
                self.matcher.terms(
                    table.section.rsplit(" › ", 1)[-1] or table.document.rsplit("/", 1)[-1].rsplit(".", 1)[0]
                )
            )
            shares.append(len(terms & asked) / len(terms) if terms else 0.0)
        return 0.4 * max(shares, default=0.0)

    # --- words ---------------------------------------------------------------------------------

    def _read(self, words: Sequence[str]) -> None:
        negated, joined = False, False
        first_content = True
        for i, word in enumerate(words):
            lower = word.lower()
            if lower in NEGATIONS or lower.endswith("n't"):
                negated = True
                continue
            if lower in JOINS:
                joined = True
                continue
            found = self.matcher.terms(word[:-1] if ACRONYMS.fullmatch(word) else word)
            if lower.isdigit() and i and self._equals(words, i, lower):
                continue
            if not found:
                continue
            if self._has_some(words, i, found):
                first_content = negated = joined = False
                continue
            following = words[i + 1] if i + 1 < len(words) else ""
            explained = self.explain(
                word, found, negated=negated, joined=joined, first=first_content, following=following
            )
            if explained and first_content:
                self.head = self.head or "cell"
            elif not explained and lower not in SILENT:
                explained = self._explain_otherwise(word, found, first=first_content)
            self.explained += explained
            if explained or lower not in SILENT:
                first_content = negated = joined = False

    def _explain_otherwise(self, word: str, found: Sequence[str], *, first: bool) -> float:
        """Explain a word that stands neither in names nor in cells: money, a doer, or one that tells nothing."""
        lower = word.lower()
        if self._is_money(lower) or self._is_currency(lower):
            if first and lower in MONEY_ROWS and any(c.kind == "date" for c in self.relation.columns.values()):
                self.head = "about"  # dated amounts are payments
            return 0.5
        if self._is_doing(found):
            return 0.6
        if not (lower in NEUTRAL or (not first and set(found) <= self.domain)):
            self.unexplained.append(word)
        return 0.0

    def explain(
        self, word: str, found: list[str], *, negated: bool, joined: bool, first: bool, following: str = ""
    ) -> float:
        """Note what explains a word; return by how much it counts for the relation, 0 if nothing does."""
        wanted = found
        if len(found) > 1:  # of a compound the whole, where it is known, else its parts
            wanted = found[:1] if found[0] in self.matcher.vocabulary else found[1:]
        if word.lower() in SILENT and word.lower() not in SPEAKING:
            return 0.0
        columns = [name for name in self.relation.names if set(wanted) <= self.matcher.names[name]]
        if self._ticked(columns, word, negated=negated):
            return 1.0
        about = {id(row) for row in self.relation.rows if set(wanted) <= self.matcher.about[id(row.table)]}
        if columns:
            if not (negated and self._emptied(columns, word)):
                self._name(columns, word, first=first, has_about=bool(about))
            return 1.0
        if about and first and self.plan.operation in ("count", "list") and not self._names_items(word, following):
            about = set()  # "value per share" does not make the rows shares
        if about and len(about) == len(self.relation.rows):
            self.head = self.head or ("about" if first else "")
            return 0.9
        cells = self._cells(wanted)
        if about and not (cells and len(cells.rows) < len(about) and self._is_value(wanted)):
            self.filters.append(Filter(word, about, "", negated, joined=joined))
            self.head = self.head or ("about" if first else "")
            return 0.9
        if cells:
            cells.word, cells.negated, cells.joined = word, negated, joined
            self.filters.append(cells)
            return 0.95 if self._is_value(wanted) else 0.9
        return self._explain_opposite(word, negated=negated) if word.lower().startswith("un") and len(word) > 4 else 0.0

    def _name(self, columns: Sequence[str], word: str, *, first: bool, has_about: bool) -> None:
        """Note the columns that a word names; the first noun of a question names what is asked for."""
        if not any(name in self.named for name in columns) or len(columns) == 1:
            self.named += [name for name in columns if name not in self.named]
        is_date = all(self.relation.columns[name].kind == "date" for name in columns)
        if first and is_date and word.lower() not in SPEAKING:
            # "Open breaks" are no dates in "Opened", and leases none in "Lease start".
            self.head = "about" if has_about and self._names_items(word) else ""
        elif first and not self.target:
            self.target = columns[0] if len(columns) == 1 else self._best_named(columns)
            self.head = "column"

    def _explain_opposite(self, word: str, *, negated: bool) -> float:
        """Take "unpaid" for not paid."""
        terms = self.matcher.terms(word[2:])
        columns = [name for name in self.relation.names if set(terms) & self.matcher.names[name]]
        if self._ticked(columns, word, negated=not negated):
            return 1.0
        if opposite := self._cells(terms):
            opposite.word, opposite.negated = word, not negated
            self.filters.append(opposite)
            return 0.7
        return 0.0

    def _cells(self, wanted: Sequence[str]) -> Filter | None:
        """Return the rows whose cells hold the terms: those of short cells if there are any, else of remarks."""
        if not wanted:
            return None
        short: dict[str, set[int]] = {}
        long: dict[str, set[int]] = {}
        values: dict[str, list[str]] = {}
        for row in self.relation.rows:
            for name, terms in self.matcher.cells[id(row)].items():
                if terms.issuperset(wanted):
                    kind = self.relation.columns[name].kind
                    into = short if kind == "text" and len(row.cells[name].split()) <= MAX_CATEGORY_WORDS else long
                    into.setdefault(name, set()).add(id(row))
                    values.setdefault(name, []).append(row.cells[name])
        for found in (short, long):
            if found:
                # All columns of the kind count: "Menon" may stand under Firm and under Person.
                name = max(found, key=lambda n: len(found[n]))
                rows = set().union(*found.values()) if found is long else found[name] | (long.get(name) or set())
                return Filter("", rows, name, values=values[name])
        return None

    def _names_items(self, word: str, following: str = "") -> bool:
        """Return whether what names the tables names their rows so: in the plural, or as "tenant list"."""
        about = " ".join(table.about for table in self.relation.tables).casefold()
        if following.casefold().endswith("s") and f"{word} {following}".casefold() in about:
            return True  # "message types"
        if re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", about) and word.casefold().endswith("s"):
            return True
        titles = {table.section.rsplit(" › ", 1)[-1].casefold() for table in self.relation.tables}
        files = {table.document.rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold() for table in self.relation.tables}
        if word.casefold() in titles | files:
            return True  # "staff" has no plural
        stem = re.escape(word.casefold().removesuffix("s").removesuffix("ie"))
        return bool(re.search(rf"(?<!\w){stem}(?:y|ies|s|es)?\s+(?:{REGISTER})s?\b", about))

    def _is_doing(self, found: Sequence[str]) -> bool:
        """Return whether a verb is what a column names the doer of: "own", Owner; "analyse", Analyst."""
        verb = found[0]
        doers = [term for names in self.matcher.names.values() for term in names]
        return len(verb) > 2 and any(
            t.startswith(verb) and t[len(verb) :] in ("er", "r", "or", "t", "ee") for t in doers
        )

    def _is_value(self, wanted: Sequence[str]) -> bool:
        """Return whether the terms are all that some cell holds."""
        return any(set(wanted) == terms for row in self.relation.rows for terms in self.matcher.cells[id(row)].values())

    def _ticked(self, columns: Sequence[str], word: str, *, negated: bool) -> bool:
        """Take "paid" for a condition where a column of that name holds nothing but yes and no."""
        for name in columns:
            cells = {id(row): row.cells[name].strip().casefold() for row in self.relation.rows if name in row.cells}
            if cells and set(cells.values()) <= YES | NO and set(cells.values()) & YES:
                rows = {key for key, cell in cells.items() if cell in YES}
                self.filters.append(Filter(word, rows, name, negated, values=["yes"]))
                return True
        return False

    def _emptied(self, columns: Sequence[str], word: str) -> bool:
        """Take "without a guarantee" for: the column is empty; return whether some column is empty somewhere."""
        for name in columns:
            filled = {id(row) for row in self.relation.rows if name in row.cells}
            if 0 < len(filled) < len(self.relation.rows):
                self.filters.append(Filter(word, filled, name, negated=True, values=["something"]))
                return True
        self.failed = True  # "not in the column" means nothing that could be worked out
        return True

    def _has_some(self, words: Sequence[str], i: int, found: Sequence[str]) -> bool:
        """Take "with a guarantee" for: the column is filled, where some rows leave it empty."""
        before = [w.lower() for w in words[max(0, i - 2) : i] if w.lower() not in ("a", "an", "the", "any")]
        if not before or before[-1] not in ("with", "having", "have", "has", "had"):
            return False
        for name in self.relation.names:
            filled = {id(row) for row in self.relation.rows if name in row.cells}
            if set(found) <= self.matcher.names[name] and 0 < len(filled) < len(self.relation.rows):
                self.filters.append(Filter(word := words[i], filled, name, values=["something"]))
                self.named.append(name)
                self.explained += 1.0 if word else 0.0
                return True
        return False

    def _equals(self, words: Sequence[str], i: int, digits: str) -> bool:
        """Take "rating 3" for a condition on the column before the number."""
        before = [w for w in words[max(0, i - 3) : i] if w.lower() not in SILENT]
        if not before:
            return False
        terms = self.matcher.terms(before[-1])
        for name in self.relation.names:
            if terms and set(terms) <= self.matcher.names[name]:
                rows = {
                    id(row) for row in self.relation.rows
                    if ((a := self.relation.columns[name].amounts.get(id(row))) and str(a.number) == digits)
                    or row.cells.get(name) == digits
                }  # fmt: skip
                if rows:
                    self.filters.append(Filter(f"{name} = {digits}", rows, name, values=[digits]))
                    self.explained += 1.0
                    return True
        return False

    def _is_currency(self, word: str) -> bool:
        """Return whether a word is the currency that some column is in: "in euros"."""
        code = CURRENCIES.get(word)
        columns = [c for c in self.relation.columns.values() if c.kind == "number"]
        units = {
            self.relation.unit_at(c, row) for c in columns for row in self.relation.rows[:3] if id(row) in c.amounts
        }
        return code is not None and any(same_unit(unit, code) for unit in units)

    def _is_money(self, word: str) -> bool:
        """Return whether a word means an amount of money, and there are such."""
        if not (word in MONEY_WORDS or (word in FLOW_WORDS and self.plan.operation == "sum")):
            return False
        return any(is_money(self.relation.unit_at(c, row)) for c in self.relation.columns.values() if c.is_measure
                   for row in self.relation.rows[:3] if id(row) in c.amounts)  # fmt: skip

    def _best_named(self, columns: Sequence[str]) -> str:
        return min(columns, key=lambda name: len(self.matcher.names[name]))

    def _is_head(self, word: str) -> bool:
        """Return whether a word stands where what the rows are is said: first, or behind "of the"."""
        words = self.plan.words
        return (
            word in words.split()[:3]
            or re.search(rf"\bof (?:all )?(?:the |our |my )?{re.escape(word)}\b", words) is not None
        )

    def _is_firm(self) -> bool:
        """Return whether a column and its value are both in the question, which then need not name the rows."""
        if any(" = " in f.word for f in self.filters) or (self.plan.limits and self.named):
            return True
        if any(
            f.where in self.named and set(self.matcher.terms(f.word)) == set(self.matcher.terms(f.values[0]))
            for f in self.filters
            if f.values
        ):
            return True  # "in the Financials sector"
        if self.plan.periods and any(self.relation.columns[n].kind == "date" for n in self.named):
            return True
        if self.plan.operation not in ("max", "min", "sum", "average", "median"):
            return False
        asked = set(self.matcher.terms(self.plan.words))
        bare = {n: self.matcher.names[n] - {"monei", *self.matcher.terms(unit_of_name(n))} for n in self.named}
        measures = [n for n in self.named if self.relation.columns[n].is_measure and bare[n] and bare[n] <= asked]
        target = self.relation.columns.get(self.target)
        if self.plan.operation not in ("max", "min"):
            return (
                bool(measures)
                and bool(self.filters)
                and all(
                    any(set(self.matcher.terms(f.word)) == set(self.matcher.terms(value)) for value in f.values)
                    for f in self.filters
                )
            )  # "the market value of the positions in Financials"
        return bool(measures) or bool(target and target.kind == "text" and self.plan.said in ("most", "fewest"))

    # --- rows ----------------------------------------------------------------------------------

    def filtered(self, rows: Sequence[Row]) -> list[Row]:
        """Return the rows that meet the conditions by words."""
        groups: list[list[Filter]] = []
        for condition in _phrases(self.filters):
            previous = groups[-1] if groups else None
            apart = previous and not condition.negated and not (previous[-1].rows & condition.rows)
            if (
                apart
                and previous
                and condition.joined
                and previous[-1].where == condition.where
                and not previous[-1].negated
            ):
                previous.append(condition)  # "electricity and gas": no row is both
            else:
                groups.append([condition])
        kept = list(rows)
        for group in groups:
            held = set().union(*(condition.rows for condition in group))
            kept = [row for row in kept if (id(row) in held) != group[0].negated]
        if not self.conditions:
            self.conditions = [
                self._stated(group) for group in groups if any(f.where for f in group) or group[0].negated
            ]
        return kept

    def _stated(self, group: Sequence[Filter]) -> str:
        first = group[0]
        if first.values == ["yes"]:
            return f"{first.where}: {'not yes' if first.negated else 'yes'}"
        if first.values == ["something"]:
            return f"{first.where} {'empty' if first.negated else 'filled'}"
        if " = " in first.word:
            return first.word
        words = " or ".join(f"“{f.word}”" for f in group)
        return f"{'without' if first.negated else 'with'} {words}" + (f" in {first.where}" if first.where else "")


def _phrases(filters: Sequence[Filter]) -> list[Filter]:
    """Return conditions with neighbouring words of one cell as one: "Grace Adeyemi"."""
    joined: list[Filter] = []
    for item in filters:
        last = joined[-1] if joined else None
        if (
            last
            and item.where
            and (last.where, last.negated) == (item.where, item.negated)
            and last.rows & item.rows
            and not (item.joined or " = " in item.word or item.values == ["something"])
        ):
            word = f"{last.word} {item.word}"
            joined[-1] = Filter(word, last.rows & item.rows, item.where, item.negated, last.values, last.joined)
        else:
            joined.append(item)
    return joined
