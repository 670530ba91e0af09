"""Zip archives for tests, and Office files with parts replaced, added, or taken out by hand."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping

TRANSITIONAL = re.compile(rb"http://schemas\.openxmlformats\.org/(presentationml|drawingml|officeDocument|spreadsheetml|wordprocessingml)/2006/(\w+)")  # fmt: skip


def make_zip(files: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """Return an archive with these entries in this order."""
    stream = io.BytesIO()
    entries = files.items() if isinstance(files, Mapping) else files
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            # The same content gives the same bytes, whenever it is made.
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def part(data: bytes, name: str) -> str:
    """Return the content of one part."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def with_parts(data: bytes, parts: Mapping[str, str | bytes | None]) -> bytes:
    """Return the package with parts replaced or added; None takes one out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *parts]):
            content = parts.get(name, b"") if name in parts else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return stream.getvalue()


def with_relation(data: bytes, part_name: str, kind: str, target: str) -> bytes:
    """Return the package with one more relationship from a part, "rIdTest"; `kind` is a whole type address."""
    folder, _, base = part_name.rpartition("/")
    name = f"{folder}/_rels/{base}.rels"
    relation = f'<Relationship Id="rIdTest" Type="{kind}" Target="{target}"/>'
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        known = name in archive.namelist()
    empty = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    content = part(data, name) if known else empty
    return with_parts(data, {name: content.replace("</Relationships>", f"{relation}</Relationships>")})


def strict(data: bytes) -> bytes:
    """Return the package with the namespaces of ISO 29500 strict."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    return with_parts(
        data, {name: TRANSITIONAL.sub(rb"http://purl.oclc.org/ooxml/\1/\2", old) for name, old in contents.items()}
    )
