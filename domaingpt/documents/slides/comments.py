"""Comments on a slide, of both kinds that PowerPoint has had: with their author, replies after them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from domaingpt.documents.assembly import one_line
from domaingpt.documents.office.package import MISREAD, Package
from domaingpt.documents.slides.shapes import ShapeReader

if TYPE_CHECKING:
    from lxml.etree import _Element

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
# Threaded comments, since 2021: [MS-PPTX] 2.6.
P188 = "{http://schemas.microsoft.com/office/powerpoint/2018/8/main}"


class Comments:
    """Reads comments; their authors are listed once for the whole file."""

    def __init__(self, package: Package, presentation_part: str) -> None:
        self._package = package
        self._authors: dict[str, str] = {}
        for kind, tag in (("commentAuthors", f"{P}cmAuthor"), ("authors", f"{P188}author")):
            for part in package.related(presentation_part, kind):
                self._read_authors(part, tag)

    def of(self, slide_part: str, reader: ShapeReader) -> Iterator[str]:
        """Yield the comments on a slide: "Comment by Jane Doe: ..."."""
        paragraphs = reader.paragraphs
        for part in filter(reader.is_new, self._package.related(slide_part, "comments")):
            root = self._package.root(part)
            for comment in root.iterchildren(f"{P}cm"):
                yield self._said("Comment", comment, comment.findtext(f"{P}text") or "")
            for comment in root.iterchildren(f"{P188}cm"):
                yield self._said("Comment", comment, paragraphs.joined(comment.find(f"{P188}txBody")))
                for reply in comment.iterfind(f"{P188}replyLst/{P188}reply"):
                    yield self._said("Reply", reply, paragraphs.joined(reply.find(f"{P188}txBody")))

    def _read_authors(self, part: str, tag: str) -> None:
        try:
            for author in self._package.root(part).iterchildren(tag):
                self._authors[author.get("id", "")] = one_line(author.get("name", ""))
        except MISREAD:
            return  # Without names a comment is still a comment.

    def _said(self, what: str, comment: _Element, text: str) -> str:
        author = self._authors.get(comment.get("authorId", ""), "")
        text = one_line(text)
        if not text:
            return ""
        return f"{what} by {author}: {text}" if author else f"{what}: {text}"
