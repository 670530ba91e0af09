"""A tokenizer's vocabulary → the languages that a model can tell words of: a guess, where no model card says.

A vocabulary learned from a language's text holds whole words of its script; one that was not holds
single letters at most. So the entries of three letters or more of one script are counted, for Chinese
the distinct characters. Latin letters tell no language from another, and count as English.

    vocabulary                   Latin    Cyrillic   Arabic   distinct Chinese characters
    MiniLM (BERT, lower case)   26,660           2        1           244
    SmolLM2                     44,991           0        0            77

What is counted is the tokenizer, not the training: a multilingual model tuned on English alone is
taken for multilingual.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

# A language that is written so, as retrieval's coverage knows them; any one stands for its script.
LANGUAGE_OF_SCRIPT = {
    "ARABIC": "ar", "CYRILLIC": "ru", "DEVANAGARI": "hi", "GREEK": "el", "HANGUL": "ko", "HEBREW": "he",
    "HIRAGANA": "ja", "KATAKANA": "ja", "THAI": "th",
}  # fmt: skip
# Entries of a script. The two above have at most 2; a vocabulary that learned it thousands. Guess between.
MIN_WORDS = 100
MIN_CHINESE = 2000  # distinct characters; 2,500 make up 98 % of modern text (List of Commonly Used Characters, 1988)
MIN_LETTERS = 3
MANY_SCRIPTS = 6  # of the nine above with Chinese and without Katakana: "multi". Guess, unmeasured.


def guess_languages(tokenizer_file: Path) -> tuple[str, ...]:
    """Return codes of the languages a `tokenizer.json` has words of; ("multi",) for most scripts.

    Returns:
        At least ("en",), also for a file that cannot be read.
    """
    words: Counter[str] = Counter()
    chinese: set[str] = set()
    try:
        entries = _entries(tokenizer_file)
    except (OSError, ValueError, KeyError, TypeError):
        return ("en",)
    for entry in entries:
        letters = [character for character in entry if character.isalpha()]
        scripts = {_script(letter) for letter in letters}
        chinese.update(letter for letter in letters if _script(letter) == "CJK")
        if len(scripts) == 1 and len(letters) >= MIN_LETTERS:
            words[scripts.pop()] += 1
    found = {language for script, language in LANGUAGE_OF_SCRIPT.items() if words[script] >= MIN_WORDS}
    found |= {"zh"} if len(chinese) >= MIN_CHINESE else set()
    return ("multi",) if len(found) >= MANY_SCRIPTS else ("en", *sorted(found))


def _entries(tokenizer_file: Path) -> Iterable[str]:
    """Return the texts a vocabulary's entries stand for, without the marks of where a word begins."""
    facts = json.loads(tokenizer_file.read_text(encoding="utf-8"))
    vocabulary = facts["model"]["vocab"]  # Unigram: [[text, score], …]; all others: {text: number}
    texts = [entry[0] for entry in vocabulary] if isinstance(vocabulary, list) else list(vocabulary)
    is_bytes = '"ByteLevel"' in json.dumps([facts.get("pre_tokenizer"), facts.get("decoder")])
    return _from_bytes(texts) if is_bytes else (text.removeprefix("##") for text in texts)


def _from_bytes(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts of byte-level entries, in which a printable character stands for each byte [1].

    [1] https://github.com/openai/gpt-2/blob/master/src/encoder.py, bytes_to_unicode
    """
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    byte_of = {chr(byte): byte for byte in plain} | {chr(256 + n): byte for n, byte in enumerate(others)}
    for text in texts:
        if all(character in byte_of for character in text):
            yield bytes(byte_of[character] for character in text).decode(errors="ignore")


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0]
