"""The compiled embedder against NumPy, and how its engine is found, built, and done without."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tiny_model import DIM, MAX_TOKENS, table, write_json, write_model, write_onnx

from domaingpt import durable
from domaingpt.embeddings import EmbedderIdentity, engine, find_engine, load_embedder, verify_engine
from domaingpt.embeddings.compiled import BATCH_TOKENS, CompiledEmbedder, _batches
from domaingpt.embeddings.sbert import SbertEmbedder
from domaingpt.errors import BadConfig, ModelLoadFailed
from domaingpt.models import EmbedderSpec
from domaingpt.testing import EmbedderContract, HashEmbedder

WORDS = (
    "the boiler in cellar was inspected photosynthesis of marine algae under ultraviolet light house and garden".split()
)
WORDS += (
    "buyer pays a deposit ten per cent within fourteen days ok net sales rose 8 % to $ 82 , 959 million third".split()
)
WORDS += [*"今年的房贷利率下降了。", ".", "quarter", "turns", "water", "carbon", "dioxide", "into", "sugar", "oxygen"]


@pytest.fixture
def spec(tmp_path):
    """A tiny model on disk."""
    folder = write_model(tmp_path / "model", WORDS)
    return EmbedderSpec("tiny", folder, None, ("en",), "Apache-2.0")


@pytest.fixture
def compiled(monkeypatch):
    """Compile by writing the look-up; return the stages that were run."""
    stages = []

    def run(stage, spec, target):
        stages.append(stage)
        if stage == "export":
            target.mkdir()
            return
        for name in ("query.onnx", "document.onnx"):
            write_onnx(spec.folder, target / name)
        files = {
            name: {"size": (target / name).stat().st_size, "sha256": durable.sha256_file(target / name)}
            for name in ("query.onnx", "document.onnx")
        }
        sha256 = durable.sha256_file(spec.folder / "model.safetensors")
        facts = {"weights_sha256": sha256, "document_precision": "int8", "files": files, "languages": ["en"]}
        write_json(target / "engine.json", facts)

    monkeypatch.setattr(engine, "_run_compiler", run)
    return stages


@pytest.fixture
def embedder(spec, compiled):
    return load_embedder(spec)


class TestTinyEmbedder(EmbedderContract):
    """The compiled embedder, over a look-up."""


class TestHashEmbedder(EmbedderContract):
    """The shipped fake."""

    @pytest.fixture
    def embedder(self):
        """Return a fake of its default size."""
        return HashEmbedder()


# --- values ------------------------------------------------------------------------------------


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def looked_up(words):
    numbers = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *dict.fromkeys(WORDS)])}
    return table(len(numbers))[[numbers[word] for word in words]]


def test_mean_pooling_leaves_padding_out(embedder):
    """A short text beside a long one has the vector it has alone."""
    expected = unit(looked_up(["[CLS]", "boiler", "house", "[SEP]"]).mean(axis=0))
    long = "the boiler in the cellar was inspected"
    assert embedder.encode_document(["Boiler house", long])[0] == pytest.approx(expected, abs=1e-5)
    assert embedder.encode_query(["Boiler house"])[0] == pytest.approx(expected, abs=1e-5)


def test_cls_pooling(tmp_path, compiled):
    """The first token's vector, whatever follows."""
    folder = write_model(tmp_path / "cls", WORDS, pooling="cls")
    embedder = load_embedder(EmbedderSpec("tiny", folder, None, (), "unknown"))
    expected = unit(looked_up(["[CLS]"]))[0]
    for text in ("boiler", "the house and the garden"):
        assert embedder.encode_document([text])[0] == pytest.approx(expected, abs=1e-5)


def test_long_text_is_the_mean_of_its_windows(embedder):
    """20 words in windows of 14 and 6, special tokens around each."""
    words = (WORDS[:10] * 2)[:20]
    windows = [["[CLS]", *words[:14], "[SEP]"], ["[CLS]", *words[14:], "[SEP]"]]
    expected = unit(sum(unit(looked_up(window).mean(axis=0)) for window in windows))
    assert embedder.identity.max_tokens == MAX_TOKENS
    assert embedder.encode_document([" ".join(words)])[0] == pytest.approx(expected, abs=1e-5)


def test_prompts_stand_before_the_text(spec, compiled):
    """The query's before queries, the document's before documents; neither is counted."""
    embedder = load_embedder(replace(spec, query_prompt="house ", document_prompt="garden "))
    plain = load_embedder(spec)
    assert np.allclose(embedder.encode_query(["boiler"]), plain.encode_query(["house boiler"]), atol=1e-6)
    assert np.allclose(embedder.encode_document(["boiler"]), plain.encode_document(["garden boiler"]), atol=1e-6)
    assert embedder.count_tokens(["boiler"]) == [1]


def test_token_vectors_are_those_of_the_words(embedder):
    """In their order, special tokens left out."""
    ((tokens, vectors),) = embedder.encode_tokens(["Boiler house"])
    assert tokens == ["boiler", "house"]
    assert vectors == pytest.approx(unit(looked_up(tokens)), abs=1e-5)


def test_text_without_tokens_has_a_unit_vector(embedder):
    """Special tokens remain."""
    assert np.linalg.norm(embedder.encode_document(["", " "]), axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_many_texts_come_back_in_order(embedder):
    """Through several batches and sessions."""
    texts = [" ".join(WORDS[start : start + 1 + start % 11]) for start in range(40)] * 20
    together = embedder.encode_document(texts)
    alone = np.concatenate([embedder.encode_document([text]) for text in texts[:40]])
    assert np.allclose(together, np.tile(alone, (20, 1)), atol=1e-5)


def test_batches_hold_every_text_once_longest_first():
    """Each at most BATCH_TOKENS padded, but for a single text that is longer."""
    lengths = [3000, *np.random.default_rng(2).integers(1, 256, 300).tolist(), 0, 1]
    batches = list(_batches(lengths))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    order = [lengths[index] for batch in batches for index in batch]
    assert order == sorted(order, reverse=True)
    assert all(len(batch) * lengths[batch[0]] <= BATCH_TOKENS or len(batch) == 1 for batch in batches)
    assert list(_batches([])) == []


# --- the engine --------------------------------------------------------------------------------


def test_engine_is_built_once(spec, compiled):
    """The user hears of it; the second time it is found."""
    told = []
    first = load_embedder(spec, told.append)
    assert compiled == ["export", "finish"]
    assert told == ["Compiling the embedder tiny for this machine, once …"]
    second = load_embedder(spec, told.append)
    assert compiled == ["export", "finish"]
    assert len(told) == 1
    assert (first.identity, first.engine, first.languages) == (second.identity, "onnx int8", ("en",))
    assert verify_engine(find_engine(spec)) == []


@pytest.mark.parametrize("name", ["query.onnx", "document.onnx", "engine.json"])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_damaged_engine_is_built_again(spec, compiled, name, damage):
    """And works."""
    load_embedder(spec)
    file = find_engine(spec).folder / name
    file.unlink() if damage == "missing" else file.write_bytes(file.read_bytes()[:-9])
    assert find_engine(spec) is None
    assert load_embedder(spec).encode_query(["house"]).shape == (1, DIM)
    assert compiled == ["export", "finish"] * 2
    assert verify_engine(find_engine(spec)) == []


@pytest.mark.parametrize("content", ["[]", "3", '{"files": 3}', '{"files": {"query.onnx": 3}}', '{"files": {}}'])
def test_malformed_engine_note_counts_as_missing(spec, compiled, content):
    """Whatever it holds."""
    load_embedder(spec)
    (find_engine(spec).folder / "engine.json").write_text(content)
    assert find_engine(spec) is None


def test_flipped_bit_in_an_engine_is_found_by_verify(spec, compiled):
    """Opening looks at sizes only."""
    load_embedder(spec)
    found = find_engine(spec)
    file = found.folder / "document.onnx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert verify_engine(found) == ["document.onnx"]


@pytest.mark.parametrize("change", ["weights", "config", "pooling"])
def test_other_model_is_another_engine(spec, compiled, change):
    """Weights by size and time, settings by content."""
    load_embedder(spec)
    match change:
        case "weights":
            (spec.folder / "model.safetensors").write_bytes(b"other weights")
        case "config":
            config = json.loads((spec.folder / "config.json").read_text())
            write_json(spec.folder / "config.json", {**config, "layer_norm_eps": 1e-5})
        case "pooling":
            write_json(spec.folder / "1_Pooling" / "config.json", {"pooling_mode_cls_token": True})
    assert find_engine(spec) is None


def test_other_compiler_is_another_engine(spec, compiled, monkeypatch):
    """Its number is in the key."""
    load_embedder(spec)
    monkeypatch.setattr(engine, "COMPILER", "onnx/99")
    assert find_engine(spec) is None


def test_failed_build_leaves_nothing_and_falls_back(spec, monkeypatch):
    """To sentence-transformers, with a notice; the identity is the same, so the index is too."""

    def fail(stage, spec, target):
        target.mkdir()
        raise ModelLoadFailed("Compiling tiny failed: no.")

    monkeypatch.setattr(engine, "_run_compiler", fail)
    told = []
    embedder = load_embedder(spec, told.append)
    assert embedder.engine == "sentence-transformers"
    assert isinstance(embedder.encode_query.__self__, SbertEmbedder)
    assert "Compiling tiny failed" in told[-1]
    assert told[-1].endswith("So sentence-transformers runs it, which is slower.")
    assert embedder.identity.weights_sha256 == durable.sha256_file(spec.folder / "model.safetensors")
    folder = engine._engine_folder(spec).parent
    left = [path.name for path in folder.iterdir() if path.suffix != ".lock"]
    assert left == [f"{engine._engine_folder(spec).name}.failed.json"]


def test_a_failed_build_is_not_repeated_by_every_command(spec, monkeypatch):
    """Within a day it is only said; then it is tried again."""
    tried = []

    def fail(stage, spec, target):
        tried.append(stage)
        raise ModelLoadFailed("Compiling tiny failed: no.")

    monkeypatch.setattr(engine, "_run_compiler", fail)
    told = []
    for _ in range(2):
        load_embedder(spec, told.append)
    assert tried == ["export"]
    assert told[1:] == ["Compiling tiny failed: no. So sentence-transformers runs it, which is slower."] * 2
    monkeypatch.setattr(engine, "RETRY_AFTER_S", -1)
    load_embedder(spec, told.append)
    assert tried == ["export", "export"]
    (engine._engine_folder(spec).parent / f"{engine._engine_folder(spec).name}.failed.json").write_text("{")
    assert engine.why_not_compiled(spec) == ""


def test_identity_does_not_depend_on_the_engine(spec, compiled, monkeypatch):
    """An index moves between machines."""
    compiled_identity = load_embedder(spec).identity
    monkeypatch.setattr("domaingpt.embeddings.find_engine", lambda _: None)
    monkeypatch.setattr("domaingpt.embeddings.read_recipe", lambda folder: replace(real(folder), is_plain=False))
    from domaingpt.embeddings.recipe import read_recipe as real

    fallback = load_embedder(spec)
    assert fallback.engine == "sentence-transformers"
    assert fallback.identity == compiled_identity


def test_model_that_is_not_plain_is_not_compiled(spec, compiled):
    """And the user hears why it is slow."""
    write_json(spec.folder / "1_Pooling" / "config.json", {"pooling_mode": "attention"})
    told = []
    assert load_embedder(spec, told.append).engine == "sentence-transformers"
    assert compiled == []
    assert told == ["tiny has modules that cannot be compiled; sentence-transformers runs it, which is slower."]


def test_truncated_vectors_are_unit_vectors_of_their_first_dimensions(spec, compiled):
    """And another width is another identity."""
    whole, short = load_embedder(spec), load_embedder(replace(spec, truncate_dim=8))
    texts = ["the boiler", "house and garden"]
    assert short.encode_document(texts) == pytest.approx(unit(whole.encode_document(texts)[:, :8]), abs=1e-6)
    assert (short.identity.dim, whole.identity.dim) == (8, DIM)
    assert short.identity.key != whole.identity.key
    with pytest.raises(BadConfig, match="truncate_dim = 25, but tiny has 24 dimensions") as caught:
        load_embedder(replace(spec, truncate_dim=25))
    assert "less than 24" in caught.value.hint


def test_the_default_embedder_keeps_its_identity():
    """Indexes that were built before stay valid."""
    from domaingpt.embeddings import _identity
    from domaingpt.embeddings.recipe import read_recipe
    from domaingpt.models import find_embedder

    spec = find_embedder("all-MiniLM-L6-v2")
    assert _identity(spec, [spec.weights_sha256], read_recipe(spec.folder)).key == "41fc4dc70380be62"


def test_what_the_user_may_want_to_set_otherwise_is_said_once(spec, compiled, monkeypatch):
    """Prompts, guessed languages, another similarity; by the command that compiles, and not again."""
    write_json(spec.folder / "modules.json", json.loads((spec.folder / "modules.json").read_text())[:2])
    write_json(spec.folder / "config_sentence_transformers.json", {"similarity_fn_name": "dot"})
    told = []
    load_embedder(replace(spec, query_prompt="query: ", languages=()), told.append)
    assert told[1:] == [
        "Queries begin with 'query: ' for it, documents with ''.",
        "It names no languages; its vocabulary has those of: en.",
        "It was trained to be compared by dot; here it is compared by cosine.",
    ]
    load_embedder(replace(spec, query_prompt="query: ", languages=()), told.append)
    assert len(told) == 4


def test_languages_are_those_of_the_card_else_of_the_vocabulary(spec, compiled):
    """The engine keeps the guess, so that no command reads the vocabulary for it."""
    assert load_embedder(spec).languages == ("en",)
    assert load_embedder(replace(spec, languages=("ja",))).languages == ("ja",)
    found = find_engine(spec)
    facts = json.loads((found.folder / "engine.json").read_text())
    write_json(found.folder / "engine.json", facts | {"languages": ["en", "ru"]})
    assert load_embedder(replace(spec, languages=())).languages == ("en", "ru")


def test_other_weights_than_pinned_do_not_load(spec, compiled):
    """Compiled or not."""
    pinned = replace(spec, weights_sha256="0" * 64)
    with pytest.raises(ModelLoadFailed, match="SHA-256"):
        load_embedder(pinned)


def test_compiler_that_dies_is_a_failure_with_its_last_words(spec):
    """A child process, so that torch is never loaded here; the tiny weights are no weights."""
    command = engine.subprocess
    with pytest.MonkeyPatch.context() as patched:
        done = command.CompletedProcess([], 1, "", "Traceback\n  …\nValueError: no such layer\n")
        patched.setattr(engine.subprocess, "run", lambda *_, **__: done)
        with pytest.raises(ModelLoadFailed, match="ValueError: no such layer"):
            engine.build_engine(spec, print)

        def too_slow(*args, **options):
            raise command.TimeoutExpired("python", options["timeout"])

        patched.setattr(engine.subprocess, "run", too_slow)
        with pytest.raises(ModelLoadFailed, match="more than 900 s"):
            engine.build_engine(spec, print)


def test_identity_is_all_that_vectors_depend_on():
    """Those of documents: neither the name nor the query's prompt makes an index stale."""
    identity = EmbedderIdentity("tiny", "sha", 24, 16, "mean")
    assert replace(identity, name="other").key == identity.key
    assert replace(identity, query_prompt="query: ").key == identity.key
    others = [
        replace(identity, **{field: value})
        for field, value in {
            "weights_sha256": "ahs",
            "dim": 25,
            "max_tokens": 17,
            "pooling": "cls",
            "document_prompt": "d",
        }.items()
    ]
    assert len({other.key for other in [identity, *others]}) == 6
    assert len(identity.key) == 16


def test_nothing_is_loaded_before_it_is_needed(spec, compiled):
    """A search by words waits for no session."""
    embedder = CompiledEmbedder.from_files(
        spec.folder, document_file=spec.folder / "absent.onnx", query_file=spec.folder / "absent.onnx"
    )
    assert embedder.count_tokens(["the house"]) == [2]
