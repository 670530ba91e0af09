"""Files inside files: their paths, their limits, and what becomes of those that cannot be read."""

from __future__ import annotations

import warnings

import pytest
from zip_files import make_zip

from domaingpt.documents import attachments
from domaingpt.documents.attachments import read_parts
from domaingpt.documents.formats import content_key


def outcomes(data: bytes, path: str = "a.zip", **options: object) -> list[tuple[str, str, str]]:
    """Return name, status and reason of every file inside an archive."""
    reads = read_parts(data, path, lambda: None, **options)  # type: ignore[arg-type]
    return [(read.part.name, read.part.status, read.part.reason) for read in reads]


def test_files_inside_are_read_and_named_by_where_they_lie() -> None:
    """In order, with folders kept, and those inside of them right after."""
    inner = make_zip({"deep.md": b"# Deep\n\nDown here."})
    data = make_zip({"a.txt": b"Plain.", "sub/b.zip": inner, "photo.png": b"\x89PNG\r\n\x1a\nxx", "empty.txt": b""})
    reads = list(read_parts(data, "x/a.zip", lambda: None))
    assert [(read.part.name, read.part.status, read.document and read.document.text) for read in reads] == [
        ("a.txt", "indexed", "Plain."),
        ("sub/b.zip", "indexed", ""),
        ("sub/b.zip/deep.md", "indexed", "# Deep\n\nDown here."),
        ("photo.png", "skipped", None),
        ("empty.txt", "skipped", None),
    ]
    assert reads[0].document is not None
    assert reads[0].document.path == "x/a.zip/a.txt"


def test_the_key_of_a_file_inside_is_that_of_the_same_file_in_the_folder() -> None:
    """So text and vectors are shared."""
    (read,) = read_parts(make_zip({"a.md": b"x"}), "a.zip", lambda: None)
    sha256_of_x = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert read.part.content_key == content_key(sha256_of_x, ".md")


def test_a_file_without_a_suffix_is_known_by_its_content() -> None:
    """Its name gets the suffix it should have had, so that the same reader is found again."""
    data = make_zip({"README": b"Read me.", "page": b"<html><p>Hello</p></html>", "blob": bytes(range(40))})
    assert outcomes(data) == [
        ("README.txt", "indexed", ""),
        ("page.html", "indexed", ""),
        ("blob", "skipped", "no reader for files without a suffix"),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("/root/a.txt", "root/a.txt"),
        ("C:\\Users\\jane\\a.txt", "C:/Users/jane/a.txt"),
        ("a/./b/../c.txt", "a/b/c.txt"),
        ("bill\u202efdp.txt", "bill_fdp.txt"),
        ("one\ntwo\x1b[31m.txt", "one_two_[31m.txt"),
        ("  spaced   out .txt", "spaced out .txt"),
        ("x" * 300 + ".txt", "x" * 115 + "….txt"),
        ("1/2/3/4/5/6/7/8.txt", "4/5/6/7/8.txt"),
        ("...", "attachment"),
    ],
)
def test_names_become_safe_paths(name: str, expected: str) -> None:
    """Whatever a file calls what lies in it, the path stays below it and can be shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert attachments._Names().take(name) == expected


def test_names_are_told_apart_without_regard_to_case() -> None:
    """Each gets a path of its own, also where a number is taken already."""
    names = attachments._Names()
    assert [names.take(name) for name in ("a.txt", "A.txt", "a (2).txt", "a.txt")] == [
        "a.txt",
        "A (2).txt",
        "a (2) (2).txt",
        "a (3).txt",
    ]


def test_a_broken_file_inside_costs_itself() -> None:
    """The others are read; what is wrong is said as for any file."""
    data = make_zip({"a.pdf": b"no PDF", "b.txt": b"Fine.", "c.zip": b"PK\x03\x04 broken"})
    assert [(name, status) for name, status, _ in outcomes(data)] == [
        ("a.pdf", "failed"),
        ("b.txt", "indexed"),
        ("c.zip", "failed"),
    ]


def test_what_a_reader_died_of_is_left_out_with_the_reason() -> None:
    """Positions count all files in the order in which they begin."""
    data = make_zip({"a.txt": b"A", "b.zip": make_zip({"c.txt": b"C"}), "d.txt": b"D"})
    begun: list[int] = []
    assert outcomes(data, lost={1: "no progress for 10 s"}, begin=begun.append) == [
        ("a.txt", "indexed", ""),
        ("b.zip", "failed", "no progress for 10 s"),
        ("d.txt", "indexed", ""),
    ]
    assert begun == [0, 1, 2]


def test_depth_is_bounded() -> None:
    """An archive in an archive, and so on; the sixth is named and not opened."""
    data = make_zip({"end.txt": b"x"})
    for level in range(6):
        data = make_zip({f"{level}.zip": data})
    assert outcomes(data)[-1] == (
        "5.zip/4.zip/3.zip/2.zip/1.zip/0.zip",
        "failed",
        "files in files, more than 5 deep, are not read",
    )


def test_number_and_bytes_are_bounded_over_all_depths(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file too many is named with what is wrong; nothing after it is opened."""
    data = make_zip({"a.zip": make_zip({"1.txt": b"x", "2.txt": b"x"}), "3.txt": b"x", "4.txt": b"x"})
    monkeypatch.setattr(attachments, "MAX_PARTS", 3)
    assert outcomes(data)[-1] == (
        "3.txt and what comes after it",
        "failed",
        "more than 3 files lie in it: split it",
    )
    monkeypatch.setattr(attachments, "MAX_PARTS", 30)
    monkeypatch.setattr(attachments, "MAX_PART_BYTES", 1 << 20)
    data = make_zip([(f"{n}.txt", b"x" * (300 << 10)) for n in range(9)])
    assert outcomes(data)[3:] == [("3.txt and what comes after it", "failed", "more than 1 MB lie in it: split it")]


def test_a_file_of_another_kind_holds_none() -> None:
    """Only formats that say so are asked."""
    assert outcomes(b"Plain.", "a.txt") == []
