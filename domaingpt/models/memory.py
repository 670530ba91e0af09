"""How much memory is free on this machine, and whether a language model fits into it."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from pathlib import Path

from domaingpt.errors import NotEnoughMemory
from domaingpt.models.generators import GeneratorSpec
from domaingpt.models.registry import BUNDLED_GENERATOR, GENERATORS

MEMINFO = Path("/proc/meminfo")
# Of a container: limit, use, and statistics of which "inactive_file" can be given back; control groups 2 and 1.
CGROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current"),
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes", "memory.usage_in_bytes"),
)


def free_bytes() -> int | None:
    """Return what a program could take without swapping, caches included; None where the system does not say."""
    try:
        if sys.platform == "linux":
            return min([_meminfo(), *_cgroups()])
        return _macos() if sys.platform == "darwin" else _windows()
    except (OSError, ValueError, AttributeError, TypeError, subprocess.SubprocessError):
        return None


def fits(ram_bytes: int, free: int | None) -> bool:
    """Return whether a model may be loaded; where nobody knows what is free, it may."""
    return free is None or ram_bytes <= free


def check_memory(spec: GeneratorSpec) -> None:
    """Refuse a model that would make this machine swap; `ram_bytes` counts weights, a full context, and buffers.

    Raises:
        NotEnoughMemory: With a model that would fit.
    """
    free = free_bytes()
    if fits(spec.ram_bytes, free):
        return
    assert free is not None
    smaller = [known for known in GENERATORS if known.ram_bytes <= free]
    largest = max(smaller, key=lambda known: known.n_parameters, default=None)
    advice = f"{largest.name} would fit: domaingpt models list" if largest else "No known model fits"
    back = "domaingpt models use " + ("quotes" if spec.name == BUNDLED_GENERATOR else "auto")
    raise NotEnoughMemory(
        f"{spec.name} needs about {spec.ram_bytes / 1e6:,.0f} MB of memory (weights {spec.size_bytes / 1e6:,.0f} MB,"
        f" the rest for {spec.n_ctx:,} tokens of context and for buffers), and {free / 1e6:,.0f} MB are free.",
        f"Close other programs, or choose a smaller model. {advice}. Or: {back}",
    )


def _meminfo() -> int:
    match = re.search(r"^MemAvailable:\s+(\d+) kB$", MEMINFO.read_text(encoding="ascii"), re.MULTILINE)
    if match is None:
        raise ValueError("no MemAvailable")
    return int(match[1]) * 1024


def _cgroups() -> list[int]:
    """Return what the container's limit leaves; nothing where there is no limit."""
    left = []
    for folder, limit_name, used_name in CGROUPS:
        try:
            limit, used = ((folder / name).read_text(encoding="ascii").strip() for name in (limit_name, used_name))
            statistics = (folder / "memory.stat").read_text(encoding="ascii")
        except OSError:
            continue
        if limit != "max":
            cached = re.search(r"^(?:total_)?inactive_file (\d+)$", statistics, re.MULTILINE)
            left.append(int(limit) - int(used) + (int(cached[1]) if cached else 0))
    return left


def _macos() -> int:
    told = subprocess.run(["/usr/bin/vm_stat"], capture_output=True, text=True, check=True, timeout=5).stdout
    return parse_vm_stat(told)


def parse_vm_stat(told: str) -> int:
    """Return the pages that macOS could give at once, in bytes: free, inactive, speculative, purgeable."""
    size = re.search(r"page size of (\d+) bytes", told)
    pages = re.findall(r"^Pages (?:free|inactive|speculative|purgeable):\s+(\d+)\.$", told, re.MULTILINE)
    if size is None or not pages:
        raise ValueError("no pages")
    return int(size[1]) * sum(int(n) for n in pages)


class _MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong), ("load", ctypes.c_ulong), ("total", ctypes.c_ulonglong),
        ("available", ctypes.c_ulonglong), ("total_page", ctypes.c_ulonglong), ("free_page", ctypes.c_ulonglong),
        ("total_virtual", ctypes.c_ulonglong), ("free_virtual", ctypes.c_ulonglong), ("extended", ctypes.c_ulonglong),
    )  # fmt: skip


def _windows() -> int:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel32 = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    if not kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        raise OSError("GlobalMemoryStatusEx failed")
    return int(status.available)
