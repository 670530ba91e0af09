"""What holds inside one RTF group: its run of text, its paragraph's formatting, and whether text is seen at all."""

from __future__ import annotations

from dataclasses import dataclass

from domaingpt.documents.rtf.colours import Colours
from domaingpt.documents.rtf.flow import Flow

TINY_HALF_POINTS = 4  # 2 points, as in `pdf.hidden`.
PARAGRAPH_WORDS = frozenset(["pard", "intbl", "s", "outlinelevel", "cbpat", "shading"])
CHARACTER_WORDS = frozenset(["plain", "v", "deleted", "fs", "cf", "cb", "chcbpat", "highlight"])
MAX_OUTLINE_LEVEL = 8


@dataclass(slots=True)
class State:
    """The state of one group; a group inside it begins with a copy.

    Attributes:
        flow: Where text goes.
        is_skipped: The destination holds no text.
        is_hidden: Formatted as hidden.
        is_deleted: A tracked deletion.
        is_tiny: Too small to be read.
        is_white: Written in white.
        has_ground: There is a colour behind the characters.
        is_shaded: There is one behind the paragraph.
        in_table: The paragraph stands in a cell.
        style: Number of the paragraph's style.
        outline: Its outline level from 0, or -1.
        font: Number of the font, or -1.
        fallback: Characters that stand in for one of Unicode.
        opens_flow: The run of text ends with this group.
    """

    flow: Flow
    is_skipped: bool = False
    is_hidden: bool = False
    is_deleted: bool = False
    is_tiny: bool = False
    is_white: bool = False
    has_ground: bool = False
    is_shaded: bool = False
    in_table: bool = False
    style: int = 0
    outline: int = -1
    font: int = -1
    fallback: int = 1
    opens_flow: bool = False

    def begin_flow(self, kind: str) -> None:
        """Let text go to a run of its own, until this group ends."""
        self.flow = Flow(kind)
        self.opens_flow = True
        self.reset_paragraph()

    def reset_paragraph(self) -> None:
        r"""Follow \pard."""
        self.in_table, self.is_shaded, self.style, self.outline = False, False, 0, -1

    def format_paragraph(self, word: str, parameter: int | None, colours: Colours) -> None:
        """Follow one of `PARAGRAPH_WORDS`."""
        match word:
            case "pard":
                self.reset_paragraph()
            case "intbl":
                self.in_table = parameter != 0
            case "s":
                self.style = parameter or 0
            case "outlinelevel":
                self.outline = parameter if parameter is not None and 0 <= parameter <= MAX_OUTLINE_LEVEL else -1
            case "cbpat":
                self.is_shaded = bool(parameter) and not colours.is_white(parameter)
            case "shading":
                self.is_shaded = bool(parameter)

    def format_characters(self, word: str, parameter: int | None, colours: Colours) -> None:
        """Follow one of `CHARACTER_WORDS`."""
        match word:
            case "plain":
                self.is_hidden = self.is_deleted = self.is_tiny = self.is_white = self.has_ground = False
            case "v":
                self.is_hidden = parameter != 0
            case "deleted":
                self.is_deleted = parameter != 0
            case "fs":
                self.is_tiny = parameter is not None and 0 < parameter <= TINY_HALF_POINTS
            case "cf":
                self.is_white = colours.is_white(parameter)
            case _:
                self.has_ground = bool(parameter) and not colours.is_white(parameter)

    def is_unseen(self, *, page_has_ground: bool) -> bool:
        """Return whether text is here, but the printed page does not show it."""
        # In tables and text boxes white text may have a ground of its own.
        on_ground = page_has_ground or self.has_ground or self.is_shaded or self.in_table or self.flow.kind == "box"
        return self.is_hidden or self.is_tiny or (self.is_white and not on_ground)
