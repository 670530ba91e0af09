"""An answer's text without anything that a page or a chat window would fetch, run or follow by itself.

An answer is plain text, but programs that show answers like to read Markdown in them. An address stays readable,
as contracts name them; what would make it a picture or a disguised link goes. Citations are verbatim and are not
touched: whoever shows a quote must show it as text.
"""

from __future__ import annotations

import re

PICTURE_OR_LINK = re.compile(
    r"!?\[([^\[\]]*)\]\s?(?:\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?[^()]*\)|\[[^\[\]]*\])"
)
DEFINITION = re.compile(r"\[([^\[\]]+)\]:(?=\s*\S)")
TAG = re.compile(r"<(?=[a-zA-Z/!?])")
SCRIPT = re.compile(r"\b(javascript|vbscript|data|file|blob)\s*:(?=\S)", re.IGNORECASE)
NUMBER = re.compile(r"[\[【［]\s*\^?(\d+(?:\s*[,;–-]\s*\d+)*)\s*[\]】］]")
MARKUP = re.compile(r"[\[\]<【】［］]|script|data|file|blob", re.IGNORECASE)


def inert(text: str) -> str:
    """Return text from a document or a model with its markup made harmless.

    "![a](b)" becomes "a (b)", "[a](b)" the same, "<img" becomes "< img", "javascript:x" becomes "javascript: x",
    and "[7]" becomes "(7)": numbers in brackets are our citations.
    """
    if not MARKUP.search(text):
        return text
    text = NUMBER.sub(r"(\1)", text)
    for _ in range(3):  # a picture inside a link
        text, n = PICTURE_OR_LINK.subn(_as_text, text)
        if not n:
            break
    text = DEFINITION.sub(r"\1 :", text)
    text = text.replace("![", "! [").replace("](", "] (").replace("][", "] [")
    return SCRIPT.sub(r"\1: ", TAG.sub("< ", text))


def _as_text(match: re.Match[str]) -> str:
    label, target = match.group(1).strip(), (match.group(2) or "").strip()
    if not target or label == target:
        return label
    return f"{label} ({target})" if label else f"({target})"
