"""Writers that turn the content of the shipped domains into PDF, DOCX, XLSX and PPTX files, byte for byte the same."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Writer(Protocol):
    """One document: where it goes and how it is written."""

    @property
    def path(self) -> str:
        """Of the file, relative to the domain's documents folder."""

    def write(self, root: Path) -> None:
        """Write the file below the root."""
