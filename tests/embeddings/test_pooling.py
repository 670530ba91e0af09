"""Pooling and the modules behind it, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from domaingpt.embeddings.pooling import load_layers, pool, unit
from domaingpt.embeddings.recipe import MODES, Layer
from domaingpt.errors import ModelLoadFailed

HIDDEN = np.array([[[1, -4], [3, 2], [8, 5], [9, 9]]], np.float32)  # one text of three tokens, and padding


@pytest.mark.parametrize(
    ("mode", "mask", "expected"),
    [
        ("cls", [1, 1, 1, 0], [1, -4]),
        ("lasttoken", [1, 1, 1, 0], [8, 5]),
        ("max", [1, 1, 1, 0], [8, 5]),
        ("mean", [1, 1, 1, 0], [4, 1]),
        ("mean_sqrt_len_tokens", [1, 1, 1, 0], [12 / 3**0.5, 3 / 3**0.5]),
        ("weightedmean", [1, 1, 1, 0], [(1 + 6 + 24) / 6, (-4 + 4 + 15) / 6]),
        ("cls", [0, 1, 1, 0], [3, 2]),
        ("lasttoken", [1, 1, 0, 0], [3, 2]),
        ("max", [1, 1, 0, 0], [3, 2]),
        ("mean", [0, 1, 1, 0], [5.5, 3.5]),
        ("weightedmean", [0, 1, 1, 0], [(6 + 24) / 5, (4 + 15) / 5]),
    ],
)
def test_pooling_by_hand(mode: str, mask: list[int], expected: list[float]) -> None:
    """Of the tokens whose mask is 1; positions count from the text's first token, also without its prompt."""
    assert pool(HIDDEN, np.array([mask]), [mode])[0] == pytest.approx(expected)


def test_several_modes_stand_side_by_side() -> None:
    """In the order asked for."""
    mask = np.array([[1, 1, 1, 0]])
    assert pool(HIDDEN, mask, ["max", "cls"])[0] == pytest.approx([8, 5, 1, -4])
    assert pool(HIDDEN, mask, MODES).shape == (1, 12)


def saved(folder: Path, **weights: list[object]) -> Path:
    from safetensors.numpy import save_file

    folder.mkdir()
    tensors = {name.replace("__", "."): np.array(values, np.float32) for name, values in weights.items()}
    save_file(tensors, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("Identity", [11, -8]),
        ("ReLU", [11, 0]),
        ("Tanh", [np.tanh(11), np.tanh(-8)]),
        ("Sigmoid", [1 / (1 + np.exp(-11)), 1 / (1 + np.exp(8))]),
        ("SiLU", [11 / (1 + np.exp(-11)), -8 / (1 + np.exp(8))]),
    ],
)
def test_a_projection_by_hand(tmp_path: Path, activation: str, expected: list[float]) -> None:
    """(3, 4) · [[1, 2], [0, -2]]ᵀ + (0, 0): 3 + 8 and -8."""
    saved(tmp_path / "2_Dense", linear__weight=[[1, 2], [0, -2]], linear__bias=[0, 0])
    (layer,) = load_layers(tmp_path, [Layer("Dense", "2_Dense", activation)])
    assert layer(np.array([[3, 4]], np.float32))[0] == pytest.approx(expected, rel=1e-4)


def test_a_projection_beside_its_input(tmp_path: Path) -> None:
    """The input is added as it is, or projected if the widths differ."""
    saved(tmp_path / "a", linear__weight=[[1, 0], [0, 1]], linear__bias=[10, 20])
    saved(tmp_path / "b", linear__weight=[[1, 1]], residual__weight=[[2, 0]])
    layers = [Layer("Dense", "a", has_residual=True), Layer("Dense", "b", has_residual=True)]
    first, second = load_layers(tmp_path, layers)
    row = np.array([[3, 4]], np.float32)
    assert first(row)[0] == pytest.approx([16, 28])
    assert second(row)[0] == pytest.approx([13])


def test_layer_norm_by_hand(tmp_path: Path) -> None:
    """(1, 3) has mean 2 and deviation 1: (-1, 1), scaled by (2, 3) and moved by (0, 5)."""
    saved(tmp_path / "a", norm__weight=[2, 3], norm__bias=[0, 5])
    (layer,) = load_layers(tmp_path, [Layer("LayerNorm", "a")])
    assert layer(np.array([[1, 3]], np.float32))[0] == pytest.approx([-2, 8], rel=1e-4)


def test_weights_that_are_not_there(tmp_path: Path) -> None:
    """By the file's name, whatever is wrong with it."""
    with pytest.raises(ModelLoadFailed, match=r"2_Dense.model\.safetensors cannot be read"):
        load_layers(tmp_path, [Layer("Dense", "2_Dense")])
    saved(tmp_path / "2_Dense", other=[1])
    with pytest.raises(ModelLoadFailed, match="cannot be read"):
        load_layers(tmp_path, [Layer("Dense", "2_Dense")])
    (tmp_path / "2_Dense" / "model.safetensors").write_bytes(b"nothing of the kind")
    with pytest.raises(ModelLoadFailed, match="cannot be read"):
        load_layers(tmp_path, [Layer("LayerNorm", "2_Dense")])


def test_unit_leaves_zero_alone() -> None:
    """A row without length keeps none."""
    assert unit(np.array([[3, 4], [0, 0]], np.float32)).ravel() == pytest.approx([0.6, 0.8, 0, 0])
