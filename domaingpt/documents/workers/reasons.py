"""Words for why a file was not read, shared by the reader process and its parent."""

from __future__ import annotations

from domaingpt.errors import DocumentError

MAX_REASON_CHARACTERS = 200


def reason_for(exc: Exception) -> str:
    """Return what to tell of an exception that reading a document ended in.

    Raises:
        BrokenPipeError: If it is one: the process that waits for the result is gone.
    """
    match exc:
        case BrokenPipeError():
            raise exc
        case DocumentError():
            return exc.message
        case MemoryError():
            return "reading it needs too much memory"
        case RecursionError():
            return "nested too deeply"
        case _:
            return shortened(f"{type(exc).__name__}: {exc}")


def shortened(reason: str) -> str:
    """Return a reason on one line that is short enough to be shown in a list."""
    line = " ".join(reason.split())
    return line if len(line) <= MAX_REASON_CHARACTERS else line[: MAX_REASON_CHARACTERS - 1] + "…"


def out_of_memory(limit_bytes: int) -> str:
    """Return the reason for a reader that reached its limit, e.g. "… more than 1 GB of memory"."""
    limit = f"{limit_bytes >> 30} GB" if limit_bytes >= 1 << 30 else f"{limit_bytes >> 20} MB"
    return f"reader used more than {limit} of memory"
