"""Which languages a model card names."""

from __future__ import annotations

from pathlib import Path

import pytest

from domaingpt.models.languages import card_languages, normalised


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n# Card", ("en",)),
        ("---\nlicense: mit\nlanguage:\n- en\n- zh-CN\n- 'de'\ntags:\n- fr\n---\n", ("en", "zh", "de")),
        ("---\nlanguage:\n  - ja # Japanese\n---", ("ja",)),
        ('---\nlanguage: [en, "zh"]  # two\n---\n', ("en", "zh")),
        ("---\nlanguage:\n- multilingual\n- af\n---\n", ("multi",)),
        ("---\nlanguage: code\n---\n", ()),
        ("---\nlicense: mit\n---\nlanguage: de\n", ()),
        ("---\nlanguage: en\n", ()),
        ("# No front matter\nlanguage: en\n", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_front_matter(tmp_path: Path, card: str | None, expected: tuple[str, ...]) -> None:
    """As a value, a list in brackets or in lines; only what stands between the two lines of dashes."""
    if card is not None:
        (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert card_languages(tmp_path) == expected


def test_dozens_of_languages_are_many() -> None:
    """Scripts that nobody listed here are then covered too."""
    codes = [chr(97 + n // 26) + chr(97 + n % 26) for n in range(21)]
    assert normalised(codes) == ("multi",)
    assert normalised(codes[:20]) == tuple(codes[:20])
    assert normalised(["EN", "en_US", "pt-BR", "klingon", "x"]) == ("en", "pt")
    assert normalised(["*"]) == normalised(["mul"]) == ("multi",)
