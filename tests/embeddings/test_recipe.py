"""What a sentence-transformers folder says, and what it must not leave out."""

from __future__ import annotations

import json

import pytest
from tiny_model import DIM, MAX_TOKENS, write_json, write_model

from domaingpt.embeddings.recipe import Layer, Recipe, read_recipe, weight_files
from domaingpt.errors import ModelLoadFailed


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "model", ["house"])


def test_plain_model(model):
    """Transformer, mean pooling, normalisation."""
    normal = Layer("Normalize", "2_Normalize")
    assert read_recipe(model) == Recipe(DIM, MAX_TOKENS, "mean", is_plain=True, layers=(normal,))


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_cls_token": True, "word_embedding_dimension": 24}, "cls"),
        ({"pooling_mode": "mean"}, "mean"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode": "lasttoken"}, "lasttoken"),
        ({"pooling_mode_weightedmean_tokens": True}, "weightedmean"),
        ({"pooling_mode_lasttoken": True}, "lasttoken"),
        ({"pooling_mode_mean_sqrt_len_tokens": True}, "mean_sqrt_len_tokens"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}, "max+mean"),
        ({"pooling_mode": ["mean", "max"]}, "mean+max"),
        ({"pooling_mode": "mean", "include_prompt": False}, "mean without prompt"),
        ({"pooling_mode": "attention"}, "other"),
        ({"pooling_mode_new_tokens": True}, "other"),
        ({}, "other"),
    ],
)
def test_pooling(model, config, pooling):
    """As a flag a mode, or as a name; what NumPy does not have is left to sentence-transformers."""
    write_json(model / "1_Pooling" / "config.json", config)
    recipe = read_recipe(model)
    assert recipe.pooling == pooling
    assert recipe.is_plain == (pooling != "other")


@pytest.mark.parametrize(
    ("modules", "is_plain"),
    [
        (["Transformer", "Pooling"], True),
        (["Transformer", "Pooling", "Normalize"], True),
        (["Transformer", "Pooling", "LayerNorm"], True),
        (["Transformer", "Pooling", "Dropout", "Normalize"], True),
        (["Transformer", "Normalize", "Pooling"], False),
        (["Transformer", "Pooling", "LSTM"], False),
        (["Transformer"], False),
    ],
)
def test_only_plain_models_are_compiled(model, modules, is_plain):
    """Modules of another kind or in another order are left to sentence-transformers."""
    entries = [{"type": f"sentence_transformers.models.{kind}", "path": "1_Pooling"} for kind in modules]
    write_json(model / "modules.json", entries)
    assert read_recipe(model).is_plain == is_plain


@pytest.mark.parametrize(
    ("settings", "layer"),
    [
        ({"activation_function": "torch.nn.modules.activation.ReLU"}, Layer("Dense", "2_Dense", "ReLU")),
        ({"activation_function": "torch.nn.modules.linear.Identity"}, Layer("Dense", "2_Dense", "Identity")),
        ({"activation_function": "somebody.Else"}, Layer("Dense", "2_Dense", "Tanh")),
        ({}, Layer("Dense", "2_Dense", "Tanh")),
        ({"use_residual": True}, Layer("Dense", "2_Dense", "Tanh", has_residual=True)),
        ({"activation_function": "torch.nn.modules.activation.GELU"}, None),
        ({"module_input_name": "token_embeddings"}, None),
    ],
)
def test_projection(model, settings, layer):
    """Its width is that of the vectors; foreign activations count as Tanh, as sentence-transformers takes them."""
    entries = json.loads((model / "modules.json").read_text())
    entries.insert(2, {"type": "sentence_transformers.models.Dense", "path": "2_Dense"})
    write_json(model / "modules.json", entries)
    (model / "2_Dense").mkdir()
    write_json(model / "2_Dense" / "config.json", {"in_features": DIM, "out_features": 8, **settings})
    recipe = read_recipe(model)
    assert recipe.dim == 8
    assert recipe.is_plain == (layer is not None)
    assert recipe.layers[0] == (layer or Layer("Normalize", "2_Normalize"))
    if layer:
        assert recipe.pooling == f"mean, Dense {layer.activation}{' residual' if layer.has_residual else ''} 8"
        assert [path.relative_to(model).as_posix() for path in weight_files(model, recipe)] == [
            "model.safetensors",
            "2_Dense/model.safetensors",
        ]


def test_similarity_counts_where_lengths_are_kept(model):
    """Unit vectors have one order, whatever they are compared by."""
    write_json(model / "config_sentence_transformers.json", {"similarity_fn_name": "dot"})
    assert read_recipe(model).similarity == "cosine"
    write_json(model / "modules.json", json.loads((model / "modules.json").read_text())[:2])
    assert read_recipe(model).similarity == "dot"
    write_json(model / "config_sentence_transformers.json", {"similarity_fn_name": None})
    assert read_recipe(model).similarity == "cosine"


def test_bare_transformer_is_pooled_by_its_mean(model):
    """As sentence-transformers does."""
    (model / "modules.json").unlink()
    recipe = read_recipe(model)
    assert (recipe.pooling, recipe.is_plain, recipe.layers) == ("mean", True, ())


@pytest.mark.parametrize("key", ["hidden_size", "dim", "d_model"])
def test_width_under_other_names(model, key):
    """BERT's, DistilBERT's, T5's; else the pooling's."""
    write_json(model / "config.json", {key: 48, "max_position_embeddings": 512})
    assert read_recipe(model).dim == 48
    write_json(model / "config.json", {"max_position_embeddings": 512})
    assert read_recipe(model).dim == DIM


@pytest.mark.parametrize(
    ("config", "trained", "tokenizer", "expected"),
    [
        ({"model_type": "bert", "max_position_embeddings": 512}, None, None, 512),
        ({"model_type": "roberta", "max_position_embeddings": 514}, None, None, 512),
        ({"model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1}, None, None, 512),
        ({"model_type": "camembert", "max_position_embeddings": 514, "pad_token_id": 0}, None, None, 513),
        ({"model_type": "mpnet", "max_position_embeddings": 514}, 384, 512, 384),
        ({"model_type": "bert", "max_position_embeddings": 512}, None, 128, 128),
        ({"model_type": "bert", "max_position_embeddings": 512}, 256, 128, 256),
        ({"model_type": "bert", "max_position_embeddings": 512}, None, int(1e30), 512),
        ({"model_type": "t5", "n_positions": 512}, None, int(1e30), 512),
        ({"model_type": "xlnet", "max_position_embeddings": -1}, None, 64, 64),
    ],
)
def test_limit(model, config, trained, tokenizer, expected):
    """Positions that are never used do not count; a tokenizer's limit counts where no other is set."""
    write_json(model / "config.json", {"hidden_size": DIM, **config})
    write_json(model / "sentence_bert_config.json", {"max_seq_length": trained} if trained else {})
    write_json(model / "tokenizer_config.json", {"model_max_length": tokenizer} if tokenizer else {})
    assert read_recipe(model).max_tokens == expected


def test_newer_class_names(model):
    """As sentence-transformers 6 writes them."""
    entries = json.loads((model / "modules.json").read_text())
    entries[1]["type"] = "sentence_transformers.sentence_transformer.modules.pooling.Pooling"
    write_json(model / "modules.json", entries)
    assert read_recipe(model).is_plain


def test_shorter_limit_counts(model):
    """Of what the model was trained with and what its positions allow."""
    write_json(model / "sentence_bert_config.json", {"max_seq_length": 1024})
    assert read_recipe(model).max_tokens == 512
    write_json(model / "sentence_bert_config.json", {"max_seq_length": None})
    assert read_recipe(model).max_tokens == 512
    (model / "sentence_bert_config.json").unlink()
    assert read_recipe(model).max_tokens == 512


def test_lower_casing_outside_the_tokenizer(model):
    """The tokenizer's file would not do it."""
    write_json(model / "sentence_bert_config.json", {"max_seq_length": 16, "do_lower_case": True})
    assert read_recipe(model).lower_case


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", None),
        ("config.json", "{"),
        ("config.json", "[]"),
        ("config.json", '{"hidden_size": "wide", "max_position_embeddings": 512}'),
        ("modules.json", '[{"path": ""}]'),
        ("modules.json", "3"),
        ("1_Pooling/config.json", None),
        ("1_Pooling/config.json", "[]"),
        ("sentence_bert_config.json", "[]"),
        ("sentence_bert_config.json", '{"max_seq_length": "long"}'),
    ],
)
def test_malformed_folder_does_not_load(model, file, content):
    """With the folder's name, whatever is wrong."""
    (model / file).unlink()
    if content is not None:
        (model / file).write_text(content)
    with pytest.raises(ModelLoadFailed, match="not a sentence-transformers model"):
        read_recipe(model)


def test_model_without_any_limit_does_not_load(model):
    """Nobody could say what is cut off."""
    (model / "sentence_bert_config.json").unlink()
    write_json(model / "config.json", {"hidden_size": DIM})
    with pytest.raises(ModelLoadFailed, match="not a sentence-transformers model"):
        read_recipe(model)
