"""Units → chunks: where to cut, as a shortest path.

Let units 0…n-1 have t[i] tokens and s[i] the strength of the break before unit i. A segmentation
0 = b[0] < b[1] < … < b[m] = n is chosen to minimise

    Σ_j  size(T_j) + cut(b[j])        with  T_j = Σ t[b[j-1] … b[j]-1] ≤ max_tokens

where size() grows as a chunk falls short of the maximum and cut() is small where the text itself
parts. Dynamic programming over the last cut finds the minimum in O(n · units per chunk).
"""

from __future__ import annotations

from collections.abc import Sequence

from domaingpt.chunks.sentences import Break

# What a cut costs by the strength of the break it is made at. The order is the point: never inside
# a sentence when it can be helped, gladly before a heading. Guesses, to be measured on retrieval.
CUT_COST = {
    Break.NONE: 2.0,
    Break.SENTENCE: 0.5,
    Break.LINE: 0.35,
    Break.PARAGRAPH: 0.15,
    Break.HEADING: 0.0,
}
AFTER_ANNOUNCEMENT_COST = 1.5  # a heading, or "There are three kinds:", that ends a chunk has lost what it names
PER_CHUNK_COST = 0.25  # fewer chunks, all else equal


def pack(
    n_tokens: Sequence[int], breaks: Sequence[Break], announces: Sequence[bool], max_tokens: int
) -> list[tuple[int, int]]:
    """Return the chunks as half-open ranges of units, in order, covering all of them.

    Args:
        n_tokens: Tokens of each unit; each at most `max_tokens`.
        breaks: Strength of the break before each unit.
        announces: Whether each unit is a heading, or says that more follows.
        max_tokens: The most that a chunk may hold.
    """
    n = len(n_tokens)
    # A unit of invisible characters has no token, but counts as one: else any number of them were
    # one chunk, found in n² steps.
    sizes = [max(1, size) for size in n_tokens]
    # best[i] = least cost of segmenting units 0…i-1; back[i] = where the last chunk of it starts.
    best = [0.0] + [float("inf")] * n
    back = [0] * (n + 1)
    for end in range(1, n + 1):
        cut = 0.0 if end == n else CUT_COST[breaks[end]]
        if end < n and announces[end - 1]:
            cut = AFTER_ANNOUNCEMENT_COST
        total = 0
        for start in range(end - 1, -1, -1):
            total += sizes[start]
            if total > max_tokens and start < end - 1:
                break
            cost = best[start] + _size_cost(total, max_tokens) + cut
            if cost < best[end]:
                best[end], back[end] = cost, start
    ranges = []
    end = n
    while end > 0:
        ranges.append((back[end], end))
        end = back[end]
    return ranges[::-1]


def _size_cost(n_tokens: int, max_tokens: int) -> float:
    """Return how far a chunk falls short of the maximum, squared: 0 when full, 1 when empty."""
    shortfall = 1.0 - min(n_tokens, max_tokens) / max_tokens
    return PER_CHUNK_COST + shortfall * shortfall
