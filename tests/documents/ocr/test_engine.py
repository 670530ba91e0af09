"""The real engine, where the extra is installed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image, ImageOps
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from domaingpt.documents import ReaderPool, ReadJob, ocr
from domaingpt.errors import ModelLoadFailed

pytestmark = pytest.mark.model

LINES = [
    "The buyer pays a deposit of ten per cent within fourteen days",
    "of the exchange of contracts, and the balance on completion.",
    "Interest runs at 4.25% a year on any sum that is paid late.",
    "Notices are sent to 17 Harbour Street, Plymouth PL1 2AB.",
]


def page(turn: int = 0) -> Image.Image:
    """Return the lines as a picture of 200 dpi, turned by quarters."""
    import pypdfium2

    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(420, 300))
    canvas.setFont("Times-Roman", 11)
    for number, text in enumerate(LINES):
        canvas.drawString(40, 250 - 18 * number, text)
    canvas.save()
    picture = pypdfium2.PdfDocument(stream.getvalue())[0].render(scale=200 / 72, grayscale=True).to_pil()
    return picture.rotate(90 * turn, expand=True)


@pytest.mark.parametrize("turn", range(4))
def test_a_scan_is_read_in_a_reader_however_it_lies(turn: int, tmp_path: Path) -> None:
    """Within the reader's limits: 1 GB of address space, no network, no writing."""
    canvas = Canvas(str(tmp_path / "scan.pdf"), pagesize=page(turn).size)
    canvas.drawImage(ImageReader(page(turn)), 0, 0)
    canvas.save()
    with ReaderPool(1) as pool:
        (result,) = pool.read_all([ReadJob("scan.pdf", tmp_path / "scan.pdf")])
    assert result.error is None
    assert result.document is not None
    assert result.document.text.split() == " ".join(LINES).split()
    assert [p.status for p in result.document.pages] == ["ocr"]
    assert "page 1 read by OCR (English, Chinese, Japanese" in result.document.notes[0]


def test_white_on_black_is_read_too() -> None:
    picture = ImageOps.invert(page())
    lines = ocr.load_recognizer().recognize(ocr.Bitmap(picture.tobytes(), *picture.size), lambda: None)
    assert sorted(line.text for line in lines) == sorted(LINES)


def test_blank_paper_has_no_text() -> None:
    steps: list[None] = []
    found = ocr.load_recognizer().recognize(ocr.Bitmap(b"\xff" * 400 * 300, 400, 300), lambda: steps.append(None))
    assert list(found) == []
    assert steps


def test_a_line_of_any_length_is_read_in_parts() -> None:
    """One of 7,000 by 40 pixels would else be one tensor of unbounded size."""
    from domaingpt.documents.ocr.engine import MAX_PIECE_RATIO, _parts

    strip = page().crop((100, 110, 1000, 150))
    import numpy as np

    wide = np.stack([np.tile(np.asarray(strip), 8)] * 3, axis=2)
    parts = _parts(wide)
    assert len(parts) > 1
    assert sum(part.shape[1] for part in parts) == wide.shape[1]
    assert all(part.shape[1] <= MAX_PIECE_RATIO * 40 for part in parts)


@pytest.mark.parametrize(
    ("size", "side"),
    [((2339, 1654), 1281), ((3307, 2339), 1281), ((1000, 9000), 3231), ((10, 9000), 4000)],
    ids=["A4", "A3", "strip", "ribbon"],
)
def test_the_search_for_lines_has_a_bounded_number_of_pixels(size: tuple[int, int], side: int) -> None:
    """A4: 2,339 · √(1,160,000 / 3,868,706) = 1,281. Smaller pictures are not enlarged: RapidOCR takes it as a limit."""
    from domaingpt.documents.ocr.engine import _detection_side

    assert _detection_side(*size) == side


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from domaingpt.documents.ocr import engine

    name = next(iter(engine.WEIGHTS))
    (tmp_path / name).write_bytes(b"other")
    with pytest.raises(ModelLoadFailed, match=f"{name} is not the expected one"):
        engine._session(tmp_path / name)


def test_loading_says_nothing_and_opens_no_socket() -> None:
    """The package has code that downloads models, and a logger that writes to stderr."""
    code = (
        "import sys, socket\n"
        "def hook(event, arguments):\n"
        "    assert event not in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'), event\n"
        "sys.addaudithook(hook)\n"
        "from domaingpt.documents import ocr\n"
        "ocr.load_recognizer().recognize(ocr.Bitmap(bytes(90000), 300, 300), lambda: None)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    assert (done.stdout, done.stderr) == ("", "")
