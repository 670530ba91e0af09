"""Which folders outside a domain's own, or outside the workspace, the user has let it use on this machine.

They are noted in the state folder, outside every workspace: what comes from somebody else cannot confirm itself.
"""

from __future__ import annotations

import json
from pathlib import Path

from domaingpt import durable, locations

CONFIRMED = "confirmed-folders.json"  # folder of a domain → the folders it may use


def confirm(domain: Path, folder: Path) -> None:
    """Record that the domain of a folder may use another folder; both are absolute."""
    state = durable.make_private_dir(locations.state_dir())
    confirmed = _all_confirmed()
    confirmed[str(domain)] = sorted({*confirmed.get(str(domain), []), str(folder)})
    durable.write_atomic(state / CONFIRMED, json.dumps(confirmed, indent=1).encode())


def is_confirmed(domain: Path, folder: Path) -> bool:
    """Return whether that was recorded."""
    return str(folder) in _all_confirmed().get(str(domain), [])


def _all_confirmed() -> dict[str, list[str]]:
    try:
        confirmed = json.loads((locations.state_dir() / CONFIRMED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return confirmed if isinstance(confirmed, dict) else {}
