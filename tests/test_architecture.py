"""The shape of the code: who may import whom, what importing costs, and that the suite stays offline."""

from __future__ import annotations

import ast
import importlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import domaingpt

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "domaingpt"
# Each module imports only from the lines above its own; but for the first, those of a line do not know each other.
LAYERS = """
    errors types durable locations
    config confirmations dialogue
    domain_toml models
    documents
    chunks
    embeddings
    index
    retrieval
    answer
    ledger
    sources
    build
    intake
    ingest ask
    domain
    conversation workspace
    evaluation testing
    cli server
""".split("\n")
LEVEL = {name: level for level, line in enumerate(LAYERS) for name in line.split()}
OPEN_TO_ALL = {"__init__", "__main__"}  # the public names, each imported when it is asked for; and the command
HEAVY = {"torch", "sentence_transformers", "transformers", "faiss", "llama_cpp", "onnxruntime", "pypdfium2", "lxml"}


def module_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path):
    """Yield line and first part of every module of ours that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            names = [
                f"{node.module}.{alias.name}" if node.module == "domaingpt" else node.module for alias in node.names
            ]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] == "domaingpt" and name != "domaingpt":
                yield node.lineno, name.split(".")[1]


def test_modules_import_only_from_their_left():
    """Reported as file:line."""
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = module_of(path)
        if module in OPEN_TO_ALL:
            continue
        for line, imported in imports(path):
            if imported.startswith("__") or imported == module:
                continue
            if LEVEL[imported] > LEVEL[module] or (LEVEL[imported] == LEVEL[module] and LEVEL[module] > LEVEL["types"]):
                wrong.append(f"{path.relative_to(ROOT)}:{line}: {module} imports {imported}")
    assert wrong == []


def test_every_module_has_its_place():
    """In the table above."""
    modules = {module_of(path) for path in PACKAGE.rglob("*.py")} - OPEN_TO_ALL
    assert modules <= LEVEL.keys()


def test_no_file_is_named_for_nothing():
    """A helper without a home lacks its noun."""
    nameless = {"utils", "helpers", "common", "base", "manager", "misc"}
    assert [str(path) for path in PACKAGE.rglob("*.py") if path.stem in nameless] == []


def test_every_module_says_what_it_is():
    """In its docstring."""
    silent = [str(p) for p in PACKAGE.rglob("*.py") if not ast.get_docstring(ast.parse(p.read_text(encoding="utf-8")))]
    assert silent == []


def listed_names(path: Path) -> list[str]:
    """Return `__all__` of a file, empty where it has none."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return ast.literal_eval(node.value)
    return []


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*.py")) if listed_names(path)],
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_public_names_are_sorted_and_there(path):
    """`__all__`, where a module has one."""
    names = listed_names(path)
    assert names == sorted(set(names))
    module = ".".join(["domaingpt", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
    imported = importlib.import_module(module)
    assert [name for name in names if not hasattr(imported, name)] == []


def test_package_exports_what_its_type_stubs_say():
    """What a type checker sees is what `__all__` promises."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == set(domaingpt.__all__)
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = domaingpt.nothing


REPORT = """
import json, os, sys
before = set(sys.modules)
{statement}
print(json.dumps(sorted({{name.split(".")[0] for name in set(sys.modules) - before}})))
"""


def loaded_by(statement: str, folder: Path) -> set[str]:
    """Run a statement in a fresh process whose folders are all empty; return the packages it loads."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST"))},
        **{f"DOMAINGPT_{name}_DIR": str(folder / name) for name in ("CACHE", "STATE", "MODELS")},
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", REPORT.format(statement=statement)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


RUN_HELP = """
import runpy
sys.argv = ["domaingpt", "--help"]
try:
    runpy.run_module("domaingpt", run_name="__main__")
except SystemExit as done:
    assert not done.code
"""


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("import domaingpt", id="import"),
        pytest.param("import domaingpt; domaingpt.Workspace; domaingpt.Answer", id="use"),
        pytest.param("import domaingpt.testing", id="testing"),
        pytest.param(RUN_HELP, id="help"),
    ],
)
def test_importing_loads_nothing_heavy_and_writes_nothing(tmp_path, statement):
    """Heavy libraries are imported by the function that needs them."""
    if statement == RUN_HELP and not (PACKAGE / "cli" / "__init__.py").is_file():
        pytest.skip("there is no command line")
    assert loaded_by(statement, tmp_path) & HEAVY == set()
    assert list(tmp_path.iterdir()) == []


AWAY, AWAY_6 = ("192.0.2.1", 80), ("2001:db8::1", 80)  # addresses for documentation: RFC 5737, RFC 3849


@pytest.mark.parametrize(
    ("family", "kind", "leave"),
    [
        pytest.param(socket.AF_INET, socket.SOCK_STREAM, lambda end: end.connect(AWAY), id="connect"),
        pytest.param(socket.AF_INET, socket.SOCK_STREAM, lambda end: end.connect_ex(AWAY), id="connect_ex"),
        pytest.param(socket.AF_INET, socket.SOCK_DGRAM, lambda end: end.sendto(b"", AWAY), id="datagram"),
        pytest.param(socket.AF_INET6, socket.SOCK_STREAM, lambda end: end.connect(AWAY_6), id="ipv6"),
        pytest.param(socket.AF_INET, socket.SOCK_STREAM, lambda _: socket.getaddrinfo("example.org", 80), id="name"),
    ],
)
def test_suite_cannot_leave_this_machine(network_attempts, family, kind, leave):
    """The guard refuses, and remembers even what was swallowed."""
    with socket.socket(family, kind) as end, pytest.raises(AssertionError, match=r"192\.0|example\.org|2001:db8"):
        leave(end)
    assert len(network_attempts) == 1
    network_attempts.clear()


def test_suite_may_talk_to_itself():
    """Local servers are how downloads are tested."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()
    if hasattr(socket, "AF_UNIX"):
        for end in socket.socketpair():
            end.close()
