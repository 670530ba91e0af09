"""What a mail's bytes were wrapped in for the journey: transfer encodings (RFC 2045, section 6) and charsets.

Damage gives as much as can be had, never an exception: a line lost in base64 costs that line.
"""

from __future__ import annotations

import binascii
import itertools
import re
import string

from domaingpt.documents.encoding import decode, decode_as

NOT_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/"))
UNPADDED = re.compile(rb"[^=]+")
MAX_TEXTS_IN_A_ROW = 100_000  # Programs that pad every line stay far below it in a text of honest length. Guess.
# A soft line break with spaces behind it, which transports add; the decoder would keep its "=".
PADDED_SOFT_BREAK = re.compile(rb"=[ \t]+(?=\r?\n)")
UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]{0,255}\r?\n", re.MULTILINE)
# Charsets that write other alphabets in ASCII bytes.
SHIFTED = re.compile(r"\s*[\"']?(?:iso-?2022|hz|utf-?7|unicode-1-1-utf-7)", re.IGNORECASE)
# So many bytes beyond ASCII that are valid UTF-8 are UTF-8, whatever the header says: the odds that text of
# another encoding looks so are under one in 2^8. Guess, unmeasured.
SURE_UTF8_BYTES = 8


def decoded_transfer(data: bytes, encoding: str) -> bytes:
    """Return the bytes as they were before a Content-Transfer-Encoding; an unknown one leaves them alone."""
    match encoding.strip().lower():
        case "base64":
            return decode_base64(data)
        case "quoted-printable":
            return decode_quoted_printable(data)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return decode_uu(data)
        case _:
            return data


def decode_base64(data: bytes) -> bytes:
    """Return what base64 text stands for: foreign characters are skipped, missing padding is no fault."""
    padding = data.find(b"=")
    if padding < 0 or not data[padding:].strip(b"=\r\n \t"):
        try:
            return binascii.a2b_base64(data)
        except binascii.Error:
            pass
    # Several encoded texts in a row are padded each, and the decoder would stop after the first.
    texts = itertools.islice(UNPADDED.finditer(data), MAX_TEXTS_IN_A_ROW)
    return b"".join(binascii.a2b_base64(_whole_bytes(text[0].translate(None, NOT_BASE64))) for text in texts)


def _whole_bytes(piece: bytes) -> bytes:
    """Return base64 characters that stand for whole bytes: a single left-over character stands for none."""
    spare = len(piece) % 4
    return piece[:-1] if spare == 1 else piece + b"=" * (-len(piece) % 4)


def decode_quoted_printable(data: bytes) -> bytes:
    """Return what quoted-printable text stands for; an "=" that stands for nothing is kept."""
    if b"= " in data or b"=\t" in data:
        data = PADDED_SOFT_BREAK.sub(b"=", data)
    return binascii.a2b_qp(data)


def decode_uu(data: bytes) -> bytes:
    """Return what uuencoded text stands for; lines that are none are skipped."""
    begin = UU_BEGIN.search(data)
    lines = []
    for line in data[begin.end() if begin else 0 :].splitlines():
        if line.strip() == b"end":
            break
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(lines)


def decode_text(data: bytes, charset: str) -> tuple[str, str]:
    """Return the text of bytes in a declared charset ("" if none), and a note if it had to be guessed."""
    if data.isascii() and b"\0" not in data:
        shifted = decode_as(data, charset) if SHIFTED.match(charset) else None
        return shifted if shifted is not None else data.decode("ascii"), ""
    text = decode_as(data, charset) if charset and not _surely_utf8(data) else None
    text, note = (text, "") if text is not None else decode(data)
    return text.removeprefix("\ufeff"), note


def _surely_utf8(data: bytes) -> bool:
    try:
        n_characters = len(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False
    # Every character beyond ASCII has one byte or more than its first.
    return len(data) - n_characters >= SURE_UTF8_BYTES
