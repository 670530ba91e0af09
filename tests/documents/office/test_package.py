"""Parts and their relationships."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree
from zip_files import part

from domaingpt.documents.office.package import Package, Relation, transitional

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def package_of(parts: dict[str, str]) -> bytes:
    """Return a zip of parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def relations(*entries: tuple[str, str, str]) -> str:
    inner = "".join(f'<Relationship Id="{a}" Type="{OFFICE}/{kind}" {target}/>' for a, kind, target in entries)
    return f'<Relationships xmlns="{RELATIONS}">{inner}</Relationships>'


def test_targets_are_named_from_the_folder_of_their_source() -> None:
    """Or from the top; never above it, and never outside the file."""
    rels = relations(
        ("1", "slide", 'Target="slides/a%20b.xml"'),
        ("2", "theme", 'Target="../x.xml#place"'),
        ("3", "theme", 'Target="/ppt/y.xml"'),
        ("4", "theme", 'Target="../../../../etc/passwd"'),
        ("5", "image", 'Target="https://example.org/a.png" TargetMode="External"'),
        ("6", "image", ""),
    )
    package = Package(package_of({"ppt/_rels/main.xml.rels": rels}))
    assert package.relations("ppt/main.xml") == {
        "1": Relation("slide", "ppt/slides/a b.xml"),
        "2": Relation("theme", "x.xml"),
        "3": Relation("theme", "ppt/y.xml"),
        "4": Relation("theme", "etc/passwd"),
        "5": Relation("image", ""),
        "6": Relation("image", ""),
    }
    assert package.related("ppt/main.xml", "theme") == ["x.xml", "ppt/y.xml", "etc/passwd"]
    assert (package.target("ppt/main.xml", "5"), package.target("ppt/main.xml", None)) == ("", "")
    assert package.relations("other.xml") == {}


def test_parts_are_found_in_whatever_case_and_with_whatever_slashes() -> None:
    """Programs do not agree on them."""
    package = Package(package_of({"PPT\\Main.xml": "<x/>"}))
    assert package.has("ppt/main.xml")
    assert package.root("ppt/main.xml").tag == "x"


def test_only_parts_that_were_checked_are_parsed() -> None:
    """What is no XML by its name was not searched for entities; nothing is expanded here either."""
    laugh = '<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;&a;</x>'
    package = Package(package_of({"a.bin": laugh, "b.xml": laugh, "c.xml": "<x>"}))
    with pytest.raises(ValueError, match=r"a\.bin is not an XML part"):
        package.root("a.bin")
    assert "ha" not in "".join(package.root("b.xml").itertext())
    with pytest.raises(etree.XMLSyntaxError):
        package.root("c.xml")
    with pytest.raises(ValueError, match=r"part d\.xml is missing"):
        package.root("d.xml")
    with pytest.raises(ValueError, match="no main part is named"):
        package.main_part()


def test_a_strict_package_gets_the_namespaces_that_programs_write() -> None:
    """Others stay as they are, to the byte."""
    strict = "http://purl.oclc.org/ooxml"
    rels = f'<Relationships xmlns="{RELATIONS}"><Relationship Id="1" Type="{strict}/officeDocument/relationships/officeDocument" Target="w.xml"/></Relationships>'
    data = package_of({"_rels/.rels": rels, "w.xml": f'<a xmlns="{strict}/wordprocessingml/main"/>', "x.bin": strict})
    rewritten = transitional(data)
    assert part(rewritten, "w.xml") == '<a xmlns="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
    assert part(rewritten, "x.bin") == strict
    assert Package(rewritten).main_part() == "w.xml"
    assert transitional(rewritten) == rewritten
