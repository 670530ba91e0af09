"""Text of a web page that no browser shows: taken out of the tree before anything reads it, and counted.

What a style sheet hides is not known here, only what attributes and inline styles say. White text is taken for
hidden only where nothing around it can give it a dark background: no background, class or id on the way up.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_ZERO = r"(?:0+(?:\.0*)?|\.0+)"
_END = r"\s*(?:!\s*important\s*)?(?:;|$)"
HIDDEN_STYLE = re.compile(
    rf"""(?:^|[;\s])(?:
        display\s*:\s*none
      | visibility\s*:\s*(?:hidden|collapse)
      | opacity\s*:\s*{_ZERO}{_END}
      | font-size\s*:\s*(?:[01](?:\.\d+)?\s*(?:px|pt)?|0?\.\d+\s*(?:px|pt)?|0?\.[01]\d*\s*r?em|0\s*r?em|\d\s*%){_END}
      | (?:left|right|top|bottom|text-indent|margin-left|margin-top)\s*:\s*-\d{{4,}}(?:\.\d+)?\s*(?:px|pt)
      | clip\s*:\s*rect\(\s*0
    )""",
    re.IGNORECASE | re.VERBOSE,
)
COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([^;!]+)", re.IGNORECASE)
WHITE = re.compile(
    r"white|transparent|#f{3}(?:f)?|#f{6}(?:ff)?|#[0-9a-f]{3}0|#[0-9a-f]{6}00|#f[ef]f[ef]f[ef]"
    r"|rgba?\(\s*25[45]\s*,\s*25[45]\s*,\s*25[45]\s*(?:,\s*[\d.]+\s*)?\)|rgba\([^)]*,\s*0(?:\.0+)?\s*\)",
    re.IGNORECASE,
)
# What may carry no text that is read anyway.
NOT_TEXT = frozenset(["script", "style", "noscript", "template", "head", "title"])


def is_hidden(element: _Element) -> bool:
    """Return whether an element and all in it is hidden by its attributes or inline style."""
    if "hidden" in element.attrib:
        return True
    style = element.get("style", "")
    if style and HIDDEN_STYLE.search(style):
        return True
    found = COLOUR.search(style)
    colour = found.group(1).strip() if found else element.get("color", "").strip()
    return bool(colour and WHITE.fullmatch(colour)) and not _may_have_background(element)


def take_out_hidden(tree: _Element) -> int:
    """Remove hidden elements; return the number of their characters, white space collapsed."""
    n_characters = 0
    for element in [
        e for e in tree.iter() if isinstance(e.tag, str) and e.tag not in ("html", "body") and is_hidden(e)
    ]:
        parent = element.getparent()
        if parent is None or not _is_below(element, tree):
            continue  # inside one that is out already
        n_characters += _n_characters(element)
        _drop(element, parent)
    return n_characters


def _may_have_background(element: _Element) -> bool:
    for each in (element, *element.iterancestors()):
        if each.get("class") or each.get("id") or each.get("bgcolor") or each.get("background"):
            return True
        if "background" in each.get("style", "").lower():
            return True
    return False


def _is_below(element: _Element, tree: _Element) -> bool:
    top = element
    while (parent := top.getparent()) is not None:
        top = parent
    root = tree
    while (parent := root.getparent()) is not None:
        root = parent
    return top is root


def _drop(element: _Element, parent: _Element) -> None:
    """Remove an element, not what follows it."""
    if tail := element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
    parent.remove(element)


def _n_characters(element: _Element) -> int:
    texts = [element.text or ""] if element.tag not in NOT_TEXT else []
    for child in element.iterdescendants():
        if isinstance(child.tag, str) and child.tag not in NOT_TEXT:
            texts.append(child.text or "")
        texts.append(child.tail or "")
    return sum(len(" ".join(text.split())) for text in texts)
