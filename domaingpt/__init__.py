"""A folder of private documents becomes a GPT of its own: local, quoted, verified.

Importing this loads nothing heavy and writes nothing; each name is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from domaingpt.config import DomainConfig
    from domaingpt.conversation import Conversation
    from domaingpt.domain import Domain
    from domaingpt.errors import DomainGPTError
    from domaingpt.ingest import IngestReport
    from domaingpt.types import Answer, Chunk, Citation, Document, Evidence, Hit, Page
    from domaingpt.workspace import Workspace

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Chunk",
    "Citation",
    "Conversation",
    "Document",
    "Domain",
    "DomainConfig",
    "DomainGPTError",
    "Evidence",
    "Hit",
    "IngestReport",
    "Page",
    "Workspace",
]

_HOMES = {
    "Conversation": "conversation",
    "DomainConfig": "config",
    "DomainGPTError": "errors",
    "IngestReport": "ingest",
    "Domain": "domain",
    "Workspace": "workspace",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'domaingpt' has no attribute {name!r}")
    return getattr(import_module(f"domaingpt.{_HOMES.get(name, 'types')}"), name)
