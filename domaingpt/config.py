"""`domain.toml` → `DomainConfig`: values only, every key with a default, unknown keys refused by name."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from domaingpt.errors import BadConfig

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
RESERVED_NAMES = frozenset(
    ["auto", "all", "con", "prn", "aux", "nul"]
    + [f"{device}{digit}" for device in ("com", "lpt") for digit in range(10)]
)


@dataclass(frozen=True, slots=True)
class DocumentsConfig:
    """Where the documents lie and which of them count; the patterns are globs on relative paths."""

    path: str = "documents"
    include: tuple[str, ...] = ("**/*",)
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmbeddingConfig:
    """Which embedder, and what is to be other than its own settings and model card say.

    Attributes:
        model: The name of a known or pulled model, or the path of a sentence-transformers folder.
        query_prompt: Stands before each query; None for the model's own.
        document_prompt: Stands before each chunk; None for the model's own.
        languages: ISO 639-1 codes the model was trained for, or "multi"; none for what its card says.
        truncate_dim: Dimensions to keep of each vector, for models trained so (Matryoshka); None for all.
    """

    model: str = "all-MiniLM-L6-v2"
    query_prompt: str | None = None
    document_prompt: str | None = None
    languages: tuple[str, ...] = ()
    truncate_dim: int | None = None


@dataclass(frozen=True, slots=True)
class ChunkingConfig:
    """How long a chunk may be, in tokens of the embedder's own tokenizer."""

    max_tokens: int = 140


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """How many chunks are retrieved, and the weight of the dense arm: 0 to 1, or "auto"."""

    k: int = 8
    dense_weight: float | Literal["auto"] = "auto"

    @property
    def fixed_dense_weight(self) -> float | None:
        """The weight as `retrieve` takes it: None for "auto"."""
        return None if self.dense_weight == "auto" else self.dense_weight


@dataclass(frozen=True, slots=True)
class AnswerConfig:
    """Which language model writes ("auto", "quotes", a known name, a GGUF path or an endpoint), how much, and when.

    Attributes:
        strictness: 0 answers whatever was found, 1 refuses all but what is asked in the documents' own words.
    """

    model: str = "auto"
    max_tokens: int = 256
    max_characters: int = 600
    # 12 % of STICI-note's answerable questions are refused, 1 % of XQuAD en's: the most that keeps the former
    # below 15 % with a margin (benchmarks/results/stici.json and abstention.json).
    strictness: float = 0.53


@dataclass(frozen=True, slots=True)
class DomainConfig:
    """Everything `domain.toml` can say."""

    name: str
    title: str = ""
    description: str = ""
    language: str = "en"
    instructions: str = ""
    documents: DocumentsConfig = field(default_factory=DocumentsConfig)
    embedding: EmbeddingConfig = field(default_factory=EmbeddingConfig)
    chunking: ChunkingConfig = field(default_factory=ChunkingConfig)
    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    answer: AnswerConfig = field(default_factory=AnswerConfig)


SECTIONS: dict[str, type] = {
    "documents": DocumentsConfig,
    "embedding": EmbeddingConfig,
    "chunking": ChunkingConfig,
    "retrieval": RetrievalConfig,
    "answer": AnswerConfig,
}
# Inclusive bounds of the numbers, to refuse nonsense where it is written and not deep inside a stage.
BOUNDS: dict[str, tuple[float, float]] = {
    "embedding.truncate_dim": (8, 8192),
    "chunking.max_tokens": (16, 8192),
    "retrieval.k": (1, 100),
    "retrieval.dense_weight": (0, 1),
    "answer.max_tokens": (16, 4096),
    "answer.max_characters": (80, 20_000),
    "answer.strictness": (0, 1),
}


def check_name(name: str) -> str:
    """Return the name if a domain may be called so.

    Raises:
        BadConfig: If it is malformed or reserved.
    """
    if not NAME_PATTERN.fullmatch(name):
        raise BadConfig(
            f"{name!r} cannot be a domain's name.",
            "Use 1 to 63 of a-z, 0-9 and '-', starting with a letter or digit.",
        )
    if name in RESERVED_NAMES:
        raise BadConfig(f"The name {name!r} is reserved.", "Choose another name.")
    return name


def load_config(path: Path, name: str) -> DomainConfig:
    """Read one `domain.toml`; a missing or empty file gives the defaults.

    Raises:
        BadConfig: If the file is not TOML, has an unknown key, or a value of the wrong kind.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raw = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadConfig(f"{path} is not valid TOML: {exc}") from exc
    return parse_config(raw, name, where=str(path))


def parse_config(raw: dict[str, Any], name: str, *, where: str) -> DomainConfig:
    """Check a parsed `domain.toml` and return it as a `DomainConfig`; `where` names it in errors."""
    values = _checked(DomainConfig, raw, prefix="", where=where, ignore={"name"})
    for section, cls in SECTIONS.items():
        table = raw.get(section, {})
        if not isinstance(table, dict):
            raise BadConfig(f"{where}: [{section}] must be a table.")
        values[section] = cls(**_checked(cls, table, prefix=f"{section}.", where=where))
    values["title"] = values.get("title") or default_title(name)
    return DomainConfig(name=name, **values)


def default_title(name: str) -> str:
    """Return the title of a domain that names none: `mutual-funds` → `MutualFundsGPT`."""
    return "".join(part.capitalize() for part in name.split("-")) + "GPT"


def _checked(
    cls: type, table: dict[str, Any], *, prefix: str, where: str, ignore: frozenset[str] | set[str] = frozenset()
) -> dict[str, Any]:
    """Return the table's values in the types of the dataclass, sections left out."""
    known = {f.name: f for f in fields(cls) if f.name not in ignore}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise BadConfig(f"{where}: unknown key '{prefix}{key}'.", f"Did you mean '{_nearest_key(prefix, key)}'?")
        if prefix or key not in SECTIONS:
            values[key] = _converted(prefix + key, value, str(known[key].type), where)
    return values


def _nearest_key(prefix: str, key: str) -> str:
    """Return the known key most like an unknown one; the same word in another section comes first."""
    known = {f.name: f.name for f in fields(DomainConfig) if f.name != "name" and not (prefix and f.name in SECTIONS)}
    known |= {f"{section}.{f.name}": f.name for section, cls in SECTIONS.items() for f in fields(cls)}
    ratio = difflib.SequenceMatcher
    return max(
        known, key=lambda dotted: (ratio(None, key, known[dotted]).ratio(), ratio(None, prefix + key, dotted).ratio())
    )


def _converted(key: str, value: Any, annotation: str, where: str) -> Any:
    """Return the value if it fits the annotation of its dataclass field."""
    annotation = annotation.removesuffix(" | None")  # no key can be set to None: TOML has none
    wanted = {
        "str": "a string",
        "int": "a whole number",
        "float": "a number",
        "tuple[str, ...]": "a list of strings",
    }.get(annotation, 'a number from 0 to 1, or "auto"')
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match annotation:
        case "str":
            good = isinstance(value, str)
        case "int":
            good = is_number and isinstance(value, int)
        case "float":
            good = is_number
        case "tuple[str, ...]":
            good = isinstance(value, list) and all(isinstance(item, str) for item in value)
            value = tuple(value) if good else value
        case _:
            good = is_number or value == "auto"
    if not good:
        raise BadConfig(f"{where}: '{key}' is {value!r}, but must be {wanted}.")
    low, high = BOUNDS.get(key, (float("-inf"), float("inf")))
    if is_number and not low <= value <= high:
        raise BadConfig(f"{where}: '{key}' is {value}, but must be from {low} to {high}.")
    return value
