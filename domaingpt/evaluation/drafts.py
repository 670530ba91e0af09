"""A domain's documents → draft questions for their owner to correct, with answers and where they stand.

The language model is shown one fact and asked for a question that it answers; what it writes must pass the
checks of `why_unfit`, else, and where no model is installed, the question is made by rule. Either way it is a
draft: questions from the text itself share its words, and are easier to find than those that people ask.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domaingpt.answer import Generator
from domaingpt.answer.quantities import agrees, quantities
from domaingpt.chunks import search_view
from domaingpt.errors import PromptTooLong
from domaingpt.evaluation.facts import Fact, fact_of, gapped, spread_chunks
from domaingpt.evaluation.retrieved import Search
from domaingpt.index import LocalIndex

MAX_TOKENS = 48  # of a question
MAX_CHARACTERS = 200
MIN_CONTENT_WORDS = 2
MAX_COPIED_WORDS = 7  # in a row; more is the sentence itself with a question mark. Guess, unmeasured.
TRIES = 20  # chunks looked at for each question wanted, where most hold nothing to ask for
RULE = "rule"
SYSTEM = (
    "You write test questions about documents. Write one short question that the fact answers with exactly the given "
    "answer. Name what it is about. Do not repeat the answer. Write only the question."
)
QUESTION = re.compile(r"[^.!?。！？\n]*[?？]")
LABEL = re.compile(r"^(?:[-*•\s]+|\d+[.)]\s*|(?:question|q)\s*\d*\s*[:.]\s*)+", re.IGNORECASE)
ABOUT_THE_TEXT = re.compile(
    r"\b(?:(?:this|the|that) (?:above |given |following )?"
    r"(?:passage|text|fact|sentence|excerpt|paragraph|statement|answer)"
    r"|according to the (?:document|passage|text))\b",
    re.IGNORECASE,
)
# Stemmed or not, these make no question specific.
EMPTY_WORDS = frozenset("it he she they this that these those one thing someone something who what when where".split())


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that waits for its owner.

    Attributes:
        fact: Where it comes from and its answer.
        question: What to ask.
        written_by: Name of the language model, or "rule".
        rank: Of the fact's chunk when the question was searched for; None if it was not found.
    """

    fact: Fact
    question: str
    written_by: str
    rank: int | None

    def entry(self, identifier: str) -> dict[str, Any]:
        """Return it as a line of questions.jsonl."""
        return {
            "id": identifier,
            "question": self.question,
            "answers": [self.fact.answer],
            "documents": [self.fact.chunk.document],
            "pages": [] if self.fact.page is None else [self.fact.page],
            "answerable": True,
            "draft": True,
            "written_by": self.written_by,
            "rank": self.rank,
            "source": self.fact.text,
        }


def draft_questions(
    index: LocalIndex,
    generator: Generator | None,
    search: Search,
    *,
    n: int,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Draft]:
    """Return draft questions about chunks from all over the corpus.

    Args:
        index: The documents.
        generator: Writes; None to make all questions by rule.
        search: As users search, to note how far up the fact's chunk comes.
        n: How many; fewer if the documents do not hold so many facts.
        seed: The same seed takes the same facts, as long as the index is the same.
        progress: Hears how many of how many are done.
    """
    drafts: dict[str, Draft] = {}
    progress(0, n)
    for fact in _facts(index, random.Random(seed), n * TRIES):
        question, written_by = _question(fact, generator, index.terms)
        if question not in drafts:
            hits = search(question)
            rank = next((hit.rank for hit in hits if hit.chunk.id == fact.chunk.id), None)
            drafts[question] = Draft(fact, question, written_by, rank)
            progress(len(drafts), n)
        if len(drafts) == n:
            break
    return list(drafts.values())


def _facts(index: LocalIndex, chance: random.Random, limit: int) -> Iterator[Fact]:
    for tried, chunk in enumerate(spread_chunks(index.corpus, chance)):
        if tried == limit:
            return
        fact = fact_of(chunk, chance)
        if fact is not None:
            yield fact


def _question(fact: Fact, generator: Generator | None, terms: Callable[[str], list[str]]) -> tuple[str, str]:
    """Return a question for a fact, and who wrote it."""
    if generator is not None:
        written = _written(fact, generator)
        if why_unfit(written, fact, terms) is None:
            return written, generator.name
    return gapped(fact), RULE


def _written(fact: Fact, generator: Generator) -> str:
    """Return the first question that the model writes; "" if it writes none."""
    user = (
        f"Document: {fact.document_name}\nSection: {search_view(fact.chunk.section)}\nFact: {fact.text}\n"
        f"Answer: {fact.answer}\n\nQuestion:"
    )
    text = ""
    try:
        pieces = generator.generate(SYSTEM, user, MAX_TOKENS)
        for piece in pieces:
            text += piece
            if QUESTION.search(text):  # what may follow is not wanted
                break
        if close := getattr(pieces, "close", None):
            close()
    except PromptTooLong:
        return ""
    match = QUESTION.search(search_view(text))
    return LABEL.sub("", match[0].strip()).strip(" \"“”'") if match else ""


def why_unfit(question: str, fact: Fact, terms: Callable[[str], list[str]]) -> str | None:
    """Return why a written question cannot be used, or None.

    Args:
        question: As the model wrote it.
        fact: What it must ask for.
        terms: The index's analysis of text, without stop words.
    """
    named = set(terms(question)) - EMPTY_WORDS
    rest = fact.text.replace(fact.answer, " ") if fact.answer != fact.text else fact.text
    if not question.endswith(("?", "？")) or len(question) > MAX_CHARACTERS:
        return "it is no short question"
    if len(named) < MIN_CONTENT_WORDS:
        return "it names nothing"
    if ABOUT_THE_TEXT.search(question):
        return "it asks about the text, not about what the text says"
    if fact.answer.casefold() in question.casefold():
        return "it gives the answer away"
    about = [set(terms(part)) for part in (fact.label, fact.column) if part]
    if len(named & set(terms(rest))) < MIN_CONTENT_WORDS or any(part and not named & part for part in about):
        return "it does not ask for this fact"
    given = f"{fact.label} {fact.column}" if fact.column else rest
    if not all(agrees(item, quantities(f"{given} {fact.chunk.context}")) for item in quantities(question)):
        return "it states a figure of its own"
    if _longest_copy(_words(question), _words(fact.text)) > MAX_COPIED_WORDS:
        return "it is copied"
    return None


def _words(text: str) -> list[str]:
    """Return the words of a text in lower case; each character of a text without spaces."""
    return re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+", text.casefold())


def _longest_copy(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the length of the longest run of words that both have."""
    best = 0
    before = [0] * (len(second) + 1)
    for word in first:
        now = [0] * (len(second) + 1)
        for j, other in enumerate(second, start=1):
            if word == other:
                now[j] = before[j - 1] + 1
                best = max(best, now[j])
        before = now
    return best
