"""Zip archives: what lies in them, and what is refused."""

from __future__ import annotations

import io
import zipfile

import pytest
from zip_files import make_zip

from domaingpt.documents import read_document, zips
from domaingpt.errors import UnreadableDocument


def inside(data: bytes) -> list[tuple[str, bytes, str]]:
    return [(found.name, found.data, found.reason) for found in zips.attachments(data, "a.zip", lambda: None)]


def test_files_are_taken_out_and_folders_passed_over() -> None:
    """With what macOS adds."""
    data = make_zip({"a/": b"", "a/b.txt": b"B", "__MACOSX/a/._b.txt": b"junk", "a/.DS_Store": b"junk"})
    assert inside(data) == [("a/b.txt", b"B", "")]
    document = read_document(data, "a.zip")
    assert (document.text, document.notes) == ("", ("archive of 3 files",))


def test_names_not_marked_as_utf8_are_read_as_such_if_they_are() -> None:
    """Many programs write UTF-8 without saying so; code page 437 otherwise."""
    data = make_zip({"über.txt": b"x"}).replace("über".encode(), "über".encode())
    unmarked = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = unmarked.index(signature) + offset
        unmarked[place : place + 2] = b"\0\0"
    assert [name for name, _, _ in inside(bytes(unmarked))] == ["über.txt"]


def test_an_encrypted_entry_is_named() -> None:
    """The others are read."""
    data = bytearray(make_zip({"a.txt": b"A", "b.txt": b"B"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[data.index(b"PK\x03\x04") + 6] |= 1
    assert inside(bytes(data)) == [("a.txt", b"", "needs a password"), ("b.txt", b"B", "")]


def test_a_bomb_is_stopped_by_what_it_inflates_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted while it inflates, whatever the entry declares."""
    monkeypatch.setattr(zips, "MAX_FILE_BYTES", 1 << 20)
    data = make_zip({"bomb.txt": bytes(2 << 20), "b.txt": b"B"})
    assert inside(data) == [
        ("bomb.txt", b"", "inflates to more than 1 MB (a zip bomb?)"),
        ("b.txt", b"B", ""),
    ]


def test_damage_costs_the_entry_it_is_in() -> None:
    """A wrong checksum is noticed."""
    data = bytearray(make_zip({"a.txt": b"A" * 50, "b.txt": b"B"}))
    place = data.index(b"PK\x03\x04") + 30 + len("a.txt")
    data[place] ^= 0xFF
    (name, content, reason), second = inside(bytes(data))
    assert (name, content) == ("a.txt", b"")
    assert reason.startswith("damaged in the archive: ")
    assert second == ("b.txt", b"B", "")


def test_an_archive_that_cannot_be_opened_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one with far too many entries."""
    with pytest.raises(UnreadableDocument, match="damaged archive"):
        read_document(make_zip({"a.txt": b"A"})[:40], "a.zip")
    monkeypatch.setattr(zips, "MAX_ENTRIES", 2)
    with pytest.raises(UnreadableDocument, match="has 3 entries; at most 2 are read"):
        read_document(make_zip({"a.txt": b"A", "b.txt": b"B", "c.txt": b"C"}), "a.zip")


def test_an_empty_archive_is_no_error() -> None:
    """It holds nothing."""
    stream = io.BytesIO()
    zipfile.ZipFile(stream, "w").close()
    assert read_document(stream.getvalue(), "a.zip").notes == ("archive of 0 files",)
