"""`domaingpt search`: hits as text and as JSON."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from command_line import LEASE, Run

RESULT_KEYS = ["id", "query", "hits", "timings_ms"]
HIT_KEYS = [
    "rank",
    "score",
    "dense",
    "lexical",
    "document",
    "page",
    "page_end",
    "section",
    "start",
    "end",
    "text",
]


@pytest.fixture
def pets(workspace: Path, documents: Path, run: Run) -> Path:
    """The workspace with a second folder of documents, ingested."""
    (documents / "pets").mkdir()
    (documents / "pets" / "dogs.txt").write_text("Dogs must be kept on a lead in the yard.", encoding="utf-8")
    run("ingest", "house")
    return workspace


def test_hits_are_printed_with_place_scores_and_text(run: Run, pets: Path) -> None:
    """Best first."""
    result = run("search", "house", "dogs yard lead", "-k", 1)
    assert (result.code, result.err) == (0, "")
    scores = r"\(dense 0\.\d\d, lexical \d\.\d\d\)"
    assert re.fullmatch(rf" 1\. pets/dogs\.txt  {scores}\n    Dogs must be kept on a lead in the yard\.\n", result.out)


def test_json_has_the_specified_keys_and_nothing_else(run: Run, pets: Path) -> None:
    """One compact object; the text is where its offsets say."""
    result = run("search", "house", "deposit", "--json")
    assert (result.code, result.err) == (0, "")
    (found,) = result.objects
    assert result.out == json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert list(found) == RESULT_KEYS
    assert (found["id"], found["query"]) == (None, "deposit")
    assert all(list(hit) == HIT_KEYS for hit in found["hits"])
    assert [hit["rank"] for hit in found["hits"]] == list(range(1, len(found["hits"]) + 1))
    assert found["timings_ms"]["total"] > 0
    best = found["hits"][0]
    assert "The deposit is 2,820 euros" in best["text"]
    assert LEASE.read_text(encoding="utf-8")[best["start"] : best["end"]] == best["text"]


@pytest.mark.parametrize(("arm", "silent"), [("dense", "lexical"), ("lexical", "dense"), ("hybrid", None)])
def test_arm(run: Run, pets: Path, arm: str, silent: str | None) -> None:
    """The score of an arm that was not asked is null."""
    (found,) = run("search", "house", "dogs", "--arm", arm, "--json").objects
    for hit in found["hits"]:
        assert {name for name in ("dense", "lexical") if hit[name] is None} == ({silent} if silent else set())


def test_lexical_arm_finds_only_what_shares_a_word(run: Run, pets: Path) -> None:
    """The lease has dogs too, the rest of it has none."""
    (found,) = run("search", "house", "yard", "--arm", "lexical", "--json").objects
    assert [hit["document"] for hit in found["hits"]] == ["pets/dogs.txt"]


@pytest.mark.parametrize(("k", "n"), [(1, 1), (2, 2), (1000, 3)])
def test_k(run: Run, pets: Path, k: int, n: int) -> None:
    """At most so many."""
    (found,) = run("search", "house", "dogs", "-k", k, "--json").objects
    assert len(found["hits"]) == n


@pytest.mark.parametrize("k", ["0", "1001", "many"])
def test_k_out_of_range_is_a_usage_error(run: Run, workspace: Path, k: str) -> None:
    """Named with its range."""
    result = run("search", "house", "dogs", "-k", k)
    assert (result.code, result.out) == (2, "")
    assert "Invalid value for '-k'" in result.err


def test_only(run: Run, pets: Path) -> None:
    """Applied before ranking, so that k hits come from there."""
    (found,) = run("search", "house", "deposit", "--only", "pets/**", "--json").objects
    assert [hit["document"] for hit in found["hits"]] == ["pets/dogs.txt"]
    result = run("search", "house", "deposit", "--only", "nowhere/**")
    assert (result.code, result.out) == (0, "Nothing found.\n")
    assert result.err == "No document matches --only 'nowhere/**'. To see their paths: domaingpt show house\n"


@pytest.mark.parametrize("source", ["file", "stdin"])
def test_file_of_queries_gives_a_line_each(run: Run, pets: Path, tmp_path: Path, source: str) -> None:
    """In order, ids as in the file, `query` or `question`, other settings kept."""
    lines = '{"id": 1, "query": "dogs"}\n{"id": "two", "question": "deposit\u2028rent"}\n'
    file = tmp_path / "queries.jsonl"
    file.write_text(lines, encoding="utf-8")
    given, stdin = (file, "") if source == "file" else ("-", lines)
    result = run("search", "house", "--queries", given, "-k", 1, stdin=stdin)
    assert (result.code, result.err) == (0, "")
    assert [(found["id"], found["query"], len(found["hits"])) for found in result.objects] == [
        (1, "dogs", 1),
        ("two", "deposit\u2028rent", 1),
    ]


@pytest.mark.parametrize("arguments", [[], ["dogs", "--queries", "-"]], ids=["neither", "both"])
def test_query_or_file_not_both(run: Run, workspace: Path, arguments: list[str]) -> None:
    """The message shows how."""
    result = run("search", "house", *arguments, stdin='{"id": 1, "query": "x"}')
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith('as in: domaingpt search house "deposit", or --queries FILE.\n')


def test_first_search_ingests(run: Run, empty_workspace: Path) -> None:
    """Told on stderr; an empty folder has nothing to search, and says so until there is something."""
    run("new", "shop")
    told = r"'shop' was not ingested yet; doing so once\.\nIndexed {} in \d+\.\d s\.\n"
    for _ in range(2):
        result = run("search", "shop", "anything", "--json")
        assert (result.code, result.out) == (1, "")
        assert re.match(told.format("0 files") + "Error: The documents folder of 'shop', .*, holds nothing", result.err)
    shutil.copy(LEASE, empty_workspace / "domains/shop/documents")
    result = run("search", "shop", "deposit", "--json")
    assert (result.code, result.objects[0]["hits"][0]["document"]) == (0, "lease.md")
    assert re.fullmatch(told.format("1 file"), result.err)


def test_words_of_the_query_are_bold_on_a_terminal(run: Run, workspace: Path, documents: Path) -> None:
    """Whatever their ending; a character that folding lengthens does not shift them."""
    (documents / "notes.txt").write_text("The ﬁnal payment … and a ½ of all Payments.", encoding="utf-8")
    run("ingest", "house")
    result = run("search", "house", "payment", "--only", "notes.txt", columns=60)
    assert "    The ﬁnal \x1b[1mpayment\x1b[0m … and a ½ of all \x1b[1mPayments\x1b[0m.\n" in result.out
    assert " 1. \x1b[1mnotes.txt\x1b[0m  \x1b[2m(dense" in result.out


def test_long_passage_is_shown_from_where_it_matches(run: Run, workspace: Path, documents: Path) -> None:
    """Not from its beginning, four hundred characters too early."""
    text = "This sentence fills the page. " * 17 + "The snakes live in the cellar. " + "More of the same. " * 6
    (documents / "notes.txt").write_text(text, encoding="utf-8")
    run("ingest", "house")
    result = run("search", "house", "snakes", "--only", "notes.txt", "-k", 1)
    shown = result.out.splitlines()[1]
    assert shown.startswith("    … ")
    assert "The snakes live in the cellar." in shown
    assert len(shown) < 420


def test_pages_are_shown(run: Run, workspace: Path, documents: Path) -> None:
    """As a page, or as the pages a passage runs over."""
    source = Path(__file__).parents[2] / "domains/house/documents/mortgage/mortgage-offer.pdf"
    (documents / "offer.pdf").write_bytes(source.read_bytes())
    run("ingest", "house")
    (found,) = run("search", "house", "final mortgage payment", "--only", "offer.pdf", "--json").objects
    assert all(1 <= hit["page"] <= hit["page_end"] for hit in found["hits"])
    text = run("search", "house", "final mortgage payment", "--only", "offer.pdf").out
    for hit in found["hits"]:
        one = hit["page"] == hit["page_end"]
        pages = f"page {hit['page']}" if one else f"pages {hit['page']}–{hit['page_end']}"
        assert f"{hit['rank']:>2}. offer.pdf, {pages}" in text
