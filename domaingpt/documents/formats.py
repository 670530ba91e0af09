"""Which suffix is read by which reader, and whether a file's first bytes contradict its suffix."""

from __future__ import annotations

import codecs
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        name: For the user: "Word", "PDF".
        reader: Module of this package that reads it.
        version: Raised whenever that reader's output changes for any input, so that text parsed
            by an older version is parsed again.
        needs_worker: False for plain text, which no parser can be attacked with.
        holds_files: Whether its reader also takes out files that lie inside: attachments of a mail.
    """

    name: str
    reader: str
    version: int
    needs_worker: bool = True
    holds_files: bool = False


PDF = Format("PDF", "pdf", 5)
WORD = Format("Word", "word", 2)
EXCEL = Format("Excel", "sheets", 3)
EXCEL_97 = Format("Excel 97", "sheets97", 3)
CSV = Format("CSV", "delimited", 2)
HTML = Format("HTML", "web", 3)
MARKDOWN = Format("Markdown", "markdown", 2, needs_worker=False)
TEXT = Format("text", "text", 2, needs_worker=False)

FORMATS: dict[str, Format] = {
    ".pdf": PDF,
    ".docx": WORD,
    ".xlsx": EXCEL,
    ".xlsm": EXCEL,
    ".xls": EXCEL_97,
    ".csv": CSV,
    ".tsv": CSV,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".txt": TEXT,
    ".text": TEXT,
    ".log": TEXT,
}

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
# First bytes → what the content is, for the user. Longest first where one begins with another.
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"BM", "a BMP image"),
    (b"{\\rtf", "RTF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"%!PS", "PostScript"),
)
TEXT_BOMS = (
    codecs.BOM_UTF8,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
)
# PDF readers accept the header anywhere in the first kilobyte (ISO 32000-1, annex H.3.4.1).
PDF_HEADER_WINDOW = 1024
SNIFFED_BYTES = 64 << 10  # Enough to see a zip's first entries and a text's NUL bytes.


def reader_key(suffix: str) -> str:
    """Return the reader and its version, e.g. "pdf/1"; parsed text is reused by (SHA-256, this)."""
    kind = FORMATS[suffix]
    return f"{kind.reader}/{kind.version}"


def sniff(data: bytes, suffix: str) -> str | None:
    """Return why the content cannot be what the suffix says, or None if it may be.

    Args:
        data: The file's bytes, or its first `SNIFFED_BYTES`.
        suffix: Lower case, one of `FORMATS`.
    """
    wanted = FORMATS[suffix]
    found = _content(data)
    match wanted.reader:
        case "pdf":
            good = found == "PDF" or b"%PDF-" in data[:PDF_HEADER_WINDOW]
            return None if good else _contradiction(data, found, wanted)
        case "word" | "sheets":
            # An OLE container behind .docx is a file with a password; its reader says so.
            return None if found in ("a zip archive", "OLE", wanted.name) else _contradiction(data, found, wanted)
        case "sheets97":
            return None if found == "OLE" or data[:2] == b"\x09\x08" else _contradiction(data, found, wanted)
        case _:
            return _not_text(data, found, wanted)


def _content(data: bytes) -> str:
    """Name what the first bytes say the content is; "" when they say nothing."""
    if data.lstrip()[:5] == b"%PDF-":
        return "PDF"
    if data.startswith(OLE_MAGIC):
        return "OLE"
    if data.startswith(ZIP_MAGIC):
        head = data[:SNIFFED_BYTES]
        if b"word/document" in head:
            return "Word"
        if b"xl/workbook" in head or b"xl/worksheets" in head:
            return "Excel"
        return "PowerPoint" if b"ppt/" in head else "a zip archive"
    for magic, name in MAGIC:
        # "BM" is also how a text may begin; a bitmap's reserved bytes 6 to 9 are zero.
        if data.startswith(magic) and (magic != b"BM" or data[6:10] == bytes(4)):
            return name
    return ""


def _contradiction(data: bytes, found: str, wanted: Format) -> str:
    renames = {"PDF": ".pdf", "Word": ".docx", "Excel": ".xlsx"}
    if found in renames:
        return f"content is {found}, not {wanted.name}: rename it to {renames[found]}"
    if found == "OLE":
        return f"content is an old Office or Outlook file, not {wanted.name}"
    if found:
        return f"content is {found}, not {wanted.name}"
    start = data[:SNIFFED_BYTES].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return f"content is HTML, not {wanted.name}: rename it to .html"
    if start and b"\0" not in start:
        return f"content is text, not {wanted.name}"
    return f"content is not {wanted.name}"


def _not_text(data: bytes, found: str, wanted: Format) -> str | None:
    if data.startswith(TEXT_BOMS):
        return None
    if found:
        return _contradiction(data, found, wanted)
    head = data[:SNIFFED_BYTES]
    if b"\0" in head and not _is_utf16(head):
        return f"content is binary, not {wanted.name}"
    return None


def _is_utf16(head: bytes) -> bool:
    """Return whether NUL bytes are every second byte, as in UTF-16 text of a Western language."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # 0.3: text with a third of ASCII still counts; guess, unmeasured.
    return max(even, odd) > 0.3 * (len(head) / 2) and min(even, odd) == 0
