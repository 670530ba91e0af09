"""Which suffix is read by which reader, and whether a file's first bytes contradict its suffix."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from domaingpt.documents import ocr


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
        uses_ocr: Whether its text depends on the `ocr` extra.
    """

    name: str
    reader: str
    version: int
    needs_worker: bool = True
    holds_files: bool = False
    uses_ocr: bool = False


PDF = Format("PDF", "pdf", 6, holds_files=True, uses_ocr=True)
WORD = Format("Word", "word", 3)
EXCEL = Format("Excel", "sheets", 4)
EXCEL_97 = Format("Excel 97", "sheets97", 4)
POWERPOINT = Format("PowerPoint", "slides", 1)
OPEN_TEXT = Format("OpenDocument text", "opendocument", 1)
OPEN_SHEET = Format("OpenDocument spreadsheet", "opendocument", 1)
OPEN_SLIDES = Format("OpenDocument presentation", "opendocument", 1)
RTF = Format("RTF", "rtf", 1)
WORD_97 = Format("Word 97", "word97", 1)
POWERPOINT_97 = Format("PowerPoint 97", "slides97", 1)
CSV = Format("CSV", "delimited", 2)
HTML = Format("HTML", "web", 3)
ZIP = Format("zip archive", "zips", 1, holds_files=True)
MAIL = Format("mail", "mail", 1, holds_files=True)
MAILBOX = Format("mailbox", "mailbox", 1, holds_files=True)
OUTLOOK = Format("Outlook", "outlook", 1, holds_files=True)
MHTML = Format("MHTML", "saved_page", 1)
MARKDOWN = Format("Markdown", "markdown", 2, needs_worker=False)
EPUB = Format("EPUB", "book", 1)
JSON = Format("JSON", "json", 1)
SUBTITLES = Format("subtitles", "subtitles", 1, needs_worker=False)
NOTEBOOK = Format("Jupyter notebook", "notebook", 1)
XML = Format("XML", "xml", 1)
RESTRUCTURED = Format("reStructuredText", "restructured", 1, needs_worker=False)
IMAGE = Format("image", "image", 1, uses_ocr=True)
TEXT = Format("text", "text", 2, needs_worker=False)

# Kept in folders with documents, and best read as they are written: notes and texts with light markup, settings,
# and source code, whose comments and names are what is asked about.
PLAIN_SUFFIXES = (
    ".txt .text .log .org .adoc .asciidoc .tex .bib .yaml .yml .toml .ini .cfg .conf .properties "
    ".py .js .mjs .ts .jsx .tsx .java .kt .c .h .cc .cpp .hpp .cs .go .rs .rb .php .pl .lua .r .jl .swift .scala "
    ".sh .bash .zsh .ps1 .bat .sql .css .scss .proto .graphql .tf .diff .patch"
).split()

FORMATS: dict[str, Format] = {
    ".pdf": PDF,
    ".docx": WORD,
    ".docm": WORD,
    ".dotx": WORD,
    ".dotm": WORD,
    ".xlsx": EXCEL,
    ".xlsm": EXCEL,
    ".xltx": EXCEL,
    ".xltm": EXCEL,
    ".xls": EXCEL_97,
    ".pptx": POWERPOINT,
    ".pptm": POWERPOINT,
    ".ppsx": POWERPOINT,
    ".ppsm": POWERPOINT,
    ".potx": POWERPOINT,
    ".potm": POWERPOINT,
    ".odt": OPEN_TEXT,
    ".ott": OPEN_TEXT,
    ".fodt": OPEN_TEXT,
    ".ods": OPEN_SHEET,
    ".ots": OPEN_SHEET,
    ".fods": OPEN_SHEET,
    ".odp": OPEN_SLIDES,
    ".otp": OPEN_SLIDES,
    ".fodp": OPEN_SLIDES,
    ".rtf": RTF,
    ".doc": WORD_97,
    ".dot": WORD_97,
    ".ppt": POWERPOINT_97,
    ".pps": POWERPOINT_97,
    ".pot": POWERPOINT_97,
    ".csv": CSV,
    ".tsv": CSV,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".zip": ZIP,
    ".eml": MAIL,
    ".emlx": MAIL,
    ".mbox": MAILBOX,
    ".mbx": MAILBOX,
    ".msg": OUTLOOK,
    ".mht": MHTML,
    ".mhtml": MHTML,
    ".epub": EPUB,
    ".json": JSON,
    ".jsonl": JSON,
    ".ndjson": JSON,
    ".ipynb": NOTEBOOK,
    ".xml": XML,
    ".rss": XML,
    ".atom": XML,
    ".rst": RESTRUCTURED,
    ".rest": RESTRUCTURED,
    ".vtt": SUBTITLES,
    ".srt": SUBTITLES,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    **dict.fromkeys(PLAIN_SUFFIXES, TEXT),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".gif"), IMAGE),
}

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK\x03\x04"
EMPTY_ZIP_MAGIC = b"PK\x05\x06"
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
OFFICE_PARTS = (
    (b"word/document", "Word"),
    (b"xl/workbook", "Excel"),
    (b"xl/worksheets", "Excel"),
    (b"ppt/", "PowerPoint"),
)
# The first entry of a zipped OpenDocument file is stored: a header of 30 bytes, its name, its content
# (OpenDocument 1.3, part 2, 3.3).
OPEN_MIMETYPE = re.compile(
    rb"PK\x03\x04.{26}mimetype.{0,64}?application/vnd\.oasis\.opendocument\.(text|spreadsheet|presentation)", re.DOTALL
)
EPUB_MIMETYPE = b"mimetypeapplication/epub+zip"  # Likewise (EPUB 3.3, 4.3).
OPEN_KINDS = {
    b"text": OPEN_TEXT.name,
    b"spreadsheet": OPEN_SHEET.name,
    b"presentation": OPEN_SLIDES.name,
}
# What the content of an old Office file may be instead → the suffix of its reader.
DISGUISES = {"RTF": ".rtf", "Word": ".docx", "PowerPoint": ".pptx", OPEN_TEXT.name: ".odt", OPEN_SLIDES.name: ".odp"}
RENAMES = {
    PDF.name: ".pdf",
    WORD.name: ".docx",
    EXCEL.name: ".xlsx",
    POWERPOINT.name: ".pptx",
    EPUB.name: ".epub",
    OPEN_TEXT.name: ".odt",
    OPEN_SHEET.name: ".ods",
    OPEN_SLIDES.name: ".odp",
}
CONTENT_SUFFIXES = {**RENAMES, RTF.name: ".rtf", "a zip archive": ".zip"}
TEXT_BOMS = (
    codecs.BOM_UTF8,
    codecs.BOM_UTF16_LE,
    codecs.BOM_UTF16_BE,
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
)
NO_READER = "-"
# What no text holds, in the encodings that are not recognised by a mark at the start.
CONTROLS = re.compile(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]")
# PDF readers accept the header anywhere in the first kilobyte (ISO 32000-1, annex H.3.4.1).
PDF_HEADER_WINDOW = 1024
RTF_HEADER_WINDOW = 16  # After a byte order mark or blank lines that mail programs put before it.
SNIFFED_BYTES = 64 << 10  # Enough to see a zip's first entries and a text's NUL bytes.


def suffix_of(path: str) -> str:
    """Return a path's suffix with its dot, in lower case; "" if it has none."""
    return PurePosixPath(path).suffix.lower()


def no_reader(suffix: str) -> str:
    """Return why no file of a suffix can be read here, or "" if one can."""
    if suffix not in FORMATS:
        return f"no reader for {suffix} files" if suffix else "no reader for files without a suffix"
    if FORMATS[suffix].reader == "image" and not ocr.available():
        return f"image: text in it is read by OCR ({ocr.EXTRA_HINT})"
    return ""


def reader_key(suffix: str) -> str:
    """Return the reader and its version, e.g. "pdf/5+ocr3.10.0"; parsed text is reused by (SHA-256, this)."""
    kind = FORMATS[suffix]
    engine = f"+ocr{ocr.version()}" if kind.uses_ocr and ocr.available() else ""
    return f"{kind.reader}/{kind.version}{engine}"


def content_key(sha256: str, suffix: str) -> str:
    """Return what identifies the text of a file: its bytes and who reads them, "-" where nobody does."""
    return f"{sha256} {reader_key(suffix) if suffix in FORMATS else NO_READER}"


def true_suffix(data: bytes, suffix: str) -> str:
    """Return the suffix whose reader takes the content: another than the file's for old Office files in disguise.

    Programs have always saved RTF, HTML and new formats under .doc and .ppt, and Office opens them.

    Args:
        data: The file's bytes, or its first `SNIFFED_BYTES`.
        suffix: Lower case, one of `FORMATS`.
    """
    if FORMATS[suffix].reader not in ("word97", "slides97"):
        return suffix
    found = _content(data)
    if not found and data[:SNIFFED_BYTES].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return ".html"
    actual = DISGUISES.get(found, suffix)
    return actual if actual in FORMATS else suffix


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
        case "book":
            return None if found in ("a zip archive", wanted.name) else _contradiction(data, found, wanted)
        case "word" | "sheets" | "slides":
            # An OLE container behind .docx is a file with a password; its reader says so.
            return None if found in ("a zip archive", "OLE", wanted.name) else _contradiction(data, found, wanted)
        case "zips":
            return None if data.startswith((ZIP_MAGIC, EMPTY_ZIP_MAGIC)) else _contradiction(data, found, wanted)
        case "opendocument":
            # The flat forms are one XML file.
            flat = suffix.startswith(".f")
            good = not found and _is_xml(data) if flat else found in ("a zip archive", wanted.name)
            return None if good else _contradiction(data, found, wanted)
        case "rtf":
            return (
                None
                if found == wanted.name or b"{\\rtf" in data[:RTF_HEADER_WINDOW]
                else _contradiction(data, found, wanted)
            )
        case "word97" | "slides97":
            return None if found == "OLE" else _contradiction(data, found, wanted)
        case "outlook":
            return None if found == "OLE" else _contradiction(data, found, wanted)
        case "mail" | "mailbox" | "saved_page":
            # Parts sent as 8bit or binary may hold any byte.
            return _contradiction(data, found, wanted) if found else None
        case "image":
            # One kind of picture with the suffix of another is opened all the same.
            return None if found.endswith(" image") else _contradiction(data, found, wanted)
        case "sheets97":
            return None if found == "OLE" or data[:2] == b"\x09\x08" else _contradiction(data, found, wanted)
        case _:
            return _not_text(data, found, wanted)


def sniffed_suffix(data: bytes) -> str:
    """Return the suffix that a file without one should have, judged by its first bytes; "" if nothing fits.

    Args:
        data: The file's bytes, or its first `SNIFFED_BYTES`.
    """
    from domaingpt.documents.mail.sniffing import mail_suffix  # It knows this module.

    if suffix := mail_suffix(data):
        return suffix
    found = _content(data)
    if found:
        return CONTENT_SUFFIXES.get(found, "")
    start = data[:SNIFFED_BYTES].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return ".html"
    return ".txt" if data and not _not_text(data, found, TEXT) and not CONTROLS.search(data[:SNIFFED_BYTES]) else ""


def _content(data: bytes) -> str:
    """Name what the first bytes say the content is; "" when they say nothing."""
    if data.lstrip()[:5] == b"%PDF-":
        return "PDF"
    if data.startswith(OLE_MAGIC):
        return "OLE"
    if data.startswith(ZIP_MAGIC):
        head = data[:SNIFFED_BYTES]
        if EPUB_MIMETYPE in head[:100]:
            return EPUB.name
        kind = OPEN_MIMETYPE.match(head)
        return OPEN_KINDS[kind.group(1)] if kind else _office_kind(head)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a WebP image"
    for magic, name in MAGIC:
        # "BM" is also how a text may begin; a bitmap's reserved bytes 6 to 9 are zero.
        if data.startswith(magic) and (magic != b"BM" or data[6:10] == bytes(4)):
            return name
    return ""


def _office_kind(head: bytes) -> str:
    """Name the Office file whose parts come first; files of the other kinds may lie inside it."""
    found = [(head.find(part), name) for part, name in OFFICE_PARTS if part in head]
    return min(found)[1] if found else "a zip archive"


def _contradiction(data: bytes, found: str, wanted: Format) -> str:
    if found in RENAMES:
        return f"content is {found}, not {wanted.name}: rename it to {RENAMES[found]}"
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


def _is_xml(data: bytes) -> bool:
    return data.startswith((b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\0", b"\xfe\xff\0<"))


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
