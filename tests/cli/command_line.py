"""What the tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEASE = Path(__file__).parents[1] / "data" / "lease.md"
QUESTION = "When was the deposit paid?"
QUOTE = "The deposit is 2,820 euros and was paid on 4 March 2024."
PLACE = "lease.md, Lease of the flat at 12 Harbour Lane › 2. Rent and deposit"
NO_MODEL = "No language model is installed: answers are quotes. For written ones: pip install '.[llm]'\n"


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The objects of `--json`; fails if anything else is on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Outcome]
