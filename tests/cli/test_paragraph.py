"""Wrapping: where lines end, what is emphasised, how wide a character is."""

from __future__ import annotations

import pytest

from domaingpt.cli.paragraph import Paragraph, columns


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 12 columns."""
    monkeypatch.setattr("domaingpt.cli.paragraph.line_width", lambda: 12)


def written(capsys: pytest.CaptureFixture[str], *texts: str, **settings: int) -> list[str]:
    paragraph = Paragraph(**settings)  # type: ignore[arg-type]
    for text in texts:
        paragraph.write(text)
    paragraph.end()
    return capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one", ["one"]),
        ("one two six", ["one two six"]),
        ("one two six!!", ["one two", "six!!"]),
        ("exactly12chr next", ["exactly12chr", "next"]),
        ("a verylongwordindeed b", ["a", "verylongword", "indeed b"]),
        ("漢字漢字漢字漢字", ["漢字漢字漢字", "漢字"]),
        ("e\u0301" * 12, ["e\u0301" * 12]),
    ],
    ids=ascii,
)
def test_wrapping(capsys: pytest.CaptureFixture[str], text: str, lines: list[str]) -> None:
    """A word goes to the next line if it does not fit; one longer than a line is cut."""
    assert written(capsys, text) == lines


@pytest.mark.usefixtures("terminal")
def test_indent(capsys: pytest.CaptureFixture[str]) -> None:
    """Counts for the width."""
    assert written(capsys, "one two three", indent=4) == ["    one two", "    three"]
    assert written(capsys, "verylongword", indent=4) == ["    verylong", "    word"]
    assert written(capsys, "ab 漢字", indent=11) == [" " * 11 + piece for piece in ("ab", "漢", "字")]


@pytest.mark.usefixtures("terminal")
def test_sentences_follow_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    """As they arrive, on the same line."""
    assert written(capsys, "One.", "Two.", "Three.") == ["One. Two.", "Three."]


def test_pipe_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """However long."""
    assert written(capsys, "word " * 100) == [("word " * 100).strip()]


def test_emphasis_within_a_word(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans are of the text; the rest of the word stays plain."""
    monkeypatch.setattr("click.style", lambda text, **style: f"<{text}>" if style.get("bold") else text)
    paragraph = Paragraph()
    paragraph.write("(deposit) paid", [(1, 8), (10, 12), (13, 99)])
    paragraph.end()
    assert capsys.readouterr().out == "(<deposit>) <pa>i<d>\n"


def test_columns() -> None:
    """2 for wide characters, 0 for combining ones."""
    assert [columns(text) for text in ("", "abc", "é", "e\u0301", "漢a", "ｆ")] == [0, 3, 1, 1, 3, 2]
