"""Jupyter notebooks (formats 3 and 4) → Document: texts, code and what it printed, in the order of the cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.encoding import decode
from domaingpt.documents.records.values import Fields, ValueReader
from domaingpt.documents.text.markdown import add_markdown
from domaingpt.documents.titles import meaningful_title
from domaingpt.documents.web.fragments import add_fragment
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

# Of one output; printed logs go on for megabytes and say little. Guess, unmeasured.
MAX_OUTPUT_CHARACTERS = 2000
MAX_HTML_CHARACTERS = 1 << 20  # Of one output; a table of pandas shows 60 rows, an interactive plot is megabytes.
MAX_MARKDOWN_CHARACTERS = 4 << 20  # Of one cell; in more than a book nobody marks headings. Takes 2 s.
ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
IMAGE_DATA = re.compile(r"!\[([^\[\]\n]{0,500})\]\((?:data:|attachment:)[^)\n]*\)")


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a notebook.

    Raises:
        UnreadableDocument: If it is no JSON, or has no cells.
    """
    text, note = decode(data)
    progress()
    notebook = ValueReader(path, progress).whole(text.removeprefix("\ufeff"))
    cells = list(_cells(notebook))
    if not cells and not _has_cell_list(notebook):
        raise UnreadableDocument("not a notebook: holds no cells", path)
    assembly = TextAssembly(path)
    left_out: Counter[str] = Counter()
    for cell in cells:
        progress()
        _add_cell(assembly, cell, left_out)
    document = assembly.document(left_out=left_out, notes=[note])
    first = next((block for block in document.blocks if block.kind == "heading"), None)
    title = meaningful_title(document.text[first.start : first.end], path) if first is not None else ""
    return assembly.document(title=title, left_out=left_out, notes=[note])


def _has_cell_list(notebook: Any) -> bool:
    return isinstance(notebook, Fields) and any(key in ("cells", "worksheets") for key, _ in notebook)


def _cells(notebook: Any) -> Iterator[Fields]:
    if not isinstance(notebook, Fields):
        return
    sheets = [sheet for sheet in _list(notebook.get("worksheets")) if isinstance(sheet, Fields)]
    for holder in (notebook, *sheets):
        yield from (cell for cell in _list(holder.get("cells")) if isinstance(cell, Fields))


def _add_cell(assembly: TextAssembly, cell: Fields, left_out: Counter[str]) -> None:
    source = _text(cell.get("source", "input"))
    match cell.get("cell_type"):
        case "markdown":
            source, n_images = IMAGE_DATA.subn(r"\1", source)
            left_out["images"] += n_images
            if len(source) <= MAX_MARKDOWN_CHARACTERS:
                add_markdown(assembly, source)
            else:
                assembly.add("paragraph", source)
        case "heading":  # Format 3 only.
            level = cell.get("level")
            is_level = isinstance(level, str) and level in "123456"
            assembly.add("heading", source, level=int(level) if is_level else 1)
        case _:
            assembly.add("paragraph", source)
            for output in _list(cell.get("outputs")):
                if isinstance(output, Fields):
                    _add_output(assembly, output, left_out)


def _add_output(assembly: TextAssembly, output: Fields, left_out: Counter[str]) -> None:
    kind = output.get("output_type")
    if kind in ("error", "pyerr"):
        _add_printed(assembly, f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}", left_out)
        return
    if kind == "stream":
        _add_printed(assembly, _text(output.get("text")), left_out)
        return
    # Format 3 has the kinds of data as fields of the output itself.
    bundle = output.get("data")
    shown = bundle if isinstance(bundle, Fields) else output
    left_out["images"] += any(key.startswith("image/") or key in ("png", "jpeg", "svg") for key, _ in shown)
    html = _text(shown.get("text/html", "html"))
    markdown = _text(shown.get("text/markdown"))
    if "<table" in html and len(html) <= MAX_HTML_CHARACTERS:
        left_out.update(add_fragment(assembly, html))
    elif markdown and len(markdown) <= MAX_OUTPUT_CHARACTERS:
        add_markdown(assembly, markdown)
    elif plain := _text(shown.get("text/plain", "text")):
        _add_printed(assembly, plain, left_out)
    elif html:
        left_out["interactive outputs"] += 1


def _add_printed(assembly: TextAssembly, text: str, left_out: Counter[str]) -> None:
    """Append the beginning of what a cell printed, whole lines where it has any."""
    text = text.strip("\n")
    kept = text[:MAX_OUTPUT_CHARACTERS]
    if len(text) > len(kept):
        kept = kept[: kept.rfind("\n") + 1] or kept
        left_out["output characters"] += len(text) - len(kept)
    assembly.add("paragraph", ANSI.sub("", kept))


def _text(value: Any) -> str:
    """Return a text that is kept whole or as a list of its lines."""
    if isinstance(value, list) and not isinstance(value, Fields):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) and not isinstance(value, Fields) else []
