"""The shipped fakes do what their contracts say, and the contracts fail for what does not."""

from __future__ import annotations

import numpy as np
import pytest

from domaingpt.index import Candidate
from domaingpt.testing import EmbedderContract, GeneratorContract, HashEmbedder, IndexContract, ScriptedGenerator


class TestScriptedGenerator(GeneratorContract):
    """The shipped fake."""

    @pytest.fixture
    def generator(self):
        """Return a fake with one draft."""
        return ScriptedGenerator(["The boiler is from 2009."])


def test_drafts_come_in_order_piece_by_piece():
    """The last is repeated; white space is kept; the prompts are recorded."""
    generator = ScriptedGenerator(["One  two.\n", "Three."])
    assert list(generator.generate("s", "first", 9)) == ["One", "  two.\n"]
    assert "".join(generator.generate("s", "second", 9)) == "Three."
    assert "".join(generator.generate("s", "third", 9)) == "Three."
    assert generator.prompts == [("s", "first"), ("s", "second"), ("s", "third")]


def test_texts_that_share_words_are_near():
    """And the fake is the same on every machine: its first numbers are written here."""
    embedder = HashEmbedder()
    rent, more_rent, roof = embedder.encode_query(["the rent is due", "the rent is paid", "roof tiles of 1998"])
    assert rent @ more_rent > rent @ roof + 0.2
    assert embedder.encode_query(["rent"])[0, :3].tolist() == pytest.approx([-0.59221, -0.15736, 0.01340], abs=1e-5)


def test_documents_are_recorded_and_queries_are_not():
    """In order, repeats kept."""
    embedder = HashEmbedder()
    embedder.encode_document(["a", "b"])
    embedder.encode_query(["c"])
    embedder.encode_document(["a"])
    assert embedder.encoded == ["a", "b", "a"]


def test_fakes_of_two_names_do_not_compare():
    """Another identity and another space."""
    one, other = HashEmbedder(), HashEmbedder(name="other")
    assert one.identity.key != other.identity.key
    assert not np.allclose(one.encode_query(["rent"]), other.encode_query(["rent"]))


def test_chinese_characters_count_one_each():
    """As most tokenizers have it."""
    assert HashEmbedder().count_tokens(["房贷利率 fell by 3.5%", "東京タワー"]) == [7, 5]


# --- a contract that lets everything pass is none -------------------------------------------------


class ShuffledEmbedder(HashEmbedder):
    """Gives rows in another order."""

    def encode_document(self, texts, progress=None):
        """Return the rows from last to first."""
        return super().encode_document(texts, progress)[::-1]


class CuttingEmbedder(HashEmbedder):
    """Cuts at its limit."""

    def encode_query(self, texts):
        """Return vectors of what fits."""
        return super().encode_query([" ".join(text.split()[: self.identity.max_tokens]) for text in texts])


class LongEmbedder(HashEmbedder):
    """Forgets to normalise."""

    def encode_query(self, texts):
        """Return rows of length 2."""
        return super().encode_query(texts) * 2


@pytest.mark.parametrize(
    ("embedder", "test"),
    [
        (ShuffledEmbedder(), "test_rows_come_in_the_order_of_the_texts"),
        (CuttingEmbedder(), "test_long_text_is_not_cut"),
        (LongEmbedder(), "test_rows_are_unit_vectors_in_single_precision"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_embedder_contract_notices(embedder, test):
    """Each fault by the test made for it."""
    with pytest.raises(AssertionError):
        getattr(EmbedderContract(), test)(embedder)


class OracleIndex:
    """Brute force, with room for one fault."""

    def __init__(self, chunks, vectors, fault):
        self.rows, self.vectors, self.fault = list(chunks), vectors, fault

    def terms(self, text):
        """Return the words."""
        return text.split()

    def search(self, vector, text, k, arm, only):
        """Every candidate, best first, by the dense arm alone."""
        scores = self.vectors @ vector if vector is not None else np.zeros(len(self.rows))
        order = np.argsort(-scores, kind="stable")
        if only and self.fault != "only afterwards":
            order = [row for row in order if self.rows[row].document.startswith(only.strip("*"))]
        order = order[-k:] if self.fault == "worst first" else order[:k]
        if only and self.fault == "only afterwards":
            order = [row for row in order if self.rows[row].document.startswith(only.strip("*"))]
        shift = 0.1 if self.fault == "other scores" else 0
        dense = [None if vector is None else float(scores[row]) + shift for row in order]
        return [Candidate(self.rows[row].id, d, None) for row, d in zip(order, dense, strict=True)]


def dense_contract(fault):
    """Return the index contract, asking the dense arm only, over an index with a fault."""

    class Contract(IndexContract):
        def build(self, folder, chunks, vectors):
            return OracleIndex(chunks, vectors, fault)

        def _searches(self):
            return ((text, vector, k, arm) for text, vector, k, arm in super()._searches() if arm == "dense")

    return Contract()


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        ("worst first", "test_chunks_are_the_oracles"),
        ("other scores", "test_scores_are_the_oracles"),
        ("only afterwards", "test_only_is_applied_before_ranking"),
    ],
)
def test_index_contract_notices(tmp_path, fault, test):
    """Brute force without a fault passes, with one it does not."""
    getattr(dense_contract(None), test)(tmp_path)
    with pytest.raises(AssertionError):
        getattr(dense_contract(fault), test)(tmp_path)
