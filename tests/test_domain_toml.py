"""The text of a new domain.toml says what it was told, whatever that is."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from domaingpt.config import (
    BOUNDS,
    AnswerConfig,
    ChunkingConfig,
    DocumentsConfig,
    DomainConfig,
    EmbeddingConfig,
    RetrievalConfig,
    parse_config,
)
from domaingpt.domain_toml import domain_toml

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
GLOBS = st.lists(TEXTS, max_size=3).map(tuple)


def numbers(key: str):
    low, high = BOUNDS[key]
    return st.integers(int(low), int(high))


CONFIGS = st.builds(
    DomainConfig,
    name=st.just("house"),
    title=TEXTS.filter(bool),
    description=TEXTS,
    language=TEXTS,
    instructions=TEXTS,
    documents=st.builds(DocumentsConfig, TEXTS, GLOBS, GLOBS),
    embedding=st.builds(
        EmbeddingConfig,
        TEXTS,
        query_prompt=st.none() | TEXTS,
        document_prompt=st.none() | TEXTS,
        languages=GLOBS,
        truncate_dim=st.none() | numbers("embedding.truncate_dim"),
    ),
    chunking=st.builds(ChunkingConfig, numbers("chunking.max_tokens")),
    retrieval=st.builds(RetrievalConfig, numbers("retrieval.k"), st.just("auto") | st.floats(0, 1)),
    answer=st.builds(AnswerConfig, TEXTS, numbers("answer.max_tokens"), numbers("answer.max_characters")),
)


@given(CONFIGS)
def test_a_new_file_reads_back_as_it_was_told(config):
    """Quotes, line ends and control characters included; settings left at their default, too."""
    text = domain_toml(config.title, config.description, config.documents.path, config)
    assert parse_config(tomllib.loads(text), "house", where="here") == config


def test_only_embedding_keys_that_are_set_are_written():
    """TOML has no word for none; the other keys are all there, to be changed."""
    text = domain_toml("House", "", "documents", DomainConfig("house", embedding=EmbeddingConfig(query_prompt="")))
    assert tomllib.loads(text)["embedding"] == {"model": "all-MiniLM-L6-v2", "query_prompt": ""}
    assert "max_tokens = 140 " in text
