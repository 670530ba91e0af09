"""How many words of a known text are recovered from pictures of its pages, how fast, in how much memory.

A text written for this is set in several faces, sizes and layouts, drawn at 150, 200 and 300 dpi, and stored as
PDFs that hold nothing but pictures. Each file is read by one reader process under its usual limits.

    python benchmarks/ocr.py
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
import pypdfium2
from harness import versions, write_result
from ocr_text import PARAGRAPHS, TABLE
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from domaingpt.documents import ReaderPool, ReadJob

RESOLUTIONS = (200, 150, 300)
MARGIN = 56  # Points.
PUNCTUATION = ".,;:()%$-\"'"
SAMPLE_S = 0.02
Draw = Callable[[Canvas, list[str]], list[str]]
WIDTH, HEIGHT = A4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.parse_args()
    result: dict[str, Any] = {
        "command": "python benchmarks/ocr.py",
        "versions": versions(["domaingpt", "rapidocr", "onnxruntime", "opencv-python-headless", "pypdfium2"]),
        "words_in_text": len(" ".join(PARAGRAPHS).split()) + sum(len(" ".join(row).split()) for row in TABLE),
    }
    for dpi in RESOLUTIONS:
        result[f"dpi_{dpi}"] = measure(dpi)
        print(dpi, json.dumps(result[f"dpi_{dpi}"]), flush=True)
    write_result("ocr", result)


def measure(dpi: int) -> dict[str, Any]:
    """Return word recall overall and by kind of page, seconds a page, and the reader's largest resident size."""
    kinds: dict[str, dict[str, Any]] = {}
    found_words = wanted_words = 0
    peak = 0
    with tempfile.TemporaryDirectory() as folder, ReaderPool(1) as pool:
        for kind, words, picture in pages(dpi):
            file = Path(folder) / f"{kind}.pdf"
            store(picture, file)
            started = time.perf_counter()
            text, peak_here = read(pool, file)
            seconds = time.perf_counter() - started
            peak = max(peak, peak_here)
            wanted, found = counted(words), counted(text.split())
            n_found, n_wanted = (wanted & found).total(), wanted.total()
            found_words, wanted_words = found_words + n_found, wanted_words + n_wanted
            kinds[kind] = {"words": n_wanted, "recall": round(n_found / n_wanted, 4), "seconds": round(seconds, 2)}
    return {
        "words": wanted_words,
        "recall": round(found_words / wanted_words, 4),
        "seconds_per_page": round(sum(kind["seconds"] for kind in kinds.values()) / len(kinds), 2),
        "peak_reader_rss_mb": round(peak / 1e6),
        "pages": kinds,
    }


def read(pool: ReaderPool, file: Path) -> tuple[str, int]:
    """Return the text of a file, and the most memory any child of this process had meanwhile."""
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(SAMPLE_S):
            for child in psutil.Process().children(recursive=True):
                try:
                    peak = max(peak, child.memory_info().rss)
                except psutil.Error:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        (result,) = pool.read_all([ReadJob(file.name, file)])
    finally:
        done.set()
        watcher.join()
    assert result.document is not None, result.error
    return result.document.text, peak


def pages(dpi: int) -> Iterator[tuple[str, list[str], Image.Image]]:
    """Yield kind, words and picture of each page; each sets the text from where the last one ended."""
    words = " ".join(PARAGRAPHS).split()
    start = 0
    for kind, draw in KINDS.items():
        stream = io.BytesIO()
        canvas = Canvas(stream, pagesize=A4)
        set_words = draw(canvas, words[start:] + words[:start])
        start = (start + len(set_words)) % len(words) if kind != "table" else start
        canvas.save()
        page = pypdfium2.PdfDocument(stream.getvalue())[0]
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
        if kind == "turned by 1 degree":
            picture = picture.rotate(1, Image.Resampling.BICUBIC, fillcolor=255)
        if kind == "noisy":
            # A third of a gaussian of 120 grey values: a bad copy. Pillow's noise cannot be seeded.
            picture = Image.blend(picture, Image.effect_noise(picture.size, 120), 1 / 3)
        yield kind, set_words, picture


def column(canvas: Canvas, words: list[str], face: str, size: float, left: float, width: float) -> list[str]:
    """Set words in lines down to the foot of the page; return those that were set."""
    canvas.setFont(face, size)
    y, n_set, line = HEIGHT - MARGIN, 0, ""
    for word in words:
        longer = f"{line} {word}".strip()
        if canvas.stringWidth(longer, face, size) <= width:
            line = longer
            continue
        canvas.drawString(left, y, line)
        n_set += len(line.split())
        line, y = word, y - 1.25 * size
        if y < MARGIN:
            break
    return words[:n_set]


def prose(face: str, size: float) -> Draw:
    return lambda canvas, words: column(canvas, words, face, size, MARGIN, WIDTH - 2 * MARGIN)


def two_columns(canvas: Canvas, words: list[str]) -> list[str]:
    width = (WIDTH - 2 * MARGIN - 20) / 2
    first = column(canvas, words, "Times-Roman", 10, MARGIN, width)
    second = column(canvas, words[len(first) :], "Times-Roman", 10, MARGIN + width + 20, width)
    return first + second


def table(canvas: Canvas, words: list[str]) -> list[str]:
    del words
    canvas.setFont("Helvetica", 10)
    y = HEIGHT - MARGIN
    for row in TABLE:
        canvas.drawString(MARGIN, y, row[0])
        for number, cell in enumerate(row[1:]):
            canvas.drawRightString(MARGIN + 280 + 90 * number, y, cell)
        canvas.line(MARGIN, y - 4, WIDTH - MARGIN, y - 4)
        y -= 17
    return [word for row in TABLE for cell in row for word in cell.split()]


KINDS: dict[str, Draw] = {
    "Helvetica 10": prose("Helvetica", 10),
    "Times 10": prose("Times-Roman", 10),
    "Times 9": prose("Times-Roman", 9),
    "Courier 9": prose("Courier", 9),
    "Times 12": prose("Times-Roman", 12),
    "two columns": two_columns,
    "table": table,
    "turned by 1 degree": prose("Times-Roman", 11),
    "noisy": prose("Helvetica", 11),
}


def store(picture: Image.Image, file: Path) -> None:
    """Write a PDF of one page that holds a picture and nothing else."""
    canvas = Canvas(str(file), pagesize=A4)
    canvas.drawImage(ImageReader(picture), 0, 0, WIDTH, HEIGHT)
    canvas.save()


def counted(words: list[str]) -> Counter[str]:
    return Counter(bare for word in words if (bare := word.strip(PUNCTUATION)))


if __name__ == "__main__":
    main()
