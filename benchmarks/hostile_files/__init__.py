"""Files made to break a reader, one a class of attack: all written here, none taken from elsewhere.

Each module holds one family and ends in its list. A file is made of nothing but the standard library, so that
what it breaks is the reader and not the writer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class HostileFile:
    """One class of attack.

    Attributes:
        name: Of the file; its suffix selects the reader.
        attack: What it does, in one sentence.
        make: Returns its bytes.
        is_slow: Whether reading or writing it takes seconds; tests leave it out.
    """

    name: str
    attack: str
    make: Callable[[], bytes]
    is_slow: bool = False


@dataclass(frozen=True, slots=True)
class HostilePlace:
    """An attack that is not in a file's bytes: a special file, a link, a name, a change while it is read.

    Attributes:
        name: Of what is planted, as far as it can be written down.
        attack: What it does, in one sentence.
        plant: Puts it into an existing folder; returns paths below it that the account must name.
    """

    name: str
    attack: str
    plant: Callable[[Path], list[str]]


def hostile_files() -> list[HostileFile]:
    """Return all classes that are files, in the order of their families."""
    from hostile_files import images, mail, marked, office, office_parts, pdf, pdf_content, tables, text, web

    modules = (pdf, pdf_content, office, office_parts, web, tables, text, mail, marked, images)
    return [file for module in modules for file in module.FILES]


def hostile_places() -> list[HostilePlace]:
    """Return all classes that are something else."""
    from hostile_files.places import PLACES

    return list(PLACES)
