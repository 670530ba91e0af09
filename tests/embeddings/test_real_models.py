"""Real models: MiniLM as it is installed, and a small BERT that is compiled here. Needs torch."""

from __future__ import annotations

import numpy as np
import pytest

from domaingpt.embeddings import find_engine, load_embedder, verify_engine
from domaingpt.embeddings.compiler import MIN_COSINE_INT8, PARITY_TEXTS
from domaingpt.embeddings.sbert import SbertEmbedder
from domaingpt.models import EmbedderSpec, find_embedder
from domaingpt.testing import EmbedderContract

pytestmark = [pytest.mark.model, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def spec():
    return find_embedder("all-MiniLM-L6-v2")


@pytest.fixture(scope="module")
def compiled(spec):
    return load_embedder(spec)


@pytest.fixture(scope="module")
def reference(spec):
    return SbertEmbedder(spec)


class TestMiniLM(EmbedderContract):
    """Compiled, int8 for documents."""

    @pytest.fixture
    def embedder(self, compiled):
        """Return the compiled engine."""
        return compiled


class TestSentenceTransformers(EmbedderContract):
    """The fallback."""

    @pytest.fixture
    def embedder(self, spec, monkeypatch):
        """Return what is loaded when compiling fails."""
        from dataclasses import replace

        from domaingpt import embeddings

        read = embeddings.read_recipe
        monkeypatch.setattr(embeddings, "find_engine", lambda _: None)
        monkeypatch.setattr(embeddings, "read_recipe", lambda folder: replace(read(folder), is_plain=False))
        embedder = load_embedder(spec)
        assert embedder.engine == "sentence-transformers"
        return embedder


def test_compiled_minilm_gives_the_vectors_of_sentence_transformers(compiled, reference):
    """Queries exactly, documents up to int8; a text of more than 256 tokens included."""
    texts = [*PARITY_TEXTS, "The lease ends in March and the deposit is returned. " * 60]
    expected = reference.encode_document(texts)
    assert np.sum(compiled.encode_query(texts) * expected, axis=1).min() > 0.9999
    assert np.sum(compiled.encode_document(texts) * expected, axis=1).min() > MIN_COSINE_INT8
    assert compiled.count_tokens(texts) == reference.count_tokens(texts)


def test_compiled_minilm_gives_the_token_vectors_of_sentence_transformers(compiled, reference):
    """Same tokens, same vectors."""
    for (tokens, vectors), (expected_tokens, expected) in zip(
        compiled.encode_tokens(PARITY_TEXTS), reference.encode_tokens(PARITY_TEXTS), strict=True
    ):
        assert tokens == expected_tokens
        assert np.sum(vectors * expected, axis=1).min() > 0.999


def test_spans_of_minilm_fit_their_own_words_best(compiled):
    """Each sentence is nearer to itself as a query than its neighbours are, though all come from one pass."""
    sentences = [
        "The boiler in the cellar was serviced in September.",
        "A heavy storm damaged forty roof tiles.",
        "The mortgage has an interest rate of 3.45 % until 2031.",
    ]
    text = " ".join(sentences)
    spans = [(text.index(sentence), text.index(sentence) + len(sentence)) for sentence in sentences]
    _, (vectors,) = compiled.encode_spans([text], [spans])
    scores = compiled.encode_query(sentences) @ vectors.T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]


def test_spans_of_minilm_are_pooled_from_its_tokens(compiled):
    """The span of the whole text is the mean of all its tokens, special ones left out."""
    (text, *_) = PARITY_TEXTS
    _, (vectors,) = compiled.encode_spans([text], [[(0, len(text))]])
    assert float(vectors[0] @ compiled.encode_document([text])[0]) > 0.95


def test_engine_is_found_without_building(spec, compiled):
    """And is as it was recorded."""
    told = []
    load_embedder(spec, told.append)
    assert told == []
    assert verify_engine(find_engine(spec)) == []
    assert compiled.identity.weights_sha256 == spec.weights_sha256


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_small_bert_is_compiled(tmp_path, monkeypatch, pooling):
    """From a folder with fresh weights, by the real compiler in its child process."""
    from tiny_model import write_json, write_model
    from transformers import BertConfig, BertModel

    monkeypatch.setenv("DOMAINGPT_CACHE_DIR", str(tmp_path / "cache"))
    words = "the boiler in cellar was inspected house and garden rent is due".split()
    folder = write_model(tmp_path / "bert", words, pooling=pooling)
    config = BertConfig(vocab_size=64, hidden_size=24, num_hidden_layers=2, num_attention_heads=2, intermediate_size=48)
    BertModel(config).save_pretrained(folder)
    write_json(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "[PAD]"})
    spec = EmbedderSpec("small", folder, None, ("en",), "unknown")
    told = []
    embedder = load_embedder(spec, told.append)
    assert embedder.engine.startswith("onnx"), told
    texts = ["the house", "rent is due and the boiler was inspected in the cellar", "garden " * 40]
    expected = SbertEmbedder(spec).encode_query(texts)
    assert np.sum(embedder.encode_query(texts) * expected, axis=1).min() > 0.999
