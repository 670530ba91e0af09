"""What the model is told."""

from __future__ import annotations

from domaingpt.answer.prompt import MAX_EVIDENCE, fitting_evidence, system_text, user_text
from domaingpt.config import parse_config
from domaingpt.testing import ScriptedGenerator


def test_the_system_text_names_the_domain_and_adds_its_instructions() -> None:
    """Values are put in once; braces in them mean nothing."""
    config = parse_config({"title": "{x}GPT", "instructions": "Quote {units}."}, "house", where="domain.toml")
    assert system_text(config).startswith("You are {x}GPT.")
    assert system_text(config).endswith("Quote {units}.")


def test_facts_are_numbered_on_one_line_each_with_their_heading(evidence) -> None:
    """The innermost heading, unless the quote names it; the question comes last."""
    items = [
        evidence("It is\r\nserviced every year.", section="Log › Boiler"),
        evidence("The roof was repaired.", section="Log › Roof"),
        evidence("| Menon | £90 |", context="Log › Firm | Price"),
    ]
    assert user_text("How  often?\n", items) == (
        "Facts:\n1. Boiler: It is serviced every year.\n2. The roof was repaired.\n3. Firm: Menon | Price: £90\n\n"
        "Question: How often?"
    )


def test_invisible_characters_do_not_reach_the_model(evidence) -> None:
    """Zero-width marks and tag characters can hide instructions."""
    text = user_text("Wh\u200bo?", [evidence("The roof\U000e0049\U000e0067 is\u202e new.")])
    assert text == "Facts:\n1. The roof is new.\n\nQuestion: Who?"


def test_no_more_evidence_is_shown_than_helps(evidence) -> None:
    """Even where more would fit."""
    items = [evidence(f"The roof was repaired in {year}.") for year in range(2000, 2010)]
    assert fitting_evidence("When?", items, "", ScriptedGenerator([""]), 16) == items[:MAX_EVIDENCE]
