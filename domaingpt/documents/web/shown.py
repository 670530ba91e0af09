"""Which elements of a web page are not shown, and which begin a line of their own."""

from __future__ import annotations

NOT_SHOWN = frozenset(
    ["script", "style", "noscript", "template", "head", "iframe", "object", "svg", "canvas", "audio",
     "video", "select", "option", "textarea", "datalist", "map"]
)  # fmt: skip
BLOCK_TAGS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div",
     "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "li",
     "main", "nav", "ol", "p", "pre", "section", "summary", "ul"]
)  # fmt: skip
