"""What a sentence-transformers folder says, and what it must not leave out."""

from __future__ import annotations

import json

import pytest
from tiny_model import DIM, MAX_TOKENS, write_json, write_model

from domaingpt.embeddings.recipe import Recipe, read_recipe
from domaingpt.errors import ModelLoadFailed


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "model", ["house"])


def test_plain_model(model):
    """Transformer, mean pooling, normalisation."""
    assert read_recipe(model) == Recipe(DIM, MAX_TOKENS, "mean", is_plain=True)


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_cls_token": True, "word_embedding_dimension": 24}, "cls"),
        ({"pooling_mode": "mean"}, "mean"),
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode_max_tokens": True}, "other"),
        ({"pooling_mode": "lasttoken"}, "other"),
        ({"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}, "other"),
        ({}, "other"),
    ],
)
def test_pooling(model, config, pooling):
    """As a flag a mode, or as a name; anything but mean and CLS is left to sentence-transformers."""
    write_json(model / "1_Pooling" / "config.json", config)
    recipe = read_recipe(model)
    assert recipe.pooling == pooling
    assert recipe.is_plain == (pooling != "other")


@pytest.mark.parametrize(
    ("modules", "is_plain"),
    [
        (["Transformer", "Pooling"], True),
        (["Transformer", "Pooling", "Normalize"], True),
        (["Transformer", "Pooling", "Dense", "Normalize"], False),
        (["Transformer"], False),
    ],
)
def test_only_plain_models_are_compiled(model, modules, is_plain):
    """A dense layer would be left out."""
    entries = [{"type": f"sentence_transformers.models.{kind}", "path": "1_Pooling"} for kind in modules]
    write_json(model / "modules.json", entries)
    assert read_recipe(model).is_plain == is_plain


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


def test_lower_casing_outside_the_tokenizer_is_not_compiled(model):
    """The tokenizer file would not do it."""
    write_json(model / "sentence_bert_config.json", {"max_seq_length": 16, "do_lower_case": True})
    assert not read_recipe(model).is_plain


def test_model_without_fast_tokenizer_is_not_compiled(model):
    """It has no tokenizer.json."""
    (model / "tokenizer.json").unlink()
    assert not read_recipe(model).is_plain


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config.json", None),
        ("config.json", "{"),
        ("config.json", "[]"),
        ("config.json", '{"max_position_embeddings": 512}'),
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
