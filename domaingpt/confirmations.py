"""Which folders and endpoints outside the workspace the user has let be used on this machine.

They are noted in the state folder, outside every workspace: what comes from somebody else cannot confirm itself.
"""

from __future__ import annotations

import json
from pathlib import Path

from domaingpt import durable, locations

CONFIRMED = "confirmed-folders.json"  # folder of a domain, or MODELS_USE → what it may use
MODELS_USE = "models use"  # stands for the user himself, who chose a model for all domains; no absolute path is so


def confirm(owner: Path | str, place: Path | str) -> None:
    """Record that the domain of a folder, or MODELS_USE, may use a folder, a file (both absolute) or a URL."""
    state = durable.make_private_dir(locations.state_dir())
    confirmed = _all_confirmed()
    confirmed[str(owner)] = sorted({*confirmed.get(str(owner), []), str(place)})
    durable.write_atomic(state / CONFIRMED, json.dumps(confirmed, indent=1).encode())


def is_confirmed(owner: Path | str, place: Path | str) -> bool:
    """Return whether that was recorded."""
    return str(place) in _all_confirmed().get(str(owner), [])


def _all_confirmed() -> dict[str, list[str]]:
    try:
        confirmed = json.loads((locations.state_dir() / CONFIRMED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return confirmed if isinstance(confirmed, dict) else {}
