"""Characters in a text that are drawn by no font and can smuggle words: they are told, and kept out of prompts.

The text itself stays as it is, so that offsets are the file's; the views that are searched, shown to a model
and printed leave them out (`domaingpt.chunks.views`).
"""

from __future__ import annotations

import re

# Tag characters and the second block of variation selectors, each able to spell any byte; overrides and
# isolates of direction. Marks that honest text has (joiners, byte order marks, soft hyphens, the selectors of
# emoji) are left out of prompts as well but are nothing to tell of.
SMUGGLED = re.compile("[\U000e0000-\U000e007f\U000e0100-\U000e01ef\u202a-\u202e\u2066-\u2069\u2060-\u2064]+")
# A row of zero-width characters writes in binary; single ones divide words of Thai or join letters of Persian.
ZERO_WIDTH_ROW = re.compile("[\u200b-\u200f\ufeff\u2060-\u2064]{4,}")


def invisible_note(text: str) -> str:
    """Return a note on characters that nobody sees, "" if there is none."""
    if text.isascii():
        return ""
    found = sum(map(len, SMUGGLED.findall(text))) + sum(map(len, ZERO_WIDTH_ROW.findall(SMUGGLED.sub("", text))))
    return f"hidden text: {found:,} invisible characters, left out of search and prompts" if found else ""
