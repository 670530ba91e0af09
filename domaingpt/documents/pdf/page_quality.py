"""Whether the text a PDF page carries is what a person reads on it, by signs that can be measured."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from domaingpt.documents.pdf.hidden import object_box
from domaingpt.types import PageStatus

# A blank page may carry a rule or a background; more paths than this are a drawing or outlined text.
# Guess, unmeasured.
BLANK_PAGE_PATHS = 4
DRAWN_TYPES = (
    pdfium_c.FPDF_PAGEOBJ_IMAGE,
    pdfium_c.FPDF_PAGEOBJ_SHADING,
    pdfium_c.FPDF_PAGEOBJ_FORM,
    pdfium_c.FPDF_PAGEOBJ_TEXT,
)
# Controls, private use, replacement character.
STRANGE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\ue000-\uf8ff\ufffd]")
# Limits of the signs, guesses. On 726 pages of filings, a LaTeX book and the test files of PDF readers no page with
# text reaches four tenths of any limit.
MAX_STRANGE = 0.5  # of the characters
MAX_CID = 0.1  # of the words are "(cid:12)", a character that some tool found no name for
MAX_FRAGMENTED = 0.5  # of the letters stand alone in runs such as "T h i s  i s"
MAX_GLUED = 0.3  # of the letters stand in words longer than any word
MAX_VOWELLESS = 0.5  # of the words have no vowel; of abbreviations and code up to a third
MAX_MOJIBAKE = 0.02  # of the characters are pairs such as "Ã©"
MIN_LETTERS = 60  # Fewer say nothing about fragments, glue and vowels.
CID = re.compile(r"\(cid:\d+\)")
LONE_LETTERS = re.compile(r"(?:(?<=\s)|^)[^\W\d_](?:[ \t]{1,3}[^\W\d_](?=\s|$)){4,}")
GLUED = re.compile(r"[^\W\d_]{40,}")  # The longest German words in use have fewer letters.
LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]{4,}")
VOWELS = frozenset("aeiouyæøœ")
UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
MOJIBAKE = re.compile("Ã[\x80-\xbf\u0152-\u2122]|â€[\x80-\xbf\u0152-\u2122]|Â[\xa0-\xbf]|[ÐÑ][\x80-\xbf\u0152-\u2122]")
# A stamp on a scan: little text, all of it in the margin of a page that a picture covers. Guesses, unmeasured.
STAMP_CHARACTERS = 200
STAMP_MARGIN = 0.12  # of the page's height
MIN_COVERED = 0.8  # of the page's area
MAX_DEPTH = 8  # forms within forms


@dataclass(frozen=True, slots=True)
class TextQuality:
    """What is wrong with a text.

    Attributes:
        faults: Sign → its share by the limit of that sign; from 1 it tells.
        n_letters: Letters and digits.
    """

    faults: dict[str, float]
    n_letters: int

    @property
    def worst(self) -> float:
        """The largest fault; a text is poor from 1."""
        return max(self.faults.values(), default=0.0)


def text_quality(text: str) -> TextQuality:
    """Measure the signs of poor text."""
    visible = "".join(text.split())
    letters = [character for character in visible if character.isalpha()]
    faults = {"strange characters": _share(len(STRANGE.findall(text)), len(visible)) / MAX_STRANGE}
    words = text.split()
    faults["character numbers"] = _share(len(CID.findall(text)), len(words)) / MAX_CID
    faults["mojibake"] = _share(2 * len(MOJIBAKE.findall(text)), len(visible)) / MAX_MOJIBAKE
    if len(letters) >= MIN_LETTERS and not UNSPACED.search(text):
        alone = ["".join(match[0].split()) for match in LONE_LETTERS.finditer(text)]
        faults["fragments"] = _share(sum(map(len, alone)), len(letters)) / MAX_FRAGMENTED
        faults["glued words"] = _share(sum(map(len, GLUED.findall(text))), len(letters)) / MAX_GLUED
        plain = [word for word in LATIN_WORD.findall(text) if not word.isupper()]
        vowelless = sum(not VOWELS & set(_base_letters(word)) for word in plain)
        if sum(map(len, plain)) >= MIN_LETTERS:
            faults["no vowels"] = _share(vowelless, len(plain)) / MAX_VOWELLESS
    return TextQuality({sign: value for sign, value in faults.items() if value}, sum(map(str.isalnum, visible)))


def page_status(page: pdfium.PdfPage, text: str) -> PageStatus:
    """Return "text" if the page's text is what is seen, "empty" if nothing is, else "needs_ocr"."""
    if text and not text.isspace():
        is_poor = text_quality(text).worst >= 1 or _is_stamped_scan(page, text)
        return "needs_ocr" if is_poor else "text"
    n_paths = 0
    for obj in _objects(page):
        kind = pdfium_c.FPDFPageObj_GetType(obj)
        n_paths += kind == pdfium_c.FPDF_PAGEOBJ_PATH
        if kind in DRAWN_TYPES or n_paths > BLANK_PAGE_PATHS:
            return "needs_ocr"
    return "empty"


def is_better(new: str, old: str) -> bool:
    """Return whether recognised text is to replace the one that a page carries."""
    after, before = text_quality(new), text_quality(old)
    if not after.n_letters:
        return False
    if before.worst >= 1:
        return after.worst < before.worst
    return after.n_letters > before.n_letters  # a stamp is part of what was read from the whole page


def _is_stamped_scan(page: pdfium.PdfPage, text: str) -> bool:
    if len("".join(text.split())) > STAMP_CHARACTERS:
        return False
    left, bottom, right, top = page.get_bbox()
    height, area = top - bottom, (right - left) * (top - bottom)
    if area <= 0:
        return False
    covered, texts = 0.0, []
    for obj in _objects(page):
        box = object_box(obj)
        if pdfium_c.FPDFPageObj_GetType(obj) == pdfium_c.FPDF_PAGEOBJ_TEXT:
            texts.append(box)
        elif _holds_picture(obj):
            across = min(right, box[2]) - max(left, box[0])
            down = min(top, box[3]) - max(bottom, box[1])
            covered = max(covered, across * down / area) if across > 0 and down > 0 else covered
    margin = STAMP_MARGIN * height
    return (
        covered >= MIN_COVERED
        and bool(texts)
        and all(box[1] >= top - margin or box[3] <= bottom + margin for box in texts)
        and not all(_is_invisible(obj) for obj in _objects(page) if _is_text(obj))
    )


def _objects(page: pdfium.PdfPage) -> list[Any]:
    return [pdfium_c.FPDFPage_GetObject(page, index) for index in range(pdfium_c.FPDFPage_CountObjects(page))]


def _is_text(obj: Any) -> bool:
    return bool(pdfium_c.FPDFPageObj_GetType(obj) == pdfium_c.FPDF_PAGEOBJ_TEXT)


def _is_invisible(text: Any) -> bool:
    return bool(pdfium_c.FPDFTextObj_GetTextRenderMode(text) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE)


def _holds_picture(obj: Any, depth: int = 0) -> bool:
    kind = pdfium_c.FPDFPageObj_GetType(obj)
    if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
        n_inside = pdfium_c.FPDFFormObj_CountObjects(obj)
        return any(_holds_picture(pdfium_c.FPDFFormObj_GetObject(obj, i), depth + 1) for i in range(n_inside))
    return bool(kind == pdfium_c.FPDF_PAGEOBJ_IMAGE)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _base_letters(word: str) -> str:
    return unicodedata.normalize("NFD", word.lower())
