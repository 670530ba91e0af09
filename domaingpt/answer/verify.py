"""Is a drafted sentence backed by the evidence? Rules that a language model cannot talk its way around.

A sentence passes if one piece of evidence, with the headings above it, holds
  - every quantity in it, with its unit, sign and bound, and the words it stands with (paid on 5 May),
  - every name in it, and names of several words as they stand there,
  - a negation if and only if the sentence has one, of the same word,
  - all of its other content words, stemmed,
  - of a table row: the value that belongs to a column it names, and no number of a column it does not name,
  - something that the question did not say already.
The words of the question are not taken as given: "When did Alice sign?" must not turn "Bob signed in May"
into "Alice signed in May". What the rules let through all the same is the words of the evidence in another
order ("Bob paid Alice" from "Alice paid Bob"): they look at words, not at grammar.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from domaingpt.answer.quantities import CURRENCIES, CURRENCY, SCALES, YEAR, Quantity, agrees, quantities, scaled
from domaingpt.chunks import SECTION_SEPARATOR, search_view
from domaingpt.retrieval.expected import NOT_NAMES
from domaingpt.retrieval.rows import CELL_SEPARATOR, in_words, named_cells
from domaingpt.types import Evidence

Terms = Callable[[str], list[str]]
"""Turns a text into its terms, as the index knows them."""

WORD = re.compile(r"[^\W\d_][\w&]*(?:[-'’.][^\W\d_][\w&]*)*")
NEGATION = re.compile(
    r"\b(?:not|no(?!\.?\s?\d)|never|none|nobody|nothing|neither|nor|without|cannot|kein\w*|nicht\w*|nie|niemals|ohne|weder)\b"
    r"|n['’]t\b|[不没沒無无未非]|ない|なかった|ません",
    re.IGNORECASE,
)
FILLERS = frozenset(["yes", "were", "been", "also"])  # terms that state nothing
OBJECTS = frozenset(["it", "them", "that", "this", "no", "not", "there", "in"])  # stop words that may end a sentence
DOCUMENT_PARTS = 2  # of a context: the file's name, and whose document it is or its title
REACH = 4  # content words after a number among which what it counts must be. Guess, unmeasured.


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a text states, in comparable form."""

    quantities: Sequence[Quantity]
    words: frozenset[str]
    names: Sequence[tuple[str, ...]]
    negated: frozenset[str]


def supporting_evidence(sentence: str, evidence: Sequence[Evidence], question: str, terms: Terms) -> int | None:
    """Return which evidence backs a sentence, as its position; None if none does.

    A sentence put together from two pieces of evidence is not accepted: each half may be true of
    something else (measured on XQuAD en: most false sentences that passed were such).

    Args:
        sentence: From a draft, without citation marks.
        evidence: Best first.
        question: What the sentence must go beyond.
        terms: The index's analysis of text.
    """
    claims, asked = _read(sentence, terms), _read(question, terms)
    if not claims.words or len(claims.words) + len(claims.quantities) < 2 or _is_unfinished(sentence, terms):
        return None
    return next((n for n, item in enumerate(evidence) if _backs(item, claims, asked, sentence, terms)), None)


def _backs(item: Evidence, claims: _Statement, asked: _Statement, sentence: str, terms: Terms) -> bool:
    cells, context = named_cells(item.quote, item.chunk), _said_above(item)
    quote = in_words(cells) if cells else search_view(item.quote)
    held = [*quantities(quote, ends=True), *(q for name, value in cells for q in _cell_quantities(name, value))]
    # A printed row of several figures: which of them is the document's own period's is not known.
    above = [] if item.page is not None and not cells and len(held) > 1 else quantities(context)
    years = [q.value for q in above if q.kind == "number"]
    quoted = frozenset(terms(quote))
    new = [q for q in claims.quantities if not agrees(q, asked.quantities)]
    negated = _negated(quote, terms)
    return (
        all(agrees(q, held, years) or agrees(q, above) for q in claims.quantities)
        and claims.words <= quoted | frozenset(terms(context))
        and all(_stands_in(name, quote) or _stands_in(name, context) for name in claims.names)
        and bool(claims.negated) == bool(negated)
        and claims.negated <= negated
        and (bool((claims.words - asked.words) & quoted) or any(agrees(q, held, years) for q in new))
        and all(_stands_with_the_same(sentence, q, quote, terms) for q in claims.quantities)
        and all(_holds_cell(name, value, claims, asked, terms) for name, value in cells)
        and all(_names_its_column(quantity, cells, claims, terms) for quantity in claims.quantities)
    )


def _said_above(item: Evidence) -> str:
    """Return what the context of a piece of evidence says of the whole of it.

    A printed page does not tell which figure of a row stands under which name or period above its table:
    "Sales 12 9" under "2022 2021" does not back "Sales of 2021 were 12". There the header counts for finding
    only; the document, whose it is and the headings count for backing too.
    """
    if item.page is None:
        return item.chunk.context
    parts = item.chunk.context.split(SECTION_SEPARATOR)
    headings = item.section.split(SECTION_SEPARATOR)
    kept = [part for n, part in enumerate(parts) if n < DOCUMENT_PARTS or part in headings or "|" in part]
    return SECTION_SEPARATOR.join(kept)


def _is_unfinished(sentence: str, terms: Terms) -> bool:
    """Return whether a sentence breaks off: at a colon, or at a word that must go on ("due on")."""
    text = sentence.rstrip()
    ending = re.search(r"(?<!\w)([a-z]+)\W*$", text)
    return text.endswith((":", ",", ";")) or (ending is not None and not terms(ending[1]) and ending[1] not in OBJECTS)


def _read(text: str, terms: Terms) -> _Statement:
    found = quantities(text)
    plain = text  # quantities are compared by value, not by spelling
    for item in reversed(found):
        plain = f"{plain[: item.start]} , {plain[item.end :]}"
    words = frozenset(terms(NEGATION.sub(" ", plain))) - FILLERS
    return _Statement(found, words, _names(plain), _negated(text, terms))


def _names(text: str) -> list[tuple[str, ...]]:
    """Return what has a name in a text: runs of words with a capital; not a lone first word of a sentence."""
    names: list[tuple[str, ...]] = []
    run: list[str] = []
    end = 0
    for match in WORD.finditer(text):
        word = _bare(match[0])
        if run and text[end : match.start()].strip(" "):
            names, run = [*names, tuple(run)], []
        if not word[0].isupper() or word.lower() in NOT_NAMES:
            names, run = [*names, tuple(run)], []
            continue
        run.append(word)
        end = match.end()
    first = WORD.search(text)
    names = [name for name in [*names, tuple(run)] if name]
    if names and first and names[0] == (_bare(first[0]),) and not _is_acronym(names[0][0]):
        names = names[1:]
    return names


def _bare(word: str) -> str:
    return re.sub(r"['’]s$", "", word)


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def _stands_in(name: tuple[str, ...], text: str) -> bool:
    """Return whether the words of a name follow each other in a text; initials between them may be left out."""
    words = [_bare(word) for word in WORD.findall(text)]
    wanted = [word if _is_acronym(word) else word.casefold() for word in name]
    for among in (words, [word for word in words if len(word) > 1]):
        for i in range(len(among) - len(name) + 1):
            if all(w in (word, word.casefold()) for w, word in zip(wanted, among[i:], strict=False)):
                return True
    return False


def _negated(text: str, terms: Terms) -> frozenset[str]:
    """Return the content word behind each negation, "" where none follows."""
    return frozenset(next(iter(terms(text[match.end() :])), "") for match in NEGATION.finditer(text))


def _stands_with_the_same(sentence: str, claim: Quantity, quote: str, terms: Terms) -> bool:
    """Return whether the words around a quantity in the sentence stand around it in the quote too.

    What follows at once is what it counts: "39 turnovers" is not in "24 turnovers and 39 interceptions".
    What goes before says what it is of: "paid on 12 December" is not in "paid on 16 January to holders on
    12 December". In the quote the words around it reach to the quantities beside it, or to the ends of its cell.
    """
    following = re.match(r"[\s-]+([^\W\d_][\w'’]*)", sentence[claim.end :])
    counts = claim.kind == "number" and not YEAR.fullmatch(claim.value)
    counted = set(terms(following[1])) if following and counts else set()
    others = [q.end for q in quantities(sentence[: claim.start])]
    of = terms(NEGATION.sub(" ", sentence[max(others, default=0) : claim.start]))[-1:]
    around = list(_surroundings(claim, quote, terms))
    return not around or any(
        counted <= set(name + after[:REACH]) and set(of) - FILLERS <= (set(before or after) if not name else set(of))
        for name, before, after in around
    )


def _surroundings(claim: Quantity, quote: str, terms: Terms) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Yield for each place of a quantity in a quote its column's name, and the words before and behind it."""
    for cell in quote.split(CELL_SEPARATOR):
        name, _, value = cell.partition(": ") if CELL_SEPARATOR in quote else ("", "", "")
        held = quantities(cell, ends=True)
        for item in held:
            if agrees(claim, [item, *_cell_quantities(name, value)]):
                lefts = sorted({0, *(q.end for q in held if q.end <= item.start)}, reverse=True)
                rights = sorted({len(cell), *(q.start for q in held if q.start >= item.end)})
                # Of "ten (10) days" both numbers stand with the days: a stretch without words is passed over.
                before = next(filter(None, (terms(cell[left : item.start]) for left in lefts)), [])
                after = next(filter(None, (terms(cell[item.end : right]) for right in rights)), [])
                yield terms(name), before, after


def _cell_quantities(name: str, value: str) -> list[Quantity]:
    """Return the numbers of a cell with the currency and the scale that its column's name gives them."""
    currencies = {CURRENCIES.get(found.lower(), found.upper()) for found in re.findall(CURRENCY, name)}
    powers = {SCALES[word] for word in re.findall(r"\w+", name.lower()) if word in SCALES}
    found = [q for q in quantities(value) if q.kind == "number" and not q.unit and ".." not in q.value]
    if len(powers) == 1:
        found += [replace(q, value=scaled(q.value, min(powers))) for q in found]
    if len(currencies) == 1:
        found += [replace(q, unit=min(currencies)) for q in found]
    return found


def _holds_cell(name: str, value: str, claims: _Statement, asked: _Statement, terms: Terms) -> bool:
    """Return whether a statement that names a column, or was asked for a numbered one, gives its value."""
    column = _read(name, terms)
    named_by = [claims, asked] if column.quantities else [claims]
    is_named = any(
        column.words <= by.words and all(agrees(q, by.quantities) for q in column.quantities) for by in named_by
    )
    if not is_named or not (column.words or column.quantities):
        return True
    in_cell = [*quantities(value, ends=True), *_cell_quantities(name, value)]
    return bool(claims.words & set(terms(value))) or any(agrees(q, in_cell) for q in claims.quantities)


def _names_its_column(claim: Quantity, cells: Sequence[tuple[str, str]], claims: _Statement, terms: Terms) -> bool:
    """Return whether a number out of a row stands in a column whose words the sentence uses.

    "Per month (£): 32.20" backs no sentence that speaks of a year.
    """
    columns = [
        _read(name, terms).words - frozenset(terms(" ".join(SCALES)))  # "£ million" is the value's, not the column's
        for name, value in cells
        if agrees(claim, [*quantities(value, ends=True), *_cell_quantities(name, value)])
    ]
    return not columns or any(words <= claims.words for words in columns)
