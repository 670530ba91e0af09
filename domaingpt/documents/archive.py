"""Zip-based Office files, OpenDocument files and books: what is checked before a parser sees them.

A parser would inflate whatever an entry holds and expand whatever entities its XML declares; so the bytes are
inflated here first, in pieces, counted, and thrown away, and XML parts with a DOCTYPE are refused.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from domaingpt.documents.damage import damage
from domaingpt.documents.formats import OLE_MAGIC
from domaingpt.errors import EncryptedDocument, UnreadableDocument

MAX_ENTRIES = 20_000
MAX_INFLATED_BYTES = 1 << 30
MAX_XML_BYTES = 400 << 20  # One XML part; parsers hold a multiple of it in memory.
# Inflated to stored size, once a file is large at all: spreadsheets reach 40, deflate ends at 1032.
MAX_RATIO = 200
RATIO_FROM_BYTES = 64 << 20
PIECE_BYTES = 256 << 10
XML_SUFFIXES = (".xml", ".rels", ".vml")
XML_STARTS = (b"<?xml", b"<!", b"<\0?\0x\0m\0l\0", b"\0<\0?\0x\0m\0l", b"Lo\xa7\x94\x93")
XML_START_SKIPPED = b"\xef\xbb\xbf\xfe\xff \t\r\n"
# "<!DOCTYPE" and "<!ENTITY" in UTF-8, and in UTF-16 of both byte orders.
DECLARATION = re.compile(
    rb"<!\s*(?:DOCTYPE|ENTITY)|<\x00!\x00(?:D\x00O\x00C\x00T|E\x00N\x00T)|\x00<\x00!(?:\x00D\x00O\x00C\x00T|\x00E\x00N\x00T)",
    re.IGNORECASE,
)
# OpenDocument: a document type alone is harmless, and stands in manifests by OpenOffice 2 and in macro libraries to
# this day; what an internal subset may declare (entities, default attributes) is not. In the same three encodings.
SUBSET_DECLARATION = re.compile(
    rb"<!\s*(?:ENTITY|ATTLIST|ELEMENT|NOTATION)"
    rb"|<\x00!\x00(?:E\x00N\x00T|A\x00T\x00T|E\x00L\x00E|N\x00O\x00T)"
    rb"|\x00<\x00!(?:\x00E\x00N\x00T|\x00A\x00T\x00T|\x00E\x00L\x00E|\x00N\x00O\x00T)",
    re.IGNORECASE,
)
# An entity, or a document type with declarations of its own: "<!DOCTYPE html [".
OWN_DECLARATION = re.compile(
    rb"<!\s*(?:ENTITY|DOCTYPE[^>\[]{0,400}\[)|<\x00!\x00E\x00N\x00T|\x00<\x00!\x00E\x00N\x00T", re.IGNORECASE
)
# In other encodings a DOCTYPE is spelled in other bytes than those above.
ENCODING = re.compile(rb"""^[\xef\xbb\xbf\s]*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.-]{1,40})""")
PLAIN_ENCODINGS = re.compile(rb"utf-?8|utf-?16(le|be)?|us-ascii|iso-8859-\d+|windows-125\d", re.IGNORECASE)
EBCDIC_START = b"Lo\xa7\x94\x93"  # "<?xml"
OVERLAP_BYTES = 512  # So that a declaration across two pieces is seen.
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")  # Stream name of an Office file with a password.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    KeyError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Package:
    """One kind of zip-based file.

    Attributes:
        name: For the user.
        xml_suffixes: Of the parts that are parsed as XML.
        refused: What no such part may hold.
    """

    name: str
    xml_suffixes: tuple[str, ...]
    refused: re.Pattern[bytes]


OFFICE = Package("Office file", XML_SUFFIXES, DECLARATION)
OPEN_DOCUMENT = Package("OpenDocument file", XML_SUFFIXES, SUBSET_DECLARATION)
# Parts of a book may name a document type, as web pages do, but declare nothing in it.
BOOK = Package("book", (".xhtml", ".html", ".htm", ".xht", ".xml", ".opf", ".ncx", ".svg"), OWN_DECLARATION)


def check_office_zip(data: bytes, path: str, progress: Callable[[], None], package: Package = OFFICE) -> frozenset[str]:
    """Return the names of the parts, once the file is known to be safe to parse.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, a bomb, or declares XML entities.
    """
    if data.startswith(OLE_MAGIC):
        if ENCRYPTED_PACKAGE in data:
            raise EncryptedDocument("needs a password", path)
        raise UnreadableDocument("content is an old Office file: rename it to .doc, .xls or .ppt", path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _checked(archive, len(data), path, progress, package)
    except DAMAGE as exc:
        raise UnreadableDocument(f"damaged {package.name}: {damage(exc)}", path) from exc


def _checked(
    archive: zipfile.ZipFile, size_bytes: int, path: str, progress: Callable[[], None], package: Package
) -> frozenset[str]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableDocument(f"has {len(entries):,} parts; at most {MAX_ENTRIES:,} are read", path)
    names = frozenset(entry.filename for entry in entries)
    if len(names) < len(entries):
        raise UnreadableDocument("names a part twice", path)
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise EncryptedDocument("needs a password", path)
        total = _inflate(archive, entry, total, size_bytes, path, package, progress)
    return names


def _inflate(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    total: int,
    size_bytes: int,
    path: str,
    package: Package,
    progress: Callable[[], None],
) -> int:
    """Return the running total of inflated bytes after this entry."""
    is_xml = entry.filename.lower().endswith(package.xml_suffixes)
    n_bytes = 0
    tail = b""
    with archive.open(entry) as part:
        while piece := part.read(PIECE_BYTES):
            # Which part is parsed is said by the file's relationships, not by its name.
            is_xml = is_xml or (n_bytes == 0 and piece.lstrip(XML_START_SKIPPED).startswith(XML_STARTS))
            progress()
            n_bytes += len(piece)
            total += len(piece)
            too_much = total > MAX_INFLATED_BYTES or (is_xml and n_bytes > MAX_XML_BYTES)
            if too_much or (total > RATIO_FROM_BYTES and total > MAX_RATIO * size_bytes):
                raise UnreadableDocument(
                    f"inflates to more than {total >> 20} MB from {size_bytes >> 10} KB (a zip bomb?)", path
                )
            if is_xml and n_bytes == len(piece) and (odd := _odd_encoding(piece)):
                raise UnreadableDocument(f"{entry.filename} is in {odd}, which no Office program writes", path)
            if is_xml and package.refused.search(tail + piece):
                raise UnreadableDocument(f"declares XML entities in {entry.filename}", path)
            tail = piece[-OVERLAP_BYTES:]
    return total


def _odd_encoding(start: bytes) -> str:
    """Return the encoding of an XML part if declarations cannot be seen in it; else ""."""
    if start.startswith(EBCDIC_START):
        return "EBCDIC"
    declared = ENCODING.match(start)
    is_odd = declared is not None and not PLAIN_ENCODINGS.fullmatch(declared[1])
    return declared[1].decode("ascii", "replace") if declared and is_odd else ""
