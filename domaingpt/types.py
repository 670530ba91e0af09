"""The values that travel between the stages. All are frozen; none knows how it is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PageStatus = Literal["text", "ocr", "empty", "needs_ocr"]
BlockKind = Literal["heading", "paragraph", "item", "row"]
PartStatus = Literal["indexed", "skipped", "failed"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document: `document.text[start:end]` is its text as the extractor gave it.

    Attributes:
        number: Counts from 1.
        start: First code point in the document's text.
        end: One past the last code point.
        status: "text" (has a text layer), "ocr" (text from recognition), "empty" (nothing drawn),
            "needs_ocr" (something is drawn, but there is no text).
    """

    number: int
    start: int
    end: int
    status: PageStatus = "text"


@dataclass(frozen=True, slots=True)
class Block:
    """A span of a document's text whose structure the reader knows.

    Attributes:
        kind: "heading", "paragraph" (also a list item), "item" (a line of a slide, a note: prose that the
            reader knows to be neither heading nor running title, however short) or "row" (one row of a table).
        start: First code point in the document's text.
        end: One past the last code point; leading and trailing white space stays outside.
        level: Depth of a heading, from 1; 0 for the other kinds.
        header: For a row whose own text does not name its columns: the column names, to be shown
            and matched with the row. Not part of the document's text.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    header: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file inside another one, such as an attachment of a mail. It is a document of its own.

    Attributes:
        name: Its path below that of the file it lies in: "contract.pdf", or "scans.zip/page 1.pdf".
        status: "indexed" (a reader made a document of it), "skipped" (no reader takes it) or "failed".
        reason: Why it was skipped or failed, for the user.
        content_key: What its text is stored under; "" if its bytes could not be taken out.
    """

    name: str
    status: PartStatus
    reason: str
    content_key: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader got out of one file.

    Attributes:
        path: Relative to the documents folder, with "/" on every system.
        text: The whole text as extracted, never cleaned; offsets everywhere count its code points.
        pages: In order, not overlapping, for formats that have pages; else empty.
        blocks: In order, not overlapping. Text outside every block is split into paragraphs
            by the chunker.
        title: From metadata or the first heading; may be empty.
        left_out: What the reader knowingly omitted, e.g. {"navigation characters": 1210}.
        notes: Warnings for the user, e.g. "read by pypdf: PDFium could not open the file".
        parts: The files inside this one, at any depth, in order.
    """

    path: str
    text: str
    pages: tuple[Page, ...] = ()
    blocks: tuple[Block, ...] = ()
    title: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, table row or list item: `document.text[start:end]`, without white space around it.

    Attributes:
        start: First code point in the document's text.
        end: One past the last code point.
        page: Page of the first code point, from 1; None where the format has no pages.
        section: Heading path it stands under; that of its chunk names where the chunk begins.
    """

    start: int
    end: int
    page: int | None = None
    section: str = ""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A verbatim piece of a document, the unit that is embedded and retrieved.

    `document.text[chunk.start:chunk.end] == chunk.text`.

    Attributes:
        id: 32 hexadecimal digits: a hash of (document, start, end, text).
        document: Path of its document.
        start: First code point in the document's text.
        end: One past the last code point.
        text: Verbatim.
        page: Page of the first code point, from 1; None where the format has no pages.
        page_end: Page of the last code point.
        section: Heading path, e.g. "Item 2. MD&A › Products"; may be empty.
        context: What is added for embedding and matching: title, heading path, table header.
        n_tokens: Tokens of `text` by the embedder's own tokenizer, without special tokens.
        sentences: Its sentences, table rows and list items in order; headings and running titles are left out.
    """

    id: str
    document: str
    start: int
    end: int
    text: str
    page: int | None = None
    page_end: int | None = None
    section: str = ""
    context: str = ""
    n_tokens: int = 0
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that retrieval found. Scores: higher is better, always.

    Attributes:
        chunk: What was found.
        score: Fused from both arms, comparable within one query only; that of the arm where one was asked alone.
        rank: Counts from 1.
        dense: Cosine of query and chunk; None if that arm was not asked.
        lexical: BM25 score; None if that arm was not asked.
    """

    chunk: Chunk
    score: float
    rank: int
    dense: float | None = None
    lexical: float | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence or table row that may answer the question.

    `document.text[start:end] == quote` for the chunk's document.

    Attributes:
        chunk: The chunk it lies in.
        start: First code point in the document's text.
        end: One past the last code point.
        quote: Verbatim.
        score: Higher is better; comparable within one question only.
        page: Page of the first code point, from 1; None where the format has no pages.
        section: Heading path it stands under; may be empty.
        dense: Cosine of question and sentence.
        coverage: Share, 0 to 1, of the question's content words that the sentence and its
            context hold, weighted by their rarity in the domain.
    """

    chunk: Chunk
    start: int
    end: int
    quote: str
    score: float
    page: int | None = None
    section: str = ""
    dense: float = 0.0
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that backs an answer, found again verbatim in the stored text.

    Attributes:
        n: The number in the answer's text, from 1, assigned by us.
        document: Path of the document.
        page: From 1; None where the format has no pages.
        section: Heading path; may be empty.
        quote: At most 300 characters, verbatim.
        start: First code point of the quote in the document's text.
        end: One past the last code point.
    """

    n: int
    document: str
    page: int | None
    section: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read for an answer about all documents.

    Attributes:
        documents_read: Documents that were read to the end.
        documents: Documents there are: those of the index that `only` allows, and files that could not be read.
        rows: Table rows or sentences that count for the answer.
        tables: Tables they are from; 0 for sentences.
        left_out: Files that were not read, not wholly, or not twice, each with the reason.
        only: The glob that restricts the documents, or "".
        whole: Whether the answer is from all that was read; False where it is an ordinary answer from the
            nearest passages.
    """

    documents_read: int
    documents: int
    rows: int = 0
    tables: int = 0
    left_out: tuple[str, ...] = ()
    only: str = ""
    whole: bool = True

    @property
    def statement(self) -> str:
        """The coverage in words: "Read 12 of 13 documents; 27 rows in 3 tables matched. Left out: a.pdf (no text)."."""
        scope = f" that match {self.only}" if self.only else ""
        text = f"Read {self.documents_read} of {self.documents} {_plural('document', self.documents)}{scope}"
        if not self.whole:
            text += "; no table or list there answers for certain, so what is shown is from the nearest passages alone"
        elif self.tables:
            text += (
                f"; {self.rows} {_plural('row', self.rows)} in {self.tables} {_plural('table', self.tables)} matched"
            )
        elif self.rows:
            text += f"; {self.rows} {_plural('place', self.rows)} there matched"
        return f"{text}." + (f" Left out: {'; '.join(self.left_out)}." if self.left_out else "")


def _plural(word: str, n: int) -> str:
    return word if n == 1 else f"{word}s"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown for a question.

    Attributes:
        question: As asked.
        text: The answer with citation marks like [1]; None if and only if `abstained`.
        abstained: True when the documents do not hold the answer.
        reason: Why it abstained, or how the answer came about ("quoted", "written", "figure": one cell of a table, or
            "computed" over all rows or documents).
        elsewhere: When abstained: the name of another domain whose title and description fit the question better.
        citations: In the order of their numbers; empty when abstained.
        nearest: What came closest; filled when abstained.
        model: Name of the language model, or "quotes" when none wrote.
        dropped: Draft sentences that failed verification and are not shown.
        timings_ms: Milliseconds by stage.
        standalone: What was searched for, where the question was a follow-up; None where it is the question.
        coverage: What was read, for a question about all documents; else None.
        support: How far the evidence supports answering, 0 to 1; what `strictness` is compared with.
    """

    question: str
    text: str | None
    abstained: bool
    reason: str
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    model: str = "quotes"
    dropped: int = 0
    elsewhere: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    standalone: str | None = None
    coverage: Coverage | None = None
    support: float = 0.0
