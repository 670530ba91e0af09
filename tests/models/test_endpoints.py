"""URLs of language models: what is taken, what is refused, and what must be confirmed."""

from __future__ import annotations

import json

import pytest

from domaingpt import locations
from domaingpt.errors import BadConfig, ModelError
from domaingpt.models import EndpointSpec, find_generator, list_models, parse_endpoint, use
from domaingpt.models.lockfile import write_use

LOCAL = "http://127.0.0.1:8080/v1"
REMOTE = "https://gpu.example.org/v1"


@pytest.mark.parametrize(
    ("text", "url", "host", "model", "n_ctx"),
    [
        (LOCAL, LOCAL, "127.0.0.1", "", None),
        (f"{LOCAL}/#qwen", LOCAL, "127.0.0.1", "qwen", None),
        (f"{LOCAL}?n_ctx=8192#Qwen/Qwen3-4B", LOCAL, "127.0.0.1", "Qwen/Qwen3-4B", 8192),
        ("http://localhost:11434/v1#llama3.2:3b", "http://localhost:11434/v1", "localhost", "llama3.2:3b", None),
        ("HTTP://LOCALHOST/v1#a%20b", "http://localhost/v1", "localhost", "a b", None),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1", "::1", "", None),
        ("https://gpu.example.org/openai/v1", "https://gpu.example.org/openai/v1", "gpu.example.org", "", None),
        ("http://gpu_box:8000", "http://gpu_box:8000", "gpu_box", "", None),
    ],
)
def test_a_url_is_an_endpoint(text: str, url: str, host: str, model: str, n_ctx: int | None) -> None:
    """Written again, it is the same."""
    spec = parse_endpoint(text)
    assert spec == EndpointSpec(url, host, model, n_ctx)
    assert parse_endpoint(spec.name.replace("a b", "a%20b")) == spec


@pytest.mark.parametrize(
    "text", ["auto", "quotes", "Qwen2.5-0.5B-Instruct", "~/http/x.gguf", "ftp://x/y", "lab/x:y.gguf"]
)
def test_all_else_is_none(text: str) -> None:
    """And is looked for as before."""
    assert parse_endpoint(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "http://", "http:///v1", "http://127.0.0.1:99999/v1", "http://127.0.0.1:x/v1", "http://[::1/v1", "http://a b/v1",
        "http://a..b/v1", "http://-a/v1", "http://127.0.0.1/v1?key=3", "http://127.0.0.1/v1?n_ctx=", "http://x/v1?n_ctx=9",
        "http://x/v1?n_ctx=99999999", "http://x/v1?n_ctx=512&n_ctx=4096", "http://x/v1\n", "http://x/../v1 ", "http://x/a\\b",
        "http://[fe80::1%25eth0]/v1", "http://x/v1#a\x1b[31m", "http://ex\u0430mple.org/v1",
    ],
)  # fmt: skip
def test_a_url_that_is_no_endpoint_is_refused(text: str) -> None:
    """As a setting that is wrong, with an example."""
    with pytest.raises(BadConfig) as caught:
        parse_endpoint(text)
    assert "http://127.0.0.1:8080/v1#MODEL" in caught.value.hint


@pytest.mark.parametrize("text", ["http://me:secret@127.0.0.1/v1", "http://127.0.0.1@evil.example/v1"])
def test_a_password_in_a_url_is_refused_and_not_shown(text: str) -> None:
    """A key belongs into the environment; and what stands before an @ is no host."""
    with pytest.raises(BadConfig, match="holds a user or a password") as caught:
        parse_endpoint(text)
    assert "secret" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.8.9.1", True), ("[::1]", True), ("localhost", True),
        ("localhost.example.org", False), ("127.0.0.1.example.org", False), ("0.0.0.0", False), ("192.168.0.5", False),
        ("2130706433", False), ("0x7f.1", False), ("gpu", False), ("[::ffff:192.0.2.1]", False), ("a.localhost", False),
    ],
)  # fmt: skip
def test_only_this_machine_is_this_machine(host: str, loopback: bool) -> None:
    """No name that merely looks like it."""
    spec = parse_endpoint(f"http://{host}/v1")
    assert spec is not None
    assert spec.is_loopback is loopback


def test_this_machine_needs_no_flag() -> None:
    """The user's own command is the confirmation."""
    spec = use(f"{LOCAL}?n_ctx=4096#qwen")
    assert spec == find_generator("auto") == EndpointSpec(LOCAL, "127.0.0.1", "qwen", 4096)
    (row,) = [row for row in list_models() if row.status == "in use"]
    assert (row.name, row.kind, row.path, row.ram_bytes) == (f"{LOCAL}?n_ctx=4096#qwen", "generator", None, None)
    use("auto")
    bundled = find_generator("auto")
    assert bundled is None or bundled.name == "SmolLM2-135M-Instruct"


def test_another_machine_needs_its_flag() -> None:
    """Without, nothing is stored, and the hint is the whole command."""
    before = find_generator("auto")
    with pytest.raises(ModelError, match=r"gpu\.example\.org is another machine") as caught:
        use(f"{REMOTE}#m")
    assert caught.value.hint.endswith(f"run: domaingpt models use {REMOTE}#m --confirm-remote")
    assert find_generator("auto") == before
    assert not (locations.state_dir() / "confirmed-folders.json").exists()
    assert use(f"{REMOTE}#m", remote=True) == find_generator("auto")


def test_a_choice_that_came_with_a_folder_of_models_is_not_followed() -> None:
    """`use.json` lies beside the models, which may be copied from somebody else; confirmations do not."""
    write_use(f"{REMOTE}#m")
    with pytest.raises(ModelError, match="was not confirmed on this machine") as caught:
        find_generator("auto")
    assert caught.value.hint.endswith("--confirm-remote")
    assert all(row.status != "in use" for row in list_models())
    write_use(LOCAL)
    with pytest.raises(ModelError, match="was not confirmed"):
        find_generator("auto")


def test_what_was_confirmed_is_the_address() -> None:
    """Another model there is the same place; another port, host or scheme is not."""
    use(f"{REMOTE}#m", remote=True)
    recorded = json.loads((locations.state_dir() / "confirmed-folders.json").read_text())
    assert recorded == {"models use": [REMOTE]}
    write_use(f"{REMOTE}#other")
    assert find_generator("auto") is not None
    for other in (REMOTE.replace("https", "http"), f"{REMOTE}/x", REMOTE.replace("org/", "org:444/")):
        write_use(other)
        with pytest.raises(ModelError, match="was not confirmed"):
            find_generator("auto")
