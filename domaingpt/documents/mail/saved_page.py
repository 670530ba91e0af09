"""MHTML: a web page saved as a mail (RFC 2557) → the page, by the reader of web pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from domaingpt.documents.mail.mime import Part, parse
from domaingpt.documents.mail.reader import part_bytes, whole_mail
from domaingpt.documents.mail.transfer import decode_text
from domaingpt.documents.web.tree import decode_html
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read the page of a web archive; its images are counted as left out.

    Raises:
        UnreadableDocument: If it holds no page.
    """
    from domaingpt.documents.web.reader import read as read_page  # trafilatura takes a second to load.

    data = whole_mail(data)
    structure = parse(data, progress)
    leaves = list(_leaves(structure.root))
    page = next((part for part in leaves if part.type in ("text/html", "application/xhtml+xml")), None)
    if page is None:
        raise UnreadableDocument("holds no web page", path)
    raw = part_bytes(data, page)
    charset = page.options.get("charset", "")
    source = decode_text(raw, charset)[0] if charset else decode_html(raw)[0]
    progress()
    # With a mark, so that no declaration inside is heeded: the text is no longer in its encoding.
    document = read_page(b"\xef\xbb\xbf" + source.encode("utf-8", "replace"), path, progress)
    n_images = sum(part.type.startswith("image/") for part in leaves)
    n_frames = sum(part.type == page.type for part in leaves) - 1
    left_out = {**document.left_out, **structure.left_out, "images": n_images, "frames": n_frames}
    return replace(
        document,
        title=document.title or structure.root.fields.text("subject"),
        left_out={name: count for name, count in left_out.items() if count},
        notes=(*structure.notes, *document.notes),
    )


def _leaves(root: Part) -> list[Part]:
    leaves: list[Part] = []
    pending = [root]
    while pending:
        part = pending.pop()
        pending.extend(reversed(part.children))
        if not part.children:
            leaves.append(part)
    return leaves
