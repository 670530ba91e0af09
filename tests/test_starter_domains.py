"""The starter domains: enough documents of enough kinds, and each gold answer is where its question says.

No model, no index, not even our own readers: the libraries are asked directly. Takes about a second.
"""

from __future__ import annotations

import csv
import html
import json
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest

from domaingpt.config import load_config

DOMAINS = Path(__file__).resolve().parents[1] / "domains"
NAMES = ("house", "equities", "payment")
KEYS = {"id", "question", "answers", "documents", "pages", "answerable"}
KINDS = {"sentence", "table", "change", "two", "none"}  # the last part of an id


@cache
def questions(name: str) -> tuple[dict[str, Any], ...]:
    lines = (DOMAINS / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def pages(path: Path) -> tuple[str, ...]:
    """Return the text of each page of a PDF, or of any other document as a single page.

    A number in a workbook counts both as it is displayed (2,560) and as it is stored (2560).
    """
    match path.suffix:
        case ".pdf":
            with pypdfium2.PdfDocument(path) as pdf:
                return tuple(page.get_textpage().get_text_range() for page in pdf)
        case ".docx":
            blocks = docx.Document(str(path)).iter_inner_content()
            return ("\n".join(docx_text(block) for block in blocks),)
        case ".xlsx":
            book = openpyxl.load_workbook(path)
            cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
            return ("\n".join([displayed(cell) for cell in cells] + [str(cell.value) for cell in cells]),)
        case ".csv":
            with path.open(encoding="utf-8", newline="") as file:
                return ("\n".join(" | ".join(row) for row in csv.reader(file)),)
        case ".html":
            return (html.unescape(re.sub(r"<[^>]+>", "", path.read_text(encoding="utf-8"))),)
        case _:
            return (path.read_text(encoding="utf-8"),)


def docx_text(block: Any) -> str:
    if hasattr(block, "rows"):
        return "\n".join(" | ".join(cell.text for cell in row.cells) for row in block.rows)
    return str(block.text)


def displayed(cell: Any) -> str:
    """Return a cell's value as a spreadsheet program shows it, for the number formats that occur here."""
    value, layout = cell.value, cell.number_format
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, (date, datetime)):
        return f"{value:%Y-%m-%d}"
    decimals = len(layout.partition(".")[2].rstrip('%"x'))
    if layout.endswith("%"):
        return f"{value:.{decimals}%}"
    suffix = "x" if layout.endswith('"x"') else ""
    if layout == "General":
        return str(value)
    return f"{value:,.{decimals}f}{suffix}" if "," in layout else f"{value:.{decimals}f}{suffix}"


@pytest.mark.parametrize("name", NAMES)
def test_domain_has_enough_documents_and_formats(name: str) -> None:
    documents = [path for path in (DOMAINS / name / "documents").rglob("*") if path.is_file()]
    formats = {path.suffix for path in documents}
    words = sum(len(text.split()) for path in documents for text in pages(path))
    assert len(documents) >= 7
    assert {".pdf", ".xlsx", ".docx"} < formats
    assert any(path.suffix == ".pdf" and len(pages(path)) > 2 for path in documents)
    assert words >= 5000


@pytest.mark.parametrize("name", NAMES)
def test_domain_toml_says_what_the_domain_is(name: str) -> None:
    config = load_config(DOMAINS / name / "domain.toml", name)
    assert config.title == name.capitalize() + "GPT"
    assert config.description
    assert config.instructions


@pytest.mark.parametrize("name", NAMES)
def test_pdfs_have_an_outline_and_page_numbers(name: str) -> None:
    for path in (DOMAINS / name / "documents").rglob("*.pdf"):
        with pypdfium2.PdfDocument(path) as pdf:
            targets = [entry.get_dest().get_index() for entry in pdf.get_toc()]
        assert targets == sorted(targets), path
        assert targets[-1] > 0, path
        for number, text in enumerate(pages(path), start=1):
            assert f"Page {number} of {len(pages(path))}" in text


@pytest.mark.parametrize("name", NAMES)
def test_questions_are_well_formed(name: str) -> None:
    asked = questions(name)
    kinds = [question["id"].rpartition("-")[2] for question in asked]
    assert len({question["id"] for question in asked}) == len(asked) >= 25
    assert len({question["question"] for question in asked}) == len(asked)
    assert set(kinds) == KINDS
    assert kinds.count("table") >= len(asked) / 4
    assert kinds.count("two") >= 3
    assert kinds.count("none") >= 5
    for question, kind in zip(asked, kinds, strict=True):
        assert set(question) == KEYS
        assert question["question"].endswith("?")
        if question["answerable"]:
            assert question["answers"]
            assert question["documents"]
            assert kind != "two" or len(question["documents"]) == 2
        else:
            assert kind == "none"
            assert question["answers"] == question["documents"] == question["pages"] == []


@pytest.mark.parametrize("name", NAMES)
def test_gold_answers_occur_verbatim_where_the_question_says(name: str) -> None:
    problems = []
    for question in questions(name):
        if not question["answerable"]:
            continue
        paths = [DOMAINS / name / "documents" / path for path in question["documents"]]
        if bool(question["pages"]) != any(path.suffix == ".pdf" for path in paths):
            problems.append(f"{question['id']}: pages are for PDFs, and every PDF needs one")
        texts = [
            text
            for path in paths
            for number, text in enumerate(pages(path), start=1)
            if path.suffix != ".pdf" or number in question["pages"]
        ]
        if len(texts) < len(paths):
            problems.append(f"{question['id']}: a page does not exist")
        problems += [
            f"{question['id']}: {answer!r} is not in {question['documents']}"
            for answer in question["answers"]
            if not any(answer in text for text in texts)
        ]
        problems += [
            f"{question['id']}: nothing of the answer is in {question['documents']}"
            for text in texts
            if len(paths) == 1 and not any(answer in text for answer in question["answers"])
        ]
    assert problems == []
