"""OpenDocument files for tests, from the XML of their parts."""

from __future__ import annotations

import io
import zipfile

from domaingpt.documents.opendocument.names import NAMESPACES

DECLARED = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMESPACES.items())
MIMETYPE = "application/vnd.oasis.opendocument."
MANIFEST = "META-INF/manifest.xml"


def zipped(kind: str, parts: dict[str, str | bytes]) -> bytes:
    """Return a package of a kind ("text", …) with these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", MIMETYPE + kind, zipfile.ZIP_STORED)
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def content(kind: str, body: str, automatic: str = "") -> str:
    """Return the XML of a body and its automatic styles."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {DECLARED}>'
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )


def opendocument(
    kind: str, body: str, *, automatic: str = "", styles: str = "", title: str = "", **parts: str
) -> bytes:
    """Return a file of a kind ("text", "spreadsheet", "presentation").

    Args:
        kind: What the body is.
        body: Its XML.
        automatic: Automatic styles of the body.
        styles: What stands in styles.xml.
        title: From the metadata.
        parts: More parts, or others in place of these: names with "__" for "/" and "_" for ".".
    """
    own: dict[str, str | bytes] = {
        "content.xml": content(kind, body, automatic),
        "styles.xml": f"<office:document-styles {DECLARED}>{styles}</office:document-styles>",
        "meta.xml": f"<office:document-meta {DECLARED}><office:meta><dc:title>{title}</dc:title></office:meta>"
        "</office:document-meta>",
        MANIFEST: "<manifest/>",
    }
    own |= {name.replace("__", "/").replace("_", "."): text for name, text in parts.items()}
    return zipped(kind, own)


def flat(kind: str, body: str) -> bytes:
    """Return a file of a kind as one XML document."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {DECLARED} office:mimetype="{MIMETYPE}{kind}">'
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document>"
    ).encode()
