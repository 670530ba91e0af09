"""PowerPoint files of 97 to 2003."""

from __future__ import annotations

import struct

import pytest
from ole_files import compound, container, powerpoint97, record, shape, slide, text_records
from properties import block_texts

from domaingpt.documents import read_document
from domaingpt.documents.office97 import records
from domaingpt.errors import EncryptedDocument, UnreadableDocument

TITLE, BODY, NOTES, OTHER = 0, 1, 2, 4


def table(*rows: tuple[str, ...]) -> bytes:
    """Return a group that says it is a table; its cells in no order."""
    marked = container(0xF004, record(0xF122, struct.pack("<HI", 0x039F, 1), instance=1, version=3))
    cells = [
        shape(text_records(OTHER, text), corner=(100 * column, 50 * line))
        for line, row in enumerate(rows)
        for column, text in enumerate(row)
    ]
    return container(0xF003, marked, *reversed(cells))


def test_a_slide_is_a_page_with_its_title_first() -> None:
    """Texts of the list stand where their shape is; tables, notes and comments as well."""
    outline = text_records(TITLE, "Results") + text_records(BODY, "up\r日本\x0bdown") + text_records(BODY, "nowhere")
    drawn = [
        shape(text_records(OTHER, "a box")),
        shape(record(0x0F9E, struct.pack("<i", 0))),
        shape(record(0x0F9E, struct.pack("<i", 1))),
        table(("Year", "Sales"), ("2023", "1,200")),
        shape(text_records(OTHER, "*")),
    ]
    strings = [record(0x0FBA, text.encode("utf-16-le"), instance=n) for n, text in enumerate(("Jane", "Check this."))]
    tags = container(0x1388, container(0x138A, record(0x138B, container(0x2EE0, *strings))))
    data = powerpoint97(
        [(slide(*drawn, extra=tags), outline), (slide(), b""), (slide(shape(text_records(6, "Backup")), info=4), b"")],
        {0: shape(text_records(NOTES, "Say this.\rThen that.")) + shape(text_records(OTHER, "*"))},
        stale=slide(shape(text_records(OTHER, "an older state"))),
    )
    document = read_document(data, "a.ppt")
    assert block_texts(document) == [
        "Results",
        "a box",
        "up",
        "日本",
        "down",
        "Year: 2023 | Sales: 1,200",
        "nowhere",
        "Notes",
        "Say this.",
        "Then that.",
        "Comment by Jane: Check this.",
        "Backup",
    ]
    assert [(page.number, page.status) for page in document.pages] == [(1, "text"), (2, "empty"), (3, "text")]
    assert (document.title, document.notes) == ("Results", ("hidden in the show, and read: slide 3",))


def test_locked_and_foreign_files_are_named() -> None:
    """Each with its own reason."""
    with pytest.raises(EncryptedDocument, match="needs a password"):
        read_document(powerpoint97([(slide(), b"")], token=0xF3D1C4DF), "a.ppt")
    with pytest.raises(UnreadableDocument, match="content is not a PowerPoint file"):
        read_document(compound({"WordDocument": b"x"}), "a.pps")
    with pytest.raises(UnreadableDocument, match="holds no current state"):
        read_document(compound({"PowerPoint Document": b"x"}), "a.ppt")


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_truncated_file_is_refused_or_read_in_part(share: int) -> None:
    """At every twentieth."""
    data = powerpoint97([(slide(shape(text_records(OTHER, "text " * 3000))), b"")])
    try:
        document = read_document(data[: len(data) * share // 100], "a.ppt")
    except UnreadableDocument as exc:
        assert "damaged" in exc.message
    else:
        assert "text" in document.text


def test_edits_that_point_at_each_other_end() -> None:
    """The chain of saves is followed once."""
    data = bytearray(powerpoint97([(slide(shape(text_records(OTHER, "text"))), b"")], stale=slide()))
    first = bytes(data).index(struct.pack("<HH", 0, 0x0FF5))
    stream = bytes(data).index(slide()[:8])
    last = bytes(data).rindex(struct.pack("<HHI", 0, 0x0FF5, 28))
    struct.pack_into("<I", data, first + 8 + 8, last - stream)
    assert read_document(bytes(data), "a.ppt").text == "text"


def test_a_slide_named_many_times_is_read_once() -> None:
    """Else a few KB would be a presentation without end; the pages stay."""
    content = slide(shape(text_records(OTHER, "text")))
    data = powerpoint97([(content, b"")] * 3)
    again = data.replace(struct.pack("<IIiII", 3, 0, 0, 257, 0), struct.pack("<IIiII", 2, 0, 0, 257, 0))
    document = read_document(again, "a.ppt")
    assert document.text == "text\n\ntext"
    assert [page.status for page in document.pages] == ["text", "empty", "text"]


def test_the_walk_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers of a hostile file overlap."""
    monkeypatch.setattr(records, "MAX_RECORDS", 1000)
    with pytest.raises(UnreadableDocument, match="more than 1,000 records"):
        read_document(powerpoint97([(slide(shape(record(1, b"") * 2000)), b"")]), "a.ppt")


def test_deep_groups_end() -> None:
    """Containers in containers, as deep as the file is long."""
    deep = shape(text_records(OTHER, "text"))
    for _ in range(500):
        deep = container(0xF003, deep)
    assert read_document(powerpoint97([(slide(shape(text_records(OTHER, "top")), deep), b"")]), "a.ppt").text == "top"
