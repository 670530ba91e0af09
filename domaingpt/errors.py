"""Every exception that domaingpt raises on purpose.

DomainGPTError
├── DomainError
│   ├── WorkspaceNotFound
│   ├── DomainNotFound
│   ├── DomainExists
│   ├── DomainBusy
│   └── BadConfig
├── DocumentError            (holds .path)
│   ├── UnsupportedDocument
│   ├── UnreadableDocument
│   └── EncryptedDocument
├── SearchIndexError
│   ├── IndexMissing
│   ├── IndexStale
│   ├── IndexCorrupt
│   └── DimensionMismatch
├── ModelError
│   ├── ModelNotFound
│   ├── ModelLoadFailed
│   ├── NotEnoughMemory
│   ├── PromptTooLong
│   └── EndpointError
│       ├── EndpointUnreachable
│       ├── EndpointDenied
│       ├── EndpointBusy
│       └── EndpointBroken
├── AnswerCancelled
└── MissingExtra

A message says what happened and where; the hint says what to do next.
"""


class DomainGPTError(Exception):
    """Root of the tree.

    Args:
        message: What happened, with the values, and where.
        hint: What the user can do about it, as an imperative sentence.
    """

    default_hint = "Run again with --debug to see the traceback."

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint or self.default_hint


class DomainError(DomainGPTError):
    """A workspace, a domain or its settings are not as they must be."""

    default_hint = "Run: domaingpt domains"


class WorkspaceNotFound(DomainError):
    """No folder with a `domains/` inside was found."""

    default_hint = "Run: domaingpt init"


class DomainNotFound(DomainError):
    """The workspace has no domain of this name."""


class DomainExists(DomainError):
    """A domain of this name is there already."""

    default_hint = "Choose another name, or run: domaingpt remove NAME --with-folder"


class DomainBusy(DomainError):
    """Another process is writing this domain's index."""

    default_hint = "Wait for it to finish, or stop that process; searching goes on meanwhile."


class BadConfig(DomainError):
    """`domain.toml`, a domain name, a questions file, a TREC file or a measure's name is not valid."""

    default_hint = "Correct the file; docs/configuration.md lists every key."


class DocumentError(DomainGPTError):
    """One document cannot be used.

    Args:
        message: What happened.
        path: The document, relative to the documents folder.
        hint: What the user can do about it.
    """

    default_hint = "Open the file in its own program and save it again."

    def __init__(self, message: str, path: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.path = path


class UnsupportedDocument(DocumentError):
    """No reader takes this kind of file."""

    default_hint = "Convert it to PDF, DOCX, XLSX, CSV, HTML, Markdown or plain text."


class UnreadableDocument(DocumentError):
    """The file is damaged, not what its name says, gone, or not readable by this user."""


class EncryptedDocument(DocumentError):
    """The file opens only with a password."""

    default_hint = "Save a copy without the password and put that into the folder."


class SearchIndexError(DomainGPTError):
    """An index cannot be used (not `IndexError`, which is a builtin)."""

    default_hint = "Run: domaingpt ingest NAME --rebuild"


class IndexMissing(SearchIndexError):
    """The domain has no index yet."""

    default_hint = "Run: domaingpt ingest NAME"


class IndexStale(SearchIndexError):
    """The index was written with another format or other settings than today's."""


class IndexCorrupt(SearchIndexError):
    """A file of the index does not match its checksum, or cannot be decoded."""


class DimensionMismatch(SearchIndexError):
    """Vectors of another width than the index's were given."""


class ModelError(DomainGPTError):
    """A model file cannot be used."""

    default_hint = "Run: domaingpt models list"


class ModelNotFound(ModelError):
    """No model of this name, or its file is not on this machine."""


class ModelLoadFailed(ModelError):
    """The model's file is there but does not load, or does not match its checksum."""

    default_hint = "Run: domaingpt models verify"


class NotEnoughMemory(ModelError):
    """A language model needs more memory than is free; it was not loaded, for it would swap."""

    default_hint = "Close other programs, or choose a smaller model: domaingpt models list"


class PromptTooLong(ModelError):
    """The prompt does not fit the model's context, counted with the model's own tokenizer."""

    default_hint = "Ask a shorter question, shorten `instructions`, or use a model with a larger context."


class AnswerCancelled(DomainGPTError):
    """A question was called off, through `domaingpt.answer.generators.cancel.Cancellation`, before it was answered."""

    default_hint = "Ask again."


class EndpointError(ModelError):
    """The language model behind an endpoint did not answer as it should."""

    default_hint = "Look at the server's own log; to go back to the bundled model: domaingpt models use auto"


class EndpointUnreachable(EndpointError):
    """Nobody answers at the endpoint, or not in time."""

    default_hint = "Start the server, or check the address; for the bundled model: domaingpt models use auto"


class EndpointDenied(EndpointError):
    """The endpoint wants another key, or none was given."""

    default_hint = "Set the environment variable DOMAINGPT_API_KEY to the key of this server."


class EndpointBusy(EndpointError):
    """The endpoint has too much to do, or still loads its model."""

    default_hint = "Wait a little and ask again."


class EndpointBroken(EndpointError):
    """The endpoint's answer was cut off, too large, or is none of the OpenAI protocol."""


class MissingExtra(DomainGPTError):
    """An optional part is not installed.

    Args:
        feature: What was wanted, e.g. "Answers written by a language model".
        extra: The extra that brings it, e.g. "llm".
    """

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs the '{extra}' extra, which is not installed.",
            f"Run: pip install -c constraints.txt '.[{extra}]'",
        )
        self.extra = extra
