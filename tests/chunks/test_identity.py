"""First page → whose document it is, and of when."""

from __future__ import annotations

import pytest

from domaingpt.chunks import chunk_document
from domaingpt.chunks.identity import identity
from domaingpt.testing import HashEmbedder
from domaingpt.types import Block, Document, Page


def paged(*pages, path="a.pdf", title="", blocks=()):
    table, position = [], 0
    for number, page in enumerate(pages, start=1):
        table.append(Page(number, position, position + len(page)))
        position += len(page) + 1
    return Document(path, "\n".join(pages), pages=tuple(table), title=title, blocks=blocks)


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        pytest.param(
            "FORM 10-Q\nFor the quarterly period ended June 25, 2022\nCommission File Number 1\n\nAcme Widgets, Inc.\n"
            "(Exact name of registrant as specified in its charter)",
            "Acme Widgets, Inc., quarterly period ended June 25, 2022",
            id="report",
        ),
        pytest.param(
            "QUARTERLY REPORT\nFor the Quarterly Period Ended\r\nSeptember 30, 2022\nACME CORPORATION\nWASHINGTON 91-1",
            "ACME CORPORATION, Quarterly Period Ended September 30, 2022",
            id="name without a caption",
        ),
        pytest.param("The Acme\n(Name of the issuer)\nA Holding Company", "The Acme", id="caption before legal form"),
        pytest.param(
            "First Street Bank\nAccount 12345\n01.03.2024 - 31.03.2024\nOpening balance 5.00",
            "First Street Bank, 01.03.2024 - 31.03.2024",
            id="bank statement",
        ),
        pytest.param(
            "LEASE AGREEMENT\nThis agreement, dated as of 5 March 2021, is made between\nAnna Example and\nOak Homes Ltd.",
            "Oak Homes Ltd., dated as of 5 March 2021",
            id="contract",
        ),
        pytest.param("Invoice date: 2024-05-01\nPhone 555 Trim Limited", "Invoice date: 2024-05-01", id="invoice"),
        pytest.param(
            "It rained on June 25, 2022.\nThe company was closed, said the head of the company.", "", id="prose"
        ),
        pytest.param("", "", id="empty page"),
    ],
)
def test_first_page_says_who_and_when(cover, expected):
    """The first page alone; the second says other things."""
    assert identity(paged(cover, "Year ended May 1, 1999\nOther Corp.")) == expected


def test_text_without_pages_has_no_identity():
    """The beginning of a text file is no cover."""
    assert identity(Document("a.txt", "Acme Corp.\nFor the year ended June 30, 2022")) == ""


def contexts(document, context_tokens, max_tokens=12):
    chunks = chunk_document(
        document, count_tokens=HashEmbedder().count_tokens, max_tokens=max_tokens, context_tokens=context_tokens
    )
    return [chunk.context for chunk in chunks]


COVER = "Annual report for the year ended May 1, 2024\nAcme Corp.\nIt is a good year for us all, and so it goes."


def test_every_chunk_says_whose_document_it_is():
    """File name and identity come first, then the title."""
    document = paged(COVER, "Pumps sold well in the year, and so did valves.", path="2024 acme.pdf", title="Report")
    assert set(contexts(document, 50)) == {"2024 acme › Acme Corp., year ended May 1, 2024 › Report"}


def test_identity_outlives_title_name_and_the_end_of_headers():
    """With less room first the title goes, then the file's name if that is enough, else headers from the end."""
    text = f"{COVER}\nCash 1 2"
    rows = (Block("row", len(COVER) + 1, len(text), 0, "CASH FLOWS › In millions › 2024 2023"),)
    document = paged(text, path="acme.pdf", title="Report", blocks=rows)
    who = "Acme Corp., year ended May 1, 2024"
    words = HashEmbedder().count_tokens([f"acme › {who} › CASH FLOWS › In millions › 2024 2023"])[0]
    assert contexts(document, words)[-1] == f"acme › {who} › CASH FLOWS › In millions › 2024 2023"
    assert contexts(document, words - 1)[-1] == f"{who} › CASH FLOWS › In millions › 2024 2023"
    assert contexts(document, words - 3, max_tokens=3)[-1] == f"acme › {who} › CASH FLOWS › In millions"
    assert contexts(document, words - 3, max_tokens=12)[-1].endswith("In millions › 2024 2023")  # the chunk has room
    assert contexts(document, words - 4, max_tokens=3)[-1] == f"{who} › CASH FLOWS › In millions"
    assert contexts(document, 2)[-1] == ""


def test_file_without_a_name_in_words_leaves_no_gap():
    """Figures alone name nothing."""
    assert set(contexts(paged(COVER, path="20240501.pdf"), 50)) == {"Acme Corp., year ended May 1, 2024"}


def test_chunk_of_two_tables_names_both_before_their_columns():
    """What they share is said once."""
    lines = ["Cash 1 2", "Debt 3 4"]
    text = "\n".join(lines)
    blocks = (
        Block("row", 0, 8, 0, "CASH › In millions › 2024 2023"),
        Block("row", 9, 17, 0, "DEBT › In millions › 2024 2023"),
    )
    assert contexts(Document("1.pdf", text, blocks=blocks), 50) == ["CASH › DEBT › In millions › 2024 2023"]
