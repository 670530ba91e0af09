"""Whether a metadata title says something, or is the residue of the program that wrote the file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from domaingpt.documents.assembly import one_line

MAX_TITLE_CHARACTERS = 200
# "Microsoft Word - contract v3.doc", "untitled", "Document1", "PowerPoint Presentation", "scan0001".
RESIDUE = re.compile(
    r"word document|microsoft (word|excel|powerpoint) - .*|untitled.*|unnamed.*|unknown|title|no title|"
    r"(document|presentation|book|slide|scan|img|page|sheet)[ _-]?\d*|powerpoint presentation|"
    r"\(?(anonymous|unspecified|none|null)\)?|about:blank|https?://\S+|file:\S+",
    re.IGNORECASE,
)
FILE_NAME = re.compile(r"\S+\.(docx?|pdf|xlsx?|pptx?|rtf|odt|txt|html?|indd|qxd|tex|dvi|ps|eps|tmp)", re.IGNORECASE)


def meaningful_title(title: str, path: str) -> str:
    """Return the title on one line, or "" if it tells a reader nothing that the path does not."""
    title = one_line(title.replace("\0", ""))
    letters = sum(1 for character in title if character.isalpha())
    name = PurePosixPath(path)
    if len(title) > MAX_TITLE_CHARACTERS or letters < 3 or letters * 3 < len(title):
        return ""
    if RESIDUE.fullmatch(title) or FILE_NAME.fullmatch(title) or title in (name.name, name.stem):
        return ""
    return title
