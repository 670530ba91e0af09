"""OpenDocument packages that are damaged, hostile, locked, or not what they seem."""

from __future__ import annotations

import pytest
from odf_files import MANIFEST, content, flat, opendocument, zipped

from domaingpt.documents import read_document, sniff
from domaingpt.errors import EncryptedDocument, UnreadableDocument

BODY = "<text:p>text</text:p>"


def with_declaration(declaration: str, body: str = BODY) -> str:
    return content("text", body).replace("?>", f"?>{declaration}", 1)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE x [<!ENTITY a "b">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1/x.dtd"> %a;]>',
        '<!DOCTYPE x [<!ATTLIST text:p text:style-name CDATA "x">]>',
    ],
    ids=["internal", "external", "parameter", "attribute"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declarations_are_refused_in_every_encoding(declaration: str, encoding: str) -> None:
    """Neither expanded nor fetched: the parser is never reached."""
    text = with_declaration(declaration).replace("UTF-8", encoding)
    with pytest.raises(UnreadableDocument, match=r"declares XML entities in content\.xml"):
        read_document(zipped("text", {"content.xml": text.encode(encoding)}), "a.odt")
    with pytest.raises(UnreadableDocument, match="declares XML entities"):
        read_document(flat("text", BODY).replace(b"?>", b"?>" + declaration.encode(), 1), "a.fodt")


def test_a_document_type_alone_is_harmless() -> None:
    """OpenOffice 2 wrote one into every manifest, LibreOffice into macro libraries to this day."""
    declaration = '<!DOCTYPE manifest:manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd">'
    data = zipped("text", {"content.xml": with_declaration(declaration), MANIFEST: f"{declaration}<manifest/>"})
    assert read_document(data, "a.odt").text == "text"


def test_a_declared_encoding_does_not_hide_declarations() -> None:
    """The declaration is ASCII, what follows would be EBCDIC: it is parsed as the UTF-8 that was checked."""
    text = with_declaration('<!DOCTYPE x [<!ENTITY a "b">]>').partition("?>")[2].encode("cp037")
    data = zipped("text", {"content.xml": b'<?xml version="1.0" encoding="cp037"?>' + text})
    with pytest.raises(UnreadableDocument, match=r"damaged OpenDocument file|is in cp037"):
        read_document(data, "a.odt")


def test_a_locked_file_needs_its_password() -> None:
    """The manifest tells."""
    data = opendocument("text", BODY, **{"META-INF__manifest_xml": "<m:encryption-data xmlns:m='x'/>"})
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read_document(data, "a.odt")


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_truncated_file_is_refused_with_a_reason(share: int) -> None:
    """At every twentieth."""
    data = opendocument("text", BODY * 500, title="x" * 500)
    with pytest.raises(UnreadableDocument, match="damaged"):
        read_document(data[: len(data) * share // 100], "a.odt")


def test_parts_that_are_missing_or_broken_are_named() -> None:
    """Each with its own reason."""
    with pytest.raises(UnreadableDocument, match=r"has no content\.xml"):
        read_document(zipped("text", {MANIFEST: "<m/>"}), "a.odt")
    with pytest.raises(UnreadableDocument, match="damaged OpenDocument file"):
        read_document(zipped("text", {"content.xml": "<x"}), "a.odt")
    with pytest.raises(UnreadableDocument, match="holds no text"):
        read_document(zipped("text", {"content.xml": content("presentation", "")}), "a.odt")
    with pytest.raises(UnreadableDocument, match="content is an OpenDocument graphics, which is not read"):
        read_document(zipped("graphics", {"content.xml": content("drawing", "")}), "a.odt")
    with pytest.raises(UnreadableDocument, match="content is XML, not OpenDocument"):
        read_document(b"<x/>", "a.fodt")


def test_nesting_is_bounded() -> None:
    """libxml2 stops at 256."""
    deep = "<text:section>" * 5000 + "</text:section>" * 5000
    with pytest.raises(UnreadableDocument, match="damaged OpenDocument file"):
        read_document(opendocument("text", deep), "a.odt")


def test_kinds_are_told_apart_by_the_first_entry() -> None:
    """A spreadsheet under a text's suffix is named; a package without the entry may be any."""
    assert sniff(opendocument("spreadsheet", ""), ".odt") == (
        "content is OpenDocument spreadsheet, not OpenDocument text: rename it to .ods"
    )
    assert sniff(opendocument("text", ""), ".ott") is None
    assert sniff(opendocument("text", ""), ".docx") == "content is OpenDocument text, not Word: rename it to .odt"
    assert sniff(flat("text", ""), ".fodt") is None
    assert sniff(b"plain", ".fodt") == "content is text, not OpenDocument text"
