"""Telling every library that knows how to go online not to, before it is imported.

The one place that lifts this, for one call, is `domaingpt.models.hub`.
"""

from __future__ import annotations

import os
import sys

# Each is read once, at import, by the library that owns it.
OFFLINE_VARIABLES: dict[str, str] = {
    "HF_HUB_OFFLINE": "1",  # huggingface_hub: every request raises
    "TRANSFORMERS_OFFLINE": "1",  # transformers: local files only
    "HF_DATASETS_OFFLINE": "1",  # datasets, when sentence-transformers finds it installed
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",  # our own progress goes to stderr
    # onnxruntime 1.29 and later report each session to Microsoft, and keep an id of the machine in the user's cache:
    # https://github.com/microsoft/onnxruntime/pull/27379
    "ORT_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",  # https://donottrack.sh, honoured by several
}


def go_offline() -> None:
    """Set the offline variables of this process and its children; every entry point calls it first.

    A value the user set is overwritten: `domaingpt models pull` is the only way online. If
    huggingface_hub was imported before, its copy of the switch is set too.
    """
    os.environ.update(OFFLINE_VARIABLES)
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is not None:
        constants.HF_HUB_OFFLINE = True  # type: ignore[attr-defined]
