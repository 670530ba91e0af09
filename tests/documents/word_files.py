"""Word files for tests: python-docx for the package, raw XML for what it cannot write."""

from __future__ import annotations

import io
from typing import Any

import docx
from docx.oxml.parser import parse_xml

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)


def saved(document: Any) -> bytes:
    """Return a python-docx document as a file."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def document_of(*elements: str) -> Any:
    """Return a python-docx document whose body holds these elements; `w:`, `mc:`, `v:` and `wps:` are declared."""
    document = docx.Document()
    body = document.element.body
    for element in elements:
        tag, _, rest = element.partition(">")
        declared = f"{tag[:-1]} {NAMESPACES}/>" if tag.endswith("/") else f"{tag} {NAMESPACES}>{rest}"
        body.insert(len(body) - 1, parse_xml(declared))
    return document


def from_body_xml(*elements: str) -> bytes:
    """Return a Word file whose body holds these elements."""
    return saved(document_of(*elements))
