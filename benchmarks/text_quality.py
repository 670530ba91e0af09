"""How true extracted text is: a PDF book by its benchmark's scorer, web articles by theirs, Chinese whole.

--data is a folder with any of: pdf_text_quality (py-pdf/benchmarks' book, ground truth and
post-processing), html_article_extraction (scrapinghub's pages and evaluate.py), xquad (xquad.zh.json).
Everything runs through the command line: ingest, then `show --document`.

    python benchmarks/text_quality.py --data DIR --domaingpt VENV/bin/domaingpt
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib.util
import json
import shutil
import subprocess
import tempfile
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from harness import versions, write_result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domaingpt", default="domaingpt")
    args = parser.parse_args()
    result: dict[str, Any] = {
        "command": "python benchmarks/text_quality.py --data DIR",
        "versions": versions(["domaingpt", "pypdfium2", "trafilatura", "Levenshtein"]),
    }
    for name, measure in (("pdf_text_quality", pdf), ("html_article_extraction", html), ("xquad", chinese)):
        if (args.data / name).is_dir():
            with tempfile.TemporaryDirectory() as folder:
                result[name] = measure(args.data / name, Path(folder), [args.domaingpt, "--workspace", folder])
                print(name, json.dumps(result[name]), flush=True)
    write_result("text_quality", result)


def pdf(data: Path, workspace: Path, command: list[str]) -> dict[str, Any]:
    """Return the Levenshtein ratio (0 to 1) of the book's text with the true text, post-processed as theirs."""
    import pypdfium2
    from Levenshtein import ratio

    process = load(data / "text_extraction_post_processing.py.txt")
    documents = domain(workspace)
    (book,) = data.glob("*.pdf")
    shutil.copy(book, documents)
    ingest(command)
    shown = document(command, book.name)
    pages = [shown["text"][page["start"] : page["end"]] for page in shown["pages"]]
    pdf = pypdfium2.PdfDocument(book)
    text = process.postprocess(pages, [pdf.get_page_label(number) for number in range(len(pdf))])
    truth = next(data.glob("*.ground-truth.txt")).read_text(encoding="utf-8")
    return {
        "pages": len(pages),
        "ratio": round(ratio(truth, text), 4),
        "ratio_unprocessed": round(ratio(truth, "\n".join(pages)), 4),
    }


def html(data: Path, workspace: Path, command: list[str]) -> dict[str, Any]:
    """Return their token-shingle F1, precision and recall over all pages."""
    evaluate = load(data / "evaluate.py.txt")
    documents = domain(workspace)
    truth = json.loads((data / "ground-truth.json").read_text(encoding="utf-8"))
    for page in sorted((data / "html").iterdir()):
        name = page.name.split(".")[0]
        if name in truth:
            raw = page.read_bytes()
            (documents / f"{name}.html").write_bytes(gzip.decompress(raw) if page.suffix == ".gz" else raw)
    ingest(command)
    prediction = {name: {"articleBody": text_of(command, f"{name}.html")} for name in truth}
    metrics = evaluate.evaluate(truth, prediction, 1000)
    return {"pages": len(truth)} | {key: round(metrics[key], 4) for key in ("f1", "precision", "recall")}


def chinese(data: Path, workspace: Path, command: list[str]) -> dict[str, Any]:
    """Return the ledger's characters, and how often a question finds its paragraph first or in the top 5."""
    documents = domain(workspace)
    questions = workspace / "questions.jsonl"
    gold = {}
    with questions.open("w", encoding="utf-8") as file:
        articles = json.loads((data / "xquad.zh.json").read_text(encoding="utf-8"))["data"]
        paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
        for number, paragraph in enumerate(paragraphs):
            (documents / f"p{number}.txt").write_text(paragraph["context"], encoding="utf-8")
            for qa in paragraph["qas"]:
                gold[qa["id"]] = f"p{number}.txt"
                file.write(json.dumps({"id": qa["id"], "query": qa["question"]}) + "\n")
    ledger = ingest(command)
    done = subprocess.run([*command, "search", "bench", "--queries", str(questions)], check=True, capture_output=True)
    ranked = {}
    for line in done.stdout.splitlines():
        found = json.loads(line)
        ranked[found["id"]] = list(dict.fromkeys(hit["document"] for hit in found["hits"]))
    n = len(gold)
    return {
        "characters": ledger["characters"],
        "balanced": ledger["balanced"],
        "questions": n,
        "first": round(sum(ranked[i][:1] == [path] for i, path in gold.items()) / n, 4),
        "in_top_5": round(sum(path in ranked[i][:5] for i, path in gold.items()) / n, 4),
    }


def domain(workspace: Path) -> Path:
    documents = workspace / "domains" / "bench" / "documents"
    documents.mkdir(parents=True)
    return documents


def ingest(command: list[str]) -> dict[str, Any]:
    done = subprocess.run([*command, "ingest", "bench", "--json"], check=False, capture_output=True, text=True)
    return dict(json.loads(done.stdout)["ledger"])


def document(command: list[str], path: str) -> dict[str, Any]:
    argv = [*command, "show", "bench", "--document", path, "--json"]
    return dict(json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout))


def text_of(command: list[str], path: str) -> str:
    with contextlib.suppress(subprocess.CalledProcessError):
        return str(document(command, path)["text"])
    return ""


def load(path: Path) -> ModuleType:
    """Import a module of the data set, whose name ends in .py.txt."""
    loader = SourceFileLoader(path.name.split(".")[0], str(path))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


if __name__ == "__main__":
    main()
