"""Where chunks are cut: on paper, and against every possible segmentation.

Costs: a chunk of t of at most T tokens 0.25 + (1 - t/T)²; a cut 2 inside a sentence, 0.5 before a sentence,
0.35 before a line, 0.15 before a paragraph, 0 before a heading, 1.5 after a heading whatever follows.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domaingpt.chunks.packing import pack
from domaingpt.chunks.sentences import Break

NONE, SENTENCE, LINE, PARAGRAPH, HEADING = Break


def packed(n_tokens, breaks, headings=(), max_tokens=10):
    return pack(n_tokens, breaks, [unit in headings for unit in range(len(n_tokens))], max_tokens)


def test_full_chunks_cut_at_the_paragraph():
    """5 5 | 5 5: two full chunks 2 · 0.25 and one paragraph 0.15 = 0.65; any other way has three chunks or more."""
    assert packed([5, 5, 5, 5], [PARAGRAPH, SENTENCE, PARAGRAPH, SENTENCE]) == [(0, 2), (2, 4)]


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [
        # 4 4 | 4: 0.25 + 0.2² + 0.25 + 0.6² + 0.15 = 1.05;  4 | 4 4: 0.61 + 0.29 + 0.5 = 1.40
        pytest.param([PARAGRAPH, SENTENCE, PARAGRAPH], [(0, 2), (2, 3)], id="before the paragraph"),
        # 4 4 | 4: 0.29 + 0.61 + 0.5 = 1.40;  4 | 4 4: 0.61 + 0.29 + 0 = 0.90
        pytest.param([PARAGRAPH, HEADING, SENTENCE], [(0, 1), (1, 3)], id="before the heading"),
    ],
)
def test_cut_is_made_where_the_text_parts(breaks, expected):
    """Of two cuts that leave chunks of 8 and 4 the stronger break is taken."""
    assert packed([4, 4, 4], breaks) == expected


def test_heading_stays_with_what_it_names():
    """8 | 1 8: 0.29 + 0.26 + 0 = 0.55;  8 1 | 8: 0.26 + 0.29 + 1.5 = 2.05."""
    assert packed([8, 1, 8], [PARAGRAPH, HEADING, LINE], headings=[1]) == [(0, 1), (1, 3)]


def test_fewer_chunks_when_everything_fits():
    """One chunk 0.25 + 0.1² = 0.26; every cut adds a chunk."""
    assert packed([3, 3, 3], [PARAGRAPH, PARAGRAPH, PARAGRAPH]) == [(0, 3)]


def test_nothing_gives_no_chunk():
    """No units."""
    assert packed([], []) == []


def test_single_unit():
    """Also one that is longer than allowed, since it cannot be divided here."""
    assert packed([3], [PARAGRAPH]) == packed([30], [PARAGRAPH]) == [(0, 1)]


def test_units_without_tokens_do_not_pile_up():
    """Invisible characters cost one token each: else a million of them were one chunk, after 10¹² steps."""
    ranges = packed([0] * 5000, [LINE] * 5000)
    assert ranges[0][0] == 0
    assert max(last - first for first, last in ranges) == 10


def cost(n_tokens, breaks, is_heading, max_tokens, cuts):
    """Return the cost of a segmentation, or None if a chunk is too long; written from the docstring above."""
    total = 0.0
    for first, last in pairwise(cuts):
        size = sum(n_tokens[first:last])
        if size > max_tokens:
            return None
        total += 0.25 + (1 - size / max_tokens) ** 2
        if last < len(n_tokens):
            price = {NONE: 2, SENTENCE: 0.5, LINE: 0.35, PARAGRAPH: 0.15, HEADING: 0}[breaks[last]]
            total += 1.5 if is_heading[last - 1] else price
    return total


UNITS = st.lists(st.tuples(st.integers(1, 10), st.sampled_from(list(Break)), st.booleans()), min_size=1, max_size=9)


@given(UNITS)
def test_no_segmentation_is_cheaper(units):
    """All of up to 256 segmentations are tried."""
    n_tokens, breaks, is_heading = map(list, zip(*units, strict=True))
    n = len(units)
    ranges = pack(n_tokens, breaks, is_heading, 10)
    assert [first for first, _ in ranges] + [n] == [0] + [last for _, last in ranges]
    candidates = ([0, *(cut for cut in range(1, n) if chosen >> (cut - 1) & 1), n] for chosen in range(2 ** (n - 1)))
    costs = [cost(n_tokens, breaks, is_heading, 10, cuts) for cuts in candidates]
    actual = cost(n_tokens, breaks, is_heading, 10, [0, *(last for _, last in ranges)])
    assert actual == pytest.approx(min(value for value in costs if value is not None))
