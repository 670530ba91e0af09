r"""RTF → Document: headings, paragraphs and table rows; notes, comments and text boxes behind their paragraph.

A state per group and a run of text per destination [1]. striprtf, the library there is, knows neither rows nor
notes nor hidden text, and drops headers without a word.

[1] Rich Text Format (RTF) Specification, version 1.9.1, Microsoft 2008.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import TextAssembly, one_line
from domaingpt.documents.formats import RTF_HEADER_WINDOW
from domaingpt.documents.heading_names import named_level
from domaingpt.documents.margins import add_margins
from domaingpt.documents.rtf.charsets import DEFAULT, OF_CHARSET, OF_WORD, of_code_page
from domaingpt.documents.rtf.colours import Colours
from domaingpt.documents.rtf.flow import Flow, Table
from domaingpt.documents.rtf.state import CHARACTER_WORDS, PARAGRAPH_WORDS, State
from domaingpt.documents.rtf.tokens import Token, tokens
from domaingpt.documents.tables.edges import aligned
from domaingpt.documents.tables.grids import add_table
from domaingpt.documents.titles import meaningful_title
from domaingpt.errors import UnreadableDocument

if TYPE_CHECKING:
    from domaingpt.types import Document

TOKENS_PER_PROGRESS = 50_000
MAX_DEPTH = 1000  # Groups further down share one state. Word writes a dozen. Guess, unmeasured.
MAX_FALLBACK = 100  # Characters that stand in for one of Unicode; the specification knows 0 to 2.
SIGNS = {
    "tab": "\t", "line": "\n", "softline": "\n", "lbr": "\n", "emdash": "—", "endash": "–", "emspace": "\u2003",
    "enspace": "\u2002", "qmspace": "\u2005", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "nestcell": ", ", "nestrow": "\n", "zwj": "\u200d", "zwnj": "\u200c",
}  # fmt: skip
SYMBOLS = {"~": "\xa0", "_": "\u2011", "{": "{", "}": "}", "\\": "\\"}
TABLE_WORDS = frozenset(["cell", "row", "trowd", "cellx", "trhdr"])
PARAGRAPH_ENDS = frozenset(["par", "sect", "page", "column"])
# Destinations that hold text of their own, and the run it goes to.
RUNS = {
    "footnote": "Note", "annotation": "comment", "atnauthor": "author", "listtext": "label", "pntext": "label",
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
    "shptxt": "box", "dptxbxtext": "box", "title": "title", "fonttbl": "fonts", "stylesheet": "styles",
    "colortbl": "colours",
}  # fmt: skip
# Destinations without text, or with text that is shown elsewhere too. Others after "\*" are left out as well.
NOT_SHOWN = frozenset(
    """pict objdata fldinst xe tc rxe txe bkmkstart bkmkend listtable listoverridetable revtbl filetbl
    nonshppict nonesttables shprslt sp ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pntxta pntxtb falt panose
    author operator subject keywords comment doccomm company manager category hlinkbase creatim revtim printim buptim
    template generator userprops upr atnid atndate atnref atnicn atrfstart atrfend datafield formfield themedata
    colorschememapping datastore latentstyles rsidtbl nesttableprops private fontemb fontfile""".split()
)
SHOWN_STARRED = frozenset(["shppict", "shpinst", "ud", "annotation", "atnauthor", "do", "dptxbxtext", "footnote"])
# A label that counts: "1.", "(a)", "IV)"; not a letter that a symbol font draws as a dot.
COUNTED = re.compile(r"\(?(?:\w{0,6}\d\w{0,6}[.):\w]{0,20}|[^\W\d_]{1,6}[.):])")
NESTED_ROW_END = re.compile(r"(?<![, ])(?:, *+)++(\n|$)")  # Separators behind the last cell of a nested row.


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    r"""Read an RTF file.

    Raises:
        UnreadableDocument: If it does not begin with "{\rtf".
    """
    start = data[:RTF_HEADER_WINDOW].find(b"{\\rtf")
    if start < 0:
        raise UnreadableDocument("content is not RTF", path)
    machine = _Machine(path)
    for count, token in enumerate(tokens(data[start:] if start else data)):
        if count % TOKENS_PER_PROGRESS == 0:
            progress()
        if not machine.take(token):
            break
    return machine.document()


class _Machine:
    """Takes one token after another."""

    def __init__(self, path: str) -> None:
        self._assembly = TextAssembly(path)
        self._state = State(Flow("body"))
        self._stack: list[State] = []
        self._n_deeper = 0
        self._is_too_deep = False
        self._is_starred = False
        self._n_to_skip = 0  # Stand-ins for a character that was given in Unicode.
        self._colours = Colours()
        self._page_has_ground = False
        self._codec = DEFAULT
        self._codecs: dict[int, str] = {}
        self._levels: dict[int, int] = {}
        self._default_font = -1
        self._table = Table()
        self._asides: list[str] = []
        self._margins: dict[str, list[str]] = {"header": [], "footer": []}
        self._author = ""
        self._title = ""
        self._n_notes = {"Note": 0, "Endnote": 0}
        self._left_out = dict.fromkeys(("images", "embedded objects", "hidden characters"), 0)

    def take(self, token: Token) -> bool:
        """Follow one token; return False after the end of the file's outermost group."""
        match token.kind:
            case "{":
                self._n_to_skip = 0
                self._open()
            case "}":
                self._n_to_skip = 0
                self._close()
                return bool(self._stack)
            case "bytes":
                self._say_bytes(token.data)
            case "symbol":
                self._symbol(token.text)
            case _:
                starred, self._is_starred = self._is_starred, False
                self._word(token.text, token.parameter, starred=starred)
        return True

    def document(self) -> Document:
        """Return the finished document."""
        while self._stack:
            self._close()
        self._end_paragraph()
        self._flush_table()
        first = next((block for block in self._assembly.blocks if block.kind == "heading"), None)
        add_margins(self._assembly, self._margins["header"], self._margins["footer"])
        notes = (
            [f"groups nested more than {MAX_DEPTH:,} deep: notes in them may be missing"] if self._is_too_deep else []
        )
        document = self._assembly.document(title=self._title, left_out=self._left_out, notes=notes)
        if self._title or first is None:
            return document
        return replace(document, title=one_line(document.text[first.start : first.end]))

    def _open(self) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._n_deeper += 1
            self._is_too_deep = True
            return
        self._stack.append(self._state)
        self._state = replace(self._state, opens_flow=False)
        if self._state.flow.kind == "styles":
            self._state.style, self._state.outline = 0, -1

    def _close(self) -> None:
        if self._n_deeper:
            self._n_deeper -= 1
            return
        if not self._stack:
            return
        closed, self._state = self._state, self._stack.pop()
        if closed.flow.kind == "styles" and not closed.is_skipped:
            name = closed.flow.take().rstrip(";").strip()
            self._levels[closed.style] = named_level(name) or closed.outline + 1
        elif closed.opens_flow:
            self._end_flow(closed.flow)

    def _end_flow(self, flow: Flow) -> None:
        text = flow.whole()
        if not text:
            return
        match flow.kind:
            case "Note" | "Endnote":
                self._n_notes[flow.kind] += 1
                self._asides.append(f"{flow.kind} {self._n_notes[flow.kind]}: {text}")
            case "comment":
                self._asides.append(f"Comment by {self._author}: {text}" if self._author else f"Comment: {text}")
                self._author = ""
            case "author":
                self._author = text
            case "box":
                self._asides.extend(flow.paragraphs)
            case "label":
                if COUNTED.fullmatch(text):
                    self._say(text + " ")
            case "title":
                self._title = meaningful_title(text, self._assembly.path)
            case "header" | "footer":
                self._margins[flow.kind].append(text)

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._is_starred = True
        elif self._n_to_skip and symbol not in "\r\n":
            self._n_to_skip -= 1
        elif symbol in SYMBOLS:
            self._say(SYMBOLS[symbol])
        elif symbol in "\r\n":
            self._end_paragraph()

    def _word(self, word: str, parameter: int | None, *, starred: bool) -> None:
        if self._n_to_skip:
            self._n_to_skip -= 1
            return
        if word == "nestrow":
            # Stands among a nested row's properties, which are left out.
            self._state.flow.say("\n")
        elif self._state.is_skipped:
            # The Unicode half of a text given twice.
            if word == "ud" and starred:
                self._state.is_skipped = self._state.is_hidden
        elif word in RUNS:
            self._state.begin_flow(RUNS[word])
        elif word in NOT_SHOWN or (starred and word not in SHOWN_STARRED):
            self._state.is_skipped = True
            self._left_out["images"] += word == "pict"
            self._page_has_ground = self._page_has_ground or word == "background"
        elif word in SIGNS:
            self._say(SIGNS[word])
        elif word in PARAGRAPH_ENDS:
            self._end_paragraph()
        else:
            self._layout_word(word, parameter)

    def _layout_word(self, word: str, parameter: int | None) -> None:
        if word in PARAGRAPH_WORDS:
            self._state.format_paragraph(word, parameter, self._colours)
        elif word in CHARACTER_WORDS:
            self._state.format_characters(word, parameter, self._colours)
            if word == "plain":
                self._state.font = self._default_font
        elif word not in TABLE_WORDS:
            self._format_word(word, parameter)
        elif self._state.flow.kind == "body":
            self._table_word(word, parameter)
        elif word == "cell":
            self._state.flow.say(" ")

    def _table_word(self, word: str, parameter: int | None) -> None:
        match word:
            case "cell":
                self._table.cells.append(NESTED_ROW_END.sub(r"\1", self._state.flow.take()))
                self._table.asides.extend(self._asides)
                self._asides = []
            case "row":
                self._table.end_row()
            case "trowd":
                self._table.edges = []
            case "cellx":
                self._table.edges.append(parameter or 0)
            case "trhdr":
                self._table.marked_header = self._table.marked_header or not self._table.rows

    def _format_word(self, word: str, parameter: int | None) -> None:
        state = self._state
        match word:
            case "u":
                if parameter is not None:
                    # Signed numbers of 16 bits; beyond them, one of two halves each.
                    self._say(chr(parameter % 0x10000) if abs(parameter) < 0x10000 else "\ufffd")
                    self._n_to_skip = state.fallback
            case "uc":
                state.fallback = min(max(parameter or 0, 0), MAX_FALLBACK)
            case "ftnalt" if state.flow.kind == "Note":
                state.flow.kind = "Endnote"
            case "object":
                self._left_out["embedded objects"] += 1
            case _:
                self._font_word(word, parameter)

    def _font_word(self, word: str, parameter: int | None) -> None:
        match word:
            case "f":
                self._state.font = parameter if parameter is not None else -1
            case "deff":
                self._default_font = self._state.font = parameter if parameter is not None else -1
            case "ansi" | "mac" | "pc" | "pca":
                self._codec = OF_WORD[word]
            case "ansicpg":
                self._codec = of_code_page(parameter or 0) or self._codec
            case "fcharset" if self._state.flow.kind == "fonts" and parameter in OF_CHARSET and parameter:
                self._codecs[self._state.font] = OF_CHARSET[parameter]
            case "cpg" if self._state.flow.kind == "fonts" and (codec := of_code_page(parameter or 0)):
                self._codecs[self._state.font] = codec
            case "red" | "green" | "blue" if self._state.flow.kind == "colours":
                self._colours.component(word, parameter)

    def _say_bytes(self, data: bytes) -> None:
        skipped = min(self._n_to_skip, len(data))
        self._n_to_skip -= skipped
        data = data[skipped:]
        if self._state.flow.kind == "colours":
            self._colours.separators(data)
        if not data or self._is_silent(data):
            return
        self._state.flow.say_bytes(data, self._codecs.get(self._state.font, self._codec))

    def _say(self, text: str) -> None:
        if not self._is_silent(text):
            self._state.flow.say(text)

    def _is_silent(self, text: str | bytes) -> bool:
        """Return whether text is not shown here; count what is formatted as hidden."""
        state = self._state
        if state.is_skipped or state.is_deleted or state.flow.kind in ("fonts", "colours"):
            return True
        if state.flow.kind == "styles" or not state.is_unseen(page_has_ground=self._page_has_ground):
            return False
        self._left_out["hidden characters"] += sum(map(len, text.split()))
        return True

    def _end_paragraph(self) -> None:
        state = self._state
        if state.is_skipped or state.is_deleted:
            return
        if state.flow.kind != "body":
            state.flow.end_paragraph()
            return
        if state.in_table:
            state.flow.say("\n")
            return
        text = state.flow.take()
        self._flush_table()
        level = state.outline + 1 or self._levels.get(state.style, 0)
        self._assembly.add("heading" if level else "paragraph", text, level=level)
        self._flush_asides()

    def _flush_table(self) -> None:
        self._table.end_row()
        if self._table.rows:
            add_table(self._assembly, aligned(self._table.rows), marked_header=self._table.marked_header)
        for aside in self._table.asides:
            self._assembly.add("paragraph", aside)
        self._table = Table(edges=self._table.edges)

    def _flush_asides(self) -> None:
        for aside in self._asides:
            self._assembly.add("paragraph", aside)
        self._asides = []
