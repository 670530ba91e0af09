"""What libraries say of damaged files, in words for the files' owner."""

from __future__ import annotations

import struct
import zipfile
import zlib

import pytest
from lxml import etree

from domaingpt.documents.damage import damage


@pytest.mark.parametrize(
    ("exc", "words"),
    [
        (KeyError("There is no item named 'word/document.xml' in the archive"), "a part is missing"),
        (zipfile.BadZipFile("File is not a zip file"), "its end is missing (truncated?)"),
        (zipfile.BadZipFile("Bad CRC-32 for file 'a'"), "a checksum is wrong"),
        (zlib.error("Error -3 while decompressing data"), "a part of it cannot be unpacked"),
        (NotImplementedError("That compression method is not supported"), "a part of it cannot be unpacked"),
        (struct.error("unpack requires a buffer of 4 bytes"), "a number in it is impossible"),
        (IndexError("list index out of range"), "its structure is broken"),
        (AttributeError("'NoneType' object has no attribute 'x'"), "its structure is broken"),
    ],
    ids=str,
)
def test_no_word_of_the_library_is_left(exc: Exception, words: str) -> None:
    """The reason names what the owner can judge."""
    assert damage(exc) == words


def test_xml_that_is_nested_too_deeply_is_called_so() -> None:
    """libxml2's own message advises an option of its parser."""
    with pytest.raises(etree.XMLSyntaxError, match="depth") as raised:
        etree.fromstring(b"<a>" * 1000)
    assert damage(raised.value) == "it is nested too deeply"
