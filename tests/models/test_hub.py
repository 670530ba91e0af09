"""Pulling from a hub on this machine: what is fetched, resumed, refused and pinned."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import threading
from pathlib import Path
from types import SimpleNamespace

import gguf_files
import pytest
from local_hub import COMMIT, LocalHub

from domaingpt.errors import DomainGPTError, ModelError, ModelLoadFailed, ModelNotFound
from domaingpt.models import (
    EmbedderSpec,
    GeneratorSpec,
    find_embedder,
    find_generator,
    go_offline,
    list_models,
    pull,
    use,
    verify_models,
)
from domaingpt.models.lockfile import read_pins
from domaingpt.models.offline import OFFLINE_VARIABLES
from domaingpt.models.registry import GENERATORS

REPO = "lab/tiny-GGUF"
NAME = f"{REPO}:tiny.gguf"
MODULES = json.dumps(
    [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
    ]
).encode()
EMBEDDER = {
    "modules.json": MODULES,
    "config.json": b'{"model_type": "bert"}',
    "1_Pooling/config.json": b"{}",
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
    "vocab.txt": b"a\nb\n",
    "pytorch_model.bin": b"pickle",
    "evil.py": b"import os",
    "onnx/model.safetensors": b"other weights",
    "README.md": b"# Readme",
    "data_config.json": b"[]",
    "train_log.txt": b"loss",
    "1_Pooling/notes.json": b"{}",
}
USUAL = {
    "tokenizer_config.json": b"{}",
    "special_tokens_map.json": b"{}",
    "added_tokens.json": b"{}",
    "sentence_bert_config.json": b'{"max_seq_length": 512}',
    "config_sentence_transformers.json": b'{"prompts": {"query": "ask: ", "document": ""}}',
    "merges.txt": b"a b",
    "vocab.json": b"{}",
    "2_Dense/config.json": b"{}",
    "2_Dense/model.safetensors": b"more weights",
}


@pytest.fixture
def large(hub: LocalHub) -> bytes:
    """Serve a model of some megabytes, so that a cut hits its middle."""
    content = gguf_files.model() + random.Random(0).randbytes(3_000_000)
    hub.repos[REPO] = {"tiny.gguf": content, "other.gguf": b"GGUF", "README.md": b""}
    return content


def pulled(name: str = NAME) -> GeneratorSpec:
    """Pull a language model."""
    spec = pull(name)
    assert isinstance(spec, GeneratorSpec)
    return spec


def test_pull_brings_and_pins_a_generator(hub: LocalHub, large: bytes) -> None:
    """The file, its hash, its metadata and its pin are all there, and it can be found and used."""
    seen: list[tuple[str, int, int]] = []
    spec = pull(NAME, progress=lambda *step: seen.append(step))
    assert isinstance(spec, GeneratorSpec)
    assert spec.path.read_bytes() == large
    assert (spec.sha256, spec.chat_family, spec.n_ctx, spec.licence) == (
        hashlib.sha256(large).hexdigest(),
        "chatml",
        2048,
        "mit",
    )
    assert spec.ram_bytes > spec.size_bytes == len(large)
    assert find_generator(NAME) == spec
    assert use(NAME) == find_generator("auto") == spec
    pin = read_pins()[NAME]
    assert (pin.repo, pin.revision, list(pin.files)) == (REPO, COMMIT, ["tiny.gguf"])
    assert hub.fetched == ["tiny.gguf"]
    assert seen[-1] == ("tiny.gguf", len(large), len(large))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


def test_pull_again_fetches_nothing(hub: LocalHub, large: bytes) -> None:
    """A file that is there and right is not fetched again, and the pin keeps its date."""
    first = pulled()
    pin = read_pins()[NAME]
    assert pulled() == first
    assert hub.fetched == ["tiny.gguf"]
    assert read_pins()[NAME] == pin


def test_a_cut_connection_is_taken_up(hub: LocalHub, large: bytes) -> None:
    """Within one pull, the rest is asked for with a range and the hash is right."""
    hub.cut_after = [1_500_000, 700_000]
    assert pulled().path.read_bytes() == large
    starts = [header for _, path, header in hub.asked if path.endswith("tiny.gguf")]
    assert starts[0] == ""
    assert len(starts) == 3
    assert all(header.startswith("bytes=") for header in starts[1:])


def test_a_later_pull_resumes(hub: LocalHub, large: bytes, models_folder: Path) -> None:
    """What an interrupted pull left behind is not fetched a second time."""
    hub.cut_after = [2_500_000, 0, 0, 0, 0, 0]
    with pytest.raises(ModelError, match="failed") as caught:
        pull(NAME)
    assert "continues where it stopped" in caught.value.hint
    assert find_missing(NAME)
    (part,) = (models_folder / ".incoming").glob("*.part")
    kept = part.stat().st_size
    assert kept > 1_000_000
    hub.cut_after, hub.asked = [], []
    assert pulled().path.read_bytes() == large
    assert [header for _, path, header in hub.asked if path.endswith("tiny.gguf")] == [f"bytes={kept}-"]
    assert not part.exists()


def find_missing(name: str) -> bool:
    """Tell whether a generator is not found."""
    try:
        find_generator(name)
    except ModelNotFound:
        return True
    return False


def test_a_server_without_ranges_starts_again(hub: LocalHub, large: bytes) -> None:
    """A 200 instead of a 206 replaces the partial file instead of growing it."""
    hub.cut_after, hub.ranges = [1_500_000], False
    assert pulled().path.read_bytes() == large


def test_a_wrong_hash_is_refused(hub: LocalHub, large: bytes, models_folder: Path) -> None:
    """Content that is not what the hub's metadata announced never gets into place."""
    changed = bytearray(large)
    changed[-1] ^= 1
    hub.repos[REPO]["tiny.gguf"], hub.announced = bytes(changed), {"tiny.gguf": large}
    with pytest.raises(ModelError, match="but the hub promised"):
        pull(NAME)
    assert read_pins() == {}
    assert not list(models_folder.rglob("*.gguf"))
    assert not list(models_folder.rglob("*.part"))


def test_a_server_that_sends_too_much_is_stopped(hub: LocalHub, large: bytes) -> None:
    """No more bytes than announced are kept."""
    hub.announced = {"tiny.gguf": large[:1_000_000]}
    with pytest.raises(ModelError, match="more than the 1000000 bytes"):
        pull(NAME)


def test_a_changed_model_is_refused_later(hub: LocalHub, large: bytes) -> None:
    """A second pull asks for the pinned commit, and refuses another hash before fetching a byte."""
    spec = pulled()
    hub.asked = []
    hub.repos[REPO]["tiny.gguf"] = gguf_files.model("Other") + large[-3_000_000:]
    with pytest.raises(ModelError, match="not the file that was pinned") as caught:
        pull(NAME)
    assert "models.lock" in caught.value.hint
    assert [path for _, path, _ in hub.asked] == [f"/api/models/{REPO}/revision/{COMMIT}?blobs=true"]
    assert spec.path.read_bytes() == large


def test_a_damaged_file_is_found_and_repaired(hub: LocalHub, large: bytes) -> None:
    """`verify_models` names the file; a pull fetches it again, against the pin."""
    spec = pulled()
    spec.path.write_bytes(large[:-1] + b"?")
    (bad,) = [check for check in verify_models() if check.problem]
    assert (bad.name, bad.path) == (NAME, spec.path)
    spec.path.write_bytes(large[:-1])
    with pytest.raises(ModelLoadFailed, match="bytes instead of"):
        find_generator(NAME)
    pulled()
    assert spec.path.read_bytes() == large
    assert not [check for check in verify_models() if check.problem]


def test_a_hostile_gguf_is_not_pinned(hub: LocalHub) -> None:
    """A file that arrives whole but is no GGUF does not become a model."""
    hub.repos[REPO] = {"tiny.gguf": b"GGUF" + bytes(39)}
    with pytest.raises(ModelLoadFailed, match="version is 0"):
        pull(NAME)
    assert read_pins() == {}


def test_an_unknown_family_can_be_named(hub: LocalHub) -> None:
    """The second attempt names the family, fetches nothing, and the pin remembers it."""
    hub.repos[REPO] = {"tiny.gguf": gguf_files.model(template="{{ messages }}")}
    with pytest.raises(ModelLoadFailed, match="chat family") as caught:
        pull(NAME)
    assert "#FAMILY" in caught.value.hint
    assert pulled(f"{NAME}#llama3").chat_family == "llama3"
    assert hub.fetched == ["tiny.gguf"]
    spec = find_generator(NAME)
    assert spec is not None
    assert spec.chat_family == "llama3"


def test_pull_embedder_fetches_no_code_and_no_pickle(hub: LocalHub, models_folder: Path) -> None:
    """Of a whole repository only weights, configuration and vocabulary are fetched."""
    hub.repos["lab/embedder"] = dict(EMBEDDER)
    spec = pull("lab/embedder")
    assert isinstance(spec, EmbedderSpec)
    assert find_embedder("lab/embedder") == spec
    left = {
        "pytorch_model.bin", "evil.py", "onnx/model.safetensors", "README.md",
        "data_config.json", "train_log.txt", "1_Pooling/notes.json",
    }  # fmt: skip
    assert sorted(hub.fetched) == sorted(EMBEDDER.keys() - left)
    assert not [path for path in models_folder.rglob("*") if path.suffix in (".bin", ".py", ".md")]
    assert spec.weights_sha256 == hashlib.sha256(b"weights").hexdigest()
    assert (spec.languages, spec.licence) == (("en", "de"), "mit")


def test_a_known_embedder_brings_its_prompts(hub: LocalHub) -> None:
    """The short name and the repository find the same embedder, with its authors' prompts."""
    hub.repos["intfloat/multilingual-e5-small"] = dict(EMBEDDER)
    spec = pull("multilingual-e5-small")
    assert isinstance(spec, EmbedderSpec)
    assert (spec.query_prompt, spec.document_prompt) == ("query: ", "passage: ")
    assert find_embedder("intfloat/multilingual-e5-small") == spec


def test_all_that_an_embedder_needs_is_fetched(hub: LocalHub) -> None:
    """Settings, tokenizers of every kind, prompts, and the weights of further modules; its own prompts count."""
    hub.repos["BAAI/bge-small-en-v1.5"] = EMBEDDER | USUAL
    spec = pull("BAAI/bge-small-en-v1.5")
    assert isinstance(spec, EmbedderSpec)
    assert set(hub.fetched) >= set(USUAL)
    assert (spec.query_prompt, spec.document_prompt) == ("ask: ", "")
    assert [check.problem for check in verify_models() if check.name == "bge-small-en-v1.5"] == [""] * len(hub.fetched)


def test_a_changed_small_file_is_refused_later(hub: LocalHub) -> None:
    """Files without an announced SHA-256 are compared after the fetch."""
    hub.repos["lab/embedder"] = dict(EMBEDDER)
    pull("lab/embedder")
    hub.repos["lab/embedder"]["config.json"] = b'{"model_type": "evil"}'
    with pytest.raises(ModelError, match=r"config\.json of lab/embedder on the hub is not"):
        pull("lab/embedder")


def test_an_embedder_with_foreign_modules_is_not_pinned(hub: LocalHub) -> None:
    """A modules.json that names a class of its own is refused."""
    foreign = MODULES.replace(b"sentence_transformers.models.Pooling", b"evil.Pooling")
    hub.repos["lab/embedder"] = EMBEDDER | {"modules.json": foreign}
    with pytest.raises(ModelLoadFailed, match=r"evil\.Pooling"):
        pull("lab/embedder")
    assert read_pins() == {}


def test_a_pickle_only_embedder_is_refused(hub: LocalHub) -> None:
    """Without safetensors nothing is fetched at all."""
    hub.repos["lab/embedder"] = {k: v for k, v in EMBEDDER.items() if not k.endswith("safetensors")}
    with pytest.raises(ModelNotFound, match="safetensors"):
        pull("lab/embedder")
    assert hub.fetched == []


def test_a_known_generator_is_pulled_by_its_name(hub: LocalHub) -> None:
    """The registry names repository, file and family; the listing moves from available to pulled."""
    known = GENERATORS[2]
    hub.repos[known.repo] = {known.file: gguf_files.model()}
    spec = pulled(known.name.lower())
    assert (spec.name, spec.chat_family, spec.licence) == (known.name, "qwen2.5", "Apache-2.0")
    rows = {row.name: row.status for row in list_models()}
    assert rows[known.name] == "pulled"
    use(known.name)
    assert {row.name: row.status for row in list_models()}[known.name] == "in use"


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("lab/none:x.gguf", ModelNotFound, "no such model"),
        (f"{REPO}:missing.gguf", ModelNotFound, "has no file"),
        (REPO, ModelNotFound, "not a sentence-transformers model"),
        (f"{REPO}:weights.bin", ModelError, "not a GGUF"),
        (f"{REPO}:../../x.gguf", ModelError, "not an acceptable name"),
        ("../lab/x:y.gguf", ModelError, "not a repository"),
        ("nothing-known", ModelNotFound, "not a known model"),
    ],
    ids=["no repository", "no file", "no embedder", "pickle", "path", "repository path", "unknown"],
)
def test_what_cannot_be_pulled(
    hub: LocalHub, large: bytes, name: str, error: type[DomainGPTError], message: str
) -> None:
    """Each wrong name has its own message, and nothing is fetched."""
    with pytest.raises(error, match=message):
        pull(name)
    assert hub.fetched == []


def test_the_hint_offers_the_files_of_the_repository(hub: LocalHub, large: bytes) -> None:
    """Someone who names only the repository sees what to write."""
    with pytest.raises(ModelNotFound, match="not a sentence-transformers") as caught:
        pull(REPO)
    assert caught.value.hint == f"It has: {REPO}:tiny.gguf, {REPO}:other.gguf"


def test_a_hash_that_is_a_path_is_refused(hub: LocalHub, large: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The announced hash names a file on the way, so it must be a hash."""
    info = hub.info(REPO)
    info["siblings"][0]["lfs"]["sha256"] = "../../escape"
    monkeypatch.setattr(hub, "info", lambda repo: info)
    with pytest.raises(ModelError, match="no proper hash"):
        pull(NAME)


def test_a_gated_model_says_so(hub: LocalHub, large: bytes) -> None:
    """The user learns where to accept the terms."""
    hub.gated = True
    with pytest.raises(ModelError, match="accept their terms") as caught:
        pull(NAME)
    assert "HF_TOKEN" in caught.value.hint


def test_being_offline_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """No exception of the HTTP library gets out, and the hint says what works without the network."""
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match=r"127\.0\.0\.1:9 cannot be reached: .*refused.* offline\?") as caught:
        pull(NAME)
    assert "Only this command needs the network" in caught.value.hint
    assert "docs/offline.md" in caught.value.hint


def test_losing_the_network_midway_keeps_what_came(
    hub: LocalHub, large: bytes, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same words, and the part is there for the next pull."""
    hub.cut_after = [1_500_000]
    monkeypatch.setattr("domaingpt.models.download.MAX_IDLE_ATTEMPTS", 1)
    monkeypatch.setattr(
        "domaingpt.models.download.time.sleep", lambda _: (hub.server.shutdown(), hub.server.server_close())
    )
    with pytest.raises(ModelError, match=r"cannot be reached|failed") as caught:
        pull(NAME)
    assert "continues where it stopped" in caught.value.hint
    (part,) = (models_folder / ".incoming").glob("*.part")
    assert part.read_bytes() == large[:1_500_000]


def test_a_full_disk_is_seen_before_a_byte_is_fetched(
    hub: LocalHub, large: bytes, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With both figures and the way to another disk; what an earlier pull brought needs no room again."""
    usage = SimpleNamespace(free=201_000_000)
    monkeypatch.setattr("domaingpt.models.download.shutil.disk_usage", lambda _: usage)
    with pytest.raises(ModelError, match=r"tiny\.gguf needs 3 MB in .*, which has 201 MB") as caught:
        pull(NAME)
    assert "DOMAINGPT_MODELS_DIR" in caught.value.hint
    assert hub.fetched == []
    usage.free = 204_000_000
    hub.cut_after = [2_500_000, 0, 0, 0, 0, 0]
    with pytest.raises(ModelError, match="failed"):
        pull(NAME)
    usage.free, hub.cut_after = 201_000_000, []
    assert pulled().path.read_bytes() == large


def test_a_disk_that_fills_up_meanwhile_is_our_error(
    hub: LocalHub, large: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what came stays."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("domaingpt.models.download._stream", full)
        with pytest.raises(ModelError, match="No space left on device") as caught:
            pull(NAME)
    assert "Make room" in caught.value.hint
    assert pulled().path.read_bytes() == large


def test_a_token_stays_with_the_hub(hub: LocalHub, large: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub sends the client to another host for the bytes, and that host does not get it."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_IMPLICIT_TOKEN", False)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with LocalHub(repos=hub.repos) as cdn:
        hub.files_at = cdn.url
        cdn.cut_after = [1_000_000]
        assert pulled().path.read_bytes() == large
        assert set(hub.tokens) == {"Bearer hf_secret"}
        assert cdn.tokens == ["", ""]
        assert cdn.asked[1][2] == "bytes=1000000-"


@pytest.mark.parametrize("cut", [1, 65_535, 65_536, 65_537, 1_048_577, 2_999_999])
def test_no_byte_is_fetched_twice(hub: LocalHub, large: bytes, cut: int) -> None:
    """What came before a cut is on the disk, wherever the cut is."""
    hub.cut_after = [cut]
    assert pulled().path.read_bytes() == large
    assert hub.sent == len(large)


def test_of_two_pulls_at_once_one_goes_on(hub: LocalHub, large: bytes) -> None:
    """The other is told; the file is right, and both hear of it in the end."""
    hub.pause_s = 0.005
    outcomes: list[object] = []

    def attempt() -> None:
        try:
            outcomes.append(pulled().path.read_bytes() == large)
        except ModelError as exc:
            outcomes.append(exc.message)

    threads = [threading.Thread(target=attempt) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["Another pull is running.", "True"]
    assert hub.sent == len(large)
    assert pulled().path.read_bytes() == large


def test_something_else_than_a_hub_is_our_error(hub: LocalHub, large: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that answers with other JSON is named as such."""
    monkeypatch.setattr(hub, "info", lambda repo: {"hello": "world"})
    with pytest.raises(ModelError, match=r"does not answer like|names no commit"):
        pull(NAME)


def test_offline_holds_before_and_after_a_pull(hub: LocalHub, large: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch is lifted for the pull only, also when the pull fails."""
    from huggingface_hub import constants

    for variable in OFFLINE_VARIABLES:
        monkeypatch.setenv(variable, "0")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    go_offline()
    assert constants.HF_HUB_OFFLINE is True
    pull(NAME)
    assert constants.HF_HUB_OFFLINE is True
    with pytest.raises(ModelNotFound, match="no such model"):
        pull("lab/none:x.gguf")
    assert constants.HF_HUB_OFFLINE is True
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_two_pulls_at_once_are_refused(hub: LocalHub, large: bytes, models_folder: Path) -> None:
    """The second says that the first is running."""
    from filelock import FileLock

    models_folder.mkdir()
    with FileLock(models_folder / ".pull.lock"), pytest.raises(ModelError, match="Another pull"):
        pull(NAME)


def test_the_bundled_models_need_no_hub() -> None:
    """Pulling what is packaged returns it."""
    assert pull("all-MiniLM-L6-v2") == find_embedder("all-MiniLM-L6-v2")
    assert pull("smollm2-135m-instruct") == find_generator("SmolLM2-135M-Instruct")


def test_only_the_named_hub_is_asked(hub: LocalHub, large: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in a process that imported huggingface_hub before anybody told it to stay offline."""
    from huggingface_hub import constants

    detection = pytest.importorskip("huggingface_hub.utils._detect_agent")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", False)
    monkeypatch.setattr(constants, "AGENT_HARNESSES_PATH", "/nowhere")
    monkeypatch.setattr(detection, "_registry", None)
    asked = []
    monkeypatch.setattr(detection, "_fetch_registry", lambda: asked.append(constants.HF_HUB_OFFLINE))
    pulled()
    assert asked == [True]  # offline, when the real one returns without a request
