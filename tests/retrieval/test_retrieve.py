"""Query → hits, over a real index with an embedder of hashes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from domaingpt.chunks import embedded_text
from domaingpt.config import parse_config
from domaingpt.index import LocalIndex, open_index
from domaingpt.ingest import ingest
from domaingpt.retrieval import DATED, DENSE_WEIGHT, covers, retrieve
from domaingpt.testing import HashEmbedder

BOILER = "The boiler in the cellar was serviced by Menon in September."
ROOF = "The roof was repaired for seven thousand pounds."
PAYMENT = "最终付款日为2049年8月1日。"
FENCE = "The fence on the east side belongs to number 17."


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    folder = tmp_path_factory.mktemp("house")
    texts = {"log/boiler.txt": BOILER, "log/roof.txt": ROOF, "deeds/fence.txt": FENCE, "deeds/zh.txt": PAYMENT}
    for path, text in texts.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    index_folder = tmp_path_factory.mktemp("index") / "house"
    ingest(parse_config({}, "house", where="domain.toml"), folder, index_folder, embedder=HashEmbedder())
    opened = open_index(index_folder, "house")
    yield opened
    opened.close()


class Deaf(HashEmbedder):
    """Must not be asked."""

    def encode_query(self, texts):
        """Refuse."""
        raise AssertionError(texts)


def test_hits_come_best_first_with_the_scores_of_both_arms(index) -> None:
    """Ranks count from 1; fused scores fall."""
    hits = retrieve(index, HashEmbedder(), "Who serviced the boiler?", k=3)
    assert hits[0].chunk.text == BOILER
    assert [hit.rank for hit in hits] == [1, 2, 3]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(hit.dense is not None and hit.lexical is not None for hit in hits)


def test_each_arm_alone_gives_its_own_scores(index) -> None:
    """A cosine, or BM25; the lexical arm does not ask the embedder."""
    embedder = HashEmbedder()
    (dense, *_) = retrieve(index, embedder, "boiler", k=4, arm="dense")
    vector = embedder.encode_query(["boiler"])[0]
    assert dense.lexical is None
    assert (
        dense.score
        == dense.dense
        == pytest.approx(float(np.max(embedder.encode_document(embedder_texts(index)) @ vector)), abs=1e-3)
    )
    (lexical,) = retrieve(index, Deaf(), "boiler", k=4, arm="lexical")
    assert lexical.dense is None
    assert lexical.score == lexical.lexical


def embedder_texts(index: LocalIndex) -> list[str]:
    return [embedded_text(chunk) for chunk in index.corpus.all_chunks()]


@pytest.mark.parametrize(
    ("only", "documents"),
    [("log/*", {"log/boiler.txt", "log/roof.txt"}), ("*/fence.txt", {"deeds/fence.txt"}), ("none/*", set())],
)
@pytest.mark.parametrize("arm", ["hybrid", "dense"])
def test_only_leaves_other_documents_out(index, only, documents, arm) -> None:
    """Before ranking: what is left is ranked from 1."""
    hits = retrieve(index, HashEmbedder(), "boiler fence roof", k=8, arm=arm, only=only)
    assert {hit.chunk.document for hit in hits} == documents
    assert [hit.rank for hit in hits] == list(range(1, len(documents) + 1))


@pytest.mark.parametrize("k", [1, 2, 100])
def test_there_are_at_most_k_hits(index, k: int) -> None:
    """The dense arm has a score for every chunk, so k or all."""
    assert len(retrieve(index, HashEmbedder(), "boiler", k=k)) == min(k, 4)


def test_a_language_the_embedder_does_not_cover_is_searched_by_words(index) -> None:
    """The embedder is not asked: its cosines would be noise."""
    embedder = Deaf(languages=("en",))
    assert not covers(embedder, "付款日")
    (hit,) = retrieve(index, embedder, "付款日", k=3)
    assert hit.chunk.document == "deeds/zh.txt"
    assert hit.dense is None


def test_a_given_weight_holds_in_every_language(index) -> None:
    """`dense_weight` in domain.toml is the user's word."""
    hits = retrieve(index, HashEmbedder(languages=("en",)), "付款日", k=3, dense_weight=0.5)
    assert len(hits) == 3
    assert all(hit.dense is not None for hit in hits)


def test_a_query_covered_in_part_weighs_vectors_in_part(index) -> None:
    """Six of its ten letters are Latin: the weight · 6/10."""
    embedder = HashEmbedder(languages=("en",))
    scores = [hit.score for hit in retrieve(index, embedder, "boiler 付款日年", k=4)]
    weighed = [hit.score for hit in retrieve(index, embedder, "boiler 付款日年", k=4, dense_weight=DENSE_WEIGHT * 0.6)]
    unweighed = [hit.score for hit in retrieve(index, embedder, "boiler 付款日年", k=4, dense_weight=DENSE_WEIGHT)]
    assert scores == pytest.approx(weighed)
    assert scores != pytest.approx(unweighed)


@pytest.mark.parametrize("query", ["boiler in September 2022", "boiler, Q3 2022", "boiler in the third quarter"])
def test_a_query_that_names_a_date_or_quarter_weighs_vectors_less(index, query) -> None:
    """All dates are nearly the same to an embedder."""
    scores = [hit.score for hit in retrieve(index, HashEmbedder(), query, k=4)]
    weighed = [hit.score for hit in retrieve(index, HashEmbedder(), query, k=4, dense_weight=DENSE_WEIGHT * DATED)]
    assert scores == pytest.approx(weighed)


def test_where_no_word_is_known_vectors_are_better_than_nothing(index) -> None:
    """Also for a language that the embedder does not cover."""
    hits = retrieve(index, HashEmbedder(languages=("en",)), "保险", k=2)
    assert len(hits) == 2
    assert all(hit.lexical is None for hit in hits)


def test_digits_alone_are_searched_by_both_arms(index) -> None:
    """A number is in no language."""
    hits = retrieve(index, HashEmbedder(languages=("en",)), "17", k=1)
    assert hits[0].chunk.text == FENCE


@pytest.mark.parametrize("arm", ["hybrid", "dense", "lexical"])
@pytest.mark.parametrize("query", ["boiler", "", "?"])
def test_an_empty_index_gives_no_hits(folder, arm, query) -> None:
    """Nothing to search is no error."""
    folder.ingest()
    index = folder.open()
    assert retrieve(index, HashEmbedder(), query, k=8, arm=arm) == []
    index.close()


def test_equal_chunks_keep_their_order(folder) -> None:
    """The same text in two files: ties go by row, run after run."""
    for name in "abc":
        folder.write(f"{name}.txt", BOILER)
    folder.ingest()
    index = folder.open()
    runs = [[hit.chunk.id for hit in retrieve(index, HashEmbedder(), "boiler cellar", k=3)] for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    assert len(set(runs[0])) == 3
    index.close()
