"""Cleaned views of verbatim text, for searching and prompting. The stored text is never cleaned.

A view drops what carries no meaning (control and zero-width characters), joins words that were
hyphenated at a line's end, and folds white space.
"""

from __future__ import annotations

import re

# PDFium marks a hyphen that only breaks a line with U+FFFE; other extractors with U+0002 or U+00AD.
SOFT_HYPHEN_BREAK = re.compile(r"[\ufffe\u0002\u00ad]\s*")
# "exam-\nple": a hyphen at a line's end between lower-case letters. A real compound that happens to
# break there loses its hyphen in the view; the lexical arm matches it all the same by its parts.
HYPHEN_BREAK = re.compile(r"(?<=[^\W\d_])-\r?\n(?=[a-zß-öø-ÿ])")
# Controls, zero-width and direction marks, tag characters: invisible, and able to hide instructions.
# Variation selectors: 256 of them spell any byte. Lone surrogates: no tokenizer takes them.
INVISIBLE = re.compile(
    "[\u034f\u061c\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffd\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
# Markdown's bold, from one pair of stars to the next; what is between is taken whole, else open pairs cost n² steps.
EMPHASIS = re.compile(r"\*\*(?=\S)((?:[^*]|\*(?!\*))++)(?<=\S)\*\*")
WHITE_SPACE = re.compile(r"\s+")
# A fold of the two alphabets that have no spaces between words: Han, kana, and their punctuation.
_CJK = r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]"
CJK_BREAK = re.compile(rf"(?<={_CJK})\r?\n(?={_CJK})")


def search_view(text: str) -> str:
    """Return the text on one line, as it is embedded, matched and put into prompts."""
    text = HYPHEN_BREAK.sub("", SOFT_HYPHEN_BREAK.sub("", text))
    text = CJK_BREAK.sub("", INVISIBLE.sub("", text))
    text = EMPHASIS.sub(r"\1", text) if "**" in text else text
    return WHITE_SPACE.sub(" ", text).strip()


def count_visible(text: str) -> int:
    """Return the number of characters that are not white space: what the ledger must account for."""
    return len(text) - sum(map(len, WHITE_SPACE.findall(text)))
