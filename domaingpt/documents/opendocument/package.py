"""Bytes of an OpenDocument file, zipped or flat → its XML parts, parsed without entities, DTDs or network.

The parts are read with lxml here rather than by a library: odfdo expands every entity and repeated cell, needs a
tree of the whole file, and gives text without the places of notes and comments.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from domaingpt.documents.archive import DAMAGE, OPEN_DOCUMENT, check_office_zip
from domaingpt.documents.formats import ZIP_MAGIC
from domaingpt.documents.opendocument.names import qn
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import EncryptedDocument, UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

MISREAD = (*DAMAGE, etree.LxmlError, SyntaxError, TypeError, AttributeError, IndexError, AssertionError)
MANIFEST = "META-INF/manifest.xml"
MIMETYPE = re.compile(rb"application/(?:vnd\.oasis\.opendocument|x-vnd\.oasis\.opendocument)\.(\w+)")
KINDS = ("text", "spreadsheet", "presentation")
KIND_OF_SUFFIX = {"t": "text", "s": "spreadsheet", "p": "presentation"}  # The last letter: .odt, .fods, .otp.
HEAD_BYTES = 4096
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
OBJECT = re.compile(r"(?:.*/)?Object \d+/content\.xml")
# The parser takes no declared encoding for granted: the declaration check above it has read these bytes as UTF-8 too.
SAFE = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a file.

    Attributes:
        kind: One of `KINDS`.
        content: XML of the body; of the whole file if it is flat.
        styles: Root of the common styles and master pages.
        title: From the metadata; "" if it says nothing.
        left_out: What lies in the file beside its XML.
    """

    kind: str
    content: bytes
    styles: _Element
    title: str
    left_out: dict[str, int]


def open_package(data: bytes, path: str, progress: Callable[[], None]) -> Package:
    """Take a file apart.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, a zip bomb, or declares XML entities.
    """
    try:
        return _zipped(data, path, progress) if data.startswith(ZIP_MAGIC) else _flat(data, path)
    except MISREAD as exc:
        raise UnreadableDocument(f"damaged OpenDocument file: {exc}", path) from exc


def parsed(part: bytes) -> _Element:
    """Return the root of a part."""
    progress_free: Any = etree.XMLParser(encoding=encoding_of(part), **SAFE)
    return etree.fromstring(part, progress_free)


def encoding_of(part: bytes) -> str:
    """Return how a part is encoded: OpenDocument allows UTF-8 and UTF-16 only."""
    return "utf-16" if part.startswith(UTF16_BOMS) else "utf-8"


def _zipped(data: bytes, path: str, progress: Callable[[], None]) -> Package:
    names = check_office_zip(data, path, progress, OPEN_DOCUMENT)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if MANIFEST in names and b"encryption-data" in archive.read(MANIFEST):
            raise EncryptedDocument("needs a password", path)
        if "content.xml" not in names:
            raise UnreadableDocument("damaged OpenDocument file: has no content.xml", path)
        found = MIMETYPE.search(archive.read("mimetype")) if "mimetype" in names else None
        styles = parsed(archive.read("styles.xml")) if "styles.xml" in names else etree.Element("none")
        meta = parsed(archive.read("meta.xml")) if "meta.xml" in names else etree.Element("none")
        content = archive.read("content.xml")
    left_out = {
        "images": sum(1 for name in names if name.startswith("Pictures/") and not name.endswith("/")),
        "embedded objects": sum(1 for name in names if OBJECT.fullmatch(name)),
    }
    return Package(_kind(found, path), content, styles, _title(meta, path), left_out)


def _flat(data: bytes, path: str) -> Package:
    if OPEN_DOCUMENT.refused.search(data):
        raise UnreadableDocument("declares XML entities", path)
    root = parsed(data)
    if root.tag != qn("office:document"):
        raise UnreadableDocument("content is XML, not OpenDocument", path)
    found = MIMETYPE.search(data[:HEAD_BYTES])
    left_out = {"images": sum(1 for _ in root.iter(qn("draw:image")))}
    return Package(_kind(found, path), data, root, _title(root, path), left_out)


def _kind(found: re.Match[bytes] | None, path: str) -> str:
    kind = found.group(1).decode() if found else KIND_OF_SUFFIX.get(path[-1].lower(), "text")
    if kind not in KINDS:
        raise UnreadableDocument(f"content is an OpenDocument {kind}, which is not read", path)
    return kind


def _title(root: _Element, path: str) -> str:
    title = next(root.iter(qn("dc:title")), None)
    return meaningful_title(title.text or "", path) if title is not None else ""
