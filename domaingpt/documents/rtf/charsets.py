"""Character sets of RTF: numbers in font tables and headers → Python's codecs."""

from __future__ import annotations

import codecs

# Rich Text Format specification 1.9.1, \fcharset; Python has no codecs for the double-byte sets of old
# Macintoshes, whose characters below the vendors' extensions are those of Windows.
OF_CHARSET = {
    0: "cp1252", 77: "mac_roman", 78: "cp932", 79: "cp949", 80: "cp936", 81: "cp950", 83: "cp1255", 84: "cp1256",
    85: "mac_greek", 86: "mac_turkish", 87: "cp874", 88: "mac_latin2", 89: "mac_cyrillic",
    128: "cp932", 129: "cp949", 130: "johab", 134: "cp936", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437",
    255: "cp850",
}  # fmt: skip
OF_CODE_PAGE = {
    10000: "mac_roman", 10001: "cp932", 10002: "cp950", 10003: "cp949", 10004: "cp1256", 10005: "cp1255",
    10006: "mac_greek", 10007: "mac_cyrillic", 10008: "cp936", 10029: "mac_latin2", 10081: "mac_turkish",
    65001: "utf-8", 54936: "gb18030", 1361: "johab",
}  # fmt: skip
OF_WORD = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
DEFAULT = "cp1252"


def of_code_page(number: int) -> str | None:
    """Return the codec of a Windows or Macintosh code page, or None if there is none."""
    if number in OF_CODE_PAGE:
        return OF_CODE_PAGE[number]
    try:
        return codecs.lookup(f"cp{number}").name
    except LookupError:
        return None
