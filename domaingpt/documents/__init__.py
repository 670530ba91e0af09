"""Stage 1, files → Document: find the files of a folder and read each into text with exact offsets.

Parsers run in killable, memory-limited child processes (`ReaderPool`); a file that cannot be read is a
result with a reason, never an exception that stops its neighbours. Nothing here opens the network.
"""

from domaingpt.documents.discover import FoundFile, SkippedFile, discover, matches
from domaingpt.documents.formats import FORMATS, Format, content_key, reader_key, sniff, suffix_of
from domaingpt.documents.reading import read_document
from domaingpt.documents.workers.pool import ReaderPool, ReadJob, ReadResult
from domaingpt.documents.workers.wire import document_from_json, document_to_json

__all__ = [
    "FORMATS",
    "Format",
    "FoundFile",
    "ReadJob",
    "ReadResult",
    "ReaderPool",
    "SkippedFile",
    "content_key",
    "discover",
    "document_from_json",
    "document_to_json",
    "matches",
    "read_document",
    "reader_key",
    "sniff",
    "suffix_of",
]
