"""HTML inside other formats: an item of a feed, an output of a notebook, a description in metadata."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.web.body import add_body
from domaingpt.documents.web.hidden import take_out_hidden
from domaingpt.documents.web.tree import parse_html
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from collections.abc import Mapping


def add_fragment(assembly: TextAssembly, source: str, *, below: int = 0) -> Mapping[str, int]:
    """Append everything a browser shows of a piece of HTML; what is no HTML is appended as text.

    Args:
        assembly: The document so far.
        source: Text with tags and entities.
        below: Level of the heading it stands under; its own headings go deeper.

    Returns:
        What is left out: {"images": 2, "hidden characters": 0, "cut off pieces of HTML": 0}.
    """
    if "<" not in source and "&" not in source:
        assembly.add("paragraph", source)
        return {}
    n_blocks = len(assembly.blocks)
    try:
        tree, cut_off = parse_html(source, assembly.path)
    except UnreadableDocument:
        assembly.add("paragraph", source)
        return {}
    n_hidden = take_out_hidden(tree)
    n_images = sum(1 for _ in tree.iter("img"))
    add_body(assembly, tree)
    for index in range(n_blocks, len(assembly.blocks)):
        block = assembly.blocks[index]
        if block.kind == "heading":
            assembly.blocks[index] = replace(block, level=block.level + below)
    return {"images": n_images, "hidden characters": n_hidden, "cut off pieces of HTML": int(bool(cut_off))}


def plain_text(source: str, path: str) -> str:
    """Return what a browser shows of a piece of HTML, its blocks on one line."""
    assembly = TextAssembly(path)
    add_fragment(assembly, source)
    document = assembly.document()
    return " ".join(document.text[block.start : block.end] for block in document.blocks)
