"""Evidence → Answer: a verified draft where there is one, else the best quotes, else an abstention.

The order of trust is fixed: what a model writes is shown only where `verify` finds it in the evidence;
where nothing it wrote passes, the documents speak for themselves.
"""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from domaingpt.answer import Generator
from domaingpt.answer.inert import inert
from domaingpt.answer.prompt import answer_share, fitting_evidence, system_text, user_text
from domaingpt.answer.relevance import answers, best_quotes
from domaingpt.answer.verify import Terms, supporting_evidence
from domaingpt.chunks import search_view, split_sentences
from domaingpt.config import DomainConfig
from domaingpt.errors import PromptTooLong
from domaingpt.retrieval.rows import readable
from domaingpt.types import Citation, Evidence

# A drafted sentence counts only if evidence whose score is this near the best backs it: a small model
# likes to retell what was found but does not answer.
WRITTEN_MARGIN = 0.5
# Marks of the model's own, "[2]", "[1, 3]", "(2)", "[Fact 1]", and the number of a fact it copied: never shown.
MARKS = re.compile(
    r"\s*(?:[\[【]\^?\s*(?:facts?\s*)?\d+(?:[\s,;–-]+\d+)*\s*[\]】]|\((?:facts?\s*)?\d\))", re.IGNORECASE
)
ENUMERATOR = re.compile(r"^(?:[-*•]\s+|\d[.)]\s+)")
REFUSALS = re.compile(r"\bnot found\b|do(?:es)? not (?:say|contain|mention|provide|hold)|no information", re.IGNORECASE)
ELLIPSIS = " …"


@dataclass(frozen=True, slots=True)
class Draft:
    """What composing gave.

    Attributes:
        text: With citation marks; empty if there is no answer.
        cited: The evidence in the order of its numbers.
        written: Whether a model wrote it; else it is made of quotes.
        dropped: Drafted sentences that failed verification, or did not answer the question.
    """

    text: str
    cited: tuple[Evidence, ...]
    written: bool
    dropped: tuple[str, ...] = ()


@dataclass(slots=True)
class _Numbering:
    """Numbers citations in the order in which they are first used."""

    cited: list[Evidence] = field(default_factory=list)

    def mark(self, item: Evidence) -> str:
        """Return the mark of a piece of evidence, e.g. " [2]", and count it as cited."""
        mark = self.next_mark(item)
        if item not in self.cited:
            self.cited.append(item)
        return mark

    def next_mark(self, item: Evidence) -> str:
        """Return the mark that a piece of evidence has or would get."""
        n = self.cited.index(item) if item in self.cited else len(self.cited)
        return f" [{n + 1}]"


def compose(
    question: str,
    evidence: Sequence[Evidence],
    config: DomainConfig,
    terms: Terms,
    generator: Generator | None,
    on_sentence: Callable[[str], None] = lambda _: None,
    notify: Callable[[str], None] = lambda _: None,
    withholds: Callable[[Sequence[str]], bool] = lambda _: False,
) -> Draft:
    """Answer from evidence that was found worth answering from.

    Args:
        question: In the user's words.
        evidence: Best first, not empty.
        config: For instructions and limits.
        terms: The index's analysis of text.
        generator: Writes the draft; None for quotes.
        on_sentence: Hears each sentence when it has passed, with its marks.
        notify: Hears why there are only quotes if the model's context is too small.
        withholds: Hears what was dropped of a draft of which nothing passed; True for no answer instead of quotes.
    """
    dropped: tuple[str, ...] = ()
    if generator is not None:
        try:
            draft = _written(question, evidence, config, terms, generator, on_sentence)
        except PromptTooLong as exc:
            notify(f"{exc.message} The answer is made of quotes. {exc.hint}")
            draft = Draft("", (), written=False)
        if draft.text:
            return draft
        dropped = draft.dropped
        if withholds(dropped):
            return Draft("", (), written=False, dropped=dropped)
    found = " ".join(sentence for sentence in dropped if not REFUSALS.search(sentence)) if dropped else None
    chosen = best_quotes(evidence, question, found, terms)
    quotes = replace(_quoted(chosen, config.answer.max_characters), dropped=dropped)
    on_sentence(quotes.text)
    return quotes


def cite(evidence: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Return the citations of some evidence, numbered from 1.

    Each quote is compared with the stored text once more; a quote that is not verbatim is a bug.
    """
    citations = []
    for n, item in enumerate(evidence, start=1):
        chunk = item.chunk
        if chunk.text[item.start - chunk.start : item.end - chunk.start] != item.quote:
            raise AssertionError(f"The quote at {chunk.document}:{item.start} is not verbatim.")
        citations.append(Citation(n, chunk.document, item.page, item.section, item.quote, item.start, item.end))
    return tuple(citations)


def _written(
    question: str,
    evidence: Sequence[Evidence],
    config: DomainConfig,
    terms: Terms,
    generator: Generator,
    on_sentence: Callable[[str], None],
) -> Draft:
    """Return the sentences of the model's draft that passed; the model stops when there is room for no more."""
    system = system_text(config)
    max_tokens = answer_share(config.answer.max_tokens, generator)
    shown = fitting_evidence(question, evidence, system, generator, max_tokens)
    trusted = [item for item in shown if item.score >= evidence[0].score - WRITTEN_MARGIN]
    numbering = _Numbering()
    passed: dict[str, str] = {}  # sentences as compared → as shown
    dropped: list[str] = []
    room = config.answer.max_characters
    pieces = generator.generate(system, user_text(question, shown), max_tokens)
    with closing(_sentences(pieces)) as sentences:
        for sentence in sentences:
            plain = inert(ENUMERATOR.sub("", MARKS.sub("", sentence)).strip())
            if not plain or plain.casefold() in passed:
                continue
            item = None if REFUSALS.search(plain) else _backing(plain, trusted, question, terms)
            if item is None:
                dropped.append(plain)
                continue
            if len(plain) + len(numbering.next_mark(item)) > room:
                break
            text = plain + numbering.mark(item)
            room -= len(text) + 1
            passed[plain.casefold()] = text
            on_sentence(text)
    return Draft(" ".join(passed.values()), tuple(numbering.cited), written=True, dropped=tuple(dropped))


def _backing(sentence: str, evidence: Sequence[Evidence], question: str, terms: Terms) -> Evidence | None:
    """Return the evidence of a sentence that it backs and that answers the question; None if there is none."""
    position = supporting_evidence(sentence, evidence, question, terms)
    if position is None or not answers(sentence, evidence[position].quote, question, terms):
        return None
    return evidence[position]


def _sentences(pieces: Iterable[str]) -> abc.Generator[str, None, None]:
    """Yield the sentences of a text that arrives in pieces, each as soon as the next one begins.

    Closing this closes the pieces, which stops the model.
    """
    text = ""
    done = 0
    try:
        for piece in pieces:
            text += piece
            spans = list(split_sentences(text, done))
            for start, end in spans[:-1]:
                yield text[start:end]
                done = end
        for start, end in split_sentences(text, done):
            yield text[start:end]
    finally:
        if close := getattr(pieces, "close", None):
            close()


def _quoted(evidence: Sequence[Evidence], max_characters: int) -> Draft:
    """Return quotes as the answer, as many as there is room for and at least the first.

    Two documents that say the same are two marks behind one quote.
    """
    numbering = _Numbering()
    parts: dict[str, str] = {}  # text → its marks
    for item in evidence:
        used = sum(len(text) + len(marks) + 1 for text, marks in parts.items())
        room = max_characters - used - len(numbering.next_mark(item))
        forms = inert(readable(item.quote, item.chunk)), inert(search_view(item.quote))
        text = min(forms, key=lambda text: len(text) > room)
        if text in parts:
            parts[text] += numbering.mark(item).strip()
            continue
        if len(text) > room:
            if parts:
                break
            text = text[: room - len(ELLIPSIS)].rsplit(" ", 1)[0] + ELLIPSIS  # the citation holds the whole quote
        parts[text] = numbering.mark(item)
    return Draft(" ".join(text + marks for text, marks in parts.items()), tuple(numbering.cited), written=False)
