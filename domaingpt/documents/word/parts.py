"""Parts of a Word file besides its body: found by relationship; headers and footers with their section."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from docx.oxml.ns import qn

from domaingpt.documents.assembly import one_line

if TYPE_CHECKING:
    from lxml.etree import _Element

PAGES = {"first": "first page", "even": "even pages"}


def related_elements(part: Any, relation: str) -> Iterator[_Element]:
    """Yield the XML roots of the parts that the document points to with a relationship type."""
    for relationship in part.rels.values():
        if not relationship.is_external and relationship.reltype.endswith(relation):
            yield element_of(relationship.target_part)


def related_element(part: Any, relation_id: str | None) -> _Element | None:
    """Return the XML root of the part that the document points to by this id, None if there is none."""
    relationship = part.rels.get(relation_id)
    return None if relationship is None or relationship.is_external else element_of(relationship.target_part)


def element_of(part: Any) -> _Element:
    """Return the root element of a part of the package."""
    from docx.oxml.parser import parse_xml  # python-docx's own settings: no entities, no network.

    element = getattr(part, "element", None)
    return element if element is not None else parse_xml(part.blob)


def frames(package: Any, body: _Element, tag: str, text_of: Callable[[_Element], str]) -> list[str]:
    """Return the headers or footers, each text once, with the first section and the pages that it is for.

    Args:
        package: python-docx's part of the document.
        body: The document's body.
        tag: "w:headerReference" or "w:footerReference".
        text_of: Returns the text of a part's blocks.
    """
    sections = [section for section in body.iter(qn("w:sectPr")) if section.getparent().tag != qn("w:sectPrChange")]
    found: dict[str, str] = {}
    read: set[str] = set()
    for number, section in enumerate(sections, start=1):
        for reference in section.iterchildren(qn(tag)):
            relation_id = reference.get(qn("r:id"), "")
            root = related_element(package, relation_id) if relation_id not in read else None
            read.add(relation_id)
            text = one_line(text_of(root)) if root is not None else ""
            place = [f"section {number}"] if len(sections) > 1 else []
            place += [PAGES[kind] for kind in [reference.get(qn("w:type"))] if kind in PAGES]
            if text:
                found.setdefault(text, ", ".join(place).capitalize())
    return [f"{place}: {text}" if place else text for text, place in found.items()]
