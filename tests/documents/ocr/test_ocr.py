"""Whether the extra is there, and what follows from it for keys and for files of pictures."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from domaingpt.documents import discover, ocr, reader_key


def test_the_key_of_formats_that_recognition_changes_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that installing the extra takes effect at the next ingest."""
    before = {suffix: reader_key(suffix) for suffix in (".pdf", ".png", ".docx")}
    monkeypatch.setattr(ocr, "version", lambda: "9.9")
    after = {suffix: reader_key(suffix) for suffix in before}
    assert after == {".pdf": before[".pdf"] + "+ocr9.9", ".png": before[".png"] + "+ocr9.9", ".docx": before[".docx"]}


def test_pictures_are_set_aside_with_advice_until_the_extra_is_there(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photo.JPG").write_bytes(b"\xff\xd8\xff")
    found, skipped = discover(tmp_path, ["**/*"], [])
    assert found == []
    assert [file.reason for file in skipped] == [
        "image: text in it is read by OCR (pip install -c constraints.txt '.[ocr]')"
    ]
    monkeypatch.setattr(ocr, "version", lambda: "9.9")
    found, skipped = discover(tmp_path, ["**/*"], [])
    assert ([file.path for file in found], skipped) == (["photo.JPG"], [])


@pytest.mark.model
def test_a_missing_package_is_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", missing)
    ocr.version.cache_clear()
    try:
        assert (ocr.version(), ocr.available()) == ("", False)
    finally:
        ocr.version.cache_clear()


def test_asking_whether_it_is_there_imports_nothing_of_it() -> None:
    code = "import sys; from domaingpt.documents import ocr; ocr.available(); print('rapidocr' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]
