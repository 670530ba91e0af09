"""A number → how a list prints it: "iv", "C", "07"."""

from __future__ import annotations

ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
         (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def formatted(number: int, style: str) -> str:
    """Return a number in one of Word's formats; an unknown format gives decimal digits."""
    match style:
        case "lowerLetter" | "upperLetter":
            letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number <= 780 else ""
            return letter.upper() if style == "upperLetter" else letter
        case "lowerRoman" | "upperRoman":
            return _roman(number).upper() if style == "upperRoman" else _roman(number)
        case "decimalZero":
            return f"{number:02}"
        case "bullet" | "none":
            return ""
        case _:
            return str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in ROMAN:
        text += letters * (number // value)
        number %= value
    return text
