"""A number and its Excel format code → what Excel shows: (2560, "#,##0") → "2,560".

Covers digits, thousands, scaling commas, percent, literals, currencies, sections for negative and zero, and
scientific (ECMA-376 part 1, 18.8.31); separators are the English ones. Dates, fractions, conditions and
anything unknown give None: the caller shows the stored value.
"""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

SIGNIFICANT_DIGITS = 15  # Excel stores and shows no more.
CONTEXT = decimal.Context(prec=400, rounding=decimal.ROUND_HALF_UP)  # Holds 1e308 in full.
TOKEN = re.compile(
    r"""  "(?P<quoted>[^"]*)"
        | \\(?P<escaped>.)
        | (?P<padding> _. | \*. )                          # room for a character; a character that fills the cell
        | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]          # [$€-407]: a symbol, and a language
        | \[(?P<color>colou?r\s*\d+|black|blue|cyan|green|magenta|red|white|yellow)\]
        | (?P<general>general|@)
        | (?P<exponent>E[+-]0+)
        | (?P<placeholder>[0#?])
        | (?P<mark>[.,%;])
        | (?P<plain>[^A-Za-z0-9"\\_*\[\]/])""",
    re.VERBOSE | re.IGNORECASE,
)
MAX_PLAIN = 1e9  # Above, the 15 digits end near the decimals shown, and scaling a float changes the last one.
DIGIT_KINDS = ("placeholder", ",", ".")
# One letter a token, x being any that is neither digit, comma nor point.
PLAIN = re.compile(r"(?P<before>x*)(?:#,##0|#*0)(?:\.0+)?,*(?P<after>x*)")
Tokens = Sequence[tuple[str, str]]  # (kind, text), kind being a group of TOKEN or "literal".


@dataclass(frozen=True, slots=True)
class _Section:
    """One of a code's sections: what it prints before the decimal point, and from there on."""

    integer: Tokens
    fraction: Tokens  # Begins with the point.
    scale: int  # Power of ten that the value is multiplied by.
    is_grouped: bool
    exponent: str  # "E+00", or "".
    before: str  # Literals around the digits, where `is_plain`.
    after: str
    n_decimals: int
    is_plain: bool  # 0, 0.00, #,##0 and the like, which Python can format at once.


def displayed(value: float, number_format: str) -> str | None:
    """Return what Excel shows; None if the code is not understood, or hides the value."""
    sections = _sections(number_format)
    if not sections or not math.isfinite(value):
        return None
    sign = ""
    if value == 0 and len(sections) > 2:
        section = sections[2]
    elif value < 0 and len(sections) > 1:
        section = sections[1]  # It says itself how a negative number looks.
    else:
        section = sections[0]
        sign = "-" if value < 0 else ""
    shown = _shown_plainly(abs(value), section) if section.is_plain else None
    if shown is None:
        shown = _shown(decimal.Decimal(f"{abs(value):.{SIGNIFICANT_DIGITS}g}"), section)
    text = " ".join(shown.split())
    return sign + text if text else None


def shown_number(value: float) -> str:
    """Return a number without float noise: 1200.0 → "1200", 0.30000000000000004 → "0.3"."""
    if isinstance(value, int) or (abs(value) < 1e15 and value == int(value)):
        return str(int(value))
    text = f"{value:.{SIGNIFICANT_DIGITS}g}"
    if "e" in text and 1e-9 < abs(value) < 1:
        return f"{decimal.Decimal(text):f}"
    return text


@lru_cache(maxsize=1024)
def _sections(number_format: str) -> tuple[_Section, ...] | None:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(number_format):
        match = TOKEN.match(number_format, position)
        if match is None:
            return None
        kind = str(match.lastgroup)
        text = match[kind]
        is_literal = kind in ("quoted", "escaped", "currency", "plain")
        tokens.append(("literal", text) if is_literal else (text if kind == "mark" else kind, text))
        position = match.end()
    sections: list[_Section] = []
    while True:
        end = next((index for index, (kind, _) in enumerate(tokens) if kind == ";"), len(tokens))
        section = _section(tokens[:end])
        if section is None:
            return None
        sections.append(section)
        if end == len(tokens):
            return tuple(sections)
        tokens = tokens[end + 1 :]


def _section(tokens: Tokens) -> _Section | None:
    kinds = [kind for kind, _ in tokens]
    point = kinds.index(".") if "." in kinds else len(kinds)
    commas = [index for index, kind in enumerate(kinds) if kind == ","]
    digits = [index for index, kind in enumerate(kinds[:point]) if kind == "placeholder"]
    grouping = [index for index in commas if digits and digits[0] < index < digits[-1]]
    exponents = [text for kind, text in tokens if kind == "exponent"]
    if exponents and (len(exponents) > 1 or len(digits) != 1 or grouping):
        return None  # ##0.0E+0, powers of a thousand, is not covered.
    n_scaling = len([index for index in commas if index not in grouping])
    plain = PLAIN.fullmatch("".join(text if kind in DIGIT_KINDS else "x" for kind, text in tokens))
    return _Section(
        integer=tokens[:point],
        fraction=tokens[point:],
        scale=2 * kinds.count("%") - 3 * n_scaling,
        is_grouped=bool(grouping),
        exponent="".join(exponents),
        before=_literals(tokens[: plain.end("before")]) if plain else "",
        after=_literals(tokens[plain.start("after") :]) if plain else "",
        n_decimals=kinds[point:].count("placeholder"),
        is_plain=plain is not None and "general" not in kinds and not exponents,
    )


def _literals(tokens: Tokens) -> str:
    return "".join(_literal(kind, text) for kind, text in tokens)


def _shown_plainly(number: float, section: _Section) -> str | None:
    """Do as `_shown` three times as fast; None for what Python would round or write in another way."""
    scaled = f"{number * 10.0**section.scale:.{SIGNIFICANT_DIGITS}g}"
    decimals = scaled.partition(".")[2]
    is_tie = len(decimals) == section.n_decimals + 1 and decimals[-1] == "5"
    if is_tie or "e" in scaled or number > MAX_PLAIN:
        return None
    grouping = "," if section.is_grouped else ""
    return f"{section.before}{float(scaled):{grouping}.{section.n_decimals}f}{section.after}"


def _shown(number: decimal.Decimal, section: _Section) -> str:
    number = number.scaleb(section.scale, CONTEXT)
    n_decimals = section.n_decimals
    power = number.adjusted() if section.exponent and number else 0
    rounded = _rounded(number.scaleb(-power, CONTEXT), n_decimals)
    if section.exponent and rounded >= 10:
        power += 1
        rounded = _rounded(number.scaleb(-power, CONTEXT), n_decimals)
    whole, _, decimals = f"{rounded:f}".partition(".")
    before = _integer(section, "" if whole == "0" else whole)
    shown = before + _fraction(section.fraction, decimals)
    shown = shown.replace("\0", shown_number(float(number)))
    return shown.replace("\1", _exponent(section.exponent, power))


def _rounded(number: decimal.Decimal, n_decimals: int) -> decimal.Decimal:
    return number.quantize(decimal.Decimal(1).scaleb(-n_decimals), context=CONTEXT)


def _integer(section: _Section, digits: str) -> str:
    """Fill the placeholders from the right; the first takes all digits that are left."""
    n_left = sum(1 for kind, _ in section.integer if kind == "placeholder")
    n_shown = 0
    parts: list[str] = []
    for kind, text in reversed(section.integer):
        if kind != "placeholder":
            parts.append(_literal(kind, text))
            continue
        n_left -= 1
        wanted = 1 if n_left else max(1, len(digits))
        for _ in range(wanted):
            digit = digits[-1:] or {"0": "0", "?": " "}.get(text, "")
            digits = digits[:-1]
            if section.is_grouped and n_shown and n_shown % 3 == 0 and digit.isdigit():
                parts.append(",")
            parts.append(digit)
            n_shown += digit.isdigit()
    return "".join(reversed(parts))


def _fraction(tokens: Tokens, decimals: str) -> str:
    """Fill the placeholders from the left; zeros at the end show only where the code says 0."""
    parts: list[str] = []
    position = len(decimals)
    is_significant = False
    for kind, text in reversed(tokens):
        if kind != "placeholder":
            parts.append(_literal(kind, text))
            continue
        position -= 1
        is_significant = is_significant or text == "0" or decimals[position] != "0"
        parts.append(decimals[position] if is_significant else " " if text == "?" else "")
    return "".join(reversed(parts))


def _literal(kind: str, text: str) -> str:
    match kind:
        case "literal" | "%" | ".":
            return text
        case "general":
            return "\0"
        case "exponent":
            return "\1"
        case _:
            return ""


def _exponent(code: str, power: int) -> str:
    sign = "-" if power < 0 else code[1:2].replace("-", "")
    return f"{code[:1]}{sign}{abs(power):0{max(1, len(code) - 2)}}"
