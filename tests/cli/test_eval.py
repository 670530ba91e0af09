"""`domaingpt eval`: what is measured and printed, files in and out, exit codes, drafts."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from command_line import NO_MODEL, Run

from domaingpt.testing import ScriptedGenerator

DOGS, SNAKES, DEPOSIT = "Where must dogs be on a lead?", "snakes", "When was the deposit paid?"
NOT_THERE = "Who won the Tour de France in Liechtenstein?"
ENTRIES: list[dict[str, Any]] = [
    {"id": 1, "question": DEPOSIT, "answers": ["4 March 2024"], "documents": ["lease.md"]},
    {"id": "two words", "question": DOGS, "answers": ["yard"], "documents": ["pets/my dogs.txt"]},
    {"id": "wrong", "question": SNAKES, "answers": ["no"], "documents": ["pets/my dogs.txt"]},
    {"id": "none", "question": NOT_THERE, "answerable": False},
]
MS = r" +\d+\.\d +\d+\.\d\n"


def write(path: Path, entries: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


@pytest.fixture
def house(workspace: Path, documents: Path, run: Run) -> Path:
    """The folder of the domain, with three documents and four questions."""
    (documents / "pets").mkdir()
    (documents / "pets" / "my dogs.txt").write_text("Dogs must be kept on a lead in the yard.", encoding="utf-8")
    (documents / "notes.txt").write_text("Nothing of interest about gardens.", encoding="utf-8")
    run("ingest", "house")
    write(documents.parent / "questions.jsonl", ENTRIES)
    return documents.parent


def records(run: Run, *arguments: object, kind: str = "arm", code: int = 0) -> list[dict[str, Any]]:
    result = run("eval", "house", *arguments, "--json")
    assert result.code == code
    return [record for record in result.objects if record["record"] == kind]


# --- what is printed -------------------------------------------------------------------------------


def test_table_and_misses(run: Run, house: Path) -> None:
    """Three judged questions, of which one is missed; what was found instead."""
    result = run("eval", "house", "--arm", "lexical")
    assert (result.code, result.err) == (0, "")
    head = r"       n    R@1    R@5  RR@10  nDCG@10  page@5  of  p50 ms  p95 ms\n"
    row = r"house  3  0\.667  0\.667  0\.667    0\.667       –   0" + MS
    words = (
        "In words: of 3 questions, the first document found is a right one for 2, and one of the first five for 2\\.\n"
    )
    misses = (
        "\nhouse: 1 of 3 questions missed among the first five\n"
        "\n  wrong: snakes\n"
        "    wanted   pets/my dogs.txt: not found\n"
        "    found    lease.md\n"
        "             .*\n"
    )
    curve = (
        "\nhouse: share of questions refused, by strictness\n"
        "  strictness  support   own  foreign  answerable  unanswerable\n"
        "  0\\.0           0\\.000  0\\.00     0\\.00        0\\.00          0\\.00\n"
        "(?:  [01]\\.\\d(?: +[01]\\.\\d+){5}\n){10}"
        "  own: made from these documents at ingest; foreign: shipped with domaingpt\\.\n"
    )
    assert re.fullmatch(head + row + words + curve + misses, result.out)
    assert "snakes are forbidden" in records(run, "--arm", "lexical", kind="question")[2]["found"][0]["text"]


def test_all_is_well(run: Run, house: Path) -> None:
    """It says so."""
    write(house / "questions.jsonl", ENTRIES[:2])
    result = run("eval", "house", "--arm", "lexical")
    assert result.out.endswith("\n\nhouse: every right document and page is among the first five.\n")


def test_number_of_misses_shown(run: Run, house: Path) -> None:
    """The rest is counted."""
    entries = [{"id": n, "question": SNAKES, "documents": ["notes.txt"]} for n in range(5)]
    write(house / "questions.jsonl", entries)
    result = run("eval", "house", "--arm", "lexical", "--misses", 2)
    assert re.findall(r"^  (\d): snakes$", result.out, re.MULTILINE) == ["0", "1"]
    assert result.out.endswith("\n\n  3 more: --misses shows them, --json gives all.\n")
    assert run("eval", "house", "--arm", "lexical", "--misses", 0).out.endswith(
        "\n\n  5: --misses shows them, --json gives all.\n"
    )


def test_several_domains_make_one_table(run: Run, house: Path, workspace: Path) -> None:
    """With a row for all questions; a domain without questions is left out, and told."""
    shutil.copytree(house, workspace / "domains" / "flat")
    write(workspace / "domains" / "flat" / "questions.jsonl", ENTRIES[:1])
    run("ingest", "flat")
    run("new", "shop")
    result = run("eval", "--all", "--arm", "lexical", "-m", "R@1", "--misses", 0)
    assert (result.code, result.err) == (0, "Left out, without questions.jsonl: shop.\n")
    rows = [line.split()[:3] for line in result.out.splitlines()[:4]]
    assert rows == [["n", "R@1", "p50"], ["flat", "1", "1.000"], ["house", "3", "0.667"], ["all", "4", "0.750"]]


def test_pages(run: Run, house: Path, documents: Path) -> None:
    """Measured on those that name some; a miss says where the right page is."""
    source = Path(__file__).parents[2] / "domains/house/documents/mortgage/mortgage-offer.pdf"
    (documents / "offer.pdf").write_bytes(source.read_bytes())
    run("ingest", "house")
    query = {"question": "final mortgage payment number 300", "documents": ["offer.pdf"]}
    entries = [{"id": "a", "pages": [1], **query}, {"id": "b", "pages": [999], **query}, ENTRIES[0]]
    write(house / "questions.jsonl", entries)
    (arm,) = records(run, "--arm", "lexical", "-m", "page@1", "-m", "R@1")
    assert (arm["n"], arm["n_pages"], arm["measures"]) == (3, 2, {"page@1": 0.5, "R@1": 1.0})
    result = run("eval", "house", "--arm", "lexical")
    assert "  b: final mortgage payment number 300\n    wanted   offer.pdf: document 1 of " in result.out
    assert " One of the first five passages is on a right page for 1 of 2.\n" in result.out
    assert "             page 999: not found\n    found    offer.pdf, page 1\n" in result.out


def test_json_has_the_documented_records(run: Run, house: Path) -> None:
    """A question each, with what was found; then the arm."""
    result = run("eval", "house", "--arm", "lexical", "--json", "-m", "RR@10")
    assert (result.code, result.err) == (0, "")
    questions, arm, curve = result.objects[:3], result.objects[3], result.objects[4:]
    assert [record["record"] for record in curve] == ["strictness"] * 21
    assert [(q["record"], q["id"], q["missed"], q["measures"]) for q in questions] == [
        ("question", "1", False, {"RR@10": 1.0}),
        ("question", "two words", False, {"RR@10": 1.0}),
        ("question", "wrong", True, {"RR@10": 0.0}),
    ]
    assert questions[1]["question"] == DOGS
    assert questions[1]["relevant"] == [{"document": "pets/my dogs.txt", "rank": 1}]
    assert questions[2]["relevant"] == [{"document": "pets/my dogs.txt", "rank": None}]
    assert list(questions[0]["found"][0]) == ["rank", "document", "page", "page_end", "score", "text"]
    times = arm.pop("ms")
    assert 0 < times["p50"] <= times["p95"]
    assert arm == {
        "record": "arm",
        "domain": "house",
        "arm": "lexical",
        "n": 3,
        "n_pages": 0,
        "drafts": 0,
        "measures": {"RR@10": 0.666667},
    }


# --- questions -------------------------------------------------------------------------------------


def test_questions_from_another_file(run: Run, house: Path, tmp_path: Path) -> None:
    """Of either name."""
    file = write(tmp_path / "mine.jsonl", ENTRIES[:1])
    for option in ("--questions", "--queries"):
        assert [arm["n"] for arm in records(run, option, file)] == [1]


def test_drafts_and_what_is_left_out_are_told(run: Run, house: Path) -> None:
    """On stderr: nobody shall take a program's questions for people's."""
    entries = [*ENTRIES[:1], {"id": "d", "question": DOGS, "documents": ["gone.txt"], "draft": True}]
    write(house / "questions.jsonl", [*entries, {"id": "u", "question": DOGS}])
    result = run("eval", "house")
    assert result.code == 0
    assert result.err == (
        "house: 1 of 3 questions drafted by a program, not yet checked.\n"
        'house: 1 question without "documents", on which search is not measured.\n'
        "house: 1 relevant document is not in the index: gone.txt\n"
    )
    assert [arm["drafts"] for arm in records(run)] == [1]


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        pytest.param([], "There are no questions for 'house'.", id="empty"),
        pytest.param([{"id": 1, "question": "a?"}], "None of the 1 question for 'house' names the", id="unjudged"),
        pytest.param([ENTRIES[0], ENTRIES[0]], "The id '1' stands twice among the questions.", id="twice"),
    ],
)
def test_questions_that_measure_nothing(run: Run, house: Path, entries: list[dict], message: str) -> None:
    """Exit code 2 and what to do."""
    write(house / "questions.jsonl", entries)
    result = run("eval", "house")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"Error: {message}")


def test_no_questions_file(run: Run, workspace: Path) -> None:
    """How to get one; before anything is ingested."""
    run("new", "shop")
    result = run("eval", "shop")
    file = workspace / "domains" / "shop" / "questions.jsonl"
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "Error: The domain 'shop' has no questions.jsonl.\n"
        f"To begin with drafts, run: domaingpt eval shop --write-questions {file}\n"
    )
    assert run("eval", "--all").err.endswith(
        "has a questions.jsonl.\nRun: domaingpt eval NAME --write-questions FILE\n"
    )


def test_split_by_hash(run: Run, house: Path) -> None:
    """The halves make the whole."""
    ids = {
        half: [record["id"] for record in records(run, "--split", half, kind="question")] for half in ("even", "odd")
    }
    assert sorted(ids["even"] + ids["odd"]) == ["1", "two words", "wrong"]
    assert all(ids.values())


# --- TREC files ------------------------------------------------------------------------------------


def test_files_out_are_rescored_alike_by_others_and_by_us(run: Run, house: Path, tmp_path: Path) -> None:
    """Names with spaces survive."""
    names = ["nDCG@10", "R@1", "RR@10"]
    run_file, qrels = tmp_path / "out.run", tmp_path / "out.qrels"
    options = [word for name in names for word in ("-m", name)]
    (arm,) = records(run, *options, "--run-out", run_file, "--qrels-out", qrels)
    assert "two%20words 0 pets/my%20dogs.txt 1\n" in qrels.read_text()
    assert {line.split()[5] for line in run_file.read_text().splitlines()} == {"domaingpt-hybrid"}
    theirs = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(name) for name in names],
        list(ir_measures.read_trec_qrels(str(qrels))),
        list(ir_measures.read_trec_run(str(run_file))),
    )
    assert {str(m): value for m, value in theirs.items()} == pytest.approx(arm["measures"], abs=1e-5)
    (again,) = records(run, *options, "--run", run_file)
    assert (again["measures"], again["arm"], again["ms"]) == (
        arm["measures"], "out.run", {"p50": None, "p95": None},
    )  # fmt: skip


def test_table_in_words_counts_the_first_and_the_first_five(run: Run, house: Path, tmp_path: Path) -> None:
    """Right at rank 1, 5 and 6."""
    entries = [{"id": rank, "question": DOGS, "documents": ["right"]} for rank in (1, 5, 6)]
    lines = [
        f"{entry['id']} Q0 {'right' if rank == entry['id'] else f'wrong{rank}'} {rank} {-rank} x\n"
        for entry in entries
        for rank in range(1, 8)
    ]
    (tmp_path / "run").write_text("".join(lines))
    result = run("eval", "house", "--questions", write(tmp_path / "q.jsonl", entries), "--run", tmp_path / "run")
    words = (
        "In words: of 3 questions, the first document found is a right one for 1, and one of the first five for 2.\n"
    )
    assert words in result.out


def test_runs_are_compared(run: Run, house: Path, tmp_path: Path) -> None:
    """The first with the better of the others; without index, embedder or pages."""
    for arm in ("lexical", "dense"):
        run("eval", "house", "--arm", arm, "--run-out", tmp_path / arm)
    shutil.rmtree(house.parents[1] / "indexes")
    bad = tmp_path / "bad"
    bad.write_text("1 Q0 notes.txt 1 1 bad\n")
    result = run("eval", "house", "--run", tmp_path / "lexical", "--run", bad, "-m", "R@1", "-m", "page@5")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[1].split() == ["lexical", "3", "0.667", "–", "0", "–", "–"]
    assert lines[2].split() == ["bad", "3", "0.000", "–", "0", "–", "–"]
    (line,) = [line for line in lines if line.startswith("  R@1")]
    assert " ".join(line.split()) == "R@1 0.667 [0.000, 1.000] 0.000 [0.000, 0.000] +0.667 [+0.000, +1.000] bad"
    assert "    found    lease.md\n" in result.out


def test_collection_with_qrels(run: Run, house: Path, tmp_path: Path) -> None:
    """Queries and qrels as BEIR has them, documents by file name without ending; the run uses these names too."""
    queries = write(tmp_path / "queries.jsonl", [{"_id": "q1", "text": DOGS}, {"_id": "q2", "text": DEPOSIT}])
    qrels = tmp_path / "test.tsv"
    qrels.write_text("query-id\tcorpus-id\tscore\nq1\tmy dogs\t1\nq2\tlease\t2\nq3\tlease\t1\n")
    given = ["--queries", queries, "--qrels", qrels, "--arm", "lexical", "-m", "nDCG@10"]
    (arm,) = records(run, *given, "--run-out", tmp_path / "run")
    assert (arm["n"], arm["measures"]) == (2, {"nDCG@10": 1.0})
    assert (tmp_path / "run").read_text().startswith("q1 Q0 my%20dogs 1 ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("1 Q0 a 1", "run, line 1 has 4 columns", id="columns"),
        pytest.param("9 Q0 a 1 1 t", "None of the queries of", id="other questions"),
    ],
)
def test_bad_run_is_told(run: Run, house: Path, tmp_path: Path, text: str, message: str) -> None:
    """Exit code 2."""
    (tmp_path / "run").write_text(text)
    result = run("eval", "house", "--run", tmp_path / "run")
    assert (result.code, result.out) == (2, "")
    assert message in result.err


# --- comparison, sweep, limits ---------------------------------------------------------------------


def test_comparison_of_the_arms(run: Run, house: Path) -> None:
    """Each with its interval, and the gain over the better single arm."""
    result = run("eval", "house", "--compare", "-m", "R@1", "--misses", 0)
    assert result.code == 0
    assert re.search(
        r"\nhouse: means with 95 % intervals\n +hybrid +dense +lexical +hybrid − better other\n"
        r"  R@1 (?: +\d\.\d{3} \[\d\.\d{3}, \d\.\d{3}\]){3} +[+-]\d\.\d{3} \[[+-]\d\.\d{3}, [+-]\d\.\d{3}\][ *]{2} +\w+\n"
        r"  \* The interval of the difference leaves out 0\.\n",
        result.out,
    )
    (one,) = records(run, "--compare", "-m", "R@1", kind="comparison")
    assert list(one["arms"]) == ["hybrid", "dense", "lexical"]
    assert one["against"] in ("dense", "lexical")
    better = one["arms"][one["against"]]["mean"]
    assert one["difference"]["mean"] == pytest.approx(one["arms"]["hybrid"]["mean"] - better, abs=1e-5)
    assert [arm["arm"] for arm in records(run, "--compare")] == ["hybrid", "dense", "lexical"]


def test_sweep(run: Run, house: Path, tmp_path: Path) -> None:
    """A row for each weight; 0 is the lexical arm's order; a picture of it."""
    picture = tmp_path / "sweep.svg"
    result = run("eval", "house", "--sweep", "-m", "RR@10", "--plot", picture, "--misses", 0)
    assert (result.code, result.err) == (0, "")
    by_weight = re.search(
        r"\nhouse: by weight of the dense arm\n  weight +RR@10\n(.*?)  \* The highest", result.out, re.DOTALL
    )
    weights = ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0", "auto"]
    assert by_weight
    assert [line.split()[0] for line in by_weight[1].splitlines()] == weights
    assert "  weight  k = 1  k = 2  k = 3  k = 5  k = 8  k = 10  k = 15  k = 20\n" in result.out
    assert picture.read_text().startswith("<svg ")
    rows = records(run, "--sweep", "-m", "RR@10", kind="sweep")
    assert [row["dense_weight"] for row in rows] == [*(n / 10 for n in range(11)), "auto"]
    (arm,) = records(run, "-m", "RR@10")
    assert rows[-1]["measures"] == arm["measures"]


@pytest.mark.parametrize(
    ("limit", "code", "err"),
    [
        pytest.param("R@5=0.6", 0, "", id="reached"),
        pytest.param("R@5=0.7", 1, "house: R@5 is 0.6667, under 0.7.\n", id="missed"),
        pytest.param("recall_5=0.7", 1, "house: R@5 is 0.6667, under 0.7.\n", id="other name"),
        pytest.param("P@3=0.5", 1, "house: P@3 is 0.2222, under 0.5.\n", id="not shown otherwise"),
        pytest.param(
            "page@5=0.5", 1, "house: no question gives a value for page@5, which must reach 0.5.\n", id="none"
        ),
    ],
)
def test_limit(run: Run, house: Path, limit: str, code: int, err: str) -> None:
    """For continuous integration: everything is printed as without it."""
    result = run("eval", "house", "--arm", "lexical", "--fail-under", limit)
    assert (result.code, result.err) == (code, err)
    assert result.out.startswith("       n    R@1    R@5")


def test_poor_recall_is_no_error(run: Run, house: Path) -> None:
    """It was measured well."""
    write(house / "questions.jsonl", ENTRIES[2:3])
    result = run("eval", "house", "--arm", "lexical")
    assert result.code == 0
    assert "house  1  0.000  0.000" in result.out


# --- answers ---------------------------------------------------------------------------------------


def test_answers_are_graded(run: Run, house: Path) -> None:
    """Quotes here: the deposit's holds the gold answer, a word without an answer does not."""
    result = run("eval", "house", "--answers")
    assert (result.code, result.err) == (0, NO_MODEL)
    assert re.search(
        r"\nanswers  answerable  answered   gold  document  page  unanswerable  refused  p50 ms  p95 ms\n"
        r"house             3 +\d\.\d{3}  \d\.\d{3} +\d\.\d{3}     –             1    1\.000 +\d+ +\d+\n",
        result.out,
    )
    graded = {record["id"]: record for record in records(run, "--answers", kind="answer")}
    assert graded[1]["good"]
    assert "4 March 2024" in graded[1]["answer"]
    assert graded[1]["first"]["document"] == "lease.md"
    assert (graded["none"]["abstained"], graded["none"]["good"]) == (True, True)
    assert not graded["wrong"]["good"]
    (shares,) = records(run, "--answers", kind="answers")
    n_right = sum(bool(record["holds_gold"]) for record in graded.values())
    assert (shares["n_answerable"], shares["n_unanswerable"]) == (3, 1)
    assert shares["holds_gold"] == pytest.approx(n_right / 3, abs=1e-5)


def test_bad_answers_are_listed(run: Run, house: Path) -> None:
    """What was wanted, what was said, and from where."""
    write(house / "questions.jsonl", [{**ENTRIES[0], "answers": ["5 May 2024"], "pages": [1]}])
    result = run("eval", "house", "--answers")
    assert "\nhouse: 1 of 1 answer not as it should be\n\n  1: When was the deposit paid?\n" in result.out
    assert "    wanted   “5 May 2024” from lease.md, page 1\n" in result.out
    assert (
        "    answered The deposit is 2,820 euros and was paid on 4 March 2024. [1]\n    from     lease.md\n"
        in result.out
    )
    write(house / "questions.jsonl", [{"id": 1, "question": DEPOSIT, "answerable": False}])
    result = run("eval", "house", "--answers")
    assert "    wanted   no answer: the documents do not hold one\n" in result.out
    write(house / "questions.jsonl", [ENTRIES[0]])
    assert run("eval", "house", "--answers").out.endswith("\nhouse: every answer is as it should be.\n")


def test_limits_of_answers(run: Run, house: Path) -> None:
    """By the names of the JSON record."""
    result = run("eval", "house", "--answers", "--fail-under", "refused=1", "--fail-under", "right_page=0.1")
    assert result.code == 1
    assert result.err == NO_MODEL + "house: no question gives a value for right_page, which must reach 0.1.\n"


# --- drafts ----------------------------------------------------------------------------------------


def test_drafts_are_written_and_can_be_measured(run: Run, house: Path, tmp_path: Path) -> None:
    """By rule where no model is installed; as a file that `--questions` takes."""
    file = tmp_path / "drafts.jsonl"
    result = run("eval", "house", "--write-questions", file, "-n", 3)
    assert (result.code, result.err) == (0, NO_MODEL)
    assert re.fullmatch(
        rf"{file}: 3 drafts \(3 by rule\)\.\n"
        r"Search finds the passage it was made from among the first 5 for \d of them\.\n"
        r"Correct each question and its answers, put it in your own words, and take out its \"draft\"\. Then run:\n"
        rf"  domaingpt eval house --questions {file}\n",
        result.out,
    )
    entries = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [entry["id"] for entry in entries] == ["house-draft-001", "house-draft-002", "house-draft-003"]
    assert {entry["documents"][0] for entry in entries} == {"lease.md", "pets/my dogs.txt", "notes.txt"}
    assert all(entry["draft"] for entry in entries)
    measured = run("eval", "house", "--questions", file)
    assert measured.code == 0
    assert measured.err == "house: 3 of 3 questions drafted by a program, not yet checked.\n"


def test_drafts_by_a_model(run: Run, house: Path, tmp_path: Path, writes: Callable[..., ScriptedGenerator]) -> None:
    """Named in the file and in the summary; with --json the entries."""
    writes("Where must dogs be kept on a lead?")
    result = run("eval", "house", "--write-questions", tmp_path / "d.jsonl", "-n", 3, "--json")
    assert (result.code, result.err) == (0, "")
    by = {entry["documents"][0]: entry["written_by"] for entry in result.objects}
    assert by["pets/my dogs.txt"] == "scripted"
    assert set(by.values()) == {"scripted", "rule"}
    assert result.out.encode() == (tmp_path / "d.jsonl").read_bytes().replace(b'", "', b'","').replace(
        b'": ', b'":'
    ).replace(b', "', b',"')


def test_drafts_replace_nothing_unasked(run: Run, house: Path) -> None:
    """Somebody's questions are work."""
    file = house / "questions.jsonl"
    before = file.read_bytes()
    result = run("eval", "house", "--write-questions", file)
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(f"{file} is there already. Name another file, or replace it with --force.\n")
    assert file.read_bytes() == before
    assert run("eval", "house", "--write-questions", file, "--force", "-n", 1).code == 0
    assert file.read_bytes() != before
    assert "There is no folder" in run("eval", "house", "--write-questions", house / "no" / "file").err


def test_fewer_facts_than_asked_for(run: Run, house: Path, tmp_path: Path) -> None:
    """Told, not repeated."""
    result = run("eval", "house", "--write-questions", tmp_path / "d.jsonl", "-n", 500)
    n = len((tmp_path / "d.jsonl").read_text().splitlines())
    assert result.err == NO_MODEL + f"The documents hold no more than {n} facts to ask for.\n"


# --- usage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "Name one domain or more, or use --all.", id="no name"),
        pytest.param(["house", "--all"], "Name one domain or more, or use --all.", id="both"),
        pytest.param(["house", "flat", "--run-out", "f"], "A file goes with one domain", id="file for two"),
        pytest.param(["house", "--plot", "f.svg"], "--plot draws what --sweep measures: give both.", id="plot"),
        pytest.param(["house", "--run", "f", "--sweep"], "--run takes the place of searching", id="run and sweep"),
        pytest.param(["house", "-m", "MAP"], "'MAP' is no measure that is known here.", id="measure"),
        pytest.param(["house", "--fail-under", "R@5"], "--fail-under 'R@5' is not of the form NAME=X", id="no value"),
        pytest.param(["house", "--fail-under", "R@5=9"], "with X from 0 to 1, as in R@5=0.9.", id="more than all"),
        pytest.param(["house", "--fail-under", "refused=1"], "--fail-under refused needs --answers.", id="answers"),
        pytest.param(["house", "--fail-under", "good=1"], "'good' is no measure", id="unknown limit"),
    ],
)
def test_usage(run: Run, workspace: Path, arguments: list[str], message: str) -> None:
    """Exit code 2, told before anything is measured."""
    (workspace / "f").write_text("1 Q0 a 1 1 t\n")
    result = run("eval", *arguments)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_first_evaluation_ingests(run: Run, empty_workspace: Path) -> None:
    """Told on stderr, as with search."""
    run("new", "shop")
    folder = empty_workspace / "domains" / "shop"
    (folder / "documents" / "bread.txt").write_text("Bake for 45 minutes.")
    write(folder / "questions.jsonl", [{"id": 1, "question": "Bake?", "documents": ["bread.txt"]}])
    result = run("eval", "shop", "-m", "R@1")
    assert result.code == 0
    assert result.err.startswith("'shop' was not ingested yet; doing so once.\nIndexed 1 file in ")
    assert "shop  1  1.000" in result.out


def test_an_error_in_one_domain_stops_no_other(run: Run, house: Path, workspace: Path) -> None:
    """The others are measured; the exit code is that of the error."""
    shutil.copytree(house, workspace / "domains" / "flat")
    (workspace / "domains" / "flat" / "questions.jsonl").write_text("no JSON")
    result = run("eval", "--all", "--arm", "lexical")
    assert result.code == 2
    assert "flat/questions.jsonl, line 1 is not JSON" in result.err
    assert "house  3  0.667" in result.out


def test_names_from_files_cannot_steer_the_terminal(run: Run, house: Path, tmp_path: Path) -> None:
    """Ids, questions and documents are text."""
    evil = "\x1b]0;owned\x07"
    entry = {"id": f"a{evil}", "question": f"snakes {evil}", "documents": [f"x{evil}.txt"], "answers": [evil]}
    result = run("eval", "house", "--answers", "--questions", write(tmp_path / "q.jsonl", [entry]))
    assert result.code == 0
    assert "\x1b" not in result.out + result.err
    assert "\x07" not in result.out + result.err
