"""Headers and footers of an OpenDocument text: they stand in the master pages, among the styles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.margins import add_margins
from domaingpt.documents.opendocument.names import qn

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.documents.opendocument.blocks import Blocks

VARIANTS = ("", "-left", "-first")


def add_page_margins(blocks: Blocks, styles: _Element) -> None:
    """Append headers and footers of all master pages.

    Args:
        blocks: With the styles of the part that holds the master pages.
        styles: Root of that part.
    """
    add_margins(blocks.assembly, _texts(blocks, styles, "style:header"), _texts(blocks, styles, "style:footer"))


def _texts(blocks: Blocks, styles: _Element, name: str) -> Iterator[str]:
    tags = [qn(name + variant) for variant in VARIANTS]
    for page in styles.iter(qn("style:master-page")):
        for margin in page.iterchildren(*tags):
            if margin.get(qn("style:display")) != "false":
                yield " ".join(blocks.texts(margin))
