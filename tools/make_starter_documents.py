"""Writes the PDF, DOCX, XLSX and PPTX files of the shipped domains from the modules in `tools/starter/`.

    python tools/make_starter_documents.py            # rewrite them in domains/
    python tools/make_starter_documents.py house      # those of one domain
    python tools/make_starter_documents.py --check    # exit code 1 if a committed file differs

`tools/starter/NAME.py` (or a package NAME) holds the documents of the domain NAME in its list `DOCUMENTS`.
Running it twice gives the same bytes (with the same versions of reportlab, python-docx, openpyxl and python-pptx).
The Markdown, HTML, CSV and other text documents next to them are written by hand and not touched.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from starter.writers import Writer

DOMAINS = Path(__file__).resolve().parents[1] / "domains"
NAMES = sorted(path.parent.name for path in DOMAINS.glob("*/domain.toml"))


def documents_of(domain: str) -> Sequence[Writer]:
    """Return the documents of a domain that are made by a writer."""
    documents: Sequence[Writer] = importlib.import_module(f"starter.{domain}").DOCUMENTS
    return documents


def write_all(names: Sequence[str], root: Path) -> list[Path]:
    """Write the documents of some domains below `root` and return their paths, relative to it."""
    written = []
    for name in names:
        for document in documents_of(name):
            document.write(root / name / "documents")
            written.append(Path(name) / "documents" / document.path)
    return written


def main() -> int:
    """Write the documents, or with `--check` compare them with what is committed."""
    parser = argparse.ArgumentParser(description="Write the PDF, DOCX, XLSX and PPTX documents of the shipped domains.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these domains")
    parser.add_argument("--check", action="store_true", help="compare with domains/ instead of writing there")
    options = parser.parse_args()
    names = options.names or NAMES
    if not options.check:
        for path in write_all(names, DOMAINS):
            print(path)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        different = [
            path
            for path in write_all(names, Path(folder))
            if not (DOMAINS / path).is_file() or (DOMAINS / path).read_bytes() != (Path(folder) / path).read_bytes()
        ]
    for path in different:
        print(f"differs: {path}", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
