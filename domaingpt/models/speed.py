"""How fast the language model here reads and writes, and from that an estimate for the other known ones.

Derived, not measured: reading a prompt is arithmetic, so its time grows with the parameters (without embeddings);
writing waits for the weights to come from memory at every token, so its time grows with their bytes.
`benchmarks/results/models.json` holds what such estimates were worth. What `doctor` measured is kept in the cache
folder for `models list`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from domaingpt import durable, locations
from domaingpt.models.generators import GeneratorSpec
from domaingpt.models.gguf import read_header
from domaingpt.models.memory import fits
from domaingpt.models.registry import GENERATORS, KnownGenerator

# An answer in tokens. Prompts over the starter domains have 174 to 266, half of them at most 203; drafts have 11,
# the longest 49 (benchmarks/results/models.json). What is written counts more, so it is taken a little long.
READ_TOKENS = 210
WRITTEN_TOKENS = 30
PATIENCE_S = 10.0  # for one answer. Guess at what a person waits for, unmeasured.
MEASURED = "speed.json"


@dataclass(frozen=True, slots=True)
class Speed:
    """What one model did on this machine.

    Attributes:
        read: Tokens of a prompt a second.
        written: Tokens of an answer a second.
        n_parameters: Of that model, without the embeddings of tokens.
        size_bytes: Of its weights.
    """

    model: str
    read: float
    written: float
    n_parameters: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a known model would do: tokens a second read and written, and seconds for an answer."""

    read: float
    written: float

    @property
    def answer_s(self) -> float:
        """Seconds for READ_TOKENS and WRITTEN_TOKENS, the model loaded."""
        return READ_TOKENS / self.read + WRITTEN_TOKENS / self.written


def estimate(speed: Speed, n_parameters: int, size_bytes: int) -> Estimate:
    """Scale a measured speed to a model of so many parameters and bytes."""
    return Estimate(speed.read * speed.n_parameters / n_parameters, speed.written * speed.size_bytes / size_bytes)


def recommended(
    speed: Speed, free: int | None, models: Iterable[KnownGenerator] = GENERATORS
) -> tuple[KnownGenerator, Estimate] | None:
    """Return the largest known model under a free licence that fits into memory and answers within PATIENCE_S."""
    good = [
        (known, told)
        for known in models
        if known.is_free and fits(known.ram_bytes, free)
        if (told := estimate(speed, known.n_parameters, known.size_bytes)).answer_s <= PATIENCE_S
    ]
    return max(good, key=lambda pair: pair[0].n_parameters, default=None)


def parameters_of(spec: GeneratorSpec) -> int:
    """Return the weights of a file, counted by its header."""
    return read_header(spec.path).n_parameters


def keep(speed: Speed) -> None:
    """Keep what was measured; a folder that cannot be written is no harm."""
    with suppress(OSError):
        folder = durable.make_private_dir(locations.cache_dir())
        durable.write_atomic(folder / MEASURED, json.dumps(asdict(speed)).encode())


def kept() -> Speed | None:
    """Return what was measured last; None if nothing was."""
    path: Path = locations.cache_dir() / MEASURED
    try:
        speed = Speed(**json.loads(path.read_text(encoding="utf-8")))
        numbers = (speed.read, speed.written, speed.n_parameters, speed.size_bytes)
        return speed if all(number > 0 for number in numbers) else None
    except (OSError, ValueError, TypeError):
        return None
