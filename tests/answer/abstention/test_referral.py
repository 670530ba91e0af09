"""An unanswered question → the domain that may know, by what its settings say."""

from __future__ import annotations

import pytest

from domaingpt.answer.abstention.referral import better_fit
from domaingpt.config import parse_config
from domaingpt.testing import HashEmbedder

EMBEDDER = HashEmbedder(dim=256)


def config(name: str, description: str):
    return parse_config({"description": description}, name, where="domain.toml")


HOUSE = config("house", "mortgage boiler roof insurance")
OTHERS = {
    "payment": config("payment", "card payments chargebacks merchant fees settlement"),
    "bees": config("bees", "honey hives swarms"),
    "mystery": config("mystery", ""),
}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("card payments chargebacks merchant", "payment"),
        ("honey hives", "bees"),
        ("mortgage boiler", None),  # its own
        ("quantum gravity experiments drop apples from leaning towers twice", None),  # nobody's
        ("honey settlement", None),  # two fit alike
    ],
)
def test_only_a_clearly_nearer_domain_is_named(question, expected) -> None:
    """Not the one that was asked, and none where two fit or none does."""
    assert better_fit(question, HOUSE, OTHERS, EMBEDDER) == expected


def test_a_domain_without_description_is_never_named() -> None:
    """Its title alone says too little."""
    assert better_fit("mystery MysteryGPT", HOUSE, {"mystery": OTHERS["mystery"]}, EMBEDDER) is None


def test_a_question_the_embedder_cannot_read_is_sent_nowhere() -> None:
    """Its cosines say nothing."""
    english = HashEmbedder(dim=256, languages=("en",))
    zh = config("zh", "贷款利率")
    assert better_fit("贷款利率", HOUSE, {"zh": zh}, english) is None
    assert better_fit("贷款利率", HOUSE, {"zh": zh}, EMBEDDER) == "zh"
