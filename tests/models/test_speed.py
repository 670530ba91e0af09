"""What a measured speed says of other models, worked out by hand."""

from __future__ import annotations

import gguf_files
import pytest

from domaingpt import locations
from domaingpt.models import find_generator, list_models, memory
from domaingpt.models.endpoints import EndpointSpec
from domaingpt.models.registry import GENERATORS, KnownGenerator
from domaingpt.models.speed import READ_TOKENS, WRITTEN_TOKENS, Speed, estimate, keep, kept, parameters_of, recommended

SPEED = Speed("small", read=400.0, written=60.0, n_parameters=500_000_000, size_bytes=400_000_000)
ROOMY = 100_000_000_000


def known(name: str, n_parameters: int, size_bytes: int, licence: str = "MIT") -> KnownGenerator:
    """Return a model of the registry's kind."""
    return KnownGenerator(name, "a/b", "c.gguf", "chatml", licence, size_bytes, 1000, n_parameters)


def test_an_estimate_scales_reading_by_parameters_and_writing_by_bytes() -> None:
    """Three times the parameters: a third of 400; twice the bytes: half of 60."""
    told = estimate(SPEED, 1_500_000_000, 800_000_000)
    assert told.read == pytest.approx(400 / 3)
    assert told.written == 30
    assert told.answer_s == pytest.approx(READ_TOKENS * 3 / 400 + WRITTEN_TOKENS / 30)


def test_the_model_itself_is_estimated_as_measured() -> None:
    """Nothing is added."""
    told = estimate(SPEED, SPEED.n_parameters, SPEED.size_bytes)
    assert (told.read, told.written) == (400, 60)


def test_the_largest_that_is_quick_free_and_fits_is_recommended() -> None:
    """Each of the others fails in one way."""
    good = known("good", 1_500_000_000, 1_000_000_000)
    models = [
        known("smaller", 400_000_000, 300_000_000),
        good,
        known("licensed", 2_000_000_000, 1_100_000_000, "Llama 3.2 Community License"),
        known("too large", 1_800_000_000, 3_000_000_000),
        known("too slow", 60_000_000_000, 1_100_000_000),
    ]
    found = recommended(SPEED, good.ram_bytes, models)
    assert found is not None
    assert found[0] is good
    assert found[1].answer_s == pytest.approx(READ_TOKENS * 3 / 400 + WRITTEN_TOKENS * 1000 / 400 / 60)
    assert recommended(SPEED, 1_000_000, models) is None


def test_a_quicker_machine_is_recommended_a_larger_model() -> None:
    """Of those that are known; one that is slow gets none."""
    sizes = []
    for factor in (0.001, 0.2, 1, 5, 100):
        found = recommended(Speed("x", 400 * factor, 60 * factor, 500_000_000, 400_000_000), ROOMY)
        sizes.append(found[0].n_parameters if found else 0)
    assert sizes == sorted(sizes)
    assert sizes[0] == 0
    assert sizes[-1] == max(model.n_parameters for model in GENERATORS if model.is_free)


def test_what_was_measured_is_kept_for_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """One model is recommended; none where nothing was measured, or what is kept is damaged."""
    monkeypatch.setattr(memory, "free_bytes", lambda: ROOMY)
    assert kept() is None
    assert not any(row.recommended for row in list_models())
    keep(SPEED)
    assert kept() == SPEED
    best = recommended(SPEED, ROOMY)
    assert best is not None
    assert [row.name for row in list_models() if row.recommended] == [best[0].name]
    for content in (
        "{",
        "[]",
        '{"model": "x"}',
        '{"model": "x", "read": 0, "written": 1, "n_parameters": 1, "size_bytes": 1}',
    ):
        (locations.cache_dir() / "speed.json").write_text(content)
        assert kept() is None


def test_parameters_are_counted_in_the_header(tmp_path) -> None:
    """All weights of all tensors, 4 + 6, but the embeddings."""
    tensors = [
        gguf_files.tensor("token_embd.weight", (8,)),
        gguf_files.tensor("a", (4,), offset=32),
        gguf_files.tensor("b", (2, 3), offset=64),
        gguf_files.tensor("output.weight", (8,), offset=96),
    ]
    keys = [
        gguf_files.key("general.architecture", "llama"),
        gguf_files.key("tokenizer.chat_template", gguf_files.CHATML),
    ]
    path = gguf_files.write(tmp_path, gguf_files.gguf(keys, tensors, bytes(128)))
    spec = find_generator(str(path))
    assert spec is not None
    assert not isinstance(spec, EndpointSpec)
    assert parameters_of(spec) == 10


def test_the_registry_has_sizes_that_go_together() -> None:
    """Half a byte to a little over one for a parameter, whatever the quantization, embeddings on top."""
    for model in GENERATORS:
        assert 0.45 < model.size_bytes / model.n_parameters < 1.4, model.name
        assert model.ram_bytes > model.size_bytes + 4096 * model.kv_bytes
