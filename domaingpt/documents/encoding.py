"""Bytes → text: byte order marks first, then UTF-8, then the best guess among old encodings."""

from __future__ import annotations

import codecs

# UTF-32 before UTF-16: its little-endian mark begins with that of UTF-16.
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Old encodings that the guess may choose from; without a limit it offers EBCDIC for short texts.
CANDIDATES = [
    "cp1252", "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp1251", "koi8_r",
    "cp1250", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2", "iso8859_15", "iso2022_jp",
]  # fmt: skip
# Labels that mean the superset of an encoding which writers really used (WHATWG Encoding, section 4.2).
SUPERSETS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "latin-1": "cp1252", "iso-8859-9": "cp1254", "shift_jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "iso-8859-8-i": "iso-8859-8", "cp-850": "cp850",
}  # fmt: skip
# What a file may say it is written in. Python knows more: some unpack, some take time that grows with the square.
DECLARABLE = frozenset(
    "utf-8 utf-16 utf-16-le utf-16-be utf-32 ascii cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 "
    "cp437 cp850 cp852 cp866 cp874 cp932 cp949 cp950 iso8859-1 "
    "iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 "
    "iso8859-8 iso8859-9 iso8859-10 iso8859-11 iso8859-13 iso8859-14 iso8859-15 iso8859-16 koi8-r koi8-u mac-roman "
    "mac-cyrillic mac-greek mac-latin2 mac-turkish tis-620 gb2312 gbk gb18030 big5 big5hkscs euc-jp euc-kr shift-jis "
    "iso2022-jp iso2022-kr johab hz".split()
)
GUESS_BYTES = 256 << 10  # The guess costs about 1 s per MiB; a quarter is enough to tell languages apart.


def decode_simple(data: bytes) -> str | None:
    """Return the text of UTF-8, or of UTF-16/32 with a byte order mark (kept); else None."""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def decode(data: bytes) -> tuple[str, str]:
    """Return the text and a note for the user: "" when the encoding is certain.

    Every byte string gives a text: what no encoding explains is shown as U+FFFD.
    """
    text = decode_simple(data)
    # UTF-16 without a mark is UTF-8 too, with a NUL beside every Latin letter.
    if text is not None and not ("\0" in text and _unmarked_utf16(data)):
        return text, ""
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace"), f"{encoding} with damaged characters"
    for encoding in (*_unmarked_utf16(data), *_guesses(data)):
        try:
            return data.decode(encoding), f"encoding guessed: {encoding}"
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", "replace"), "damaged characters: neither UTF-8 nor a known old encoding"


def is_text_encoding(name: str) -> bool:
    """Return whether a name that a file gives its encoding is one to decode by."""
    try:
        return codecs.lookup(name).name.replace("_", "-") in DECLARABLE
    except (LookupError, ValueError):
        return False


def decode_as(data: bytes, label: str) -> str | None:
    """Return the text in the encoding that a document declares, None if it is unknown or does not explain the bytes."""
    label = label.strip().strip("\"'").lower()
    name = SUPERSETS.get(label, label)
    try:
        return data.decode(name) if is_text_encoding(name) else None
    except UnicodeError:
        return None


def _unmarked_utf16(data: bytes) -> list[str]:
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 8 and not even:
        return ["utf-16-le"]
    return ["utf-16-be"] if even > len(head) // 8 and not odd else []


def _guesses(data: bytes) -> list[str]:
    """Return encodings to try, likeliest first."""
    # Imported here: most files are UTF-8 and never need it.
    from charset_normalizer import from_bytes

    sample = data[:GUESS_BYTES]
    if _looks_utf8(sample):
        return []
    best = from_bytes(sample, cp_isolation=CANDIDATES).best()
    first = [best.encoding] if best else []
    # cp1252 leaves five bytes undefined, latin-1 none: it is the last word before U+FFFD.
    return [*first, "cp1252", "latin-1"]


def _looks_utf8(sample: bytes) -> bool:
    """Return whether the bytes are UTF-8 but for a few damaged places."""
    damaged = sample.decode("utf-8", "replace").count("�")
    multibyte = sum(1 for byte in sample if byte >= 0xC2)
    return damaged * 10 < multibyte
