"""A zip-based Office file as parts that point to each other (ECMA-376, part 2: Open Packaging Conventions).

Parts are inflated and parsed one at a time, when asked for. `archive.check_office_zip` must have seen the
bytes before: only parts whose XML it has looked into are parsed here.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree

from domaingpt.documents.archive import DAMAGE, XML_SUFFIXES

if TYPE_CHECKING:
    from lxml.etree import _Element

# What a damaged part can raise, here, in the code that walks it, and in the libraries that read whole files.
MISREAD = (*DAMAGE, TypeError, AttributeError, LookupError, ArithmeticError, AssertionError, SyntaxError,
           etree.LxmlError)  # fmt: skip
RELATIONS_NAMESPACE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
# ISO/IEC 29500 strict writes other namespaces for the same elements; ECMA-376 part 1, annex A.
STRICT = b"http://purl.oclc.org/ooxml/"
STRICT_NAMESPACE = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
TRANSITIONAL_NAMESPACE = rb"http://schemas.openxmlformats.org/\1/2006/\2"
ROOT_RELATIONS = "_rels/.rels"


@dataclass(frozen=True, slots=True)
class Relation:
    """One arrow from a part.

    Attributes:
        kind: Last word of the relationship's type: "slide", "comments", "chart".
        target: Name of the part it points to; "" where that lies outside the file.
    """

    kind: str
    target: str


class Package:
    """The parts of one file."""

    def __init__(self, data: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(data))
        # Some programs write names of parts with other slashes, and letters of the other case than they refer to.
        self._names = {_plain(name): name for name in self._archive.namelist()}
        self.relations = cache(self._relations)

    def main_part(self) -> str:
        """Return the name of the part that is the document.

        Raises:
            ValueError: If the package names none.
        """
        found = self.related("", "officeDocument")
        if not found:
            raise ValueError("no main part is named")
        return found[0]

    def has(self, name: str) -> bool:
        """Return whether there is such a part."""
        return _plain(name) in self._names

    def root(self, name: str) -> _Element:
        """Return the root element of a part.

        Raises:
            ValueError: If there is no such part, or it is not XML by its name.
            etree.XMLSyntaxError: If it is not well-formed.
        """
        if not name.lower().endswith(XML_SUFFIXES):
            raise ValueError(f"{name} is not an XML part")
        return etree.fromstring(self.content(name), _parser())

    def content(self, name: str) -> bytes:
        """Return the bytes of a part.

        Raises:
            ValueError: If there is no such part.
        """
        if not self.has(name):
            raise ValueError(f"part {name} is missing")
        return self._archive.read(self._names[_plain(name)])

    def related(self, name: str, kind: str) -> list[str]:
        """Return the parts that a part points to with a relationship of this kind."""
        relations = self.relations(name).values()
        return [relation.target for relation in relations if relation.kind == kind and relation.target]

    def target(self, name: str, relation_id: str | None) -> str:
        """Return the part that a part points to by this id, "" if there is none."""
        relation = self.relations(name).get(relation_id or "")
        return relation.target if relation else ""

    def _relations(self, name: str) -> dict[str, Relation]:
        folder, base = posixpath.split(name)
        relations_name = posixpath.join(folder, "_rels", f"{base}.rels")
        if not self.has(relations_name):
            return {}
        found = {}
        for element in self.root(relations_name).iterchildren(f"{RELATIONS_NAMESPACE}Relationship"):
            kind = element.get("Type", "").rpartition("/")[2]
            is_external = element.get("TargetMode") == "External"
            target = "" if is_external else _resolved(folder, element.get("Target", ""))
            found[element.get("Id", "")] = Relation(kind, target)
        return found


def transitional(data: bytes) -> bytes:
    """Return a strict (ISO 29500) file with the namespaces that every program writes; others as they are."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if ROOT_RELATIONS not in archive.namelist() or STRICT not in archive.read(ROOT_RELATIONS):
            return data
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as rewritten:
            for name in archive.namelist():
                content = archive.read(name)
                if name.lower().endswith(XML_SUFFIXES) and STRICT in content:
                    content = STRICT_NAMESPACE.sub(TRANSITIONAL_NAMESPACE, content)
                rewritten.writestr(name, content)
    return stream.getvalue()


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _resolved(folder: str, target: str) -> str:
    """Return the name of a part that is named relative to a folder."""
    target = unquote(target.partition("#")[0]).replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/") if target else ""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
