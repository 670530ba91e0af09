"""Write the parts of the documentation that the program knows best: commands, settings, models.

    python docs/generate.py           rewrite them
    python docs/generate.py --check   change nothing; end with 1 if something is out of date

`docs/cli.md` is written whole. In the other files only what stands between `<!-- NAME -->` and
`<!-- /NAME -->` is replaced.
"""
# ruff: noqa: INP001, T201 - a script

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click

from domaingpt.cli import COMMANDS, group
from domaingpt.config import BOUNDS, SECTIONS, DomainConfig
from domaingpt.documents import FORMATS
from domaingpt.models.prompts import CARDS
from domaingpt.models.registry import BUNDLED_EMBEDDER, BUNDLED_GENERATOR, EMBEDDERS, GENERATORS, KnownGenerator

DOCS = Path(__file__).resolve().parent
WIDTH = 80  # of the help texts, whatever the terminal's
TYPES = {"str": "string", "int": "whole number", "float": "number", "tuple[str, ...]": "list of strings"}
CLI_HEAD = """\
# The command line

<!-- Written by docs/generate.py from the commands themselves. Do not edit. -->

One program, `domaingpt`, with one command for each thing to do.
stdout is the answer; stderr is progress and notices.
With `--json`, stdout holds one compact object a line and nothing else; [json.md](json.md) describes them.

| exit code | means |
|---|---|
| 0 | well; an abstention is an answer too |
| 1 | an error; stderr says what happened and what to do |
| 2 | the command line, a domain's name or a settings file is wrong |
| 3 | done, but some files need the user |
| 130 | interrupted; what was finished is kept |
"""


def commands() -> Iterator[tuple[list[str], click.Command]]:
    """Yield every command with its words, subcommands after their group."""
    context = click.Context(group, info_name="domaingpt")
    for name in COMMANDS:
        command = group.get_command(context, name)
        assert command is not None
        yield [name], command
        if isinstance(command, click.Group):
            for sub in command.list_commands(context):
                subcommand = command.get_command(context, sub)
                assert subcommand is not None
                yield [name, sub], subcommand


def help_of(words: list[str], command: click.Command) -> str:
    """Return a command's help as the terminal shows it."""
    settings = {"help_option_names": ["-h", "--help"], "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=" ".join(["domaingpt", *words]), **settings)
    return command.get_help(context).rstrip()


def cli_page() -> str:
    """Return docs/cli.md."""
    parts = [CLI_HEAD, f"## domaingpt\n\n```text\n{help_of([], group)}\n```\n"]
    for words, command in commands():
        heading = f"{'#' * (len(words) + 1)} domaingpt {' '.join(words)}"
        parts.append(f"{heading}\n\n```text\n{help_of(words, command)}\n```\n")
    return "\n".join(parts)


def settings_table() -> str:
    """Return a row for each key of domain.toml."""
    rows = ["| key | type | default | bounds |", "|---|---|---|---|"]
    for key, annotation, default in settings():
        low, high = BOUNDS.get(key, (None, None))
        bounds = f"{low:,} to {high:,}" if low is not None else ""
        shown = "the model's own" if default is None else f"`{toml(default)}`"
        kind = TYPES.get(annotation.removesuffix(" | None"), 'number or "auto"')
        rows.append(f"| [`{key}`](#{anchor(key)}) | {kind} | {shown} | {bounds} |")
    return "\n".join(rows)


def settings() -> Iterator[tuple[str, str, object]]:
    """Yield key, annotation and default of every setting, those at the top first."""
    for field in fields(DomainConfig):
        if field.name not in SECTIONS and field.name != "name":
            yield field.name, str(field.type), field.default
    for section, cls in SECTIONS.items():
        for field in fields(cls):
            yield f"{section}.{field.name}", str(field.type), field.default


def anchor(key: str) -> str:
    """Return the anchor that GitHub gives the heading of a key."""
    return key.replace(".", "")


def toml(value: object) -> str:
    """Return a default as it is written in domain.toml."""
    if isinstance(value, tuple):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def prompts_table() -> str:
    """Return a row for each model card whose prompts are built in; a pattern's marks are shown as they are meant."""
    rows = ["| name | before a query | before a document | model card |", "|---|---|---|---|"]
    for pattern, query, document, source in CARDS:
        names = " or ".join(f"`{name}`" for name in split_names(pattern.replace("\\.", ".")))
        links = " ".join(f"[{link.split('/', 3)[3]}]({link})" for link in source.split(", "))
        prompts = [
            f"`{json.dumps(prompt, ensure_ascii=False)}`" if prompt else "nothing" for prompt in (query, document)
        ]
        rows.append(f"| {names} | {prompts[0]} | {prompts[1]} | {links} |")
    return "\n".join(rows)


def split_names(pattern: str) -> list[str]:
    """Return the names a pattern stands for, "(a|b)" written as "{a,b}" and "(c)?" as "[c]"."""
    optional = re.sub(r"\(([^()|]*)\)\?", r"[\1]", pattern)
    grouped = re.sub(r"\(([^()]*)\)", lambda match: "{" + match[1].replace("|", ",") + "}", optional)
    return grouped.split("|")


def models_table() -> str:
    """Return a row for each model known by name."""
    rows = ["| name | kind | licence | download | memory | from |", "|---|---|---|---|---|---|"]
    for name, kind, memory in ((BUNDLED_GENERATOR, "writes", "about 250 MB"), (BUNDLED_EMBEDDER, "embeds", "")):
        rows.append(f"| `{name}` | {kind} | Apache-2.0 | none: it is a pip package | {memory} | |")
    for kind, registry in (("writes", GENERATORS), ("embeds", EMBEDDERS)):
        for known in registry:
            size = f"{known.size_bytes / 1e6:,.0f} MB"
            memory = f"{known.ram_bytes / 1e6:,.0f} MB" if isinstance(known, KnownGenerator) else ""
            link = f"[{known.repo}](https://huggingface.co/{known.repo})"
            rows.append(f"| `{known.name}` | {kind} | {known.licence} | {size} | {memory} | {link} |")
    return "\n".join(rows)


def formats_table() -> str:
    """Return a row for each kind of file that has a reader."""
    suffixes: dict[str, list[str]] = {}
    for suffix, kind in FORMATS.items():
        suffixes.setdefault(kind.name, []).append(f"`{suffix}`")
    rows = [f"| {name} | {' '.join(found)} |" for name, found in suffixes.items()]
    return "\n".join(["| kind | suffixes |", "|---|---|", *rows])


def replaced(text: str, name: str, content: str) -> str:
    """Return a page with the part between its two marks replaced."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"there is no <!-- {name} --> … <!-- /{name} -->")
    return pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def pages() -> dict[Path, str]:
    """Return every page that this script writes, as it should be."""
    configuration, models, formats = DOCS / "configuration.md", DOCS / "models.md", DOCS / "formats.md"
    embedders = DOCS / "embedders.md"
    return {
        DOCS / "cli.md": cli_page(),
        configuration: replaced(configuration.read_text(encoding="utf-8"), "keys", settings_table()),
        models: replaced(models.read_text(encoding="utf-8"), "models", models_table()),
        embedders: replaced(embedders.read_text(encoding="utf-8"), "prompts", prompts_table()),
        formats: replaced(formats.read_text(encoding="utf-8"), "formats", formats_table()),
    }


def main() -> int:
    """Rewrite the pages, or check them."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" not in sys.argv:
        for path in stale:
            path.write_text(pages()[path], encoding="utf-8")
    for path in stale:
        print(f"{'out of date' if '--check' in sys.argv else 'written'}: {path.relative_to(DOCS.parent)}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
