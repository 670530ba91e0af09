"""No prompt is ever longer than the model's context, whatever the documents, the question and the model."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domaingpt.answer.compose import compose
from domaingpt.answer.generators.chat_formats import CHAT_FORMATS
from domaingpt.answer.prompt import RESERVED_TOKENS
from domaingpt.chunks import chunk_id
from domaingpt.config import parse_config
from domaingpt.index.terms import Analyzer
from domaingpt.types import Chunk, Evidence

TERMS = Analyzer("en").terms
# What a family's turn marks take at most; the rest of what is reserved is for the blank line between a system text
# and a user's, where they are one turn.
MARKS = RESERVED_TOKENS - 4
TOKENIZERS: dict[str, Callable[[str], int]] = {
    "words": lambda text: len(text.split()),
    "characters": len,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "three bytes": lambda text: -(-len(text.encode("utf-8", "surrogatepass")) // 3),
}


class Strict:
    """A model of a family with a tokenizer of its own: fails the test where its context would be exceeded."""

    name = "strict"

    def __init__(self, n_ctx: int, family: str, tokenizer: str) -> None:
        self.n_ctx = n_ctx
        self.asked = 0
        self._format = CHAT_FORMATS[family]
        self._count = TOKENIZERS[tokenizer]

    def count_tokens(self, text: str) -> int:
        """Return what its tokenizer makes of a text."""
        return self._count(text)

    def generate(self, system: str, user: str, max_tokens: int) -> Iterator[str]:
        """Check the whole prompt, segment by segment, as it is tokenized."""
        self.asked += 1
        texts = [segment.text for segment in self._format.prompt(system, user) if not segment.is_control]
        assert sum(map(self._count, texts)) + MARKS + max_tokens <= self.n_ctx
        assert max_tokens > 0
        yield "The boiler is old."


TEXT = st.text(st.sampled_from(string.ascii_letters + "  .,\n£漢字🙂\u200b\ud800"), max_size=900)


@settings(max_examples=300, deadline=None)
@given(
    quotes=st.lists(
        st.text(st.sampled_from(string.ascii_letters + "  .漢£"), min_size=1, max_size=300), min_size=1, max_size=5
    ),
    question=TEXT,
    instructions=TEXT,
    section=st.text(st.sampled_from("ab ›"), max_size=400),
    n_ctx=st.integers(1, 4096),
    max_tokens=st.integers(16, 4096),
    family=st.sampled_from(sorted(CHAT_FORMATS)),
    tokenizer=st.sampled_from(sorted(TOKENIZERS)),
)
def test_no_prompt_exceeds_the_context(
    quotes, question, instructions, section, n_ctx, max_tokens, family, tokenizer
) -> None:
    """And there is always an answer: what does not fit is quoted, with a word on why."""
    config = parse_config({}, "house", where="domain.toml")
    config = replace(config, instructions=instructions, answer=replace(config.answer, max_tokens=max_tokens))
    generator = Strict(n_ctx, family, tokenizer)
    told: list[str] = []
    draft = compose(question, [_evidence(q, section) for q in quotes], config, TERMS, generator, notify=told.append)
    assert draft.text
    assert (generator.asked == 1) == (not told)


def _evidence(quote: str, section: str) -> Evidence:
    chunk = Chunk(chunk_id("a.txt", 0, len(quote), quote), "a.txt", 0, len(quote), quote, section=section)
    return Evidence(chunk, 0, len(quote), quote, 1.0, section=section)


@pytest.mark.model
@pytest.mark.parametrize("family", CHAT_FORMATS)
def test_the_marks_of_every_family_fit_into_what_is_reserved(family: str) -> None:
    """Counted with the tokenizer of the packaged model, which knows only one family's: the others' cost it most."""
    llama_cpp = pytest.importorskip("llama_cpp")
    from domaingpt.models import find_generator

    spec = find_generator("auto")
    if spec is None:
        pytest.skip("the packaged model is not installed")
    vocabulary = llama_cpp.Llama(str(spec.path), vocab_only=True, verbose=False)
    marks = [segment.text for segment in CHAT_FORMATS[family].prompt("s", "u") if segment.is_control]
    n_tokens = sum(len(vocabulary.tokenize(mark.encode(), add_bos=False, special=True)) for mark in marks)
    assert n_tokens <= MARKS
