"""Picture → Document by OCR: one page a picture or frame. Photos and icons become empty pages."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from domaingpt.documents import ocr
from domaingpt.documents.assembly import TextAssembly
from domaingpt.documents.ocr import Bitmap
from domaingpt.documents.ocr.pages import page_ranges, recognized_text
from domaingpt.errors import MissingExtra, UnreadableDocument
from domaingpt.types import Document

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
# An A2 sheet at 300 dpi has 35 million. Four bytes each are held while a picture is decoded.
MAX_PIXELS = 40_000_000
READ_PIXELS = 10_000_000  # Larger pictures are scaled down before they are read, as PDF pages are.
MIN_HEIGHT = 50  # Pixels; less is an icon or a rule. Guess, unmeasured.
MAX_FRAMES = 2000  # As of a PDF.
# A moving picture's frames are no pages: of these formats the first one is read.
MOVING = ("GIF", "WEBP", "PNG")
# What Pillow raises on damaged files, seen on mutated ones.
DAMAGE = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, struct.error, zlib.error,
          OverflowError, ZeroDivisionError, AttributeError)  # fmt: skip
GREY, GREY_16 = "L", ("I;16", "I;16B", "I", "F")


def read(data: bytes, path: str, progress: Callable[[], None]) -> Document:
    """Read a picture, or every frame of a TIFF.

    Raises:
        MissingExtra: If OCR is not installed.
        UnreadableDocument: If it is damaged, has too many pixels, or is of none of `FORMATS`.
    """
    if not ocr.available():
        raise MissingExtra("Reading images", "ocr")
    from PIL import Image, ImageFile

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Image.MAX_IMAGE_PIXELS = MAX_PIXELS
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                return _read_frames(picture, path, progress)
        except Image.DecompressionBombError as exc:
            raise UnreadableDocument(f"has more than {MAX_PIXELS:,} pixels", path) from exc
        except (ocr.RecognitionFailed, MemoryError) as exc:
            raise UnreadableDocument("text in the image could not be recognised", path) from exc
        except DAMAGE as exc:
            raise UnreadableDocument(f"damaged image: {exc}", path) from exc


def _read_frames(picture: Image.Image, path: str, progress: Callable[[], None]) -> Document:
    n_frames = 1 if picture.format in MOVING else getattr(picture, "n_frames", 1)
    if n_frames > MAX_FRAMES:
        raise UnreadableDocument(f"has {n_frames:,} frames; at most {MAX_FRAMES:,} are read", path)
    assembly = TextAssembly(path)
    notes: list[str] = []
    confidences: list[float] = []
    without, n_left_out = [], 0
    for number in range(1, n_frames + 1):
        progress()
        if number > 1:
            picture.seek(number - 1)
        bitmap = _bitmap(picture, path)
        found = recognized_text(bitmap, ocr.load_recognizer(), progress) if bitmap else None
        n_left_out += found.n_left_out if found else 0
        n_before = len(assembly.blocks)
        assembly.begin_page(number)
        for paragraph in found.text.split("\n\n") if found else ():
            assembly.add("paragraph", paragraph)
        if found and len(assembly.blocks) > n_before:
            confidences.append(found.confidence)
        else:
            without.append(number)
    if confidences:
        mean = sum(confidences) / len(confidences)
        notes.append(f"read by OCR ({ocr.LANGUAGES}; mean confidence {mean:.0%})")
    if without:
        notes.append(f"OCR found no text on {page_ranges(without)}" if n_frames > 1 else "OCR found no text")
    document = assembly.document(notes=notes, left_out={"unsure lines of OCR": n_left_out})
    pages = (replace(page, status="ocr") if page.status == "text" else page for page in document.pages)
    return replace(document, pages=tuple(pages))


def _bitmap(picture: Image.Image, path: str) -> Bitmap | None:
    """Return a frame upright and grey, on white where it is transparent; None if it is too small to hold text."""
    from PIL import Image, ImageOps

    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise UnreadableDocument(f"has more than {MAX_PIXELS:,} pixels", path)
    if min(width, height) < MIN_HEIGHT:
        return None
    frame = picture.copy()
    if frame.mode in GREY_16:
        frame = frame.convert("F").point(lambda value: value / 256)
    elif "A" in frame.getbands() or "transparency" in frame.info:
        frame = frame.convert("RGBA")
        white = Image.new("RGBA", frame.size, "white")
        frame = Image.alpha_composite(white, frame)
    frame = ImageOps.exif_transpose(frame).convert(GREY)
    scale = (READ_PIXELS / (width * height)) ** 0.5
    if scale < 1:
        frame = frame.resize((int(frame.width * scale), int(frame.height * scale)), Image.Resampling.BOX)
    return Bitmap(frame.tobytes(), frame.width, frame.height)
