"""Hits → evidence: which sentences are quoted, and where they end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from domaingpt.chunks import chunk_document
from domaingpt.index.terms import Analyzer
from domaingpt.retrieval.evidence import select_evidence
from domaingpt.retrieval.late_interaction import _max_sim, late_interaction
from domaingpt.retrieval.quoting import MAX_QUOTE_CHARACTERS
from domaingpt.testing import HashEmbedder
from domaingpt.types import Block, Chunk, Document, Hit, Page, Sentence


class Words:
    """What evidence asks of an index: terms, an idf of 1 unless told otherwise, and vectors of the hits' sentences."""

    def __init__(
        self, idf: dict[str, float] | None = None, *, hits: Sequence[Hit] = (), embedder: HashEmbedder | None = None
    ) -> None:
        self._idf = idf or {}
        self.terms = Analyzer("en").terms
        self._chunks = {hit.chunk.id: hit.chunk for hit in hits}
        self._embedder = embedder or HashEmbedder(dim=64)

    def sentence_vectors(self, ids: Sequence[str]) -> list[np.ndarray]:
        """Return the vectors of the sentences by themselves."""
        chunks = [self._chunks[chunk_id] for chunk_id in ids]
        texts = [[c.text[s.start - c.start : s.end - c.start] for s in c.sentences] for c in chunks]
        return [self._embedder.encode_document(of_chunk) for of_chunk in texts]

    def idf(self, terms: Sequence[str]) -> list[float]:
        """Return how rare each term is."""
        return [self._idf.get(term, 1.0) for term in terms]


def hits_of(*documents: Document) -> list[Hit]:
    embedder = HashEmbedder()
    chunks = [
        chunk
        for document in documents
        for chunk in chunk_document(document, count_tokens=embedder.count_tokens, max_tokens=200, context_tokens=40)
    ]
    return [Hit(chunk, 1.0 / rank, rank) for rank, chunk in enumerate(chunks, start=1)]


def select(question: str, hits: Sequence[Hit], limit: int = 5, **options):
    return select_by(question, hits, HashEmbedder(dim=64), limit=limit, **options)


def select_by(question: str, hits: Sequence[Hit], embedder: HashEmbedder, idf=None, limit: int = 5):
    """Select with the vectors of an embedder."""
    index = Words(idf, hits=hits, embedder=embedder)
    return select_evidence(question, hits, embedder, index, limit=limit, vector=embedder.encode_query([question])[0])


TEXT = "The roof was repaired in 2019. The boiler was serviced by Menon. The fence is not ours."


def test_the_sentence_with_the_words_of_the_question_comes_first() -> None:
    """Its offsets are the document's; scores fall."""
    document = Document("log.txt", f"\ufeff\n{TEXT}")
    evidence = select("Who serviced the boiler?", hits_of(document))
    assert evidence[0].quote == "The boiler was serviced by Menon."
    assert all(document.text[item.start : item.end] == item.quote for item in evidence)
    assert [item.score for item in evidence] == sorted((item.score for item in evidence), reverse=True)
    assert len(evidence) == 3


def test_there_are_at_most_limit_pieces() -> None:
    """The best."""
    hits = hits_of(Document("log.txt", TEXT))
    assert select("boiler", hits, limit=2) == select("boiler", hits, limit=3)[:2]


def test_no_hits_give_no_evidence() -> None:
    """Not an error."""
    assert select("boiler", []) == []


def test_the_order_is_the_same_in_every_run() -> None:
    """Equal sentences of two documents stay in the order of the hits."""
    hits = hits_of(Document("a.txt", TEXT), Document("b.txt", TEXT))
    hits = [Hit(hit.chunk, 1.0, hit.rank) for hit in hits]
    runs = [select("boiler", hits) for _ in range(3)]
    assert runs[0] == runs[1] == runs[2]
    assert [item.chunk.document for item in runs[0][:2]] == ["a.txt", "b.txt"]


def test_without_dense_words_alone_decide() -> None:
    """The embedder is not asked."""

    class Deaf(HashEmbedder):
        def encode_query(self, texts):
            raise AssertionError(texts)

        encode_document = encode_tokens = encode_query

    document = Document("zh.txt", "屋顶于2019年修复。最终付款日为2049年8月1日。围栏不属于我们。")
    evidence = select_evidence("最终付款日", hits_of(document), Deaf(), Words(), limit=2, vector=None)
    assert evidence[0].quote == "最终付款日为2049年8月1日。"
    assert evidence[0].dense == 0.0
    assert evidence[0].coverage == pytest.approx(1.0)


class Synonyms(HashEmbedder):
    """Takes "furnace" for "boiler"; by tokens it takes "roofing" for "roof"."""

    def encode_query(self, texts):
        """Return the vectors of the texts with the one word for the other."""
        return super().encode_query([text.replace("furnace", "boiler") for text in texts])

    def encode_tokens(self, texts):
        """Return the token vectors of the texts with the one word for the other."""
        return super().encode_tokens([text.replace("roofing", "roof") for text in texts])


def test_a_sentence_without_a_word_of_the_question_is_found_by_its_vector() -> None:
    """Cosines alone tell the sentences apart here."""

    class Mute(Synonyms):
        def encode_tokens(self, texts):
            return [(["x"], np.zeros((1, 64), np.float32)) for _ in texts]

    text = "Nobody mended the fence. Menon inspected the boiler. Somebody painted the wall."
    (best, *_) = select_by("furnace", hits_of(Document("x.txt", text)), Mute(dim=64))
    assert best.quote == "Menon inspected the boiler."
    assert best.dense > 0.3


def test_late_interaction_decides_where_all_else_is_equal() -> None:
    """No word in common, and the vector of the whole says nothing: a single token does."""

    class Blind(Synonyms):
        def encode_query(self, texts):
            return np.ones((len(texts), 64), np.float32) / 8

        encode_document = encode_query

    text = "Nobody mended the fence. Menon inspected the roof. Somebody painted the wall."
    (best, *_) = select_by("roofing", hits_of(Document("x.txt", text)), Blind(dim=64))
    assert best.quote == "Menon inspected the roof."


def test_coverage_counts_the_rare_words_of_question_sentence_and_context() -> None:
    """Idf 3 of "boiler" in the sentence and 1 of "log" in the title; "Menon", idf 4, is missing: 4 / 8."""
    document = Document("x.txt", "The boiler was serviced.", title="House log")
    idf = {"boiler": 3.0, "log": 1.0, "menon": 4.0}
    (item,) = select_by("boiler log Menon", hits_of(document), HashEmbedder(), idf)
    assert item.coverage == pytest.approx(4 / 8)


def test_late_interaction_by_hand() -> None:
    """Two question words, weights ¾ and ¼; each looks for its nearest word.

    Q = (1, 0), (0, 1); S = (.6, .8), (1, 0): the first finds 1, the second .8, so ¾ · 1 + ¼ · .8 = .95.
    """
    q, s = np.eye(2, dtype=np.float32), np.array([[0.6, 0.8], [1.0, 0.0]], np.float32)
    assert _max_sim(q, s, np.array([0.75, 0.25])) == pytest.approx(0.95)
    assert _max_sim(q, s[:0], np.array([0.75, 0.25])) == 0.0


def test_late_interaction_weighs_word_pieces_by_the_idf_of_their_word() -> None:
    """ "boil" + "##er" are one word of idf 3; "roof" has idf 1: weights 3/7, 3/7, 1/7."""

    class Pieces(HashEmbedder):
        def encode_tokens(self, texts):
            unit = np.eye(3, dtype=np.float32)
            assert texts == ["boiler roof", "a", "b"]
            return [(["boil", "##er", "roof"], unit), (["boil"], unit[:1]), (["roof", "er"], unit[[2, 1]])]

    late = late_interaction("boiler roof", ["a", "b"], Pieces(), Words({"boiler": 3.0, "roof": 1.0}))
    assert late == pytest.approx([3 / 7, 4 / 7])


def test_words_without_idf_weigh_the_same() -> None:
    """A question of words that the domain does not know still has an order."""
    late = late_interaction("alpha beta", ["alpha beta", "gamma"], HashEmbedder(), Words({"alpha": 0, "beta": 0}))
    assert late[0] == pytest.approx(1.0)
    assert late[1] < 1.0


# --- quotes -----------------------------------------------------------------------------------------


CLAUSES = [
    "the seller hands over the keys on the day of completion",
    "the buyer takes over the running contracts for water and electricity",
    "the boiler was serviced by Menon in September of the year before",
    "the garden shed stays where it is together with everything in it",
    "both parties share the costs of the notary in equal parts",
    "the land tax for the running year is paid by the seller alone",
]


@pytest.mark.parametrize("mark", [", ", "; ", ": ", "，", "； ", " – ", ",\r\n"])
def test_a_long_sentence_is_clipped_at_the_ends_of_clauses(mark: str) -> None:
    """To the stretch that holds most of the question's words, verbatim, with no white space around it."""
    text = "At the handover " + mark.join([*CLAUSES[3:], *CLAUSES[:3]]) + "."
    document = Document("contract.txt", text, blocks=(Block("paragraph", 0, len(text)),))
    chunk = Chunk("0" * 32, "contract.txt", 0, len(text), text, sentences=(Sentence(0, len(text)),))
    (item,) = select("Who serviced the boiler?", [Hit(chunk, 1.0, 1)], limit=1)
    assert len(item.quote) <= MAX_QUOTE_CHARACTERS
    assert document.text[item.start : item.end] == item.quote == item.quote.strip()
    assert CLAUSES[2] in item.quote
    assert item.start == 0 or text[: item.start].endswith((mark, mark.strip()))


def test_a_long_sentence_without_clauses_is_cut_all_the_same() -> None:
    """At most 300 characters, verbatim, with the words of the question."""
    text = "word " * 100 + "boiler " + "word " * 100
    text = text.strip()
    chunk = Chunk("0" * 32, "x.txt", 0, len(text), text, sentences=(Sentence(0, len(text)),))
    (item,) = select("boiler", [Hit(chunk, 1.0, 1)], limit=1)
    assert len(item.quote) <= MAX_QUOTE_CHARACTERS
    assert text[item.start : item.end] == item.quote


@pytest.mark.parametrize("n", [299, 300])
def test_a_sentence_that_fits_is_quoted_whole(n: int) -> None:
    """Up to 300 characters."""
    text = ("boiler, " * 50)[: n - 1] + "."
    chunk = Chunk("0" * 32, "x.txt", 0, len(text), text, sentences=(Sentence(0, len(text)),))
    (item,) = select("boiler", [Hit(chunk, 1.0, 1)], limit=1)
    assert item.quote == text


def test_a_row_is_quoted_as_it_was_typed_and_found_by_the_names_of_its_columns() -> None:
    """The header itself and the line under it are no evidence."""
    lines = [
        "| Firm | Boiler | Price |",
        "|:---|  ---  | ---: |",
        "| Brayford | Vantor | £3,140 |",
        "| Menon | Halder | £2,890 |",
    ]
    text = "\n".join(lines)
    starts = [text.index(line) for line in lines]
    blocks = tuple(
        Block("row", start, start + len(line), header="Firm | Boiler | Price" if n > 1 else "")
        for n, (start, line) in enumerate(zip(starts, lines, strict=True))
    )
    evidence = select("What is the price of the Vantor boiler?", hits_of(Document("log.md", text, blocks=blocks)))
    assert [item.quote for item in evidence] == lines[2:]


@pytest.mark.parametrize("text", ["June 25,", "3", "42 of 90"])
def test_a_scrap_is_quoted_only_where_there_is_nothing_else(text: str) -> None:
    """A chunk of scraps is quoted whole."""
    chunk = Chunk(
        "0" * 32, "x.txt", 5, 5 + len(text), text, page=7, section="A", sentences=(Sentence(5, 5 + len(text), 7),)
    )
    (item,) = select("June", [Hit(chunk, 1.0, 1)])
    assert (item.quote, item.start, item.page, item.section) == (text, 5, 7, "A" if text != "42 of 90" else "")


def test_the_page_is_that_of_the_sentence_not_of_its_chunk() -> None:
    """A chunk may span pages."""
    pages_text = ["The roof was repaired in 2019.\n", "The boiler was serviced by Menon.\n"]
    text = "".join(pages_text)
    pages = (Page(1, 0, len(pages_text[0])), Page(2, len(pages_text[0]), len(text)))
    hits = hits_of(Document("log.pdf", text, pages=pages))
    assert (hits[0].chunk.page, hits[0].chunk.page_end) == (1, 2)
    assert [item.page for item in select("Who serviced the boiler?", hits)] == [2, 1]
