"""Stage 2: Document → Chunks. Verbatim spans that follow the text's own structure.

Goes in: a document and a function that counts tokens. Comes out: chunks in order, none longer than
asked, together holding every visible character. Knows no model and no file format.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from domaingpt.chunks.identity import identity
from domaingpt.chunks.packing import pack
from domaingpt.chunks.sentences import Break, Unit, iterate_units, split_sentences
from domaingpt.chunks.table_headers import shown_header
from domaingpt.chunks.views import search_view
from domaingpt.types import Chunk, Document, Page, Sentence

__all__ = [
    "CHUNKER",
    "CountTokens",
    "chunk_document",
    "embedded_spans",
    "embedded_text",
    "iterate_chunks",
    "page_at",
    "readable_name",
    "search_view",
    "split_sentences",
]

CHUNKER = "units-shortest-path/8"  # stored in the index; a change of the algorithm rebuilds chunks
SECTION_SEPARATOR = " › "
CLAUSE_END = re.compile(r"[,;:]\s+|[，；：、]\s*|\s[–—-]\s|\s+")  # not the comma in 82,959

# A tokenizer makes one token of any run of letters it does not know, so a megabyte may be one. Text has 4 to 5
# characters a token; ten times that is none. Guess, unmeasured.
TOKEN_CHARACTERS = 40
GROUP_UNITS = 20_000  # Cut into chunks at once: about two megabytes of prose, so nearly every document whole.
CUT_REACH = 4000  # Characters on either side of the middle in which a place to cut is looked for.

Span = tuple[int, int]
CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""Counts the tokens of each text by the embedder's own tokenizer, without special tokens."""


def chunk_document(
    document: Document, *, count_tokens: CountTokens, max_tokens: int, context_tokens: int
) -> list[Chunk]:
    """Return the chunks of a document in order.

    Every chunk is `document.text[start:end]`; what lies between chunks is white space only.

    Args:
        document: What a reader returned.
        count_tokens: Counts by the embedder's tokenizer.
        max_tokens: The most tokens of a chunk's cleaned text.
        context_tokens: The most tokens of a chunk's context; its outermost parts give way first. A context that
            holds headers of tables may have as many more as its chunk has less than `max_tokens`.
    """
    return list(
        iterate_chunks(document, count_tokens=count_tokens, max_tokens=max_tokens, context_tokens=context_tokens)
    )


def iterate_chunks(
    document: Document, *, count_tokens: CountTokens, max_tokens: int, context_tokens: int
) -> Iterator[Chunk]:
    """Yield the chunks of `chunk_document` one by one, holding no more than `GROUP_UNITS` units at a time."""
    sections = section_paths(document)
    context = _ContextBuilder(document, count_tokens, context_tokens)
    for group in _groups(iterate_units(document)):
        counted = _units_within(document, group, count_tokens, max_tokens)
        units = [unit for unit, _ in counted]
        announces = [unit.is_heading or document.text[unit.start : unit.end].endswith((":", "：")) for unit in units]
        ranges = pack([size for _, size in counted], [unit.before for unit in units], announces, max_tokens)
        for first, last, n_tokens in _ranges_within(document, units, ranges, count_tokens, max_tokens):
            start, end = units[first].start, units[last - 1].end
            text = document.text[start:end]
            section = sections(start)
            headers = dict.fromkeys(
                shown_header(unit.header, document.text[unit.start : unit.end])
                for unit in units[first:last]
                if unit.header
            )
            yield Chunk(
                id=chunk_id(document.path, start, end, text),
                document=document.path,
                start=start,
                end=end,
                text=text,
                page=page_at(document.pages, start),
                page_end=page_at(document.pages, end - 1),
                section=section,
                context=context.build(section, list(headers), max_tokens - n_tokens),
                n_tokens=n_tokens,
                sentences=_sentences(units[first:last], document, sections),
            )


def _groups(units: Iterator[Unit]) -> Iterator[list[Unit]]:
    """Yield the units in groups of at least `GROUP_UNITS`, parted between paragraphs if there are any."""
    group: list[Unit] = []
    for unit in units:
        parts = unit.before >= Break.PARAGRAPH and group and not group[-1].is_heading
        if len(group) >= GROUP_UNITS and (parts or len(group) >= 2 * GROUP_UNITS):
            yield group
            group = []
        group.append(unit)
    if group:
        yield group


def embedded_text(chunk: Chunk) -> str:
    """Return the string that is embedded for a chunk: its context, then its cleaned text."""
    view = search_view(chunk.text)
    return f"{chunk.context}\n{view}" if chunk.context else view


def embedded_spans(chunk: Chunk, embedded: str) -> list[tuple[int, int]]:
    """Return where each sentence of a chunk stands in its `embedded_text`: half-open spans, in order.

    A sentence of which nothing is left there has an empty span.
    """
    position = len(chunk.context) + 1 if chunk.context else 0
    spans = []
    for sentence in chunk.sentences:
        view = search_view(chunk.text[sentence.start - chunk.start : sentence.end - chunk.start])
        start = embedded.find(view, position)
        if start >= 0:
            position = start + len(view)
        spans.append((start if start >= 0 else position, position))
    return spans


def chunk_id(document: str, start: int, end: int, text: str) -> str:
    """Return the identity of a chunk: 32 hexadecimal digits of a hash of its place and text."""
    key = f"{document}\x00{start}\x00{end}\x00{text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(key).hexdigest()[:32]


def page_at(pages: Sequence[Page], offset: int) -> int | None:
    """Return the number of the page that holds the code point, None where there are no pages."""
    if not pages:
        return None
    return pages[max(0, bisect_right(pages, offset, key=lambda page: page.start) - 1)].number


def readable_name(path: str) -> str:
    """Return a file's name as words, for matching: `2022_Q3-AAPL.pdf` → `2022 Q3 AAPL`."""
    stem = path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    words = re.sub(r"[\s_.-]+", " ", stem).strip()
    return words if any(character.isalpha() for character in words) else ""


def _units_within(
    document: Document, units: Sequence[Unit], count_tokens: CountTokens, max_tokens: int
) -> list[tuple[Unit, int]]:
    """Return units with their sizes in tokens, those of more than `max_tokens` divided until they fit."""
    done: list[tuple[Unit, int]] = []
    pending = [part for unit in units for part in _shortened(document.text, unit, max_tokens)]
    while pending:
        sizes = _sizes(document, [(unit.start, unit.end) for unit in pending], count_tokens)
        too_long = []
        for unit, (_, size) in zip(pending, sizes, strict=True):
            if size <= max_tokens or unit.end - unit.start == 1:
                done.append((unit, size))
            else:
                too_long.extend(_halves(document.text, unit))
        pending = too_long
    return sorted(done, key=lambda counted: counted[0].start)


def _ranges_within(
    document: Document,
    units: Sequence[Unit],
    ranges: Sequence[tuple[int, int]],
    count_tokens: CountTokens,
    max_tokens: int,
) -> list[tuple[int, int, int]]:
    """Return the ranges of units with their tokens, those of more than `max_tokens` divided.

    Units may count more together than alone: where a tokenizer counts the space between them, or
    where both are parts of one word.
    """
    done: list[tuple[int, int, int]] = []
    pending = list(ranges)
    while pending:
        sizes = _sizes(document, [(units[first].start, units[last - 1].end) for first, last in pending], count_tokens)
        too_long = []
        for (first, last), (n_tokens, size) in zip(pending, sizes, strict=True):
            if size <= max_tokens or last - first == 1:
                done.append((first, last, n_tokens))
            else:
                middle = (first + last) // 2
                too_long += [(first, middle), (middle, last)]
        pending = too_long
    return sorted(done)


def _sizes(document: Document, spans: Sequence[Span], count_tokens: CountTokens) -> list[tuple[int, int]]:
    """Return of each span its tokens, and what is packed by: no fewer than its characters allow."""
    views = [search_view(document.text[start:end]) for start, end in spans]
    counts = count_tokens(views)
    return [(n, max(n, len(view) // TOKEN_CHARACTERS)) for n, view in zip(counts, views, strict=True)]


def _shortened(text: str, unit: Unit, max_tokens: int) -> Iterator[Unit]:
    """Yield the unit, or the parts of one that is too long whatever its tokens: nothing else is to be counted."""
    pending = [unit]
    while pending:
        part = pending.pop()
        if part.end - part.start > 2 * TOKEN_CHARACTERS * max_tokens:
            pending += reversed(_halves(text, part))
        else:
            yield part


def _halves(text: str, unit: Unit) -> list[Unit]:
    """Divide a unit near its middle: after a clause if one ends there, else at a space, else anywhere."""
    length = unit.end - unit.start
    middle = unit.start + length // 2
    low = max(unit.start + length // 4, middle - CUT_REACH)
    high = min(unit.end - length // 4, middle + CUT_REACH)
    ends = [match for match in CLAUSE_END.finditer(text, low, high) if match.end() < unit.end]
    clauses = [match.end() for match in ends if match[0].strip()]
    cuts = clauses or [match.end() for match in ends] or [middle]
    cut = min(cuts, key=lambda offset: abs(offset - middle))
    left_end = unit.start + len(text[unit.start : cut].rstrip())
    right_start = unit.end - len(text[cut : unit.end].lstrip())
    halves = [
        Unit(unit.start, left_end, unit.before, header=unit.header),
        Unit(right_start, unit.end, Break.NONE, header=unit.header),
    ]
    return [half for half in halves if half.start < half.end]


def _sentences(units: Sequence[Unit], document: Document, sections: Callable[[int], str]) -> tuple[Sentence, ...]:
    """Return what may be quoted of a chunk's units: no headings, running titles, nor the document's own title."""
    title = search_view(document.title)
    return tuple(
        Sentence(unit.start, unit.end, page_at(document.pages, unit.start), sections(unit.start))
        for unit in units
        if not (unit.is_heading or unit.is_running_title)
        and not (title and search_view(document.text[unit.start : unit.end]) == title)
    )


def section_paths(document: Document) -> Callable[[int], str]:
    """Return a function from an offset to the path of the headings above it."""
    starts, paths = [-1], [""]
    stack: list[tuple[int, str]] = []
    for block in document.blocks:
        if block.kind == "heading":
            stack = [entry for entry in stack if entry[0] < block.level]
            stack.append((block.level, search_view(document.text[block.start : block.end]).lstrip("# ")))
            starts.append(block.start)
            paths.append(SECTION_SEPARATOR.join(heading for _, heading in stack))
    return lambda offset: paths[bisect_right(starts, offset) - 1]


class _ContextBuilder:
    """Builds the contexts of one document's chunks, each at most so many tokens long."""

    def __init__(self, document: Document, count_tokens: CountTokens, context_tokens: int) -> None:
        name = readable_name(document.path)
        self._title = search_view(document.title) or name
        who = identity(document)
        self._who = [who] if who else []
        self._name = [name] if who and name else []
        self._count_tokens = count_tokens
        self._context_tokens = context_tokens
        self._cache: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}

    def build(self, section: str, headers: Sequence[str], spare: int = 0) -> str:
        """Return title, identity, heading path and table headers.

        When not all fits, the innermost is kept, and the identity with it. Tokens to spare, which the chunk
        itself leaves, are used for table headers that do not fit otherwise.
        """
        levels = section.split(SECTION_SEPARATOR) if section else []
        if levels and levels[0] == self._title:
            levels = levels[1:]
        parts = tuple(part for part in [self._title, *levels] if part and part not in self._name)
        named = _merged(headers)
        if (parts, named) not in self._cache:
            self._cache[parts, named] = self._fitting(parts, named)
        context = self._cache[parts, named]
        if named and spare > 0 and not context.endswith(named[-1]):
            whole = SECTION_SEPARATOR.join([*self._name, *self._who, *named])
            if self._count_tokens([whole])[0] <= self._context_tokens + spare:
                return whole
        return context

    def _fitting(self, outer: Sequence[str], headers: Sequence[str]) -> str:
        """Return the fullest context within the limit; see `_candidates`."""
        for kept in self._candidates(outer, headers):
            context = SECTION_SEPARATOR.join(kept)
            if self._count_tokens([context])[0] <= self._context_tokens:
                return context
        return ""

    def _candidates(self, outer: Sequence[str], headers: Sequence[str]) -> Iterator[list[str]]:
        """Yield contexts to try: title and headings go first, then headers from the end, or else the file's name."""
        for first in range(len(outer) + 1):
            yield [*self._name, *self._who, *outer[first:], *headers]
        for last in range(len(headers), -1, -1):
            yield [*self._name, *self._who, *headers[:last]]
            yield [*self._who, *headers[:last]]


def _merged(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the parts of several tables' headers, each once: first all titles, then units, and so on."""
    split = [search_view(header).split(SECTION_SEPARATOR) for header in headers]
    return tuple(dict.fromkeys(part for parts in itertools.zip_longest(*split) for part in parts if part))
