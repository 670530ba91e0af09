"""How far an embedder covers the language of a query."""

from __future__ import annotations

import pytest

from domaingpt.retrieval.coverage import covered_share


@pytest.mark.parametrize(
    ("query", "languages", "share"),
    [
        ("When is the payment due?", ("en",), 1.0),
        ("Wann ist die Zahlung fällig?", ("en",), 1.0),
        ("最后付款日是什么时候", ("en",), 0.0),
        ("最後の支払日はいつですか", ("en",), 0.0),
        ("마지막 납부일은 언제입니까", ("en",), 0.0),
        ("Когда платёж?", ("en",), 0.0),
        ("Vantor 2024年", ("en",), 6 / 7),
        ("IBAN 番号", ("en",), 4 / 6),
        ("2049-08-01", ("en",), 1.0),
        ("?!", ("en",), 1.0),
        ("", ("en",), 1.0),
        ("最后付款日", ("zh",), 1.0),
        ("最後の支払日", ("zh",), 5 / 6),
        ("最後の支払日", ("ja",), 1.0),
        ("When is it due?", ("zh",), 1.0),
        ("最后付款日", ("multi",), 1.0),
        ("最后付款日", ("*",), 1.0),
        ("最后付款日", ("en", "zh"), 1.0),
        ("最后付款日", (), 0.0),
        ("ＩＢＡＮ", ("en",), 1.0),
    ],
)
def test_share_of_letters_in_scripts_that_the_embedder_knows(
    query: str, languages: tuple[str, ...], share: float
) -> None:
    """Digits and marks do not count; Latin letters always do."""
    assert covered_share(query, languages) == pytest.approx(share)
