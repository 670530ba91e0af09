"""Files attached to PDFs."""

from __future__ import annotations

import io

from pdf_files import make_pdf, text_stream
from pypdf import PdfReader, PdfWriter

from domaingpt.documents.attachments import read_parts


def with_attachments(files: dict[str, bytes]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([text_stream("See attached.")]))))
    for name, data in files.items():
        writer.add_attachment(name, data)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_attached_files_are_documents_of_their_own() -> None:
    """A PDF in a PDF too, with what is attached to that."""
    inner = with_attachments({"note.txt": b"Deep note."})
    data = with_attachments({"data.csv": b"name,price\nSoap,3\n", "plan.pdf": inner})
    reads = {read.part.name: read.document for read in read_parts(data, "a.pdf", lambda: None)}
    texts = {name: document.text if document else None for name, document in reads.items()}
    assert texts == {
        "data.csv": "name: Soap | price: 3",
        "plan.pdf": "See attached.",
        "plan.pdf/note.txt": "Deep note.",
    }


def test_a_pdf_without_attachments_or_damaged_has_none() -> None:
    """The reader says what is wrong with it; here nothing is found."""
    assert list(read_parts(make_pdf([text_stream("x")]), "a.pdf", lambda: None)) == []
    assert list(read_parts(b"%PDF-1.7\n", "a.pdf", lambda: None)) == []
