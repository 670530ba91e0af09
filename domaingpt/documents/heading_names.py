"""Names of paragraph styles → heading levels, as Word and its kin spell them."""

from __future__ import annotations

import re

# Word stores the English name in every language; other programs may store their own.
HEADING_NAME = re.compile(r"(?:heading|überschrift|titre|título|kop|标题|見出し)\s*([1-9])", re.IGNORECASE)
TITLE_NAMES = frozenset(["title", "titel", "titre", "título"])
SUBTITLE_NAMES = frozenset(["subtitle", "untertitel", "sous-titre", "subtítulo"])


def named_level(name: str) -> int:
    """Return the level of the heading that a style of this name makes, 0 for another style."""
    if found := HEADING_NAME.match(name):
        return int(found.group(1))
    if name.lower() in TITLE_NAMES:
        return 1
    return 2 if name.lower() in SUBTITLE_NAMES else 0
