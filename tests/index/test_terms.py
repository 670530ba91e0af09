"""Text → terms: numbers whole, identifiers whole and in parts, CJK in bigrams, words stemmed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.index.terms import Analyzer, fold, hash_term


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("82,959", ["82959"], id="thousands"),
        pytest.param("$1,234,567.50 million", ["1234567.50", "million"], id="thousands and decimals"),
        pytest.param("1'250 Franken", ["1250", "franken"], id="swiss thousands"),
        pytest.param("3.5%", ["3.5"], id="decimals"),
        pytest.param("in 2022", ["2022"], id="year"),
        pytest.param("pacs.008", ["pacs.008", "pac", "008"], id="identifier whole and in parts"),
        pytest.param("pacs.008.001.08", ["pacs.008.001.08", "pac", "008", "001", "08"], id="long identifier"),
        pytest.param("year-end", ["year-end", "year", "end"], id="compound"),
        pytest.param("2022-03-31", ["2022-03-31", "2022", "03", "31"], id="date"),
        pytest.param("192.168.0.1", ["192.168.0.1", "192", "168"], id="no decimal number"),
        pytest.param("The running of the banks", ["run", "bank"], id="stop words and stems"),
        pytest.param("the bank's", ["bank"], id="possessive"),
        pytest.param("bank’s", ["bank"], id="typographic possessive"),
        pytest.param("AT&T", ["at&t"], id="ampersand"),
        pytest.param("Ｎｅｔ　ｓａｌｅｓ", ["net", "sale"], id="full width"),
        pytest.param("ﬁnance", ["financ"], id="ligature"),
        pytest.param("房贷利率", ["房贷", "贷利", "利率"], id="han bigrams"),
        pytest.param("房", ["房"], id="single han"),
        pytest.param("2022年房贷", ["2022", "年房", "房贷"], id="digits beside han"),
        pytest.param("東京タワー", ["東京", "京タ", "タワ", "ワー"], id="kana"),
        pytest.param("서울시", ["서울", "울시"], id="hangul"),
        pytest.param("snake_case", ["snake_case", "snake", "case"], id="underscore"),
        pytest.param("", [], id="empty"),
        pytest.param("— … !?", [], id="marks only"),
    ],
)
def test_terms_of_english(text, terms):
    """One line a rule."""
    assert Analyzer("en").terms(text) == terms


def test_language_chooses_the_stemmer():
    """German stems for de and de-CH, English ones for Latin words among Chinese, none for an unknown code."""
    assert Analyzer("de").terms("Wohnungen") == Analyzer("de").terms("Wohnung") == Analyzer("de-CH").terms("Wohnung")
    assert Analyzer("en").terms("Wohnungen") != Analyzer("en").terms("Wohnung")
    assert Analyzer("zh").terms("banks") == ["bank"]
    assert Analyzer("xx").terms("banks") == ["banks"]


def test_name_tells_analyzers_apart():
    """The index stores it; another stemmer is another name."""
    assert Analyzer("en").name != Analyzer("de").name
    assert Analyzer("en").name == Analyzer("zh").name


def test_number_is_found_as_written_with_or_without_separators():
    """A question may write 82959 for 82,959."""
    analyzer = Analyzer("en")
    assert analyzer.terms("82959") == analyzer.terms("82,959")


@given(st.text())
def test_spans_lie_in_the_folded_text_and_terms_hold_no_space(text):
    """Whatever the text, lone surrogates included."""
    folded = fold(text)
    for term, start, end in Analyzer("en").spans(text):
        assert term
        assert not any(character.isspace() for character in term)
        assert 0 <= start < end <= len(folded)
        assert 0 <= hash_term(term) < 2**64
