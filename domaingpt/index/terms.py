"""Text → terms for the lexical arm.

Words are folded and stemmed; numbers and identifiers stay whole (and identifiers are also found by
their parts); runs of Han, kana and Hangul become character bigrams, since nothing marks their words [1].
English dates and quarters give a term besides that is the same however they are written (`calendar_terms`).

[1] Nie, Gao, Zhang & Zhou, "On the use of words and n-grams for Chinese information retrieval", IRAL 2000.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from domaingpt.index.calendar_terms import calendar_terms

ANALYZER = "snowball+cjk-bigrams+calendar/2"  # stored in the index; raise it when terms change

# Lucene's English list (EnglishAnalyzer.ENGLISH_STOP_WORDS_SET) and the question words around it.
STOP_WORDS = frozenset(
    """
    a an and are as at be but by for if in into is it no not of on or such that the their then there these
    they this to was will with what which who whom whose when where how why do does did has have had its from
    """.split()
)
# ISO 639-1 → Snowball algorithm. Other languages are matched by their unstemmed words.
STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip

CJK = "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
TERM = re.compile(
    rf"(?P<cjk>[{CJK}]+)"
    rf"|(?P<number>\d{{1,3}}(?:[,'’]\d{{3}})+(?:\.\d+)?(?![^\W_])|\d+\.\d+(?![.\d]|[^\W_]))"
    rf"|(?P<word>[^\W_{CJK}]+(?:[._/'’&@+-][^\W_{CJK}]+)*)"
)
MAX_KNOWN = 50_000  # Words whose terms are kept at hand: some 8 MB. A language's common words; guess, unmeasured.
PART = re.compile(rf"[^\W_{CJK}]+")
GROUPING = re.compile(r"[,'’]")


class Analyzer:
    """Turns text into terms for one language.

    Args:
        language: ISO 639-1 code; words are stemmed if Snowball knows it. For Chinese, Japanese and
            Korean the Latin words are stemmed as English.
    """

    def __init__(self, language: str) -> None:
        code = language.split("-", maxsplit=1)[0].lower()
        self._algorithm = STEMMERS.get("en" if code in ("zh", "ja", "ko") else code)
        self.name = f"{ANALYZER}/{self._algorithm or 'none'}"
        self._stems: dict[str, str] = {}
        self._words: dict[str, list[str]] = {}

    def terms(self, text: str) -> list[str]:
        """Return the terms of a text in order, repeats kept, stop words left out; then its dates, each once."""
        known = self._words
        found: list[str] = []
        folded = fold(text)
        for cjk, number, word in TERM.findall(folded):
            if word:
                terms = known.get(word)
                if terms is None:
                    if len(known) >= MAX_KNOWN:
                        known.clear()
                    terms = known[word] = self._word_terms(word)
                found += terms
            else:
                found += _bigrams(cjk) if cjk else [GROUPING.sub("", number)]
        return found + [term for term, _, _ in self._dates(folded)]

    def spans(self, text: str) -> list[tuple[str, int, int]]:
        """Return the terms with where they come from: half-open spans of the folded text.

        Dates and quarters come last, over the spans of their words, and each only where it stands first: a text
        is of a date or it is not, and prose that repeats it says no more than a table that names it once.
        """
        found: list[tuple[str, int, int]] = []
        folded = fold(text)
        for match in TERM.finditer(folded):
            start, end = match.span()
            surface = match[0]
            if match["cjk"]:
                found.extend((gram, start + i, start + i + len(gram)) for i, gram in enumerate(_bigrams(surface)))
            elif match["number"]:
                found.append((GROUPING.sub("", surface), start, end))
            else:
                found.extend((term, start, end) for term in self._word_terms(surface))
        return found + self._dates(folded)

    def _dates(self, folded: str) -> list[tuple[str, int, int]]:
        """Return the dates and quarters of an English text, each where it stands first."""
        if self._algorithm != "english":
            return []
        first: dict[str, tuple[str, int, int]] = {}
        for found in calendar_terms(folded):
            first.setdefault(found[0], found)
        return list(first.values())

    def _word_terms(self, surface: str) -> list[str]:
        """Return a word's stem; for a compound such as pacs.008 or year-end the whole and its parts."""
        parts = PART.findall(surface)
        if len(parts) == 1:
            return [] if surface in STOP_WORDS else [self._stem(surface)]
        if parts[-1] == "s" and surface[-2] in "'’":  # bank's
            return self._word_terms(surface[:-2])
        return [surface, *(self._stem(part) for part in parts if part not in STOP_WORDS and len(part) > 1)]

    def _stem(self, word: str) -> str:
        stem = self._stems.get(word)
        if stem is None:
            if len(self._stems) >= MAX_KNOWN:
                self._stems.clear()
            is_plain = self._algorithm is not None and word.isalpha()
            stem = _stemmer(self._algorithm).stemWord(word) if is_plain else word
            self._stems[word] = stem
        return stem


def _bigrams(characters: str) -> list[str]:
    """Return each two neighbouring characters; a single one as it is."""
    return [characters[i : i + 2] for i in range(len(characters) - 1)] or [characters]


def fold(text: str) -> str:
    """Return the text in compatibility form and lower case, accents kept."""
    return unicodedata.normalize("NFKC", text).lower() if not text.isascii() else text.lower()


def hash_term(term: str) -> int:
    """Return the 64-bit number that stands for a term in the index.

    Two of a million terms collide with probability 3e-8; the index then merges their postings.
    """
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def hash_terms(terms: Iterable[str]) -> list[int]:
    """Return `hash_term` of each."""
    return [hash_term(term) for term in terms]


@lru_cache
def _stemmer(algorithm: str | None) -> Any:
    import Stemmer

    return Stemmer.Stemmer(algorithm)
