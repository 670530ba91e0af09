"""Has a draft begun to go round in circles? Greedy decoding of a small model does, and would not end."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A model that repeats itself over twelve tokens, or a whole sentence, will not stop. Guess, unmeasured.
REPEAT_WINDOW = 12
SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?](?=\s)|[。！？\n])")
MIN_SENTENCE = 12  # Characters; "Yes." or "1." may stand twice. Guess, unmeasured.


def repeats(tokens: Sequence[int]) -> bool:
    """Return whether the tokens end in something said twice in a row, at least REPEAT_WINDOW tokens long.

    With period p that is: the last n = max(REPEAT_WINDOW, p) tokens are those p places before.
    """
    for period in range(1, len(tokens) - REPEAT_WINDOW + 1):
        n = max(REPEAT_WINDOW, period)
        if len(tokens) < n + period:
            return False
        if tokens[-1] == tokens[-1 - period] and tokens[-n:] == tokens[-n - period : -period]:
            return True
    return False


class SaidTwice:
    """Hears a draft piece by piece and notices a whole sentence that was said before, also further up."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._open = ""  # the sentence that is not finished

    def hear(self, piece: str) -> bool:
        """Return whether the piece completes a sentence that was said already."""
        self._open += piece
        again = False
        done = 0
        for match in SENTENCE.finditer(self._open):
            done = match.end()
            sentence = " ".join(match.group().casefold().split())
            if len(sentence) >= MIN_SENTENCE:
                again = again or sentence in self._said
                self._said.add(sentence)
        self._open = self._open[done:]
        return again
