"""Fill README.md's `<!-- figures -->` block from benchmarks/results/*.json.

    python docs/figures.py           rewrite the block
    python docs/figures.py --check   change nothing; end with 1 if it is out of date

A number gets into the README this way or not at all. A result that has no line here yet is listed with a
link only.
"""
# ruff: noqa: INP001, T201 - a script

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from generate import replaced

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
README = ROOT / "README.md"
NONE_YET = "No result is recorded in this revision yet; [benchmarks/](benchmarks/README.md) has the scripts."

Result = dict[str, Any]
Lines = Iterator[tuple[str, str]]


def ingest_vs_llamaindex(result: Result) -> Lines:
    """Median and range of both tools."""
    ours, theirs = result["domaingpt"]["summary"], result["llamaindex"]["summary"]
    speeds = [_spread(tool["pages_per_s"]) for tool in (ours, theirs)]
    times = result["times_better_pairwise"]["pages_per_s"]["median"]
    n = result["n"]
    yield (
        f"PDF pages read, embedded and indexed a second, n = {n}",
        f"{speeds[0]}; LlamaIndex {speeds[1]} ({times:.1f} times)",
    )
    peaks = [_spread(tool["peak_tree_rss_bytes"], 1e6, 0) for tool in (ours, theirs)]
    yield "… peak memory, all processes together", f"{peaks[0]} MB; LlamaIndex {peaks[1]} MB"


def evidence(result: Result) -> Lines:
    """How often the best sentences hold the answer."""
    xquad = result["xquad_en"]
    what = f"answer in the best sentence, in the best three (XQuAD en, {xquad['n']:,} questions)"
    yield what, f"{xquad['answer_in_best_1']:.1%}, {xquad['answer_in_best_3']:.1%}"


def answered(result: Result) -> Lines:
    """Gold answers in answers of each model, their times, and what the checker found."""
    faults = 0
    for name, run in result["runs"].items():
        asked = f"XQuAD en, {run['n']} questions, {name}"
        what = f"gold answer in the answer or its first quote, in its text ({asked})"
        shares = f"{run['gold_in_answer_or_first_quote']:.0f}%, {run['gold_in_answer']:.0f}%"
        yield what, f"{shares}; {run['ms']['p50']:,.0f} ms (median, warm)"
        faults += sum(count for kind, count in run["checker"].items() if kind not in ("answers", "quotes"))
    n = sum(run["checker"]["quotes"] for run in result["runs"].values())
    yield f"… {n} quotes and all numbers of these answers, checked by other code", f"{faults} not backed"


def stici(result: Result) -> Lines:
    """How often close questions without an answer are refused, and what that costs."""
    for name, model in result["models"].items():
        refused = model["default"]
        what = f"questions close to the text but without an answer refused (STICI-note, {name}); answerable ones"
        yield what, f"{refused['unanswerable_refused']:.1%} of 40; {refused['answerable_refused']:.1%} of 80"


def abstention(result: Result) -> Lines:
    """How often questions are refused, the starter domains' and foreign ones."""
    shipped = [result[name] for name in ("equities", "house", "payment")]
    rates = {}
    for kind in ("answerable", "unanswerable", "foreign"):
        n = sum(domain[kind]["n"] for domain in shipped)
        rates[kind] = f"{sum(domain[kind]['n'] * domain[kind]['refused'] for domain in shipped) / n:.0%} of {n}"
    what = "questions refused in the starter domains: answerable; plausible without an answer; of another domain"
    yield what, "; ".join(rates.values())


def chat(result: Result) -> Lines:
    """How often follow-ups find their answer, and standalone questions are changed."""
    held_out = result["held-out"]
    rates = [held_out[form] for form in ("as_typed", "rewritten", "hand_written")]
    what = f"{held_out['n']} follow-ups written after the rules: gold in the answer or its first quote, as typed"
    yield f"{what}; as `chat` understands them; written out by hand", "; ".join(f"{rate['gold']:.0%}" for rate in rates)
    yield "… the first citation is of the right document", "; ".join(f"{rate['cited_document']:.0%}" for rate in rates)
    others = [of for name, of in result.items() if name.endswith("_questions")]
    yield (
        "… questions that stand on their own, asked in random order, that were changed",
        f"{sum(of['changed'] for of in others)} of {sum(of['n'] for of in others):,}",
    )


def encode(result: Result) -> Lines:
    """Tokens a second, the reference and the best engine."""
    rows = result["rows"]
    reference = rows["sentence-transformers, PyTorch fp32"]["tokens_per_s_median"]
    best = max(row["tokens_per_s_median"] for row in rows.values())
    what = "tokens embedded a second: compiled int8 engine; sentence-transformers"
    yield what, f"{best:,}; {reference:,} ({best / reference:.1f} times)"


def retrieval(result: Result) -> Lines:
    """Both arms together, the better one alone, and what others published."""
    published = result["published"]
    for name, what in (("scifact", "SciFact"), ("xquad-en", "XQuAD en"), ("xquad-zh", "XQuAD zh")):
        row = result["collections"][name]
        both, alone = (row["whole"][arm]["nDCG@10"] for arm in ("hybrid", row["whole"]["better_arm"]))
        others = ", ".join(f"{model} {value:.3f}" for model, value in published[f"{name} nDCG@10"].items())
        arm = row["whole"]["better_arm"]
        yield (
            f"nDCG@10 on {what}, {row['whole']['n']:,} queries: both arms; the better one alone; published",
            f"{both:.3f}; {alone:.3f} ({arm}); {others}",
        )
    row = result["collections"]["chroma"]["whole"]
    ours = _share_and_iou(row["hybrid"]["recall"], row["hybrid"]["iou"])
    others = "; ".join(f"{name} {_share_and_iou(*value)}" for name, value in published["chroma recall, IoU"].items())
    yield (
        f"recall and IoU on Chroma's chunking evaluation, {row['n']} queries, 5 chunks; published",
        f"{ours}; {others}",
    )


def _share_and_iou(recall: float, iou: float) -> str:
    return f"{recall:.1%} at {100 * iou:.1f}"


def filings(result: Result) -> Lines:
    """Single figures of quarterly reports, as the newest run found them."""
    run = result["runs"]["after"]
    shares = run["hybrid"]["all"]
    what = f"{shares['n']} questions about single figures of 10-Q filings: right file first, figure in the first five"
    yield what, f"{shares['file_first']:.0f}%, {shares['figure']:.0f}%"


def figures_asked(result: Result) -> Lines:
    """Single figures of quarterly reports, as answers state them."""
    shares = result["runs"]["after"]["all"]
    yield (
        f"{shares['n']} questions about single figures of 10-Q filings: stated right, stated wrong, rows quoted",
        f"{shares['right']:.0f}%, {shares['wrong']:.0f}%, {shares['quoted']:.0f}%",
    )


def table_rows(result: Result) -> Lines:
    """Figures of printed tables, with their row and their column."""
    picked, invented = (result["runs"]["after"][kind]["all"] for kind in ("filings", "invented"))
    yield (
        f"{picked['n']} figures picked by hand from filings, {invented['n']} cells of invented reports: column told",
        f"{100 * picked['attached'] / picked['n']:.0f}%, {100 * invented['attached'] / invented['n']:.1f}%",
    )


def formats(result: Result) -> Lines:
    """Real files of every kind in one domain."""
    files, inside = result["files"], result["inside"]
    yield (
        f"{files['found']} real files of many kinds in one domain: accounted for, files inside them, refused by name",
        f"{files['found'] - len(result['not_accounted_for'])}, {inside['found']}, {files['failed'] + files['skipped']}",
    )
    speeds = result["small_files_per_s"]
    yield (
        "small files a second through the readers: .txt, .csv, .eml",
        ", ".join(f"{speeds[suffix]:,}" for suffix in (".txt", ".csv", ".eml")),
    )


def ocr(result: Result) -> Lines:
    """Words of rendered pages that recognition gives back."""
    pages = result["dpi_200"]
    yield (
        f"{pages['words']:,} words of image-only pages at 200 dpi, recognised",
        f"{100 * pages['recall']:.1f}%, {pages['seconds_per_page']:.1f} s a page, {pages['peak_reader_rss_mb']} MB",
    )


def start_up(result: Result) -> Lines:
    """Whole commands from a cold start."""
    for name in ("search", "ask", "ingest, nothing changed"):
        yield f"{name}: whole process, n = {result[name]['n']}", f"{_spread(result[name]['wall_s'], digits=2)} s"


def kill(result: Result) -> Lines:
    """What random SIGKILLs cost."""
    failed, differ = result["opens_that_failed"], result["rounds_with_other_chunks"]
    outcome = f"{failed} indexes that did not open, {differ} with other chunks than an undisturbed build"
    yield f"{result['kills']} SIGKILLs during ingests", outcome


def pull(result: Result) -> Lines:
    """What breaks do to a download."""
    cuts = [result["kinds"][kind] for kind in ("cut", "cut for good")]
    n, right, twice = (sum(kind[key] for kind in cuts) for key in ("interruptions", "right", "bytes_twice"))
    killed = result["kinds"]["killed"]
    rounds = sum(kind["rounds"] for kind in cuts)
    yield (
        f"{n} cuts of a download at random bytes, in {rounds} pulls",
        f"{right} right files, {twice} bytes fetched twice",
    )
    yield f"{killed['interruptions']} pulls killed with SIGKILL and run again", f"{killed['right']} right files"


def models(result: Result) -> Lines:
    """How far the estimates for a larger model are from the truth."""
    row, largest = result["estimates"][0], result["models"][-1]
    what = f"speed that `doctor` estimates for {largest['name']} from the bundled model"
    yield what, f"reading {row['read']:.2f}, writing {row['written']:.2f} of the measured"
    took, told = largest["memory_bytes"] / 1e6, largest["ram_bytes_estimated"] / 1e6
    yield "… memory it takes; the estimate", f"{took:,.0f} MB; {told:,.0f} MB"


def injected(result: Result) -> Lines:
    """What documents that attack get."""
    for model, counts in result["models"].items():
        name = "packaged model" if model == "auto" else model
        outcome = (
            f"{counts['obeyed']} obeyed, {counts['forged']} forged citations, {counts['live']} with live markup, "
            f"{counts['steering']} that steer a terminal; the fact asked for in {counts['fact in the answer']}"
        )
        yield f"{sum(result['documents'].values())} documents that attack, {name}", outcome
    yield "hidden text that the ledger does not tell of, in the same", str(len(result["unflagged"]))


def contained(result: Result) -> Lines:
    """What files that attack readers cost."""
    n = result.get("classes") or result["mutants"]
    what = "classes of hostile files" if "classes" in result else "mutants of small files of every format"
    lost, broken = len(result["neighbours_lost"]), len(result["not_contained"])
    yield f"{n:,} {what} ingested beside good ones", f"{n - broken:,} contained, {lost} neighbours lost"
    slow, large = result["longest_silence"], result["largest"]
    yield "… longest time without progress; most memory of a reader", f"{slow['silent_s']} s; {large['mb']:,} MB"


def cancel(result: Result) -> Lines:
    """Whether a draft can be stopped."""
    free = result["free after s"]
    name = "the packaged model" if result["model"].startswith("SmolLM2") else result["model"]
    outcome = f"free after {free['max']} s at most; next answer as a fresh model's: {result['next answer as fresh']}"
    yield f"{result['cancels']} drafts of {name} stopped, {result['inside the prompt']} inside the prompt", outcome


def bit_flips(result: Result) -> Lines:
    """How many flipped bits are found."""
    found = result["found_by_verify"]
    yield f"{result['flips']} single flipped bits in index files", f"{found} found by `domaingpt verify`"


def scale(result: Result) -> Lines:
    """A query and a change in the largest index."""
    row = max(result["sizes"].values(), key=lambda size: int(size["chunks"]))
    what = f"warm query among {row['chunks']:,} chunks, both arms; memory of the process"
    yield what, f"{row['query_ms']['whole']['p50']:.0f} ms; {row['resident_mb']:,} MB"
    yield "… its dense arm against an exact scan", f"recall@10 {row['dense_recall@10']:.3f}"
    what = "… ingest of one small changed file; of one of 1,000 chunks"
    yield what, f"{row['one_small_file_changed_s']:.1f} s; {row['one_file_of_1000_chunks_changed_s']:.1f} s"


def text_quality(result: Result) -> Lines:
    """How true the extracted text is."""
    if pdf := result.get("pdf_text_quality"):
        what = f"PDF text against the ground truth of py-pdf/benchmarks, {pdf['pages']} pages"
        yield what, f"{pdf['ratio']:.1%} similar"
    if html := result.get("html_article_extraction"):
        yield f"article text of {html['pages']} web pages (article-extraction-benchmark)", f"F1 {html['f1']:.3f}"
    if xquad := result.get("xquad"):
        what = f"right passage for Chinese questions (XQuAD zh, {xquad['questions']:,})"
        yield what, f"first for {xquad['first']:.1%}, among the first five for {xquad['in_top_5']:.1%}"


def whole_corpus(result: Result) -> Lines:
    """How many questions about everything are right, and how many ordinary ones were taken for such."""
    groups = result["summary"].values()
    last = [group["written last"] for group in groups]
    every = [share for group in groups for share in group.values()]
    yield (
        "questions about everything (how many, total, list, compare) right, coverage too: all; written last",
        "; ".join(f"{sum(s['right'] for s in shares)} of {sum(s['n'] for s in shares)}" for shares in (every, last)),
    )
    n, taken = (sum(f(o) for o in result["ordinary"].values()) for f in (lambda o: o["n"], lambda o: len(o["taken"])))
    yield "… ordinary questions answered by such a plan", f"{taken} of {n}"
    yield "… time, median and longest", f"{result['ms']['p50']:.0f} ms, {result['ms']['max']:.0f} ms"


LINES: dict[str, Callable[[Result], Lines]] = {
    "abstention": abstention,
    "stici": stici,
    "chat": chat,
    "answered": answered,
    "encode": encode,
    "evidence": evidence,
    "figures_asked": figures_asked,
    "table_rows": table_rows,
    "filings": filings,
    "ingest_vs_llamaindex": ingest_vs_llamaindex,
    "retrieval": retrieval,
    "start_up": start_up,
    "kill": kill,
    "models": models,
    "formats": formats,
    "ocr": ocr,
    "pull": pull,
    "bit_flips": bit_flips,
    "fuzz": contained,
    "hostile": contained,
    "injected": injected,
    "cancel": cancel,
    "cancel-0.5B": cancel,
    "scale": scale,
    "text_quality": text_quality,
    "whole_corpus": whole_corpus,
}


def figures() -> str:
    """Return the block's content."""
    rows = ["| measured | result | how |", "|---|---|---|"]
    machines = set()
    for path in sorted(RESULTS.glob("*.json")):
        result = json.loads(path.read_text(encoding="utf-8"))
        name = result.get("benchmark", path.stem)
        how = f"[{name}](benchmarks/results/{path.name})"
        machines.add(_machine(result))
        if name in LINES:
            rows += [f"| {what} | {outcome} | {how} |" for what, outcome in LINES[name](result)]
        else:
            rows.append(f"| {name.replace('_', ' ')} | see the file | {how} |")
    if len(rows) == 2:
        return NONE_YET
    return "\n".join([*rows, "", f"Machine: {'; '.join(sorted(filter(None, machines)))}."])


def _spread(values: Result, unit: float = 1, digits: int = 1) -> str:
    """Return median, smallest and largest."""
    median, low, high = (f"{values[key] / unit:.{digits}f}" for key in ("median", "min", "max"))
    return f"{median} ({low}–{high})"


def _machine(result: Result) -> str:
    machine = result.get("machine", {})
    if not machine:
        return ""
    hardware = f"{machine['cpu']}, {machine['cores_logical']} cores, {machine['memory_gb']:.0f} GB"
    return f"{hardware}, {machine['system'].split()[0]}, Python {machine['python']}"


def main() -> int:
    """Rewrite the block, or check it."""
    text = README.read_text(encoding="utf-8")
    wanted = replaced(text, "figures", figures())
    if wanted == text:
        return 0
    if "--check" in sys.argv:
        print("out of date: README.md; run: python docs/figures.py")
        return 1
    README.write_text(wanted, encoding="utf-8")
    print("written: README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
