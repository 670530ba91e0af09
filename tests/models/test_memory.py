"""Free memory by each system's own account, and models that do not fit into it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domaingpt.answer import load_generator
from domaingpt.errors import NotEnoughMemory
from domaingpt.models import GeneratorSpec, check_memory, free_bytes, memory

SPEC = GeneratorSpec("large", Path("large.gguf"), None, "chatml", 4096, "MIT", 4_000_000_000, 5_000_000_000)
MEMINFO = "MemTotal:       24000000 kB\nMemFree:          100000 kB\nMemAvailable:    2000000 kB\n"
VM_STAT = """Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               10000.
Pages active:                            400000.
Pages inactive:                           20000.
Pages speculative:                         3000.
Pages wired down:                        100000.
Pages purgeable:                            500.
"""


@pytest.fixture
def linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a container's files, on a Linux with 2,048 MB that could be given."""
    (tmp_path / "meminfo").write_text(MEMINFO)
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    group = tmp_path / "cgroup"
    group.mkdir()
    monkeypatch.setattr(memory, "CGROUPS", ((group, "memory.max", "memory.current"),))
    monkeypatch.setattr("sys.platform", "linux")
    return group


def limit(group: Path, most: str, used: int, cached: int) -> None:
    """Write a container's account."""
    (group / "memory.max").write_text(f"{most}\n")
    (group / "memory.current").write_text(f"{used}\n")
    (group / "memory.stat").write_text(f"anon 5\ninactive_file {cached}\nactive_file 7\n")


def test_linux_counts_caches_as_free(linux: Path) -> None:
    """MemAvailable, not MemFree."""
    assert free_bytes() == 2_000_000 * 1024


def test_a_container_has_what_its_limit_leaves(linux: Path) -> None:
    """With the caches that can be given back; never more than the machine has."""
    limit(linux, "1000000000", 700_000_000, 200_000_000)
    assert free_bytes() == 500_000_000
    limit(linux, "9000000000", 700_000_000, 0)
    assert free_bytes() == 2_000_000 * 1024
    limit(linux, "max", 700_000_000, 0)
    assert free_bytes() == 2_000_000 * 1024


def test_macos_counts_pages() -> None:
    """Free, inactive, speculative and purgeable ones, of the size it names."""
    assert memory.parse_vm_stat(VM_STAT) == 16384 * 33_500
    with pytest.raises(ValueError, match="no pages"):
        memory.parse_vm_stat("nothing")


def test_where_nobody_says_nothing_is_refused(linux: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown system must not lose its language model."""
    memory.MEMINFO.write_text("MemTotal: 1 kB\n")
    assert free_bytes() is None
    check_memory(SPEC)
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(memory, "_macos", lambda: memory.parse_vm_stat(""))
    assert free_bytes() is None


def test_a_model_that_does_not_fit_is_refused_before_it_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the figures, a model that would fit, and the way back."""
    monkeypatch.setattr(memory, "free_bytes", lambda: 2_000_000_000)
    monkeypatch.setattr("domaingpt.answer.generators.llama.LlamaGenerator", lambda _: pytest.fail("loaded"))
    with pytest.raises(NotEnoughMemory) as caught:
        load_generator(SPEC)
    assert caught.value.message == (
        "large needs about 5,000 MB of memory (weights 4,000 MB, the rest for 4,096 tokens of context and for"
        " buffers), and 2,000 MB are free."
    )
    # Weights of 1,117 MB, 4,096 x 28,672 bytes of context and 250 MB of buffers are 1,484 MB; the next have 2,115 and more.
    assert caught.value.hint == (
        "Close other programs, or choose a smaller model. Qwen2.5-1.5B-Instruct would fit: domaingpt models list."
        " Or: domaingpt models use auto"
    )


def test_at_the_edge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Just enough is enough; a byte less is not; the bundled one has nothing to go back to but quotes."""
    monkeypatch.setattr(memory, "free_bytes", lambda: SPEC.ram_bytes)
    check_memory(SPEC)
    monkeypatch.setattr(memory, "free_bytes", lambda: SPEC.ram_bytes - 1)
    with pytest.raises(NotEnoughMemory):
        check_memory(SPEC)
    monkeypatch.setattr(memory, "free_bytes", lambda: 1_000)
    with pytest.raises(NotEnoughMemory, match="0 MB are free") as caught:
        check_memory(replace(SPEC, name="SmolLM2-135M-Instruct"))
    assert caught.value.hint.endswith("No known model fits. Or: domaingpt models use quotes")


def test_this_machine_says_something() -> None:
    """On the systems that are supported, and no more than it has."""
    free = free_bytes()
    assert free is None or 0 < free < 1 << 50
