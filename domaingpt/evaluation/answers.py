"""How good answers are: whether the right questions are answered, with what, and from where.

An answer holds a gold answer if, in lower case and without punctuation, citation marks and the articles a, an
and the, the words of the gold answer stand in it one after the other; or if the gold answer states numbers,
and each of them, with its unit, is in the answer within 1 %, and so is every other word of the gold answer.
Years, dates, times and codes must be the same. This is a rule of thumb that errs both ways: an answer in other
words counts as wrong, and one that holds the right words and more counts as right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from domaingpt.answer.quantities import YEAR, Quantity, agrees, quantities
from domaingpt.chunks import search_view
from domaingpt.evaluation.questions import Question
from domaingpt.types import Answer

TOLERANCE = 0.01  # relative; for figures that one document gives rounded and another does not
MARK = re.compile(r"\[\d+\]")
PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
TOKEN = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:[.,]\d+)*")
ARTICLES = frozenset(["a", "an", "the"])

Ask = Callable[[str], Answer]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Graded:
    """One question with its answer. What does not apply is None.

    Attributes:
        question: As asked.
        answer: What was given.
        holds_gold: Whether the answer holds a gold answer, if there are any; False if it was refused.
        right_document: Whether the first citation is of a right document, if it was answered.
        right_page: Whether it is also on a right page, if the question names pages.
    """

    question: Question
    answer: Answer
    holds_gold: bool | None
    right_document: bool | None
    right_page: bool | None

    @property
    def is_good(self) -> bool:
        """Whether an answerable question got a right answer from a right place, or another one was refused."""
        if not self.question.answerable:
            return self.answer.abstained
        return not self.answer.abstained and False not in (self.holds_gold, self.right_document, self.right_page)


@dataclass(frozen=True, slots=True)
class AnswerShares:
    """Shares, 0 to 1, over graded answers; None where there is nothing to take a share of.

    Attributes:
        n_answerable: Questions that the documents answer.
        n_unanswerable: Those that they do not.
        answered: Of the answerable.
        holds_gold: Of the answerable with gold answers; those refused count as not.
        right_document: Of the answered that name documents: the first citation is of one of them.
        right_page: Of the answered that name pages: the first citation is on one of them.
        refused: Of the unanswerable.
    """

    n_answerable: int
    n_unanswerable: int
    answered: float | None
    holds_gold: float | None
    right_document: float | None
    right_page: float | None
    refused: float | None


def ask_all(questions: Sequence[Question], ask: Ask, progress: Progress = lambda *_: None) -> list[Graded]:
    """Ask each question and grade what comes back; `progress` hears how many of how many are done."""
    results = []
    progress(0, len(questions))
    for n, question in enumerate(questions, start=1):
        results.append(graded(question, ask(question.text)))
        progress(n, len(questions))
    return results


def graded(question: Question, answer: Answer) -> Graded:
    """Return an answer with what is right and wrong about it."""
    holds = right_document = right_page = None
    if question.answerable and question.answers:
        holds = not answer.abstained and any(holds_answer(answer.text or "", gold) for gold in question.answers)
    if question.answerable and answer.citations and question.documents:
        first = answer.citations[0]
        right_document = first.document in question.documents
        if question.pages:
            right_page = right_document and first.page in question.pages
    return Graded(question, answer, holds, right_document, right_page)


def shares(results: Iterable[Graded]) -> AnswerShares:
    """Return the shares over all results."""
    everything = list(results)
    answerable = [result for result in everything if result.question.answerable]
    others = [result for result in everything if not result.question.answerable]
    return AnswerShares(
        n_answerable=len(answerable),
        n_unanswerable=len(others),
        answered=_share(not result.answer.abstained for result in answerable),
        holds_gold=_share(result.holds_gold for result in answerable),
        right_document=_share(result.right_document for result in answerable),
        right_page=_share(result.right_page for result in answerable),
        refused=_share(result.answer.abstained for result in others),
    )


def _share(values: Iterable[bool | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def holds_answer(text: str, gold: str) -> bool:
    """Return whether an answer holds a gold answer, by the rule above."""
    text = MARK.sub(" ", text)
    answered, wanted = _tokens(text), _tokens(gold)
    if not wanted:
        return False
    if any(answered[i : i + len(wanted)] == wanted for i in range(len(answered) - len(wanted) + 1)):
        return True
    stated = quantities(search_view(gold))
    if not stated:
        return False
    held = quantities(search_view(text), ends=True)
    others = _tokens(_without(search_view(gold), stated))
    return all(_is_near(item, held) for item in stated) and set(others) <= set(answered)


def _tokens(text: str) -> list[str]:
    """Return the words and numbers of a text in comparable form."""
    folded = unicodedata.normalize("NFKC", search_view(text)).casefold()
    return [token for token in TOKEN.findall(folded) if token not in ARTICLES]


def _without(text: str, found: Sequence[Quantity]) -> str:
    for item in reversed(found):
        text = f"{text[: item.start]} {text[item.end :]}"
    return text


def _is_near(claim: Quantity, held: Sequence[Quantity]) -> bool:
    """Return whether a quantity is among others: the same, or a number within the tolerance in the same unit."""
    if agrees(claim, held):
        return True
    if claim.kind != "number" or not PLAIN_NUMBER.fullmatch(claim.value) or _is_year(claim):
        return False
    value = float(claim.value)
    return any(
        item.kind == "number"
        and PLAIN_NUMBER.fullmatch(item.value) is not None
        and item.bound == claim.bound
        and (item.unit == claim.unit or (not claim.unit and item.unit not in ("%", "th")))
        and abs(float(item.value) - value) <= TOLERANCE * abs(value)
        for item in held
    )


def _is_year(item: Quantity) -> bool:
    return not item.unit and YEAR.fullmatch(item.value) is not None
