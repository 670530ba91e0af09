"""A domain's index → how well its own questions are supported, and foreign ones: drawn once, at ingest.

Own questions are made by rule from passages all over the domain: some words of a sentence, one of them replaced
by a word from elsewhere, since people do not ask in the words of the text. Foreign ones are general questions
that come with the package (foreign_questions.txt), in the domain's language where there are enough of it.
No language model takes part.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import Any

from domaingpt.answer.abstention.deciding import Calibration
from domaingpt.answer.abstention.support import FRAMING, supports
from domaingpt.chunks import search_view
from domaingpt.embeddings import Embedder, FloatMatrix
from domaingpt.index import LocalIndex
from domaingpt.retrieval import covers, retrieve
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.types import Chunk

SEED = 0
N_QUESTIONS = 32  # of either kind: a median of so many is sure to about .02
KEPT_SHARE = 0.1  # of the chunks may change before a domain is calibrated anew
MIN_OF_LANGUAGE = 10  # foreign questions in the domain's language, else English ones
MIN_WORDS, MAX_WORDS = 3, 6  # of an own question
# Of the words of an own question one in so many is replaced. Guess, from reading questions: see `calibrate`.
REPLACED = 4
N_EVIDENCE = 3
TRIES = 4  # chunks looked at for each question wanted
UNSPACED_RUN = 8  # characters of a question taken from text without spaces
GOLDEN = 0.6180339887  # multiples of it, modulo 1, are spread evenly (Weyl)


def calibrate(index: LocalIndex, embedder: Embedder, *, language: str, k: int, seed: int = SEED) -> Calibration | None:
    """Return the supports of own and foreign questions; None if the domain holds nothing to ask for.

    Args:
        index: The domain's.
        embedder: The one it was built with.
        language: Of most of its documents, as ISO 639-1 code.
        k: How many chunks are retrieved for a question.
        seed: The same seed asks the same questions of the same documents.
    """
    chance = random.Random(seed)
    foreign = foreign_questions(language)
    asked = chance.sample(foreign, min(N_QUESTIONS, len(foreign)))
    strange = [word for question in foreign for word in _words(question)]
    own = list(_own_questions(index, chance, strange))
    if not own:
        return None
    is_dense = sum(covers(embedder, question) for question in own) * 2 > len(own)
    found = _supports([*own, *asked], index, embedder, k=k, dense=is_dense)
    n_chunks = index.corpus.n_chunks
    return Calibration.of(found[: len(own)], found[len(own) :], seed=seed, dense=is_dense, n_chunks=n_chunks)


def still_calibrated(stored: Mapping[str, Any] | None, *, n_changed: int) -> dict[str, Any] | None:
    """Return a stored calibration with the changes since, or None if there were too many of them.

    Args:
        stored: As the manifest of the generation before has it.
        n_changed: Chunks that were added or removed since that generation.
    """
    calibration = Calibration.from_json(stored)
    if calibration is None:
        return None
    changed = replace(calibration, n_changed=calibration.n_changed + n_changed)
    return changed.to_json() if changed.n_changed <= KEPT_SHARE * changed.n_chunks else None


def _supports(questions: Sequence[str], index: LocalIndex, embedder: Embedder, *, k: int, dense: bool) -> list[float]:
    """Return the support of each question, found as `ask` finds it."""
    vectors: Sequence[FloatMatrix | None] = [None] * len(questions)
    if dense:
        vectors = list(embedder.encode_query(questions))
    evidence = []
    for question, vector in zip(questions, vectors, strict=True):
        hits = retrieve(index, embedder, question, k=k, arm="hybrid" if dense else "lexical", vector=vector)
        evidence.append(select_evidence(question, hits, embedder, index, limit=N_EVIDENCE, vector=vector))
    return supports(questions, evidence, embedder, index, dense=dense)


@cache
def foreign_questions(language: str) -> list[str]:
    """Return the questions shipped with the package in a language; the English ones where these are too few."""
    text = files("domaingpt.answer.abstention").joinpath("foreign_questions.txt").read_text(encoding="utf-8")
    pairs = [line.split("\t", 1) for line in text.splitlines() if line]
    code = language.split("-", maxsplit=1)[0].lower()
    found = [question for of, question in pairs if of == code]
    return found if len(found) >= MIN_OF_LANGUAGE else [question for of, question in pairs if of == "en"]


def _own_questions(index: LocalIndex, chance: random.Random, strange: Sequence[str]) -> Iterator[str]:
    """Yield up to N_QUESTIONS questions about sentences all over the domain."""
    with_text = [document for document in index.corpus.documents if document.n_chunks]
    documents = sorted(with_text, key=lambda document: document.path)
    ends = list(accumulate(document.n_chunks for document in documents))
    offset = chance.random()
    seen: set[str] = set()
    for step in range(N_QUESTIONS * TRIES if documents else 0):
        if len(seen) == N_QUESTIONS:
            return
        place = int((offset + step * GOLDEN) % 1 * ends[-1])
        document = documents[at := bisect_right(ends, place)]
        row = document.first_row + place - (ends[at] - document.n_chunks)
        question = _question(index.corpus.chunks([row])[0], chance, strange)
        if question and question not in seen:
            seen.add(question)
            yield question


def _question(chunk: Chunk, chance: random.Random, strange: Sequence[str]) -> str | None:
    """Return a question made of the words of a sentence; None if no sentence holds enough of them."""
    sentences = [chunk.text[s.start - chunk.start : s.end - chunk.start] for s in chunk.sentences]
    spoken = [(search_view(text), _words(search_view(text))) for text in sentences]
    worth = [(text, words) for text, words in spoken if len(words) >= MIN_WORDS or len(text) >= UNSPACED_RUN * 2]
    if not worth:
        return None
    text, words = chance.choice(worth)
    if len(words) < MIN_WORDS:
        run = UNSPACED_RUN // 2
        starts = [chance.randrange(len(text) - run) for _ in range(2)]
        return "".join(text[start : start + run] + chance.choice(strange)[:run] for start in starts)
    n = min(len(words), chance.randint(MIN_WORDS, MAX_WORDS))
    kept = [words[place] for place in sorted(chance.sample(range(len(words)), n))]
    for _ in range(round(n / REPLACED)):
        kept[chance.randrange(n)] = chance.choice(strange)
    return f"What about {' '.join(kept)}?"


def _words(text: str) -> list[str]:
    """Return the words of a text that a question could be about."""
    bare = [word.strip(".,;:!?()[]{}\"'“”‘’|*#") for word in text.split()]
    return [word for word in bare if len(word) > 3 and word.lower() not in FRAMING and any(map(str.isalnum, word))]
