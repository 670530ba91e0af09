"""The curve of a domain, beside what its own questions say."""

from __future__ import annotations

import pytest

from domaingpt.evaluation.questions import Question
from domaingpt.evaluation.strictness import strictness_rows
from domaingpt.testing import HashEmbedder
from domaingpt.workspace import Workspace

BOILER = "The boiler in the cellar was serviced by Menon in September 2024."
ASKED = [
    Question(id=1, text="Who serviced the boiler in the cellar?"),
    Question(id=2, text="Which wireless password has the aunt of the neighbour's gardener?", answerable=False),
]


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr("domaingpt.domain.load_embedder", lambda *_: HashEmbedder(dim=64))
    domain = Workspace.create(tmp_path / "ws").new("house")
    (domain.documents_folder / "log.txt").write_text(BOILER, encoding="utf-8")
    domain.ingest()
    return domain


def test_what_is_refused_is_counted_at_every_strictness(house) -> None:
    """Nothing at 0; the unanswerable question goes first, and no share ever falls again."""
    steps: list[int] = []
    rows = strictness_rows(house, ASKED, lambda done, _: steps.append(done))
    assert steps == [1, 2]
    assert len(rows) == 21
    assert (rows[0].answerable, rows[0].unanswerable) == (0.0, 0.0)
    for kind in ("answerable", "unanswerable"):
        shares = [getattr(row, kind) for row in rows]
        assert shares == sorted(shares)
    assert all(row.unanswerable >= row.answerable for row in rows)
    assert any(row.unanswerable == 1.0 and row.answerable == 0.0 for row in rows)


def test_without_unanswerable_questions_nothing_is_asked(house) -> None:
    """There is no other side to weigh."""
    rows = strictness_rows(house, ASKED[:1])
    assert {(row.answerable, row.unanswerable) for row in rows} == {(None, None)}
