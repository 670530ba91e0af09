"""Languages guessed from a vocabulary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domaingpt.embeddings.scripts import MIN_CHINESE, MIN_WORDS, guess_languages
from domaingpt.models import find_embedder

# First letters of scripts: words of three are made of the twenty that follow.
FIRST = {"ru": "а", "ar": "س", "el": "α", "he": "א", "hi": "क", "th": "ก", "ja": "か", "ko": "가"}


def words(language: str, n: int = MIN_WORDS) -> list[str]:
    first = ord(FIRST[language])
    return [chr(first + i % 5) + chr(first + 5 + i // 5 % 5) + chr(first + 10 + i // 25) for i in range(n)]


def write(folder: Path, entries: list[str], **more: object) -> Path:
    file = folder / "tokenizer.json"
    file.write_text(json.dumps({"model": {"vocab": {e: i for i, e in enumerate(entries)}}, **more}), encoding="utf-8")
    return file


def test_the_vocabulary_of_minilm_is_english() -> None:
    """Though it has letters of many scripts, and 244 Chinese characters."""
    assert guess_languages(find_embedder("all-MiniLM-L6-v2").folder / "tokenizer.json") == ("en",)


@pytest.mark.parametrize("language", FIRST)
def test_words_of_a_script(tmp_path: Path, language: str) -> None:
    """From MIN_WORDS on; letters and syllables of two do not count."""
    assert guess_languages(write(tmp_path, ["house", *words(language)])) == ("en", language)
    assert guess_languages(write(tmp_path, [f"##{word}" for word in words(language)])) == ("en", language)
    assert guess_languages(write(tmp_path, words(language, MIN_WORDS - 1))) == ("en",)
    assert guess_languages(write(tmp_path, [word[:2] for word in words(language)])) == ("en",)


def test_chinese_is_counted_by_characters(tmp_path: Path) -> None:
    """A Chinese BERT has one entry for each."""
    characters = [chr(0x4E00 + n) for n in range(MIN_CHINESE)]
    assert guess_languages(write(tmp_path, characters)) == ("en", "zh")
    assert guess_languages(write(tmp_path, characters[1:])) == ("en",)


def test_most_scripts_are_many_languages(tmp_path: Path) -> None:
    """Six of nine."""
    some = [word for language in list(FIRST)[:6] for word in words(language)]
    assert guess_languages(write(tmp_path, some)) == ("multi",)
    assert guess_languages(write(tmp_path, some[MIN_WORDS:])) == ("en", *sorted(list(FIRST)[1:6]))


def test_pieces_with_scores_and_bytes_are_read(tmp_path: Path) -> None:
    """As SentencePiece and byte-level tokenizers write their vocabularies."""
    from tokenizers import pre_tokenizers

    pieces = [["▁" + word, -1.5] for word in words("ru")]
    file = tmp_path / "tokenizer.json"
    file.write_text(json.dumps({"model": {"vocab": pieces}}), encoding="utf-8")
    assert guess_languages(file) == ("en", "ru")
    as_bytes = [pre_tokenizers.ByteLevel(add_prefix_space=True).pre_tokenize_str(word)[0][0] for word in words("ru")]
    assert guess_languages(write(tmp_path, as_bytes)) == ("en",)
    assert guess_languages(write(tmp_path, as_bytes, decoder={"type": "ByteLevel"})) == ("en", "ru")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"model": {}}', '{"model": {"vocab": 3}}'])
def test_a_file_that_cannot_be_read_counts_as_english(tmp_path: Path, content: str | None) -> None:
    """It is only a guess; what is wrong with the file is said elsewhere."""
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    assert guess_languages(tmp_path / "tokenizer.json") == ("en",)
