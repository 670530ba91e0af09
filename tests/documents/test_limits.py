"""What is too much for one document is refused by every reader, in the same words."""

from __future__ import annotations

import pytest

from domaingpt.documents import assembly
from domaingpt.documents.assembly import TextAssembly, check_size
from domaingpt.documents.encoding import is_text_encoding
from domaingpt.documents.reading import read_document
from domaingpt.documents.text import markdown
from domaingpt.errors import UnreadableDocument
from domaingpt.types import Block, Document


def test_a_text_of_too_many_characters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Built or decoded."""
    monkeypatch.setattr(assembly, "MAX_CHARACTERS", 10)
    assert check_size(Document("a.txt", "x" * 10)).text == "x" * 10
    with pytest.raises(UnreadableDocument, match="holds more than 10 characters"):
        read_document(b"x" * 11, "a.txt")
    with pytest.raises(UnreadableDocument, match="holds more than 10 characters"):
        TextAssembly("a").add("paragraph", "x" * 11)


def test_a_text_of_too_many_lines_and_sentences_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """However short they are, each costs a vector."""
    monkeypatch.setattr(assembly, "MAX_PIECES", 4)
    assert read_document("A. B.\nC。\n".encode(), "a.txt").text == "A. B.\nC。\n"
    with pytest.raises(UnreadableDocument, match="holds more than 4 lines and sentences"):
        read_document("A. B. \nC。\n".encode(), "a.txt")


def test_too_many_blocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Built, given, or found in Markdown, where the search stops at the limit."""
    monkeypatch.setattr(assembly, "MAX_BLOCKS", 2)
    monkeypatch.setattr(markdown, "MAX_BLOCKS", 2)
    reason = "holds more than 2 rows, headings and paragraphs"
    building = TextAssembly("a")
    building.add("row", "1")
    building.add("row", "2")
    with pytest.raises(UnreadableDocument, match=reason):
        building.add("row", "3")
    with pytest.raises(UnreadableDocument, match=reason):
        check_size(Document("a", "123", blocks=tuple(Block("row", i, i + 1) for i in range(3))))
    assert len(read_document(b"# a\n# b\n", "a.md").blocks) == 2
    with pytest.raises(UnreadableDocument, match=reason):
        read_document(b"# a\n# b\n# c\n", "a.md")


def test_a_row_of_too_many_cells_is_refused() -> None:
    """One more than a spreadsheet program allows."""
    assert read_document(b"1," * 16_383 + b"1", "a.csv").text.count("1") == 16_384
    with pytest.raises(UnreadableDocument, match="has a row of 16,385 cells; at most 16,384 are read"):
        read_document(b"1," * 16_384 + b"1", "a.csv")


def test_a_table_is_refused_before_it_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """One string named by many cells grows as it is read."""
    from domaingpt.documents.tables import grids

    monkeypatch.setattr(grids, "MAX_CHARACTERS", 10)
    seen = []

    def rows():
        for number in range(100):
            seen.append(number)
            yield ["12345"]

    with pytest.raises(UnreadableDocument, match="characters"):
        grids.add_tables(TextAssembly("a.csv"), rows())
    assert seen == [0, 1, 2]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("utf-8", True), ("UTF8", True), ("windows-1252", True), ("latin1", True), ("Shift_JIS", True), ("gb2312", True),
     ("iso-8859-15", True), ("koi8-r", True), ("macintosh", True), ("euc-jp", True), ("punycode", False),
     ("undefined", False), ("idna", False), ("zlib_codec", False), ("unicode_escape", False), ("utf-7", False),
     ("rot13", False), ("no-such", False), ("a\0b", False)],
)  # fmt: skip
def test_a_file_may_name_only_an_encoding_of_text(name: str, is_one: bool) -> None:
    """Python's other codecs unpack, fail always, or take time that grows with the square of the text."""
    assert is_text_encoding(name) is is_one


@pytest.mark.parametrize("codec", ["undefined", "punycode", "idna", "zlib_codec"])
def test_a_page_that_names_a_strange_codec_is_read_by_its_content(codec: str) -> None:
    """The name is ignored."""
    page = f"<meta charset={codec}><body><p>The boiler was replaced in 2021.</p>".encode()
    assert "The boiler was replaced in 2021." in read_document(page, "a.html").text
