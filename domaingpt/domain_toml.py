"""`DomainConfig` → the text of a new, commented `domain.toml`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields

from domaingpt.config import DomainConfig, EmbeddingConfig

_TEMPLATE = """\
# What this GPT is. Every key has a default; docs/configuration.md explains them all.
title = {title}
description = {description}
language = {language}        # of most documents, as ISO 639-1 code; chooses the stemmer
instructions = {instructions}      # added to what the language model is told, e.g. "Quote figures with their unit."

[documents]
path = {path}
include = {include}
exclude = {exclude}

[embedding]
{embedding}

[chunking]
max_tokens = {chunk_tokens}       # of a chunk, by the embedder's tokenizer; search also reads what stands around it

[retrieval]
k = {k}
dense_weight = {dense_weight}  # of meaning against words: 0 to 1, or "auto", which follows the question

[answer]
model = {model}         # "auto", "quotes", a name from `domaingpt models list`, a GGUF file, or an endpoint
max_tokens = {answer_tokens}
max_characters = {max_characters}
strictness = {strictness}      # 0 answers whatever was found, 1 refuses nearly all; `domaingpt eval` prints the curve
"""


def domain_toml(title: str, description: str, documents: str, template: DomainConfig) -> str:
    """Return the text of a commented domain.toml with the settings of another."""
    return _TEMPLATE.format(
        title=_quoted(title),
        description=_quoted(description),
        language=_quoted(template.language),
        instructions=_quoted(template.instructions),
        path=_quoted(documents),
        include=_quoted(template.documents.include),
        exclude=_quoted(template.documents.exclude),
        embedding="\n".join(_changed_keys(template.embedding)),
        chunk_tokens=template.chunking.max_tokens,
        k=template.retrieval.k,
        dense_weight=_quoted(template.retrieval.dense_weight),
        model=_quoted(template.answer.model),
        answer_tokens=template.answer.max_tokens,
        max_characters=template.answer.max_characters,
        strictness=template.answer.strictness,
    )


def _changed_keys(embedding: EmbeddingConfig) -> Iterator[str]:
    """Yield the lines of [embedding]: the model, and of the others those that are set."""
    for key in fields(embedding):
        value = getattr(embedding, key.name)
        if key.name == "model" or value != key.default:
            yield f"{key.name} = {_quoted(value)}"


def _quoted(value: object) -> str:
    """Return a value in TOML, whose strings, lists and numbers are those of JSON but for one character."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
