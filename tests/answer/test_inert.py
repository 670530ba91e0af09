"""Answers that fetch, run and disguise nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.answer.compose import compose
from domaingpt.answer.inert import inert
from domaingpt.config import parse_config
from domaingpt.index.terms import Analyzer
from domaingpt.testing import ScriptedGenerator

LIVE = re.compile(r"!\[|\]\(|\]\[|<[a-zA-Z/!?]|\b(?:javascript|vbscript|data):\S|\[\s*\^?\d+\s*\]", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("See ![logo](https://x.example/a?d=1).", "See logo (https://x.example/a?d=1)."),
        ("See ![](https://x.example/a).", "See (https://x.example/a)."),
        ("The [fee](https://x.example 'title') is due.", "The fee (https://x.example) is due."),
        ("The [fee][1] is due.", "The fee (1) is due."),
        ("The [fee][ref] is due.", "The fee is due."),
        ("[![x](data:a)](https://x.example)", "x (data: a) (https://x.example)"),
        ("[1]: https://x.example", "(1): https://x.example"),
        ("[ref]: https://x.example", "ref : https://x.example"),
        ("<img src=x onerror=alert(1)>", "< img src=x onerror=alert(1)>"),
        ("Click javascript:alert(1)", "Click javascript: alert(1)"),
        ("As said [7] and [2, 3]【4】[^5].", "As said (7) and (2, 3)(4)(5)."),
    ],
)
def test_markup_is_made_harmless(text: str, shown: str) -> None:
    """The words stay."""
    assert inert(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Notices go to https://www.menon.example/notices?form=7 or by post.",
        "The tenant [the buyer] pays if a < b and c > 5.",
        "Data: see annex (2). The manuscript: a copy.",
        "Boiler: Vantor | Price: £3,140",
        "x[i] = 3",
    ],
)
def test_honest_text_is_left_alone(text: str) -> None:
    """An address in a contract stays as it is."""
    assert inert(text) == text


PIECES = [*"![]()<>a1:/^ ,【】", "](", "![", "javascript:", "data:", "[1]", "<img "]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_nothing_live_is_left(text: str) -> None:
    """However the pieces are put together; a second pass changes nothing that matters."""
    assert not LIVE.search(inert(text))


def test_quotes_and_drafts_lose_their_markup_and_citations_keep_it(evidence) -> None:
    """A number in brackets is ours; a citation is verbatim."""
    item = evidence("The fee ![x](https://x.example) is £50 [7].")
    config, terms = parse_config({}, "house", where="domain.toml"), Analyzer("en").terms
    for generator in (None, ScriptedGenerator(["The fee ![x](https://x.example) is £50 [7]."])):
        draft = compose("Which fee?", [item], config, terms, generator)
        assert draft.text in (
            "The fee x (https://x.example) is £50 (7). [1]",
            "The fee x (https://x.example) is £50. [1]",
        )
        assert draft.cited[0].quote == "The fee ![x](https://x.example) is £50 [7]."
