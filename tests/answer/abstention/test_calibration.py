"""Index → curve: seeded, stored with the generation, kept while little changes."""

from __future__ import annotations

import pytest

from domaingpt.answer.abstention.calibration import (
    MIN_OF_LANGUAGE,
    N_QUESTIONS,
    calibrate,
    foreign_questions,
    still_calibrated,
)
from domaingpt.answer.abstention.deciding import Calibration
from domaingpt.testing import HashEmbedder

SENTENCES = [
    "The boiler in the cellar was serviced by Menon in September 2024.",
    "Insurance premiums rose because three neighbouring houses flooded twice.",
    "Gutters along the northern facade need cleaning every second autumn.",
    "Solar panels produced four megawatt hours during their first summer.",
]


@pytest.fixture
def house(new_folder):
    folder = new_folder("house")
    folder.embedder = HashEmbedder(dim=64)
    for n, sentence in enumerate(SENTENCES):
        folder.write(f"{n}.txt", sentence)
    return folder


def stored(folder) -> Calibration:
    index = folder.open()
    try:
        return Calibration.from_json(index.generation.manifest["abstention"])
    finally:
        index.close()


def test_own_questions_are_supported_better_than_foreign_ones(house) -> None:
    """Even in a domain of four chunks; each kind has as many as wanted."""
    house.ingest()
    calibration = stored(house)
    assert (len(calibration.foreign), calibration.n_chunks) == (N_QUESTIONS, 4)
    assert len(calibration.own) == N_QUESTIONS
    low, high = calibration.ends
    assert high > low + 0.3
    assert all(0.0 <= value <= 1.0 for value in calibration.own + calibration.foreign)


def test_the_seed_decides(house) -> None:
    """The same documents and seed give the same curve; another seed asks other questions."""
    house.ingest()
    index = house.open()
    first, again, other = (calibrate(index, house.embedder, language="en", k=8, seed=seed) for seed in (0, 0, 1))
    index.close()
    assert first == again == stored(house)
    assert other.own != first.own
    assert other.seed == 1


def test_segments_do_not_matter(house, new_folder) -> None:
    """Written in two ingests, the domain is calibrated as if written in one."""
    grown = new_folder("grown")
    grown.embedder = HashEmbedder(dim=64)
    for n, sentence in enumerate(SENTENCES):
        grown.write(f"{n}.txt", sentence)
        grown.ingest()
    house.ingest()
    assert stored(grown) == stored(house)


def test_a_few_changes_keep_the_calibration() -> None:
    """Up to a tenth of the chunks, counted over all ingests since."""
    calibration = Calibration.of([0.9], [0.1], seed=0, dense=True, n_chunks=100)
    kept = still_calibrated(calibration.to_json(), n_changed=6)
    assert Calibration.from_json(kept).n_changed == 6
    assert still_calibrated(kept, n_changed=5) is None
    assert still_calibrated(None, n_changed=0) is None


def test_an_ingest_of_one_more_file_keeps_it(house) -> None:
    """Of a domain of forty chunks: own and foreign supports stay, the change is noted."""
    for n in range(40):
        house.write(f"more/{n}.txt", f"{SENTENCES[n % 4]} Remark number {n} concerns the shed.")
    house.ingest()
    before = stored(house)
    house.write("more/extra.txt", "The fence on the east side belongs to number 17.")
    house.ingest()
    assert stored(house).n_changed == 1
    assert (stored(house).own, stored(house).foreign) == (before.own, before.foreign)


def test_an_empty_domain_has_no_curve(new_folder) -> None:
    """Nothing to ask for; a document of white space is no text either."""
    empty = new_folder("empty")
    empty.write("blank.txt", " \n")
    empty.ingest()
    index = empty.open()
    assert index.generation.manifest["abstention"] is None
    index.close()


def test_text_without_spaces_is_asked_for_by_its_characters(new_folder) -> None:
    """Own Chinese questions are supported by words alone, better than foreign Chinese ones."""
    folder = new_folder("zh")
    folder.embedder = HashEmbedder(dim=64, languages=("en",))
    folder.settings["language"] = "zh"
    folder.write("a.txt", "最终付款日为二〇四九年八月一日，房屋贷款由北方银行发放，利率固定十年。" * 3)
    folder.ingest()
    calibration = stored(folder)
    assert not calibration.dense
    low, high = calibration.ends
    assert low < high


@pytest.mark.parametrize(
    ("language", "beginning"),
    [("en", "How long"), ("de", "Wie lange"), ("zh-Hant", "煮一个"), ("fi", "How long")],
)
def test_foreign_questions_are_of_the_domains_language(language, beginning) -> None:
    """English ones where there are none; no question stands twice."""
    questions = foreign_questions(language)
    assert questions[0].startswith(beginning)
    assert len(set(questions)) == len(questions) >= MIN_OF_LANGUAGE
