"""The walk over a documents folder."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from domaingpt.documents import SkippedFile, discover, matches

EVERYTHING = ("**/*",)


def skipped_reasons(root: Path) -> dict[str, str]:
    return {file.path: file.reason for file in discover(root, EVERYTHING, ())[1]}


@pytest.mark.parametrize(
    ("path", "pattern", "expected"),
    [
        ("report.pdf", "**/*", True),
        ("a/b/c.pdf", "**/*", True),
        ("a/b/c.pdf", "*.pdf", True),
        ("a/b/c.pdf", "a/*.pdf", False),
        ("a/b/c.pdf", "a/**/c.pdf", True),
        ("a/c.pdf", "a/**/c.pdf", True),
        ("a/b/c/d/e.txt", "a/**/c/**/e.txt", True),
        ("drafts/a.txt", "drafts/**", True),
        ("drafts/x/y/a.txt", "drafts/**", True),
        ("drafts", "drafts/**", False),
        ("old/drafts/a.txt", "drafts/**", False),
        ("old/drafts/a.txt", "**/drafts/**", True),
        ("old/drafts/a.txt", "drafts", True),
        ("old/drafts/a.txt", "drafts/", False),
        ("drafts/a.txt", "drafts/", True),
        ("drafts.txt", "drafts", False),
        ("2023 Q1.pdf", "2023*", True),
        ("2023/a.pdf", "2023*", False),
        ("a.PDF", "*.pdf", False),
        ("cafe\u0301.txt", "caf\u00e9.txt", True),
        ("b1.txt", "b[0-9].txt", True),
        ("a/b.txt", "./a/*.txt", True),
    ],
)
def test_globs_stay_within_names_and_double_stars_span_folders(path: str, pattern: str, expected: bool) -> None:
    """`matches` follows the rules in its docstring."""
    assert matches(path, pattern) is expected


def test_many_double_stars_take_no_time() -> None:
    """A hostile pattern costs names × parts, not an exponential search."""
    assert not matches("/".join(["a"] * 60), "/".join(["**", "a"] * 30) + "/b")


def test_files_are_found_sorted_with_size_and_suffix(tmp_path: Path) -> None:
    """Every file with a reader is listed by its relative path."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "Z.PDF").write_bytes(b"%PDF-")
    (tmp_path / "a.txt").write_text("hello")
    found, skipped = discover(tmp_path, EVERYTHING, ())
    assert [(file.path, file.size_bytes, file.suffix) for file in found] == [
        ("a.txt", 5, ".txt"),
        ("b/Z.PDF", 5, ".pdf"),
    ]
    assert found[0].mtime_ns == (tmp_path / "a.txt").stat().st_mtime_ns
    assert skipped == []


def test_files_without_a_suffix_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    """Their path stays as it is."""
    (tmp_path / "README").write_text("Read me.")
    (tmp_path / "report").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "page").write_text("<html><p>Hello")
    (tmp_path / "sent").write_text(
        "From: jane@example.com\nTo: bob@example.com\nSubject: Boiler\nMessage-ID: <1@x>\n\nHi"
    )
    (tmp_path / "note").write_bytes(b"{\\rtf1 Hello}")
    found, skipped = discover(tmp_path, EVERYTHING, ())
    assert [(file.path, file.suffix) for file in found] == [
        ("README", ".txt"),
        ("note", ".rtf"),
        ("page", ".html"),
        ("report", ".pdf"),
        ("sent", ".eml"),
    ]
    assert skipped == []


def test_what_is_not_read_is_listed_with_its_reason(tmp_path: Path) -> None:
    """Nothing disappears silently."""
    (tmp_path / ".DS_Store").write_bytes(b"x")
    (tmp_path / "~$contract.docx").write_bytes(b"x")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "a.txt").write_text("x")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "film.mp4").write_bytes(b"x")
    (tmp_path / "blob").write_bytes(bytes(range(40)))
    os.mkfifo(tmp_path / "pipe.txt")
    assert skipped_reasons(tmp_path) == {
        ".DS_Store": "hidden file",
        ".git": "hidden folder",
        "blob": "no reader for files without a suffix whose content is not text, mail or a known format",
        "empty.txt": "empty file",
        "film.mp4": "no reader for .mp4 files",
        "pipe.txt": "named pipe, not a file",
        "~$contract.docx": "hidden file",
    }


def test_sockets_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket in the folder is not opened."""
    monkeypatch.chdir(tmp_path)  # Socket paths must be short.
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s.txt")
        assert skipped_reasons(tmp_path) == {"s.txt": "socket, not a file"}


def test_excluded_and_not_included_files_are_named(tmp_path: Path) -> None:
    """The settings decide, and the list says so."""
    for name in ("a.txt", "b.md", "drafts/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found, skipped = discover(tmp_path, ["*.txt"], ["drafts/**"])
    assert [file.path for file in found] == ["a.txt"]
    assert skipped == [
        SkippedFile("b.md", "excluded by domain.toml"),
        SkippedFile("drafts/c.txt", "excluded by domain.toml"),
    ]


def test_links_are_followed_only_to_files_inside(tmp_path: Path) -> None:
    """A link may not show a file from outside the folder, nor make a loop."""
    root, outside = tmp_path / "documents", tmp_path / "secret"
    (root / "sub").mkdir(parents=True)
    outside.mkdir()
    (outside / "key.txt").write_text("secret")
    (root / "real.txt").write_text("x")
    (root / "inside.txt").symlink_to("real.txt")
    (root / "out.txt").symlink_to(outside / "key.txt")
    (root / "outdir").symlink_to(outside)
    (root / "sub" / "loop").symlink_to(root)
    (root / "gone.txt").symlink_to("nothing.txt")
    (root / "self.txt").symlink_to("self.txt")
    found, skipped = discover(root, EVERYTHING, ())
    assert [file.path for file in found] == ["inside.txt", "real.txt"]
    assert {file.path: file.reason for file in skipped} == {
        "gone.txt": "link to nothing, or to itself",
        "out.txt": "link that leads out of the documents folder",
        "outdir": "link that leads out of the documents folder",
        "self.txt": "link to nothing, or to itself",
        "sub/loop": "link to a folder whose files are found at their own place",
    }


def test_a_name_that_is_not_utf8_is_shown_with_escapes(tmp_path: Path) -> None:
    """Such a path could be neither stored nor printed."""
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system refuses such names")
    assert skipped_reasons(tmp_path) == {r"caf\xe9.txt": "file name is not valid UTF-8: rename it"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_folder_is_reported(tmp_path: Path) -> None:
    """The neighbours are still found."""
    (tmp_path / "locked").mkdir(mode=0)
    (tmp_path / "a.txt").write_text("x")
    found, skipped = discover(tmp_path, EVERYTHING, ())
    (tmp_path / "locked").chmod(0o700)
    assert [file.path for file in found] == ["a.txt"]
    assert skipped == [SkippedFile("locked", "folder cannot be read: permission denied")]


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    """Only the caller knows what the folder was for."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        discover(tmp_path / "nowhere", EVERYTHING, ())
