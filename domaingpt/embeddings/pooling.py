"""Hidden states of tokens → vectors: pooling, and the modules behind it, in NumPy.

The formulas are those of sentence-transformers [1]; texts are padded at their end.

[1] https://github.com/huggingface/sentence-transformers/tree/v6.2.0/sentence_transformers
    sentence_transformer/modules/pooling.py, base/modules/dense.py, sentence_transformer/modules/layer_norm.py
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings.recipe import Layer
from domaingpt.errors import ModelLoadFailed

FloatMatrix = npt.NDArray[np.float32]
LAYER_NORM_EPSILON = 1e-5  # torch.nn.LayerNorm's default, which LayerNorm modules keep


def pool(hidden: FloatMatrix, mask: npt.NDArray[np.int64], modes: Sequence[str]) -> FloatMatrix:
    """Return one vector (b, d · number of modes) of the tokens that count in each row.

    Args:
        hidden: (b, t, d) token embeddings.
        mask: (b, t), 1 for the tokens that count; in each row they stand together.
        modes: See `recipe.MODES`; their vectors stand side by side.
    """
    parts = [_pooled(hidden, mask, mode) for mode in modes]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _pooled(hidden: FloatMatrix, mask: npt.NDArray[np.int64], mode: str) -> FloatMatrix:
    rows = np.arange(len(hidden))
    match mode:
        case "cls":
            return np.asarray(hidden[rows, mask.argmax(axis=1)])
        case "lasttoken":
            return np.asarray(hidden[rows, mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)])
        case "max":
            return np.asarray(np.where(mask[:, :, None] == 1, hidden, -np.inf).max(axis=1), np.float32)
        case "weightedmean":
            weights = mask * np.arange(1, mask.shape[1] + 1)
            weights = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        case "mean_sqrt_len_tokens":
            weights = mask / np.sqrt(np.maximum(mask.sum(axis=1, keepdims=True), 1e-9))
        case _:
            weights = mask / np.maximum(mask.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.einsum("btd,bt->bd", hidden, weights.astype(np.float32)))  # (b, t, d) · (b, t) -> (b, d)


def load_layers(folder: Path, layers: Sequence[Layer]) -> list[Callable[[FloatMatrix], FloatMatrix]]:
    """Return a function (b, d) -> (b, d') for each module behind the pooling.

    Raises:
        ModelLoadFailed: If the weights of one are missing or of an unknown kind.
    """
    return [_load_layer(folder / layer.path / "model.safetensors", layer) for layer in layers]


def _load_layer(path: Path, layer: Layer) -> Callable[[FloatMatrix], FloatMatrix]:
    if layer.kind == "Normalize":
        return unit
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        weights = {name: np.asarray(tensor, np.float32) for name, tensor in load_file(str(path)).items()}
        if layer.kind == "LayerNorm":
            return _layer_norm(weights["norm.weight"], weights["norm.bias"])
        return _dense(weights, layer)
    except (OSError, KeyError, TypeError, ValueError, SafetensorError) as exc:
        raise ModelLoadFailed(f"The weights in {path} cannot be read: {exc!r}") from exc


def _layer_norm(scale: FloatMatrix, shift: FloatMatrix) -> Callable[[FloatMatrix], FloatMatrix]:
    def apply(rows: FloatMatrix) -> FloatMatrix:
        centred = rows - rows.mean(axis=1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=1, keepdims=True) + LAYER_NORM_EPSILON)
        return np.asarray(centred / deviation * scale + shift, np.float32)

    return apply


def _dense(weights: dict[str, FloatMatrix], layer: Layer) -> Callable[[FloatMatrix], FloatMatrix]:
    W, b = weights["linear.weight"], weights.get("linear.bias", np.zeros(1, np.float32))  # (d', d), (d',)
    R = weights.get("residual.weight")

    def apply(rows: FloatMatrix) -> FloatMatrix:
        out = _activated(rows @ W.T + b, layer.activation)  # (b, d) @ (d, d') -> (b, d')
        if layer.has_residual:
            out = out + (rows if R is None else rows @ R.T)
        return np.asarray(out, np.float32)

    return apply


def _activated(rows: FloatMatrix, activation: str) -> FloatMatrix:
    match activation:
        case "Tanh":
            return np.asarray(np.tanh(rows))
        case "ReLU":
            return np.maximum(rows, 0)
        case "Sigmoid":
            return np.asarray(1 / (1 + np.exp(-rows)))
        case "SiLU":
            return np.asarray(rows / (1 + np.exp(-rows)))
        case _:
            return rows


def unit(rows: FloatMatrix) -> FloatMatrix:
    """Return the rows at unit length; a zero row stays zero."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(norms, 1e-12), np.float32)
