"""Length-prefixed JSON frames over a pipe: four bytes, big-endian, then that many bytes of UTF-8."""

from __future__ import annotations

import json
import os
import select
import struct
from typing import Any

from domaingpt.documents.workers.patience import Patience

HEADER = struct.Struct(">I")
# The longest text allowed in its widest encoding, and as much again for its blocks; a longer frame is an attack.
MAX_FRAME_BYTES = 64 << 20
READ_SIZE_BYTES = 1 << 18
LOOK_EVERY_S = 1.0


class FrameTooLong(Exception):
    """The other side announced a frame longer than `MAX_FRAME_BYTES`."""


class NoProgress(Exception):
    """Nothing arrived in the time allowed."""


def pack(value: Any) -> bytes:
    """Return one frame."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return HEADER.pack(len(body)) + body


def send(fd: int, value: Any) -> None:
    """Write one frame whole.

    Raises:
        OSError: If the other side is gone.
    """
    view = memoryview(pack(value))
    while view:
        view = view[os.write(fd, view) :]


class FrameReader:
    """Reads frames from a pipe, waiting at most a given time for the next bytes.

    Args:
        fd: The pipe's end.
        writer: Id of the process at the other end, whose time is counted; None counts the wall clock.
    """

    def __init__(self, fd: int, writer: int | None = None) -> None:
        self._fd = fd
        self._buffer = bytearray()
        self._patience = Patience(writer)

    def receive(self, timeout_s: float | None = None) -> Any:
        """Return the next frame's value, or None at the end of the stream.

        Raises:
            NoProgress: If no byte arrived although the writer had `timeout_s`.
            FrameTooLong: If the frame is longer than allowed.
        """
        size = 0
        while True:
            if len(self._buffer) >= HEADER.size:
                (size,) = HEADER.unpack_from(self._buffer)
                if size > MAX_FRAME_BYTES:
                    raise FrameTooLong
                if len(self._buffer) >= HEADER.size + size:
                    return self._take(size)
            if not self._fill(timeout_s):
                return None

    def _take(self, size: int) -> Any:
        # Each copy is dropped before the next is made: a frame may be as large as all else in this process.
        if len(self._buffer) == HEADER.size + size:
            body, self._buffer = self._buffer, bytearray()
        else:
            body = self._buffer[: HEADER.size + size]
            del self._buffer[: HEADER.size + size]
        text = str(memoryview(body)[HEADER.size :], "utf-8")
        del body
        return json.loads(text)

    def _fill(self, timeout_s: float | None) -> bool:
        if timeout_s is not None:
            self._patience.heard()
            ready: list[int] = []
            while not ready:
                left = timeout_s - self._patience.spent_s()
                if left <= 0:
                    raise NoProgress
                ready, _, _ = select.select([self._fd], [], [], min(left, LOOK_EVERY_S))
        data = os.read(self._fd, READ_SIZE_BYTES)
        self._buffer += data
        return bool(data)
