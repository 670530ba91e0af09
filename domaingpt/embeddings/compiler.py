"""Compile a sentence-transformers model to ONNX: `python -m domaingpt.embeddings.compiler STAGE FOLDER TARGET`.

Two stages, each in a child process of its own, so that the memory of torch is given back before the
second begins: "export" writes the transformer as it is with reference vectors; "finish" quantizes the
weights to int8 with a scale per output channel, activations on the fly [1], fuses the fp32 graph for
queries, and compares both with the reference before they count. Where a step fails or strays, the step
before it is taken: int8 → fp32, fused → as exported. Pooling and what follows it stay with `pooling.py`.

[1] https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
"""

from __future__ import annotations

import json
import logging
import platform
import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from domaingpt import durable
from domaingpt.embeddings.compiled import CompiledEmbedder
from domaingpt.embeddings.pooling import FloatMatrix
from domaingpt.embeddings.recipe import read_recipe, weight_files
from domaingpt.embeddings.sbert import load_reference
from domaingpt.embeddings.scripts import guess_languages

# Cosines to sentence-transformers over PARITY_TEXTS. The export must be exact up to rounding. For int8
# a mean of .994 was measured on 400 passages of filings, with no loss of nDCG@10 on SciFact (.648 : .645);
# texts of one or two words come lowest, at .96, and a broken quantization is far below either bound.
MIN_COSINE_FP32 = 0.9999
MIN_COSINE_INT8 = 0.94
MIN_MEAN_COSINE_INT8 = 0.98
MAX_SPECIAL_TOKENS = 4  # around one text; BERT adds 2
OPSET = 17
EXPORTED, REFERENCE, TOKENIZER = "exported.onnx", "reference.npy", "tokenizer.json"

_SENTENCES = (
    "The buyer pays a deposit of ten per cent within fourteen days.",
    "Net sales rose 8 % to $82,959 million in the third quarter of 2022.",
    "Why did the settlement file arrive after the cut-off?",
    "def reconcile(batch): return sum(entry.amount for entry in batch)",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.",
    "Refer to section 4.2(b) of the agreement dated 3 March 2021.",
    "A boiler older than fifteen years should be inspected every spring.",
    "Die Heizung wurde im Oktober geprüft.",
    "今年的房贷利率下降了。",
    "OK",
)
PARITY_TEXTS = [*_SENTENCES, *(" ".join(_SENTENCES[i:] + _SENTENCES[:i])[: 80 * (i + 1)] for i in range(10))]


PARITY_PROMPT = "search_query: "  # only matters where the tokens of a prompt are not pooled


def parity_texts(folder: Path, tokenizer_beside: Path) -> list[str]:
    """Return the texts to compare by: those the model takes whole, since sentence-transformers cuts the others.

    Args:
        folder: The model's.
        tokenizer_beside: A file, maybe to be, beside which `tokenizer.json` lies if the model's folder has none.
    """
    tokenizer = CompiledEmbedder.from_files(folder, document_file=tokenizer_beside, query_file=tokenizer_beside)
    n_prompt, *counts = tokenizer.count_tokens([_prompt(folder), *PARITY_TEXTS])
    room = read_recipe(folder).max_tokens - MAX_SPECIAL_TOKENS - n_prompt
    return [text for text, n_tokens in zip(PARITY_TEXTS, counts, strict=True) if n_tokens <= room]


def _prompt(folder: Path) -> str:
    return "" if read_recipe(folder).include_prompt else PARITY_PROMPT


def export(folder: Path, target: Path) -> None:
    """Write `exported.onnx` and `reference.npy` into the new folder `target`; imports torch."""
    if not read_recipe(folder).is_plain:
        raise SystemExit("only Transformer → Pooling → Dense, LayerNorm, Normalize can be compiled")
    target.mkdir(parents=True)
    model = load_reference(folder, attn_implementation="eager")
    if not (folder / TOKENIZER).is_file():
        model.tokenizer.backend_tokenizer.save(str(target / TOKENIZER))
    texts = parity_texts(folder, target / EXPORTED)
    if not texts:
        raise SystemExit("it takes too few tokens to be compared with sentence-transformers")
    vectors = model.encode(texts, prompt=_prompt(folder), normalize_embeddings=True, convert_to_numpy=True)
    np.save(target / REFERENCE, vectors)
    _export(model[0].auto_model, target / EXPORTED)


def finish(folder: Path, target: Path) -> None:
    """Make `document.onnx`, `query.onnx` and `engine.json` of what `export` wrote."""
    exported, query, document = target / EXPORTED, target / "query.onnx", target / "document.onnx"
    expected = np.load(target / REFERENCE, allow_pickle=False)
    fp32 = _best_query_file(folder, exported, query, expected)
    if not fp32.min() >= MIN_COSINE_FP32:
        raise SystemExit(f"the exported model differs from sentence-transformers (cosine {fp32.min():.4f})")
    int8 = _quantized_cosines(folder, exported, document, expected)
    precision = "int8" if int8.min() >= MIN_COSINE_INT8 and int8.mean() >= MIN_MEAN_COSINE_INT8 else "fp32"
    if precision == "fp32":
        shutil.copyfile(query, document)
    exported.unlink()
    (target / REFERENCE).unlink()
    own = target / TOKENIZER
    files = [query, document, *([own] if own.is_file() else [])]
    weights, *modules = (durable.sha256_file(path) for path in weight_files(folder, read_recipe(folder)))
    facts = {
        "weights_sha256": weights,
        "modules_sha256": modules,
        "languages": guess_languages(own if own.is_file() else folder / TOKENIZER),
        "document_precision": precision,
        "cosine_to_reference": {
            name: {"min": float(cosines.min()), "mean": float(cosines.mean())}
            for name, cosines in (("fp32", fp32), ("int8", int8))
        },
        "versions": _versions(),
        "machine": platform.machine(),
        "files": {p.name: {"size": p.stat().st_size, "sha256": durable.sha256_file(p)} for p in files},
    }
    (target / "engine.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _best_query_file(folder: Path, exported: Path, query: Path, expected: FloatMatrix) -> FloatMatrix:
    """Write the fused graph, or the plain one where fusing changes the vectors; return the cosines (n,)."""
    _fuse(exported, query)
    try:
        cosines = _cosines(folder, query, expected)
        if cosines.min() >= MIN_COSINE_FP32:
            return cosines
    except Exception as exc:  # noqa: BLE001 - a fusion that fits BERT alone may leave a graph that does not run
        sys.stderr.write(f"the fused graph does not run: {exc!r}\n")
    shutil.copyfile(exported, query)
    return _cosines(folder, query, expected)


def _quantized_cosines(folder: Path, exported: Path, document: Path, expected: FloatMatrix) -> FloatMatrix:
    """Write the int8 graph and return the cosines (n,); zeros where there is none that runs."""
    try:
        _quantize(exported, document)
        return _cosines(folder, document, expected)
    except Exception as exc:  # noqa: BLE001 - fp32 does as well, only slower
        sys.stderr.write(f"not quantized: {exc!r}\n")
        return np.zeros(len(expected), np.float32)


def _export(transformer: Any, path: Path) -> None:
    """Export the transformer with free batch and sequence lengths; its output is the last hidden state."""
    import inspect

    import torch

    transformer.config.use_cache = False  # of decoders; a cache has no place in the graph
    names = ["input_ids", "attention_mask"]
    if "token_type_ids" in inspect.signature(transformer.forward).parameters:
        names.append("token_type_ids")

    class LastHiddenState(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer.eval()

        def forward(self, *inputs: Any) -> Any:
            return self.transformer(**dict(zip(names, inputs, strict=True))).last_hidden_state

    example = {
        "input_ids": torch.ones((2, 16), dtype=torch.int64),
        "attention_mask": torch.ones((2, 16), dtype=torch.int64),
        "token_type_ids": torch.zeros((2, 16), dtype=torch.int64),
    }
    axes = {name: {0: "batch", 1: "sequence"} for name in [*names, "token_embeddings"]}
    torch.onnx.export(
        LastHiddenState(), tuple(example[name] for name in names), str(path), input_names=names,
        output_names=["token_embeddings"], dynamic_axes=axes, opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def _fuse(source: Path, target: Path) -> None:
    """Fuse attention, layer norm and GELU where the graph is BERT-like; otherwise copy it as it is."""
    from onnxruntime.transformers import optimizer

    try:
        optimizer.optimize_model(str(source), model_type="bert", opt_level=0).save_model_to_file(str(target))
    except Exception as exc:  # noqa: BLE001 - the fusions only save time, and the plain graph works
        sys.stderr.write(f"not fused: {exc!r}\n")
        shutil.copyfile(source, target)


def _quantize(source: Path, target: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source, target, per_channel=True, weight_type=QuantType.QInt8, reduce_range=not _has_vnni(),
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )  # fmt: skip


def _has_vnni() -> bool:
    """Return whether int8 products cannot overflow 16 bits here: ARM, or x86 with VNNI."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return True
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def _cosines(folder: Path, onnx_file: Path, expected: FloatMatrix) -> FloatMatrix:
    """Return the cosine (n,) of each parity text's vector with the expected one."""
    embedder = CompiledEmbedder.from_files(
        folder, document_file=onnx_file, query_file=onnx_file, document_prompt=_prompt(folder)
    )
    vectors = embedder.encode_document(parity_texts(folder, onnx_file))
    return np.asarray(np.sum(vectors * expected, axis=1), np.float32)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("torch", "transformers", "sentence-transformers", "onnxruntime", "onnx")}


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    {"export": export, "finish": finish}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
