"""Writes the PDF, DOCX and XLSX files of the starter domains from the modules in `tools/starter/`.

    python tools/make_starter_documents.py            # rewrite them in domains/
    python tools/make_starter_documents.py --check    # exit code 1 if a committed file differs

Running it twice gives the same bytes (with the same versions of reportlab, python-docx and openpyxl).
The Markdown, HTML and CSV documents next to them are written by hand and not touched.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from starter import equities, house, payment
from starter.office import Docx, Xlsx
from starter.pdf import Pdf

DOMAINS = Path(__file__).resolve().parents[1] / "domains"
DOCUMENTS: dict[str, list[Pdf | Docx | Xlsx]] = {
    "house": house.DOCUMENTS,
    "equities": equities.DOCUMENTS,
    "payment": payment.DOCUMENTS,
}


def write_all(root: Path) -> list[Path]:
    """Write every document below `root` and return their paths, relative to it."""
    written = []
    for domain, documents in DOCUMENTS.items():
        for document in documents:
            document.write(root / domain / "documents")
            written.append(Path(domain) / "documents" / document.path)
    return written


def main() -> int:
    """Write the documents, or with `--check` compare them with what is committed."""
    parser = argparse.ArgumentParser(description="Write the starter domains' PDF, DOCX and XLSX documents.")
    parser.add_argument("--check", action="store_true", help="compare with domains/ instead of writing there")
    if not parser.parse_args().check:
        for path in write_all(DOMAINS):
            print(path)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        different = [
            path
            for path in write_all(Path(folder))
            if not (DOMAINS / path).is_file() or (DOMAINS / path).read_bytes() != (Path(folder) / path).read_bytes()
        ]
    for path in different:
        print(f"differs: {path}", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
