"""What stands before a query and before a document: by a model's own settings, else by its authors' model card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# Names under which `config_sentence_transformers.json` keeps the two prompts, the usual ones first.
QUERY_NAMES = ("query", "search_query", "retrieval.query", "Retrieval-query", "s2p_query")
DOCUMENT_NAMES = (
    "document", "passage", "corpus", "search_document", "retrieval.passage", "retrieval.document", "Retrieval-document",
)  # fmt: skip

SEARCHING = "Represent this sentence for searching relevant passages: "
E5_INSTRUCTION = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
# Repository name (a pattern, lower case, without its owner) → prompt of queries, of documents, where it is said.
CARDS: tuple[tuple[str, str, str, str], ...] = (
    (r"(multilingual-)?e5-(small|base|large)(-v2)?(-unsupervised)?", "query: ", "passage: ",
     "https://huggingface.co/intfloat/e5-base-v2, https://huggingface.co/intfloat/multilingual-e5-small"),
    (r"multilingual-e5-large-instruct", E5_INSTRUCTION, "",
     "https://huggingface.co/intfloat/multilingual-e5-large-instruct"),
    (r"bge-(small|base|large)-en(-v1\.5)?", SEARCHING, "", "https://huggingface.co/BAAI/bge-base-en-v1.5"),
    (r"bge-(small|base|large)-zh(-v1\.5)?", "为这个句子生成表示以用于检索相关文章：", "",
     "https://huggingface.co/BAAI/bge-base-zh-v1.5"),
    (r"mxbai-embed-large-v1", SEARCHING, "", "https://huggingface.co/mixedbread-ai/mxbai-embed-large-v1"),
    (r"snowflake-arctic-embed-(xs|s|m|l|m-long|m-v1\.5)", SEARCHING, "",
     "https://huggingface.co/Snowflake/snowflake-arctic-embed-m"),
    (r"snowflake-arctic-embed-(m|l)-v2\.0", "query: ", "",
     "https://huggingface.co/Snowflake/snowflake-arctic-embed-l-v2.0"),
    (r"nomic-embed-text-v(1|1\.5|2-moe)|modernbert-embed-(base|large)", "search_query: ", "search_document: ",
     "https://huggingface.co/nomic-ai/nomic-embed-text-v1.5, https://huggingface.co/nomic-ai/modernbert-embed-base"),
    (r"uae-large-v1", SEARCHING, "", "https://huggingface.co/WhereIsAI/UAE-Large-V1"),
)  # fmt: skip


def prompts_of(settings: Any, names: Iterable[str]) -> tuple[str, str]:
    """Return the prompts of queries and of documents, "" for none.

    Args:
        settings: What `config_sentence_transformers.json` holds.
        names: What the model may be called: repositories or folders. Only asked where the settings are silent.
    """
    own = _own_prompts(settings) if isinstance(settings, dict) else ("", "")
    return own if any(own) else _prompts_by_card(names)


def names_in(folder: Path) -> list[str]:
    """Return what a local folder's path says of the model's name; a hub cache has it in a folder above."""
    cached = [part.rsplit("--", 1)[-1] for part in folder.parts if part.startswith("models--")]
    return [folder.name, *cached]


def _own_prompts(settings: Mapping[str, Any]) -> tuple[str, str]:
    named = settings.get("prompts")
    prompts = {k: v for k, v in named.items() if isinstance(v, str)} if isinstance(named, dict) else {}
    default = prompts.get(str(settings.get("default_prompt_name")), "")

    def first(names: tuple[str, ...]) -> str:
        """Return the first that is not empty; the default one only if none is named, as upstream."""
        there = [prompts[name] for name in names if name in prompts]
        return next(filter(None, there), "") if there else default

    return first(QUERY_NAMES), first(DOCUMENT_NAMES)


def _prompts_by_card(names: Iterable[str]) -> tuple[str, str]:
    for name in names:
        plain = name.rsplit("/", 1)[-1].lower()
        for pattern, query, document, _ in CARDS:
            if re.fullmatch(pattern, plain):
                return query, document
    return "", ""
