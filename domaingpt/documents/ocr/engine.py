"""PP-OCRv6 small by RapidOCR, made to live inside a reader: one thread, verified weights, bounded memory.

The package's own start would look for models and download what it misses, and takes as many threads as there
are cores. Here its detector and recogniser are given sessions over the packaged weights, hashed before use.
Its classifier of upside-down lines is not used: it turned 2 to 19 % of upright English lines at 200 dpi on their
head, which cost 2 to 18 % of the words. How a page stands is found by reading a few of its lines.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import logging
import math
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from domaingpt.documents.ocr import PACKAGE, Bitmap, Progress, RecognitionFailed, TextLine
from domaingpt.errors import ModelLoadFailed
from domaingpt.models.offline import go_offline

# By the release's own MODEL_LICENSES.md.
WEIGHTS = {
    "PP-OCRv6_det_small.onnx": "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    "PP-OCRv6_rec_small.onnx": "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
}
# Lines are looked for in a smaller picture, and read at full size: A4 at 200 dpi is searched at 1,280 by 905. At full
# size finding took three times as long and 300 MB more, and found no more words; with two million pixels a large
# page did not fit a reader's limit. What is smaller than about 8 pixels in it is missed: 6 points on A4, 8 on A3.
DETECTION_PIXELS = 1_160_000
MAX_DETECTION_SIDE = 4000
# Width by height of the longest piece read at once; a line of A4 has up to 45. Memory grows with it.
MAX_PIECE_RATIO = 60
MIN_PIECE_RATIO = 0.02
# Blocks from this size go back to the system at once, so that address space stays below a reader's limit:
# 785 MB at most instead of 1,170 MB over four pages of A4, for a fifth more time; with 1 MB it was 680 MB, for more
# than double.
MMAP_THRESHOLD_BYTES = 16 << 20
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # glibc's malloc.h
SAMPLE_LINES = 6  # of a page, by which its orientation is judged
UPRIGHT_CONFIDENCE = 0.9  # Upright prints have 0.98 and more, upside-down ones 0.6 to 0.75.
TALL = 1.5  # A piece so much higher than wide is a line on its side; RapidOCR turns such pieces itself.
LINES_PER_STEP = 4


class RapidRecognizer:
    """Loads detector and recogniser at once.

    Raises:
        ModelLoadFailed: If the packaged weights are not the expected ones.
    """

    def __init__(self) -> None:
        _prepare_process()
        # What the package writes would otherwise begin with its import.
        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        import cv2
        from rapidocr.ch_ppocr_det import TextDetector
        from rapidocr.ch_ppocr_rec import TextRecognizer
        from rapidocr.utils.parse_parameters import ParseParams

        logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
        cv2.setNumThreads(1)
        folder = _package_folder()
        settings: Any = ParseParams.load(folder / "config.yaml")
        settings._set_flag("allow_objects", True)  # noqa: SLF001 - omegaconf's way to carry a session.
        settings.Det.session, settings.Rec.session = (_session(folder / "models" / name) for name in WEIGHTS)
        settings.Det.limit_type = "max"
        settings.Rec.font_path = None
        settings.Rec.rec_batch_num = 1  # A batch is as wide as its widest line, and no faster in one thread.
        self._detector, self._reader = TextDetector(settings.Det), TextRecognizer(settings.Rec)

    def recognize(self, bitmap: Bitmap, progress: Progress) -> list[TextLine]:
        """Return the pieces of text, as `Recognizer` says."""
        import cv2
        from rapidocr.inference_engine.onnxruntime.main import ONNXRuntimeError

        try:
            return self._recognize(bitmap, progress)
        except (cv2.error, ONNXRuntimeError, MemoryError, ValueError) as exc:
            raise RecognitionFailed(type(exc).__name__) from exc

    def _recognize(self, bitmap: Bitmap, progress: Progress) -> list[TextLine]:
        import cv2
        import numpy as np

        grey = np.frombuffer(bitmap.pixels, np.uint8).reshape(bitmap.height, bitmap.width)
        picture: Any = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        picture, boxes = self._upright(picture, progress)
        lines = []
        for index, box in enumerate(boxes):
            if index % LINES_PER_STEP == 0:
                progress()
            text, confidence = self._read(_cut_out(picture, box))
            corners = tuple((float(x), float(y)) for x, y in box)
            lines.append(TextLine(text, confidence, corners))
        return lines

    def _upright(self, picture: Any, progress: Progress) -> tuple[Any, Any]:
        """Return the picture as it is read, with the boxes of its lines: turned by quarters if that reads better."""
        import numpy as np

        boxes = self._detect(picture)
        progress()
        if not len(boxes):
            return picture, boxes
        is_sideways = sum(_is_tall(box) for box in boxes) * 2 > len(boxes)
        best: tuple[float, Any, Any] = (-1.0, picture, boxes)
        for turns in (1, 3, 0, 2) if is_sideways else (0, 2):
            turned = np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture
            found = self._detect(turned) if turns else boxes
            confidence = self._sample_confidence(turned, found)
            progress()
            if confidence > best[0]:
                best = (confidence, turned, found)
            if confidence >= UPRIGHT_CONFIDENCE:
                break
        return best[1], best[2]

    def _detect(self, picture: Any) -> Any:
        self._detector.limit_side_len = _detection_side(*picture.shape[:2])
        found = self._detector(picture).boxes
        return [] if found is None else found

    def _sample_confidence(self, picture: Any, boxes: Any) -> float:
        longest = sorted(boxes, key=_width, reverse=True)[:SAMPLE_LINES]
        read = [self._read(_cut_out(picture, box))[1] for box in longest]
        return sum(read) / len(read) if read else 0.0

    def _read(self, piece: Any) -> tuple[str, float]:
        """Return text and confidence of one piece; one too long is read in parts."""
        from rapidocr.ch_ppocr_rec import TextRecInput

        parts = _parts(piece)
        if not parts:
            return "", 0.0
        found: Any = self._reader(TextRecInput(img=parts, return_word_box=False))
        text = " ".join(part.strip() for part in found.txts)
        return text, float(sum(found.scores) / len(parts))


def _prepare_process() -> None:
    """Let numpy in, which a reader is else kept from, with one thread, and bound what malloc keeps."""
    go_offline()  # onnxruntime reads this when it is imported
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # each reserves address space
    if sys.modules.get("numpy", sys) is None:
        del sys.modules["numpy"]
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # other C libraries have no mallopt
            libc = ctypes.CDLL(None)
            libc.mallopt(M_ARENA_MAX, 1)
            libc.mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)


def _package_folder() -> Path:
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _session(file: Path) -> Any:
    """Return a session over exactly the bytes that were hashed."""
    import onnxruntime

    try:
        weights = file.read_bytes()
    except OSError as exc:
        raise ModelLoadFailed(f"The OCR model {file.name} cannot be read: {exc.strerror}", "Reinstall it.") from exc
    if hashlib.sha256(weights).hexdigest() != WEIGHTS[file.name]:
        raise ModelLoadFailed(f"The OCR model {file.name} is not the expected one.", "Reinstall it.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Lines differ in width: what an arena or a pattern keeps for one is of no use for the next.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def _detection_side(height: int, width: int) -> int:
    """Return the longer side of the picture that is searched."""
    return min(round(max(height, width) * math.sqrt(DETECTION_PIXELS / (height * width))), MAX_DETECTION_SIDE)


def _cut_out(picture: Any, box: Any) -> Any:
    from rapidocr.utils.process_img import get_rotate_crop_image

    return get_rotate_crop_image(picture, box.copy())


def _parts(piece: Any) -> list[Any]:
    """Return a piece in parts that are not too long, cut at their emptiest columns; none of a hairline."""
    height, width = piece.shape[:2]
    if not height or width < MIN_PIECE_RATIO * height:
        return []
    longest = MAX_PIECE_RATIO * height
    if width <= longest:
        return [piece]
    # In the last eighth of what fits, the column whose pixels differ least runs through no letter.
    start = longest - max(1, longest // 8)
    cut = start + int(piece[:, start:longest].std(axis=(0, 2)).argmin())
    return [piece[:, :cut], *_parts(piece[:, cut:])]


def _width(box: Any) -> float:
    return float(max(abs(box[1][0] - box[0][0]), abs(box[1][1] - box[0][1])))


def _is_tall(box: Any) -> bool:
    across = abs(box[1][0] - box[0][0])
    down = abs(box[3][1] - box[0][1])
    return bool(down >= TALL * max(across, 1))
