"""Length-prefixed JSON frames over a pipe: four bytes, big-endian, then that many bytes of UTF-8."""

from __future__ import annotations

import json
import os
import select
import struct
from typing import Any

HEADER = struct.Struct(">I")
MAX_FRAME_BYTES = 256 << 20  # Four times the longest text allowed; a longer frame is an attack.
READ_SIZE_BYTES = 1 << 18


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
    """Reads frames from a pipe, waiting at most a given time for the next bytes."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = bytearray()

    def receive(self, timeout_s: float | None = None) -> Any:
        """Return the next frame's value, or None at the end of the stream.

        Raises:
            NoProgress: If no byte arrived for `timeout_s`.
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
        body = bytes(self._buffer[HEADER.size : HEADER.size + size])
        del self._buffer[: HEADER.size + size]
        return json.loads(body)

    def _fill(self, timeout_s: float | None) -> bool:
        if timeout_s is not None:
            ready, _, _ = select.select([self._fd], [], [], max(timeout_s, 0))
            if not ready:
                raise NoProgress
        data = os.read(self._fd, READ_SIZE_BYTES)
        self._buffer += data
        return bool(data)
