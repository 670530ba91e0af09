"""Qualified names of OpenDocument elements and attributes (OpenDocument 1.3, part 3, 1.3.2)."""

from __future__ import annotations

from functools import cache

NAMESPACES = {
    **{
        prefix: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
        for prefix, name in {
            "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing",
            "presentation": "presentation", "meta": "meta", "fo": "xsl-fo-compatible", "svg": "svg-compatible",
            "number": "datastyle", "dr3d": "dr3d",
        }.items()
    },
    "dc": "http://purl.org/dc/elements/1.1/",
}  # fmt: skip


@cache
def qn(name: str) -> str:
    """Return a name as lxml spells it: "text:p" → "{urn:…:text:1.0}p"."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


DRAWN = (qn("draw:"), qn("dr3d:"))  # What the names of all shapes begin with.
PARAGRAPHS = frozenset([qn("text:p"), qn("text:h")])
