"""Bytes of RTF → control words, symbols, groups and text; linear in the file, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

# Order matters: a hexadecimal character begins like a symbol. A parameter of more digits is cut, as in Word.
TOKEN = re.compile(
    rb"""  \\(?P<word>[a-zA-Z]{1,32})(?P<parameter>-?\d{1,10})?[ ]?
         | \\'(?P<hex>[0-9a-fA-F]{2})
         | \\(?P<symbol>[^a-zA-Z])
         | (?P<group>[{}])
         | (?P<text>[^\\{}\r\n\0]+)
         | [\r\n\0]+ | \\""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One piece.

    Attributes:
        kind: "word", "bytes" (text in the font's character set), "symbol", "{" or "}".
        text: Name of the word, or the symbol.
        data: The bytes of "bytes".
        parameter: Number behind a word, None without one.
    """

    kind: str
    text: str = ""
    data: bytes = b""
    parameter: int | None = None


def tokens(data: bytes) -> Iterator[Token]:
    r"""Yield the pieces in order; what follows a \bin is skipped, which may be all the rest."""
    position = 0
    while position < len(data):
        found = TOKEN.match(data, position)
        assert found  # The last two alternatives match what the others do not.
        position = found.end()
        match found.lastgroup:
            case "word" | "parameter":
                parameter = int(found["parameter"]) if found["parameter"] else None
                if found["word"] == b"bin":
                    position += max(0, parameter or 0)
                    continue
                yield Token("word", found["word"].decode("ascii"), parameter=parameter)
            case "hex":
                yield Token("bytes", data=bytes.fromhex(found["hex"].decode("ascii")))
            case "symbol":
                yield Token("symbol", found["symbol"].decode("latin-1"))
            case "group":
                yield Token(found["group"].decode("ascii"))
            case "text":
                yield Token("bytes", data=found["text"])
