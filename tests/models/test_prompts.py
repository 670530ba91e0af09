"""Which prompts an embedder gets: its own, else those of its authors' model card."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domaingpt.models.prompts import CARDS, names_in, prompts_of

SEARCHING = "Represent this sentence for searching relevant passages: "


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"prompts": {"query": "q: ", "document": "d: "}}, ("q: ", "d: ")),
        ({"prompts": {"query": "q: ", "passage": "p: "}}, ("q: ", "p: ")),
        ({"prompts": {"query": "q: ", "document": "", "passage": "p: "}}, ("q: ", "p: ")),
        ({"prompts": {"query": "q: ", "document": ""}}, ("q: ", "")),
        ({"prompts": {"search_query": "sq: ", "search_document": "sd: "}}, ("sq: ", "sd: ")),
        ({"prompts": {"query": "q: ", "s2p_query": "s: "}}, ("q: ", "")),
        ({"prompts": {"all": "a: "}, "default_prompt_name": "all"}, ("a: ", "a: ")),
        ({"prompts": {"query": "q: ", "all": "a: "}, "default_prompt_name": "all"}, ("q: ", "a: ")),
        ({"prompts": {"query": "", "document": "", "all": "a: "}, "default_prompt_name": "all"}, ("", "")),
        ({"prompts": {"all": "a: "}, "default_prompt_name": "gone"}, ("", "")),
        ({"prompts": {"clustering": "c: "}}, ("", "")),
        ({"prompts": {"query": 3, "document": None}}, ("", "")),
        ({"prompts": ["query"]}, ("", "")),
        ({"prompts": None}, ("", "")),
        ({}, ("", "")),
        ([], ("", "")),
    ],
)
def test_prompts_of_the_models_own_settings(settings: object, expected: tuple[str, str]) -> None:
    """Under the names in use; a default stands in only where neither query nor document is named."""
    assert prompts_of(settings, ["some-model"]) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("intfloat/e5-small-v2", ("query: ", "passage: ")),
        ("intfloat/multilingual-e5-base", ("query: ", "passage: ")),
        ("BAAI/bge-small-en-v1.5", (SEARCHING, "")),
        ("BAAI/bge-large-en", (SEARCHING, "")),
        ("BAAI/bge-base-zh-v1.5", ("为这个句子生成表示以用于检索相关文章：", "")),
        ("BAAI/bge-m3", ("", "")),
        ("mixedbread-ai/mxbai-embed-large-v1", (SEARCHING, "")),
        ("Snowflake/snowflake-arctic-embed-m", (SEARCHING, "")),
        ("Snowflake/snowflake-arctic-embed-l-v2.0", ("query: ", "")),
        ("nomic-ai/nomic-embed-text-v1.5", ("search_query: ", "search_document: ")),
        ("thenlper/gte-small", ("", "")),
        ("sentence-transformers/all-mpnet-base-v2", ("", "")),
        ("someone/my-e5-small", ("", "")),
    ],
)
def test_prompts_of_model_cards(name: str, expected: tuple[str, str]) -> None:
    """Where the settings say nothing, or only the empty prompts that saving writes."""
    assert prompts_of({}, [name]) == expected
    assert prompts_of({"prompts": {"query": "", "document": ""}, "default_prompt_name": None}, [name]) == expected


def test_settings_come_before_the_card() -> None:
    """A fine-tuned model may have prompts of its own under an old name."""
    assert prompts_of({"prompts": {"query": "ask: "}}, ["intfloat/e5-small-v2"]) == ("ask: ", "")


def test_a_local_folder_is_known_by_its_name_or_the_hub_caches() -> None:
    """A clone, and a snapshot in the cache of huggingface_hub."""
    assert names_in(Path("/models/e5-small-v2")) == ["e5-small-v2"]
    snapshot = Path("/cache/hub/models--BAAI--bge-small-en-v1.5/snapshots/abc")
    assert names_in(snapshot) == ["abc", "bge-small-en-v1.5"]
    assert prompts_of({}, names_in(snapshot)) == (SEARCHING, "")


def test_every_card_is_named() -> None:
    """A prompt without a source does not pass review; patterns are lower case, as names are compared."""
    for pattern, query, document, source in CARDS:
        assert query or document
        assert source.startswith("https://huggingface.co/")
        assert pattern == pattern.lower()
        re.compile(pattern)
