"""Questions about everything, asked of a small domain without a language model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from domaingpt.ask import ask
from domaingpt.config import parse_config
from domaingpt.index import LocalIndex, open_index
from domaingpt.ingest import ingest
from domaingpt.testing import HashEmbedder
from domaingpt.types import Answer

EMBEDDER = HashEmbedder(dim=64, languages=("en",))
CONFIG = parse_config({}, "flats", where="domain.toml")
TEXTS = {
    "tenants.csv": """Flat,Tenant,Monthly rent (£),Deposit (£),Lease end,Status
1A,Grace Adeyemi,950.50,1100,2025-02-28,current
1B,Tomas Bielak,780,900,2024-06-14,notice given
2A,Rosa Castell,1040,1200,2024-08-31,current
2B,Ivan Dimov,740,,2025-10-31,current
""",
    "statements/statement-2024-01.csv": "Date,Payer,Amount (£)\n2024-01-02,Adeyemi,950.50\n2024-01-03,Castell,1040\n",
    "statements/statement-2024-02.csv": "Date,Payer,Amount (£)\n2024-02-02,Adeyemi,950.50\n2024-02-05,Dimov,740\n",
    "copy/statement-2024-02.csv": "Date,Payer,Amount (£)\n2024-02-02,Adeyemi,950.50\n2024-02-05,Dimov,740\n",
    "orders.csv": "Order,Supplier,Price,Currency,Paid\nO-1,Kessler,10.25,EUR,yes\nO-2,Vetro,20,USD,no\nO-3,Kessler,5,EUR,no\n",
    "works.csv": "Work,Cost (£)\nRoof,700\nDoor,90.5\nTotal,800\n",
    "leases/lease-1a.md": "# Lease of flat 1A\n\nPets are not allowed.\n",
    "leases/lease-2a.md": "# Lease of flat 2A\n\nOne cat may be kept. The cellar has asbestos.\n",
    "broken.docx": "PK\x03\x04 damaged",
}
READ, ALL = 8, 9


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalIndex]:
    folder = tmp_path_factory.mktemp("documents")
    for path, text in TEXTS.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    index_folder = tmp_path_factory.mktemp("indexes") / "flats"
    ingest(CONFIG, folder, index_folder, embedder=EMBEDDER)
    opened = open_index(index_folder, "flats")
    yield opened
    opened.close()


@pytest.fixture
def answer(index: LocalIndex):
    def put(question: str, **settings: Any) -> Answer:
        return ask(question, CONFIG, index, EMBEDDER, None, **settings)

    return put


def quotes(given: Answer) -> list[str]:
    return [citation.quote for citation in given.citations]


def test_rows_are_counted_with_a_condition(answer, index) -> None:
    """Each with a verbatim quote, and the coverage names the file that could not be read."""
    given = answer("How many tenants pay more than £900 a month?")
    assert given.text == "2 rows in tenants.csv (Monthly rent (£) more than £900): Grace Adeyemi [1], Rosa Castell [2]."
    assert given.reason == "computed"
    for citation in given.citations:
        assert index.corpus.document(citation.document).text[citation.start : citation.end] == citation.quote
    coverage = given.coverage
    assert coverage is not None
    assert (coverage.documents_read, coverage.documents, coverage.rows, coverage.tables) == (READ, ALL, 2, 1)
    assert any(reason.startswith("broken.docx (") for reason in coverage.left_out)
    assert coverage.statement.startswith("Read 8 of 9 documents; 2 rows in 1 table matched. Left out: ")


def test_a_sum_is_exact_and_shows_its_terms(answer) -> None:
    """950.50 + 780 + 1040 + 740."""
    given = answer("What is the total monthly rent?")
    assert given.text == (
        "Total Monthly rent (£): £3,510.50 (computed: the sum of 4 rows of tenants.csv):"
        " 950.50 [1] + 780 [2] + 1040 [3] + 740 [4]."
    )


def test_the_same_file_twice_is_counted_once(answer) -> None:
    """1040 + 740 + 2 × 950.50, not 3 ×, and the coverage says which file is the copy."""
    given = answer("How much did Adeyemi pay in total?")
    assert given.text is not None and "£1,901.00" in given.text
    assert given.coverage is not None
    assert "counted once" in given.coverage.statement


def test_currencies_are_never_added_together(answer) -> None:
    """One sum for each."""
    given = answer("What is the total price of all orders?")
    assert given.text is not None
    assert given.text.startswith("Total Price: 15.25 EUR and 20 USD (computed: the sum of 3 rows of orders.csv)")


def test_a_stated_total_that_differs_is_given_with_the_difference(answer) -> None:
    """The table says 800; its rows add up to 790.50."""
    given = answer("What is the total cost of the works?")
    assert given.text == (
        "Total Cost (£): 800 [1]."
        " So the total row of works.csv states; its 2 rows add up to £790.50 (computed), which differs."
    )
    assert quotes(given)[0] == "Work: Total | Cost (£): 800"


@pytest.mark.parametrize(
    ("question", "held"),
    [
        ("Which tenant pays the highest rent?", ["Highest Monthly rent (£): Rosa Castell (1040) [1]"]),
        ("Which orders have not been paid?", ["2 rows in orders.csv", "O-2 [1], O-3 [2]"]),
        ("How many orders are unpaid?", ["2 rows in orders.csv"]),
        ("Which tenants have no deposit?", ["1 row in tenants.csv", "Ivan Dimov [1]"]),
        ("Which tenants have a lease end before 2025?", ["Tomas Bielak [1], Rosa Castell [2]"]),
        ("Which supplier has the most orders?", ["Kessler: 2 rows [1]"]),
        ("What is the average deposit?", ["£1,066.67", "over 3 rows", "1 more row has no Deposit (£)"]),
        ("Compare the rent of Tomas Bielak and Ivan Dimov", ["780 [1]", "740 [2]", "difference (computed): £40"]),
        ("How many statements are there?", ["documents: ", "statements/statement-2024-01.csv [2]"]),
        ("Which documents mention asbestos?", ["1 of 8 documents", "leases/lease-2a.md [1]"]),
        ("How many leases mention a cat?", ["1 of 2 such documents"]),
    ],
)
def test_what_is_asked_comes_out(answer, question: str, held: list[str]) -> None:
    """Each kind of question once."""
    given = answer(question)
    assert given.text is not None
    assert all(part in given.text for part in held), given.text
    assert given.coverage is not None and given.coverage.whole


def test_none_is_an_answer_with_what_was_compared(answer) -> None:
    """All four rents are quoted, and none is that high."""
    given = answer("How many tenants pay more than £2,000 a month?")
    assert given.text == "0 of 4 rows in tenants.csv (Monthly rent (£) more than £2,000) [1]–[4]."
    assert len(given.citations) == 4


def test_a_word_whose_term_would_be_cut_once_more_is_found(answer) -> None:
    """A lease is known by a stem whose own stem is another."""
    given = answer("Which documents mention a lease?")
    assert given.text is not None
    assert all(path in given.text for path in ("leases/lease-1a.md", "leases/lease-2a.md"))


def test_no_mention_is_an_abstention_that_says_what_was_read(answer) -> None:
    """Not a guess from the nearest passages."""
    given = answer("Which documents mention a swimming pool?")
    assert (given.text, given.abstained) == (None, True)
    assert given.reason.startswith("No document mentions “a swimming pool”. Read 8 of 9 documents")


@pytest.mark.parametrize(
    "question",
    [
        "How much is the deposit of Rosa Castell?",  # one row: retrieval finds it
        "How many parking spaces did Rosa Castell rent?",  # nothing explains the spaces
        "What is the total rent of the garages?",
        "When does the lease of Ivan Dimov end?",
    ],
)
def test_an_ordinary_question_is_left_to_retrieval(answer, question: str) -> None:
    """So is one with a word that no table explains."""
    given = answer(question)
    assert given.reason != "computed"
    assert given.coverage is None or not given.coverage.whole


def test_a_question_about_everything_that_fails_says_so(answer) -> None:
    """Where it is answered from the nearest passages, or not at all."""
    given = answer("What is the total rent of the garages?")
    assert given.coverage is not None
    assert "nearest passages alone" in given.coverage.statement


def test_only_restricts_what_is_read_and_is_stated(answer) -> None:
    """The total of one month."""
    given = answer("What is the total amount?", only="statements/*-01.csv")
    assert given.text is not None and "£1,990.50" in given.text
    assert given.coverage is not None
    assert given.coverage.statement.startswith("Read 1 of 1 document that match statements/*-01.csv; 2 rows in 1 table")


def test_a_long_list_keeps_to_the_length_and_quotes_the_rest(index) -> None:
    """What has no room in the text is still cited."""
    short = parse_config({"answer": {"max_characters": 110}}, "flats", where="domain.toml")
    given = ask("List all tenants", short, index, EMBEDDER, None)
    assert given.text is not None and len(given.text) <= 110
    assert "more, quoted below" in given.text
    assert len(given.citations) == 4


@pytest.mark.parametrize(
    ("question", "held"),
    [
        # Words of one cell are one condition, and two names joined by "and" are either.
        ("What is the total of all payments by Adeyemi and Castell?", "£2,941.00"),
        ("How many flats are there?", "4 rows in tenants.csv"),
        ("Which files contain the word asbestos?", "1 of 8 documents mention"),
        ("How many tenants are there in total?", "4 rows in tenants.csv"),
    ],
)
def test_other_wordings_mean_the_same(answer, question: str, held: str) -> None:
    """As people ask."""
    given = answer(question)
    assert given.text is not None and held in given.text, given.text


@pytest.mark.parametrize("question", ["Which tenant has the longest lease?", "Which month had the highest payments?"])
def test_what_no_column_holds_is_not_made_up(answer, question: str) -> None:
    """A length that would have to be computed from two dates, and months whose payments are of several rows."""
    assert answer(question).reason != "computed"
