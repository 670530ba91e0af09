"""Cut a download at random bytes, and kill the puller at random moments: is the file right, what is fetched twice?

A hub on 127.0.0.1 (that of the tests) serves one GGUF file. `-n` times each, from nothing:

- cut: the connection breaks after random bytes, one to three times, and the same pull goes on by itself;
- cut for good: it breaks and stays broken until the pull gives up; another pull goes on;
- killed: `domaingpt models pull` gets SIGKILL at a random moment, the hub being slow; another one goes on.

Each ends with the file compared byte by byte, its pin, and no partial file. What the hub sent beyond the size of
the file was fetched twice, or was on its way when the puller died: that is at most what the sockets hold.

    python benchmarks/pull.py -n 50
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness import versions, write_result

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "models"))

import gguf_files
from local_hub import LocalHub

from domaingpt.errors import ModelError
from domaingpt.models import download, pull
from domaingpt.models.lockfile import read_pins

REPO = "lab/tiny-GGUF"
NAME = f"{REPO}:tiny.gguf"
GIVE_UP = [0] * download.MAX_IDLE_ATTEMPTS  # so many empty responses in a row end a pull
SLOW_S = 0.005  # between blocks of 64 KiB, for what is to be killed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=50, help="rounds of each kind")
    parser.add_argument("--megabytes", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    download.RETRY_AFTER_S = 0.0
    rng = random.Random(args.seed)
    content = gguf_files.model() + rng.randbytes(args.megabytes * 1_000_000)
    kinds: dict[str, Callable[[LocalHub, random.Random, int], int]] = {
        "cut": cut, "cut for good": cut_for_good, "killed": killed,
    }  # fmt: skip
    results = {kind: campaign(run, content, rng, args.n) for kind, run in kinds.items()}
    write_result(
        "pull",
        {
            "what": "pulls of a file that were cut at random bytes or killed at random moments, and gone on with",
            "size_bytes": len(content), "seed": args.seed, "versions": versions(["huggingface_hub", "httpx2"]),
            "kinds": results,
        },
    )  # fmt: skip
    for kind, result in results.items():
        print(kind, result)


def campaign(
    run: Callable[[LocalHub, random.Random, int], int], content: bytes, rng: random.Random, n: int
) -> dict[str, Any]:
    """Do one kind of harm n times; return how many files were right and what was fetched twice."""
    twice, harms, right = [], 0, 0
    for _ in range(n):
        with tempfile.TemporaryDirectory() as folder, LocalHub({REPO: {"tiny.gguf": content}}) as hub:
            os.environ |= {"DOMAINGPT_MODELS_DIR": folder, "HF_ENDPOINT": hub.url, "HF_HOME": f"{folder}/hf"}
            harms += run(hub, rng, len(content))
            file = Path(folder) / "lab--tiny-GGUF" / "tiny.gguf"
            left = list((Path(folder) / ".incoming").glob("*.part"))
            right += file.read_bytes() == content and NAME in read_pins() and not left
            twice.append(hub.sent - len(content))
    return {
        "rounds": n,
        "interruptions": harms,
        "right": right,
        "max_bytes_twice": max(twice),
        "bytes_twice": sum(twice),
    }


def cut(hub: LocalHub, rng: random.Random, size: int) -> int:
    """Break the connection one to three times within one pull; return how often it broke."""
    positions = sorted(rng.sample(range(1, size), rng.randint(1, 3)))
    hub.cut_after = [here - before for before, here in zip([0, *positions], positions, strict=False)]
    pull(NAME)
    assert not hub.cut_after, "the pull did not come to every cut"
    return len(positions)


def cut_for_good(hub: LocalHub, rng: random.Random, size: int) -> int:
    """Break the connection until the pull gives up, then pull again."""
    hub.cut_after = [rng.randrange(1, size), *GIVE_UP]
    try:
        pull(NAME)
    except ModelError:
        hub.cut_after = []
        pull(NAME)
        return 1
    raise AssertionError("the pull did not give up")


def killed(hub: LocalHub, rng: random.Random, size: int) -> int:
    """Kill the command while the file is on its way, then run it again."""
    command = [sys.executable, "-m", "domaingpt", "models", "pull", NAME]
    hub.pause_s = SLOW_S
    wanted = rng.randrange(1, size)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while hub.sent < wanted and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the pull ended before it was killed"
    time.sleep(0.05)  # until the hub has noticed
    hub.pause_s = 0.0
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return 1


if __name__ == "__main__":
    main()
