"""Document → chunks: verbatim, complete, within the limit."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.chunks import TOKEN_CHARACTERS, chunk_document, embedded_spans, embedded_text, page_at, search_view
from domaingpt.testing import HashEmbedder
from domaingpt.types import Block, Document, Page, Sentence

count_words = HashEmbedder().count_tokens


def count_characters(texts):
    """As a model of bytes counts: a space between two units counts too."""
    return [len(text) for text in texts]


def chunked(document, *, max_tokens=12, context_tokens=8, count_tokens=count_words):
    return chunk_document(document, count_tokens=count_tokens, max_tokens=max_tokens, context_tokens=context_tokens)


def check(document, chunks, count_tokens, max_tokens):
    """Assert what holds for the chunks of every document."""
    position = 0
    for chunk in chunks:
        assert document.text[chunk.start : chunk.end] == chunk.text
        assert chunk.text == chunk.text.strip() != ""
        gap = document.text[position : chunk.start]
        assert chunk.start >= position
        assert gap == "" or gap.isspace()
        (n_tokens,) = count_tokens([search_view(chunk.text)])
        assert chunk.n_tokens == n_tokens
        assert n_tokens <= max_tokens or len(chunk.text) == 1
        end = chunk.start
        for sentence in chunk.sentences:
            assert end <= sentence.start < sentence.end <= chunk.end
            quote = document.text[sentence.start : sentence.end]
            assert quote == quote.strip()
            assert sentence.page == page_at(document.pages, sentence.start)
            end = sentence.end
        position = chunk.end
    rest = document.text[position:]
    assert rest == "" or rest.isspace()
    assert len({chunk.id for chunk in chunks}) == len(chunks)
    embedded = "".join(embedded_text(chunk) for chunk in chunks)
    embedded.encode("utf-8")


# --- properties --------------------------------------------------------------------------------

# Everything that means something to the splitter, among arbitrary characters of every category.
PIECES = st.one_of(
    st.sampled_from(
        [
            *(
                "\n",
                "\n\n",
                "\r\n",
                "\f",
                " ",
                "\u3000",
                "\x85",
                ". ",
                "? ",
                "。",
                "…",
                "-\n",
                "\ufffe\n",
                "•\t",
                "1. ",
            ),
            *("The boiler ", "rent", "Dr. ", "3.5 ", "82,959 ", "房贷利率", "\u200b", "\x00", "\ud800", "\x1c", " | "),
        ]
    ),
    st.text(st.characters(exclude_categories=[]), max_size=20),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@st.composite
def documents(draw):
    """Text with blocks as readers give them, and pages cut anywhere."""
    text, blocks = "", []
    for _ in range(draw(st.integers(0, 5))):
        text += draw(TEXTS) + "\n"
        kind = draw(st.sampled_from(["heading", "paragraph", "row"]))
        block = draw(TEXTS).strip()
        if block:
            header = "Item | Price" if kind == "row" and draw(st.booleans()) else ""
            blocks.append(Block(kind, len(text), len(text) + len(block), int(kind == "heading"), header))
            text += block + "\n"
    text += draw(TEXTS)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
    bounds = [0, *cuts, len(text)]
    pages = tuple(Page(n, *span) for n, span in enumerate(pairwise(bounds), 1)) if cuts else ()
    return Document("a/b.pdf", text, pages, tuple(blocks), title=draw(TEXTS))


@given(documents(), st.sampled_from([count_words, count_characters]), st.integers(3, 40))
def test_chunks_are_verbatim_complete_and_short_enough(document, count_tokens, max_tokens):
    """For any text, and whether or not a token may span two units."""
    chunks = chunked(document, max_tokens=max_tokens, count_tokens=count_tokens)
    check(document, chunks, count_tokens, max_tokens)
    assert chunks == chunked(document, max_tokens=max_tokens, count_tokens=count_tokens)


@pytest.mark.parametrize(
    "pattern", ["a", ".", "。房房房", "1,", "-", "(", "?!", ".'", "房", "\u200b", "\x00", "\ud800", '…"', "|", "\u00ad"]
)
def test_long_run_without_a_space(pattern):
    """50,000 characters in about the time of any others; none is lost."""
    document = Document("a.txt", pattern * (50_000 // len(pattern)))
    chunks = chunked(document, max_tokens=200, count_tokens=count_characters)
    check(document, chunks, count_characters, 200)


def test_many_invisible_lines():
    """Lines without a token, as damaged files have them."""
    document = Document("a.txt", "\u200b\n" * 20_000)
    check(document, chunked(document, max_tokens=200), count_words, 200)


def test_long_prose_stays_near_the_limit():
    """Chunks of ordinary text are full: more than half the limit on average."""
    chooser = random.Random(3)
    words = "rent deposit boiler garden roof cellar notary meter".split()
    text = " ".join(f"The {' '.join(chooser.choices(words, k=chooser.randrange(4, 25)))}." for _ in range(400))
    document = Document("a.txt", text)
    chunks = chunked(document, max_tokens=100)
    check(document, chunks, count_words, 100)
    assert sum(chunk.n_tokens for chunk in chunks) / len(chunks) > 75


# --- by example --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n\t\f ", "\x1c\x85\u3000"])
def test_document_without_visible_text_has_no_chunks(text):
    """Nothing is made up."""
    assert chunked(Document("a.txt", text)) == []


def test_sentence_longer_than_a_chunk_is_cut_after_a_clause():
    """Not in the middle of a word, and all of it is there."""
    text = "the tenant pays the rent, the landlord keeps the roof tight, and both look after the garden"
    chunks = chunked(Document("a.txt", text), max_tokens=8)
    assert [chunk.text for chunk in chunks] == [
        "the tenant pays the rent,",
        "the landlord keeps the roof tight,",
        "and both look after the garden",
    ]


def test_long_sentence_is_not_cut_inside_a_number():
    """A comma parts clauses only with a space after it."""
    text = "sales of services in all five regions were 82,959 million dollars and those of products far more"
    chunks = chunked(Document("1.txt", text), max_tokens=9)
    assert [chunk.text for chunk in chunks] == [
        "sales of services in all five regions were 82,959",
        "million dollars and those of products far more",
    ]
    text = "今年的房贷利率下降了，因此更多的人买得起房子"
    assert chunked(Document("1.txt", text), max_tokens=14)[0].text == "今年的房贷利率下降了，"


def test_pages_are_those_of_the_first_and_last_character():
    """A chunk over a page break has both; a page without text in between is skipped over."""
    first = "It rained all day\nlong. We all stayed"
    text = f"{first}\nat home. It rained again."
    cut = len(first)
    pages = (Page(1, 0, cut), Page(2, cut, cut + 1), Page(3, cut + 1, len(text)))
    (chunk,) = chunked(Document("a.pdf", text, pages), max_tokens=50)
    assert (chunk.page, chunk.page_end) == (1, 3)
    assert chunk.sentences == (Sentence(0, 23, 1), Sentence(24, cut + 9, 1), Sentence(cut + 10, len(text), 3))
    (chunk,) = chunked(Document("a.txt", text), max_tokens=50)
    assert (chunk.page, chunk.page_end) == (None, None)


def test_chunk_that_ends_with_its_page_does_not_reach_the_next():
    """One past its last character is the next page's first."""
    first, second = chunked(Document("1.pdf", "下雨了。我们在家。", (Page(1, 0, 4), Page(2, 4, 9))), max_tokens=5)
    assert (first.page, first.page_end) == (1, 1)
    assert (second.page, second.page_end) == (2, 2)


@pytest.mark.parametrize(("offset", "page"), [(0, 1), (4, 1), (5, 3), (8, 3), (9, 3), (100, 3)])
def test_page_at(offset, page):
    """The last page that starts at or before; what lies between two pages belongs to the first of them."""
    assert page_at((Page(1, 0, 4), Page(2, 5, 5), Page(3, 5, 9)), offset) == page


SECTIONS = (
    "Lease\nRent\nIt is 900 euros.\nDue date\nThe third day of each month counts.\nDeposit\nThree rents are held."
)
HEADINGS = tuple(
    Block("heading", SECTIONS.index(f"{name}\n"), SECTIONS.index(f"{name}\n") + len(name), level)
    for name, level in (("Lease", 1), ("Rent", 2), ("Due date", 3), ("Deposit", 2))
)


def test_section_is_the_path_of_headings():
    """A heading closes those of its level and below."""
    document = Document("a.docx", SECTIONS, blocks=HEADINGS, title="My lease")
    chunks = chunked(document, max_tokens=9, context_tokens=50)
    assert [chunk.section for chunk in chunks] == ["Lease", "Lease › Rent › Due date", "Lease › Deposit"]
    assert [chunk.context for chunk in chunks] == [
        "My lease › Lease",
        "My lease › Lease › Rent › Due date",
        "My lease › Lease › Deposit",
    ]
    assert embedded_text(chunks[2]) == "My lease › Lease › Deposit\nDeposit Three rents are held."


def test_context_that_does_not_fit_loses_its_outermost_parts():
    """What is nearest to the text stays."""
    document = Document("a.docx", SECTIONS, blocks=HEADINGS, title="The lease of the house in the old town")
    chunk = chunked(document, max_tokens=9, context_tokens=4)[1]
    assert chunk.context == "Rent › Due date"
    assert chunked(document, max_tokens=9, context_tokens=0)[1].context == ""


def test_title_is_the_first_part_of_the_context_or_else_the_file_name():
    """Not twice when the first heading is the title."""
    assert chunked(Document("x/2022_lease.txt", "It rained."))[0].context == "2022 lease"
    assert chunked(Document("x/2022.txt", "It rained."))[0].context == ""
    document = Document("a.docx", SECTIONS, blocks=HEADINGS, title="Lease")
    assert chunked(document, max_tokens=9, context_tokens=50)[2].context == "Lease › Deposit"


def test_column_names_are_context_of_their_rows():
    """Once for all rows of a chunk, and not part of the text."""
    text = "Boiler | 2009\nRoof | 1998"
    rows = (Block("row", 0, 13, header="Part | Year"), Block("row", 14, 25, header="Part | Year"))
    (chunk,) = chunked(Document("1.xlsx", text, blocks=rows), context_tokens=9)
    assert chunk.context == "Part | Year"
    assert chunk.text == text


def test_headings_are_in_the_chunk_but_no_sentences():
    """An answer does not quote a heading."""
    text = "Rent\nIt is 900 euros."
    (chunk,) = chunked(Document("a.docx", text, blocks=(Block("heading", 0, 4, 1),)))
    assert chunk.text == text
    assert chunk.sentences == (Sentence(5, 21, section="Rent"),)


def test_id_depends_on_place_and_text():
    """32 hexadecimal digits; another path is another chunk."""
    document = Document("a.txt", "It rained.")
    (chunk,) = chunked(document)
    assert len(chunk.id) == 32
    assert int(chunk.id, 16) >= 0
    (again,) = chunked(document)
    (moved,) = chunked(replace(document, path="b.txt"))
    (shifted,) = chunked(replace(document, text=" It rained."))
    assert again.id == chunk.id
    assert len({chunk.id, moved.id, shifted.id}) == 3


def test_a_sentence_knows_the_section_it_stands_under():
    """A chunk that runs over a heading names where it begins; each sentence names its own section."""
    text = "Terms\nRent is due.\nNotice\nIt is three months."
    blocks = (Block("heading", 0, 5, 1), Block("heading", 19, 25, 1))
    (chunk,) = chunked(Document("a.docx", text, blocks=blocks))
    assert chunk.section == "Terms"
    assert [sentence.section for sentence in chunk.sentences] == ["Terms", "Notice"]


def test_the_title_of_a_document_is_no_sentence_to_quote():
    """A title answers nothing, even where it looks like a fact: it stays in the text, unquoted."""
    text = "Home policy 2025/26\n\nThe excess is 250 euros."
    (chunk,) = chunked(Document("a.pdf", text, title="Home policy 2025/26"))
    assert chunk.text == text
    assert [text[s.start : s.end] for s in chunk.sentences] == ["The excess is 250 euros."]


@pytest.mark.parametrize("title", ["My lease", ""])
def test_sentences_are_found_in_the_embedded_text(title):
    """Cleaned as it is; of two equal sentences each at its own place, none in the context."""
    text = "Rent is due.\nThe depo-\nsit  is held. Rent is due."
    (chunk,) = chunked(Document("1.txt", text, title=title), max_tokens=40)  # a name of digits is no context
    embedded = embedded_text(chunk)
    spans = embedded_spans(chunk, embedded)
    assert [embedded[start:end] for start, end in spans] == ["Rent is due.", "The deposit is held.", "Rent is due."]
    assert spans == sorted(set(spans))
    assert spans[0][0] == (len(title) + 1 if title else 0)


def test_a_word_without_end_is_divided_by_its_length() -> None:
    """A tokenizer may take a megabyte of letters for one token; a chunk holds forty characters a token at most."""
    text = "boiler " + "x" * 100_000 + " roof"
    document = Document("a.txt", text)
    chunks = chunk_document(document, count_tokens=lambda texts: [1] * len(texts), max_tokens=50, context_tokens=8)
    assert max(len(chunk.text) for chunk in chunks) <= 50 * TOKEN_CHARACTERS
    assert "".join(chunk.text.replace(" ", "") for chunk in chunks) == text.replace(" ", "")


def test_a_long_document_is_cut_group_by_group_into_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups part between paragraphs, never after a heading, and nothing is lost between them."""
    text = "\n\n".join(
        f"Heading of {'abcde'[i % 5]}x\n\nThe {i}th sentence is here. Another one follows it." for i in range(40)
    )
    document = Document("a.txt", text)

    whole = chunked(document, max_tokens=40)
    monkeypatch.setattr("domaingpt.chunks.GROUP_UNITS", 10)
    grouped = chunked(document, max_tokens=40)
    check(document, grouped, count_words, 40)
    assert "".join("".join(c.text.split()) for c in grouped) == "".join("".join(c.text.split()) for c in whole)
    assert len(grouped) > len(whole) > 4
    assert not any(chunk.text.splitlines()[-1].startswith("Heading") for chunk in grouped)
