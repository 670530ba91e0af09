"""OpenDocument (.odt, .ods, .odp, their templates and flat forms) → Document."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.opendocument.blocks import Blocks
from domaingpt.documents.opendocument.names import qn
from domaingpt.documents.opendocument.numbering import Numbering
from domaingpt.documents.opendocument.package import MISREAD, Package, open_package, parsed
from domaingpt.documents.opendocument.presentation import add_slides
from domaingpt.documents.opendocument.sheet import Sheets
from domaingpt.documents.opendocument.styles import Styles
from domaingpt.documents.opendocument.tables import Repeats
from domaingpt.documents.opendocument.text import add_page_margins
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from lxml.etree import _Element

    from domaingpt.types import Document


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a text, a spreadsheet or a presentation, whichever the file says it is.

    Raises:
        EncryptedDocument: If it opens only with a password.
        UnreadableDocument: If it is damaged, a zip bomb, declares XML entities, or is another kind of OpenDocument.
    """
    package = open_package(data, path, progress)
    try:
        if package.kind == "spreadsheet":
            return _read_sheets(package, path, progress)
        return _read_blocks(package, path, progress)
    except MISREAD as exc:
        raise UnreadableDocument(f"damaged OpenDocument file: {exc}", path) from exc


def _read_sheets(package: Package, path: str, progress: Callable[[], None]) -> Document:
    assembly = TextAssembly(path)
    sheets = Sheets(assembly, progress)
    sheets.add(package.content)
    return assembly.document(title=package.title, left_out=package.left_out, notes=sheets.notes)


def _read_blocks(package: Package, path: str, progress: Callable[[], None]) -> Document:
    root = parsed(package.content)
    assembly = TextAssembly(path)
    repeats = Repeats()
    numbering = Numbering(package.styles, root)
    # An automatic style of the margins may have the name of one of the body, which wins; so each has its own.
    styles = Styles(package.styles, root)
    blocks = Blocks(assembly, styles, numbering, repeats, progress)
    notes = []
    body = _body(root, path, package.kind)
    if package.kind == "presentation":
        notes = add_slides(blocks, body, styles, progress)
    else:
        blocks.add(body)
        margins = Blocks(assembly, Styles(package.styles), numbering, repeats, progress)
        add_page_margins(margins, package.styles)
        blocks.n_hidden += margins.n_hidden
    left_out = {
        **package.left_out,
        "hidden characters": blocks.n_hidden,
        "hidden sections": blocks.n_hidden_sections,
    }
    return assembly.document(title=package.title or blocks.title, left_out=left_out, notes=[*notes, repeats.note])


def _body(root: _Element, path: str, kind: str) -> _Element:
    body = root.find(f"{qn('office:body')}/{qn(f'office:{kind}')}")
    if body is None:
        raise UnreadableDocument(f"damaged OpenDocument file: holds no {kind}", path)
    return body
