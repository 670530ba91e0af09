"""What holds for every document, whichever reader made it."""

from __future__ import annotations

from domaingpt.types import Document


def block_texts(document: Document) -> list[str]:
    """Return the blocks' texts, after checking the promises of `Document` about offsets."""
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(document.text)
        text = document.text[block.start : block.end]
        assert text == text.strip()
        assert (block.level > 0) == (block.kind == "heading")
        position = block.end
    position = 0
    for number, page in enumerate(document.pages, start=1):
        assert page.number == number
        assert position <= page.start <= page.end <= len(document.text)
        position = page.end
    return [document.text[block.start : block.end] for block in document.blocks]
