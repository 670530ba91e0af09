"""Which languages a model was trained for, as its model card says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

MULTI = ("multi",)
MANY = 20  # codes; a card that lists so many means "multilingual". Guess, unmeasured.
MAX_CARD_CHARACTERS = 200_000


def normalised(languages: Iterable[str]) -> tuple[str, ...]:
    """Return a card's languages as codes: "zh-CN" → "zh"; ("multi",) for dozens; () for nothing that is a code."""
    codes = [language.strip().lower().replace("_", "-").split("-")[0] for language in languages]
    if len(set(codes)) > MANY or any(code in ("*", "mul", "multi", "multilingual") for code in codes):
        return MULTI
    return tuple(dict.fromkeys(code for code in codes if code.isalpha() and len(code) in (2, 3)))


def card_languages(folder: Path) -> tuple[str, ...]:
    """Return the languages in the front matter of a folder's README.md; () if it has none."""
    try:
        with (folder / "README.md").open(encoding="utf-8", errors="replace") as file:
            text = file.read(MAX_CARD_CHARACTERS)
    except OSError:
        return ()
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return ()
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.strip() == "---"), 0)
    return normalised(_values(lines[1:end], "language"))


def _values(lines: list[str], key: str) -> list[str]:
    """Return the value, or the list of values, of a key at the top of some YAML: of that only the plainest."""
    for number, line in enumerate(lines):
        if not line.startswith(f"{key}:"):
            continue
        inline = line.partition(":")[2].split("#")[0].strip()
        if inline:
            return [_plain(item) for item in inline.strip("[]").split(",")]
        values = []
        for entry in lines[number + 1 :]:
            if not entry.lstrip().startswith("-"):
                break
            values.append(_plain(entry.lstrip()[1:].split("#")[0]))
        return values
    return []


def _plain(value: str) -> str:
    return value.strip().strip("'\"")
