"""What is searched and prompted: the text without what carries no meaning."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.chunks import readable_name, search_view
from domaingpt.chunks.views import count_visible


@pytest.mark.parametrize(
    ("text", "view"),
    [
        pytest.param("one\n two\t three ", "one two three", id="white space"),
        pytest.param("exam-\nple", "example", id="hyphen at a line's end"),
        pytest.param("exam-\r\nple", "example", id="windows newline"),
        pytest.param("Baden-\nWürttemberg", "Baden- Württemberg", id="capital keeps its hyphen"),
        pytest.param("exam\ufffe\nple", "example", id="hyphen of PDFium"),
        pytest.param("exam\u00adple", "example", id="soft hyphen"),
        pytest.param("利率\n下降", "利率下降", id="chinese line"),
        pytest.param("利率\nrate", "利率 rate", id="chinese beside latin"),
        pytest.param("a\u200bb\u202ec\x00d\U000e0041e\ufeff", "abcde", id="invisible"),
        pytest.param("a\ud800b", "ab", id="lone surrogate"),
        pytest.param("a\x85b\u2028c", "a b c", id="other newlines"),
        pytest.param("", "", id="empty"),
    ],
)
def test_search_view(text, view):
    """One rule a line."""
    assert search_view(text) == view


@given(st.text(st.characters(exclude_categories=[])))
def test_view_is_one_clean_line(text):
    """Any text becomes UTF-8 on one line; what is visible in it was visible before."""
    view = search_view(text)
    view.encode("utf-8")
    assert view == " ".join(view.split())
    assert count_visible(view) <= count_visible(text)


@given(st.text(st.characters(exclude_categories=[])))
def test_visible_characters_are_those_that_are_not_white_space(text):
    """As str.isspace has it."""
    assert count_visible(text) == sum(not character.isspace() for character in text)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("filings/2022_Q3-AAPL.pdf", "2022 Q3 AAPL"),
        ("lease.final.v2.docx", "lease final v2"),
        ("2022/08/12.txt", ""),
        ("ü/房贷.md", "房贷"),
        ("noext", "noext"),
    ],
)
def test_readable_name(path, name):
    """Words of the file's name; nothing where there is no letter."""
    assert readable_name(path) == name


def test_bold_marks_of_markdown_are_left_out() -> None:
    """Emphasis marks go, lone asterisks stay."""
    assert search_view("**5 September: boiler service.** Menon, 2 ** 3") == "5 September: boiler service. Menon, 2 ** 3"
