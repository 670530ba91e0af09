"""Do the answers keep what the README promises? A second opinion that shares no code with domaingpt.

    domaingpt ask NAME --questions Q.jsonl > answers.jsonl
    python benchmarks/checker.py answers.jsonl INDEX [--documents DIR]

INDEX is `indexes/NAME`: the stored text is read with sqlite3 alone. With --documents the text files among the
sources (.txt, .md) are compared as they lie on the disk, too. Counts, over all answers, and prints each case of:

    not_verbatim     a quote that is not the text at its offsets
    number_unbacked  a number of the answer, digit for digit, that no cited quote holds
    mark_unresolved  a mark [n] without a citation n, or a citation that no mark names
    sentence_uncited a stretch of the answer that ends without a mark
    too_long         a quote of more than 300 characters, or an answer of more than --max-characters
    not_silent       an abstention that states an answer or cites something

What is computed over all rows ("reason": "computed") is in no quote by its nature; `whole_corpus.py` recomputes it.
Ends with 1 if anything was found.
"""

from __future__ import annotations

import argparse
import json
import re
import sqlite3
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

MARK = re.compile(r"\[(\d+)\]")
DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
MAX_QUOTE_CHARACTERS = 300
TEXT_FILES = (".txt", ".md")
KINDS = ("not_verbatim", "number_unbacked", "mark_unresolved", "sentence_uncited", "too_long", "not_silent")


class Texts:
    """The stored texts of an index, and the files they came from."""

    def __init__(self, index: Path, documents: Path | None) -> None:
        generation = index / (index / "CURRENT").read_text(encoding="ascii").split()[0]
        self._files = sorted(generation.glob("segments/*/corpus.sqlite"))
        self._documents = documents
        self.of = cache(self._of)

    def _of(self, document: str) -> list[str]:
        """Return every text that a document is known by; more than one where it changed between segments."""
        texts = []
        for file in self._files:
            query = "SELECT c.text FROM documents d JOIN contents c ON c.key = d.content_key WHERE d.path = ?"
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                texts += [
                    zlib.decompress(blob).decode("utf-8", "surrogatepass")
                    for (blob,) in database.execute(query, [document])
                ]
        return texts

    def holds(self, citation: Mapping[str, Any]) -> bool:
        """Return whether a quote stands at its offsets, in the index and, if it is a text file, on the disk."""
        start, end, quote = citation["start"], citation["end"], citation["quote"]
        good = any(text[start:end] == quote for text in self.of(citation["document"]))
        if self._documents and citation["document"].endswith(TEXT_FILES):
            on_disk = (self._documents / citation["document"]).read_bytes().decode("utf-8-sig")
            good = good and on_disk[start:end] == quote
        return good and bool(quote)


def faults(answer: Mapping[str, Any], texts: Texts, max_characters: int) -> Iterator[tuple[str, str]]:
    """Yield (kind, detail) of everything wrong with one answer."""
    text, citations = answer["answer"] or "", answer["citations"]
    for citation in [*citations, *answer["nearest"]]:
        if not texts.holds(citation):
            yield "not_verbatim", json.dumps(citation, ensure_ascii=False)
        if len(citation["quote"]) > MAX_QUOTE_CHARACTERS:
            yield "too_long", citation["quote"]
    if len(text) > max_characters:
        yield "too_long", text
    if answer["abstained"]:
        if answer["answer"] is not None or citations:
            yield "not_silent", text
        return
    named, numbered = {int(n) for n in MARK.findall(text)}, {citation["n"] for citation in citations}
    if named != numbered or not named:
        yield "mark_unresolved", f"{sorted(named)} in the text, {sorted(numbered)} cited: {text}"
    if MARK.split(text)[-1].strip(" .…"):
        yield "sentence_uncited", text
    if answer["reason"] == "computed":
        return
    held = {number for citation in citations for number in DIGITS.findall(citation["quote"])}
    for number in DIGITS.findall(MARK.sub(" ", text)):
        if number not in held:
            yield "number_unbacked", f"{number} in: {text}"


def check(answers: list[dict[str, Any]], texts: Texts, max_characters: int = 600) -> dict[str, int]:
    """Return how often each fault occurs, and print each."""
    found: Counter[str] = Counter()
    for answer in answers:
        for kind, detail in faults(answer, texts, max_characters):
            found[kind] += 1
            print(f"{kind}: {answer['id']}: {detail}", file=sys.stderr)
    quotes = sum(len(answer["citations"]) + len(answer["nearest"]) for answer in answers)
    return {"answers": len(answers), "quotes": quotes, **{kind: found[kind] for kind in KINDS}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("answers", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--max-characters", type=int, default=600)
    arguments = parser.parse_args()
    answers = [json.loads(line) for line in arguments.answers.read_text(encoding="utf-8").splitlines()]
    counts = check(answers, Texts(arguments.index, arguments.documents), arguments.max_characters)
    print(json.dumps(counts))
    return int(any(counts[kind] for kind in KINDS))


if __name__ == "__main__":
    sys.exit(main())
