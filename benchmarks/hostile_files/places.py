"""Attacks on the folder: special files, links, names, and files that change while they are read."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

from hostile_files import HostilePlace

TEXT = b"The boiler was replaced in 2021.\n"
CHANGING_S = 60.0


def named_pipe(folder: Path) -> list[str]:
    os.mkfifo(folder / "pipe.txt")
    return ["pipe.txt"]


def local_socket(folder: Path) -> list[str]:
    here = os.getcwd()
    os.chdir(folder)  # the address of a socket may have 108 bytes only
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.txt")
    finally:
        os.chdir(here)
    return ["socket.txt"]


def _link(name: str, target: str) -> HostilePlace:
    def plant(folder: Path) -> list[str]:
        (folder / name).symlink_to(target)
        return [name]

    return HostilePlace(name, f"A link to {target}.", plant)


def links_in_a_circle(folder: Path) -> list[str]:
    (folder / "circle-a.txt").symlink_to("circle-b.txt")
    (folder / "circle-b.txt").symlink_to("circle-a.txt")
    return ["circle-a.txt", "circle-b.txt"]


def folder_in_itself(folder: Path) -> list[str]:
    (folder / "itself").symlink_to(".")
    return ["itself"]


def hard_link(folder: Path) -> list[str]:
    (folder / "original.txt").write_bytes(TEXT)
    os.link(folder / "original.txt", folder / "hard-link.txt")
    return ["original.txt", "hard-link.txt"]


def unreadable(folder: Path) -> list[str]:
    (folder / "unreadable.txt").write_bytes(TEXT)
    (folder / "unreadable.txt").chmod(0)
    locked = folder / "locked"
    locked.mkdir()
    (locked / "inside.txt").write_bytes(TEXT)
    locked.chmod(0)
    return ["unreadable.txt"]


def _in_background(change: threading.Thread) -> None:
    change.daemon = True
    change.start()


def vanishing(folder: Path) -> list[str]:
    """A file that is there half of the time."""
    file = folder / "vanishing.txt"
    file.write_bytes(TEXT)

    def change() -> None:
        end = time.monotonic() + CHANGING_S
        while time.monotonic() < end and folder.is_dir():
            try:
                file.unlink(missing_ok=True)
                time.sleep(0.01)
                file.write_bytes(TEXT)
                time.sleep(0.01)
            except OSError:
                return

    _in_background(threading.Thread(target=change))
    return []  # it may be there or not


def growing(folder: Path) -> list[str]:
    """A file that grows all the time."""
    file = folder / "growing.txt"
    file.write_bytes(TEXT)

    def change() -> None:
        end = time.monotonic() + CHANGING_S
        try:
            with file.open("ab") as stream:
                while time.monotonic() < end and stream.tell() < 1 << 20:
                    stream.write(TEXT)
                    stream.flush()
                    time.sleep(0.005)
        except OSError:
            return

    _in_background(threading.Thread(target=change))
    return ["growing.txt"]


def _name(name: str, attack: str) -> HostilePlace:
    def plant(folder: Path) -> list[str]:
        (folder / name).write_bytes(TEXT)
        return [name]

    return HostilePlace(name, attack, plant)


def name_not_utf8(folder: Path) -> list[str]:
    path = os.fsencode(folder) + b"/caf\xe9-\xff.txt"
    Path(os.fsdecode(path)).write_bytes(TEXT)
    return ["caf\\xe9-\\xff.txt"]


def deep_folders(folder: Path, depth: int = 200) -> list[str]:
    """Deeper than a path may be long: only step by step can anyone get there."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(depth):
            os.mkdir("deep-" * 5)
            os.chdir("deep-" * 5)
        Path("bottom.txt").write_bytes(TEXT)
    finally:
        os.chdir(here)
    return []


def sparse(folder: Path) -> list[str]:
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(4 << 40)
    return ["sparse.txt"]


PLACES = (
    HostilePlace("pipe.txt", "A named pipe that nobody writes to.", named_pipe),
    HostilePlace("socket.txt", "A socket.", local_socket),
    _link("zero.txt", "/dev/zero"),
    _link("passwords.txt", "/etc/passwd"),
    _link("up.txt", "../../../../../../etc/hostname"),
    _link("root", "/"),
    HostilePlace("circle-a.txt", "Two links to each other.", links_in_a_circle),
    HostilePlace("itself", "A link to the folder it lies in.", folder_in_itself),
    HostilePlace("hard-link.txt", "Two names of one file.", hard_link),
    HostilePlace("unreadable.txt", "A file and a folder that nobody may read.", unreadable),
    HostilePlace("vanishing.txt", "A file that is there half of the time.", vanishing),
    HostilePlace("growing.txt", "A file that grows while it is read.", growing),
    HostilePlace("sparse.txt", "A file of 4 TB that takes no room.", sparse),
    _name("n" * 251 + ".txt", "A name of 255 bytes."),
    _name("line\nend.txt", "A name with a line end."),
    _name("\x1b[2Jescape\x07.txt", "A name that orders the terminal about."),
    _name("invoice\u202etxt.exe.txt", "A name that is shown backwards."),
    _name("=cmd|'!A0.txt", "A name that a spreadsheet would run."),
    _name("-rf --.txt", "A name that is an option."),
    _name("..txt", "A name of nothing but a suffix and dots."),
    _name("re\u0301sume\u0301.txt", "A name in the other normal form."),
    HostilePlace("not-utf8.txt", "A name that is no UTF-8.", name_not_utf8),
    HostilePlace("deep", "Folders 200 deep, beyond what a path may be long.", deep_folders),
)
