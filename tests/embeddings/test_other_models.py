"""Any sentence-transformers model: compiled vectors against its own `encode`. Needs torch; models are made here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_models import WIDTH, write_small_model

from domaingpt.embeddings import compiler, engine, find_engine, load_embedder
from domaingpt.embeddings.compiler import PARITY_TEXTS
from domaingpt.embeddings.recipe import read_recipe
from domaingpt.embeddings.sbert import load_reference
from domaingpt.models import EmbedderSpec, find_embedder, go_offline
from domaingpt.testing import EmbedderContract

pytestmark = [pytest.mark.model, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

TEXTS = [*PARITY_TEXTS[:12], "", "a"]  # sentence-transformers would cut the longer ones
MIN_COSINE_DOCUMENT = 0.99  # int8
MIN_COSINE_QUERY = 0.9999  # fp32


@pytest.fixture(autouse=True)
def told(tmp_path, monkeypatch) -> list[str]:
    """Compile in this process, where torch is loaded already, into a folder of the test; return the notices."""
    monkeypatch.setenv("DOMAINGPT_CACHE_DIR", str(tmp_path / "cache"))
    go_offline()
    stages = {"export": compiler.export, "finish": compiler.finish}

    def run(stage: str, spec: EmbedderSpec, target: Path) -> None:
        stages[stage](spec.folder, target)

    monkeypatch.setattr(engine, "_run_compiler", run)
    return []


def reference(folder: Path, texts: list[str], prompt: str = "", **options: Any) -> np.ndarray:
    """Return what sentence-transformers itself gives."""
    return np.asarray(load_reference(folder).encode(texts, prompt=prompt, normalize_embeddings=True, **options))


def check_parity(folder: Path, told: list[str], *, engine: str = "onnx int8", **changes: Any) -> Any:
    """Compare documents and queries, each with its prompt; return the embedder."""
    from dataclasses import replace

    spec = replace(find_embedder(str(folder)), **changes)
    embedder = load_embedder(spec, told.append)
    assert embedder.engine == engine, told
    options = {"truncate_dim": spec.truncate_dim}
    documents = reference(folder, TEXTS, spec.document_prompt, **options)
    queries = reference(folder, TEXTS, spec.query_prompt, **options)
    assert documents.shape[1] == embedder.identity.dim
    between = queries @ queries.T - 2 * np.eye(len(TEXTS))
    assert np.all(between.max(axis=1) < 0.9999)  # else parity would say nothing
    assert np.sum(embedder.encode_document(TEXTS) * documents, axis=1).min() >= MIN_COSINE_DOCUMENT
    assert np.sum(embedder.encode_query(TEXTS) * queries, axis=1).min() >= MIN_COSINE_QUERY
    return embedder


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "qwen3", "t5"])
def test_vectors_are_those_of_sentence_transformers(tmp_path, told, kind):
    """WordPiece, byte pairs and SentencePiece; with token types and without; encoders and a decoder."""
    embedder = check_parity(write_small_model(tmp_path / kind, kind), told)
    assert (embedder.identity.dim, embedder.identity.max_tokens, embedder.identity.pooling) == (WIDTH, 128, "mean")


@pytest.mark.parametrize("modes", ["lasttoken", ["lasttoken", "weightedmean", "max", "mean_sqrt_len_tokens", "cls"]])
def test_every_pooling_is_respected(tmp_path, told, modes):
    """Also several side by side, in the order they are named."""
    embedder = check_parity(write_small_model(tmp_path / "m", "distilbert", pooling={"pooling_mode": modes}), told)
    names = [modes] if isinstance(modes, str) else modes
    assert embedder.identity.pooling == "+".join(names)
    assert embedder.identity.dim == WIDTH * len(names)


def test_flags_of_older_files_pool_in_their_own_order(tmp_path, told):
    """Two flags: cls comes before mean, whatever their order in the file."""
    folder = write_small_model(tmp_path / "m", "distilbert")
    flags = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True, "pooling_mode_max_tokens": False}
    settings = {"word_embedding_dimension": WIDTH, **flags}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(settings))
    assert check_parity(folder, told).identity.pooling == "cls+mean"


def dense(activation: str | None = None, out: int = 24, **options: Any) -> Any:
    import torch
    from sentence_transformers.base.modules.dense import Dense

    function = getattr(torch.nn, activation)() if activation else torch.nn.Tanh()
    return Dense(WIDTH, out, activation_function=function, **options)


@pytest.mark.parametrize("activation", ["Tanh", "SiLU"])
def test_a_projection_is_part_of_the_vector(tmp_path, told, activation):
    """And of the identity: another projection of the same transformer gives other vectors."""
    one = write_small_model(tmp_path / "one", "distilbert", layers=[dense(activation)])
    two = write_small_model(tmp_path / "two", "distilbert", layers=[dense(activation, init_bias=None, bias=False)])
    embedder = check_parity(one, told)
    assert (embedder.identity.dim, embedder.identity.pooling) == (24, f"mean, Dense {activation} 24")
    other = check_parity(two, told)
    assert other.identity.weights_sha256 != embedder.identity.weights_sha256
    assert find_engine(find_embedder(str(one))).weights_sha256 == find_engine(find_embedder(str(two))).weights_sha256


def test_layers_come_in_their_order(tmp_path, told):
    """Normalised, normalised over the layer, projected twice, the second time beside its own input."""
    from sentence_transformers.base.modules.normalize import Normalize
    from sentence_transformers.sentence_transformer.modules.layer_norm import LayerNorm

    layers = [Normalize(), LayerNorm(WIDTH), dense("Tanh", WIDTH, use_residual=True), dense("ReLU", use_residual=True)]
    embedder = check_parity(write_small_model(tmp_path / "m", "bert", layers=layers), told)
    assert embedder.identity.pooling == "mean, Normalize, LayerNorm, Dense Tanh residual 24, Dense ReLU residual 24"


def test_a_projection_that_numpy_does_not_have_is_left_to_sentence_transformers(tmp_path, told):
    """And said."""
    folder = write_small_model(tmp_path / "m", "distilbert", layers=[dense("GELU")])
    embedder = check_parity(folder, told, engine="sentence-transformers")
    assert embedder.identity.dim == 24
    assert told == [f"{folder} has modules that cannot be compiled; sentence-transformers runs it, which is slower."]


@pytest.mark.parametrize(("kind", "include_prompt"), [("bert", True), ("xlm-roberta", False)])
def test_prompts_are_those_of_the_model(tmp_path, told, kind, include_prompt):
    """With `include_prompt: false` the tokens of the prompt are read, but not pooled."""
    pooling = {"pooling_mode": "mean", "include_prompt": include_prompt}
    folder = write_small_model(tmp_path / "m", kind, pooling=pooling)
    settings = json.loads((folder / "config_sentence_transformers.json").read_text())
    prompts = {"query": "query: ", "document": "", "passage": "passage: "}
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps(settings | {"prompts": prompts, "default_prompt_name": "query"})
    )
    embedder = check_parity(folder, told)
    assert (embedder.identity.query_prompt, embedder.identity.document_prompt) == ("query: ", "passage: ")
    assert embedder.identity.pooling == ("mean" if include_prompt else "mean without prompt")
    ours = embedder.encode_query(TEXTS)
    assert np.sum(ours * load_reference(folder).encode_query(TEXTS, normalize_embeddings=True), axis=1).min() > 0.9999
    other = reference(folder, TEXTS[:5], "passage: ")
    assert np.abs(ours[:5] - other).max() > 0.01  # the prompt does change the vector


@pytest.mark.parametrize("compiles", [True, False], ids=["compiled", "sentence-transformers"])
def test_a_long_text_has_the_prompt_before_each_window(tmp_path, told, monkeypatch, compiles):
    """Both engines give its mean."""
    folder = write_small_model(tmp_path / "m", "distilbert", max_tokens=24)
    if not compiles:
        monkeypatch.setattr("domaingpt.embeddings.find_engine", lambda _: None)
        monkeypatch.setattr("domaingpt.embeddings.why_not_compiled", lambda _: "No compiler here.")
    embedder = load_embedder(find_embedder(str(folder)), told.append)
    from dataclasses import replace

    prompted = load_embedder(replace(find_embedder(str(folder)), query_prompt="query: "), told.append)
    words = ["house", "garden", "rent", "boiler"] * 20
    room = 24 - 2 - embedder.count_tokens(["query: "])[0]
    assert embedder.count_tokens(words[:4]) == [1, 1, 1, 1]
    windows = [" ".join(words[start : start + room]) for start in range(0, 80, room)]
    expected = reference(folder, windows, "query: ").sum(axis=0)
    expected /= np.linalg.norm(expected)
    assert float(prompted.encode_query([" ".join(words)])[0] @ expected) > 0.9999


def test_the_first_dimensions_are_kept(tmp_path, told):
    """As Matryoshka models allow; the width is part of the identity."""
    embedder = check_parity(write_small_model(tmp_path / "m", "mpnet"), told, truncate_dim=16)
    assert embedder.identity.dim == 16


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("xlm-roberta", 512), ("mpnet", 512)],
)
def test_the_limit_is_what_tokenizer_and_positions_allow(tmp_path, told, kind, expected):
    """Where nobody set one: 514 positions are 512 tokens, and a text of just so many still runs."""
    folder = write_small_model(tmp_path / "m", kind, max_tokens=None)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps(settings | {"model_max_length": int(1e30)}))
    assert read_recipe(folder).max_tokens == expected
    embedder = load_embedder(find_embedder(str(folder)), told.append)
    text = "house " * 1000
    assert np.linalg.norm(embedder.encode_query([text])) == pytest.approx(1, abs=1e-5)


def test_weights_in_half_precision_are_used_in_single(tmp_path, told):
    """As many models come."""
    from safetensors.torch import load_file, save_file

    folder = write_small_model(tmp_path / "m", "bert")
    weights = load_file(folder / "model.safetensors")
    save_file({k: v.half() for k, v in weights.items()}, folder / "model.safetensors", {"format": "pt"})
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"dtype": "float16"}))
    check_parity(folder, told)


def test_lower_casing_by_settings(tmp_path, told):
    """The tokenizer's file does not do it."""
    folder = write_small_model(tmp_path / "m", "roberta")
    settings = json.loads((folder / "sentence_bert_config.json").read_text())
    (folder / "sentence_bert_config.json").write_text(json.dumps(settings | {"do_lower_case": True}))
    embedder = check_parity(folder, told)
    assert np.allclose(embedder.encode_query(["HOUSE"]), embedder.encode_query(["house"]), atol=1e-6)


def test_a_model_without_a_fast_tokenizer_is_given_one(tmp_path, told):
    """From its vocabulary, by transformers; kept in the engine."""
    folder = write_small_model(tmp_path / "m", "bert")
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    entries = sorted(tokenizer["model"]["vocab"], key=tokenizer["model"]["vocab"].get)
    (folder / "tokenizer.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(entries), encoding="utf-8")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings = settings | {"tokenizer_class": "BertTokenizer", "do_lower_case": True}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    check_parity(folder, told)
    assert (find_engine(find_embedder(str(folder))).folder / "tokenizer.json").is_file()


def test_a_model_that_transformers_has_runs_none_of_its_own_code(tmp_path, told):
    """Its settings still name the code it once came with, which lies there and would tell."""
    folder = write_small_model(tmp_path / "nomic-embed-text-v1.5", "nomic")
    config = json.loads((folder / "config.json").read_text())
    code = {"AutoConfig": "evil.Config", "AutoModel": "evil.Model"}
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": code}))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nraise SystemExit('ran')\n")
    embedder = check_parity(folder, told)
    assert not (tmp_path / "ran").exists()
    assert (embedder.identity.query_prompt, embedder.identity.document_prompt) == (
        "search_query: ",
        "search_document: ",
    )


def test_a_bare_transformer_is_pooled_by_its_mean(tmp_path, told):
    """As sentence-transformers does with a folder that has no modules.json."""
    write_small_model(tmp_path / "m", "bert")
    assert check_parity(tmp_path / "m-bare", told).identity.pooling == "mean"


# --- when compiling goes wrong ------------------------------------------------------------------


def test_int8_that_strays_is_replaced_by_fp32(tmp_path, told, monkeypatch):
    """And said; documents then have the queries' precision."""
    monkeypatch.setattr(compiler, "MIN_COSINE_INT8", 1.1)
    folder = write_small_model(tmp_path / "m", "bert")
    embedder = check_parity(folder, told, engine="onnx fp32")
    assert told[-1] == (
        f"Weights of 8 bits change the vectors of {folder} too much; documents take fp32, which is slower."
    )
    assert np.allclose(embedder.encode_document(TEXTS), embedder.encode_query(TEXTS), atol=1e-6)


def test_quantizing_that_fails_is_replaced_by_fp32(tmp_path, told, monkeypatch):
    """An exception in it is not the end."""

    def fail(*_: object) -> None:
        raise RuntimeError("no such operator")

    monkeypatch.setattr(compiler, "_quantize", fail)
    check_parity(write_small_model(tmp_path / "m", "bert"), told, engine="onnx fp32")


def test_a_fusion_that_breaks_the_graph_is_left_out(tmp_path, told, monkeypatch):
    """The plain graph is taken."""
    monkeypatch.setattr(compiler, "_fuse", lambda _, target: target.write_bytes(b"no graph"))
    check_parity(write_small_model(tmp_path / "m", "bert"), told)


def test_an_export_that_strays_is_left_to_sentence_transformers(tmp_path, told, monkeypatch):
    """Once: the next command does not compile again, and says why in one line."""
    from domaingpt.errors import ModelLoadFailed

    monkeypatch.setattr(compiler, "MIN_COSINE_FP32", 1.1)
    stages = []

    def run(stage: str, spec: EmbedderSpec, target: Path) -> None:
        stages.append(stage)
        try:
            {"export": compiler.export, "finish": compiler.finish}[stage](spec.folder, target)
        except SystemExit as exc:
            raise ModelLoadFailed(f"Compiling {spec.name} failed: {exc}") from exc

    monkeypatch.setattr(engine, "_run_compiler", run)
    folder = write_small_model(tmp_path / "m", "bert")
    check_parity(folder, told, engine="sentence-transformers")
    assert "the exported model differs from sentence-transformers" in told[-1]
    assert told[-1].endswith("So sentence-transformers runs it, which is slower.")
    check_parity(folder, told, engine="sentence-transformers")
    assert stages == ["export", "finish"]
    assert told[-1] == told[-2]


class TestOtherEmbedder(EmbedderContract):
    """The contract, with a prompt, a projection and fewer dimensions."""

    @pytest.fixture
    def embedder(self, tmp_path):
        """Return a compiled model."""
        folder = write_small_model(tmp_path / "m", "bert", layers=[dense("Tanh", 48)])
        spec = EmbedderSpec("m", folder, None, ("en",), "MIT", "query: ", "passage: ", 32)
        return load_embedder(spec)


def test_the_real_compiler_runs_in_children(tmp_path, monkeypatch):
    """From a folder with a projection, whose weights must reach the child."""
    monkeypatch.undo()
    monkeypatch.setenv("DOMAINGPT_CACHE_DIR", str(tmp_path / "cache"))
    folder = write_small_model(tmp_path / "m", "distilbert", layers=[dense("Tanh")])
    check_parity(folder, [])


def test_a_model_that_cannot_be_loaded_is_our_error(tmp_path, monkeypatch):
    """With the reason in one line, by the one who encodes first."""
    from domaingpt.errors import ModelLoadFailed

    monkeypatch.setattr("domaingpt.embeddings.why_not_compiled", lambda _: "No compiler here.")
    folder = write_small_model(tmp_path / "m", "bert")
    (folder / "model.safetensors").write_bytes(b"no weights")
    embedder = load_embedder(find_embedder(str(folder)))
    with pytest.raises(ModelLoadFailed, match=f"sentence-transformers cannot load {folder}: ") as caught:
        embedder.encode_query(["house"])
    assert "\n" not in caught.value.message


def test_a_domain_changes_its_embedder_and_goes_back(tmp_path, monkeypatch):
    """By path in domain.toml: refused, said, rebuilt from what was read; vectors are the model's own."""
    from domaingpt.chunks import embedded_text
    from domaingpt.errors import IndexStale
    from domaingpt.workspace import Workspace

    told: list[str] = []
    workspace = Workspace.create(tmp_path / "ws", told.append)
    models = workspace.path / "models"
    models.mkdir()
    write_small_model(models / "one", "distilbert", max_tokens=256)
    two = write_small_model(models / "e5-small-v2", "xlm-roberta", max_tokens=256, layers=[dense("Tanh", 32)])
    folder = workspace.new("house").folder
    (folder / "documents" / "a.txt").write_text("The boiler was inspected in the cellar. Rent is due in March.")

    def choose(model: str) -> Any:
        (folder / "domain.toml").write_text(f'[embedding]\nmodel = "{model}"')
        return workspace.domain("house")

    domain = choose("models/one")
    domain.ingest()
    (before,), _ = domain.search("boiler", arm="dense")
    with pytest.raises(
        IndexStale, match=r"built with models/one \(64-d\); domain.toml now names models/e5-small-v2 \(32"
    ):
        choose("models/e5-small-v2").search("boiler")
    told.clear()
    domain = choose("models/e5-small-v2")
    assert domain.ingest().ledger.files["read"] == 0
    assert told[-1].startswith("The index was built with models/one (64-d); domain.toml now names models/e5-small-v2")
    (hit,), _ = domain.search("boiler", arm="dense")
    document = reference(two, [embedded_text(hit.chunk)], "passage: ")[0]
    query = reference(two, ["boiler"], "query: ")[0]
    assert hit.dense == pytest.approx(float(query @ document), abs=0.01)  # int8, and half precision in the index
    domain = choose("models/one")
    domain.ingest()
    (after,), _ = domain.search("boiler", arm="dense")
    assert (after.chunk, after.dense) == (before.chunk, before.dense)
