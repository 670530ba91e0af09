"""A sentence-transformers folder of a few kilobytes: every word has a fixed vector, and nothing else happens.

Its ONNX graph is one look-up, so that pooling and windows can be checked with NumPy alone.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

DIM = 24
MAX_TOKENS = 16
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def write_model(folder: Path, words: list[str], *, pooling: str = "mean") -> Path:
    """Write the folder of a model that knows these words; its weights are a stand-in of a few bytes."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *dict.fromkeys(words)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.enable_truncation(MAX_TOKENS)  # as real ones come; to be switched off
    tokenizer.enable_padding(length=MAX_TOKENS)
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "config.json", {"hidden_size": DIM, "max_position_embeddings": 512, "model_type": "bert"})
    write_json(folder / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS})
    kinds = ["models.Transformer", "models.Pooling", "models.Normalize"]
    paths = ["", "1_Pooling", "2_Normalize"]
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.{kind}"}
        for number, (kind, path) in enumerate(zip(kinds, paths, strict=True))
    ]
    write_json(folder / "modules.json", modules)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    modes = {"pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean"}
    write_json(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": DIM, **modes})
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def write_json(path: Path, value: object) -> None:
    """Write one JSON file."""
    path.write_text(json.dumps(value), encoding="utf-8")


def table(n_words: int) -> npt.NDArray[np.float32]:
    """Return the vector of every word (n, d)."""
    return np.random.default_rng(1).standard_normal((n_words, DIM), np.float32)


def write_onnx(folder: Path, path: Path) -> None:
    """Write the graph that looks every token up."""
    from onnx import TensorProto, helper, numpy_helper, save

    n_words = len(json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"])
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "t"]) for name in ("input_ids", "attention_mask")
    ]
    out = helper.make_tensor_value_info("token_embeddings", TensorProto.FLOAT, ["b", "t", DIM])
    node = helper.make_node("Gather", ["table", "input_ids"], ["token_embeddings"])
    graph = helper.make_graph([node], "tiny", ids, [out], [numpy_helper.from_array(table(n_words), "table")])
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
