"""What a question asks for, and which sentences name one."""

from __future__ import annotations

import pytest

from domaingpt.retrieval.expected import expected_kind, names_one


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When is the final payment due?", "number"),
        ("In what year was it founded?", "number"),
        ("How many shares does he hold?", "number"),
        ("Wie viele Tage Urlaub gibt es?", "number"),
        ("最终付款日是何时？", "number"),
        ("Who signed the lease?", "person"),
        ("Wer hat unterschrieben?", "person"),
        ("What does the lease say about pets?", None),
        ("How does the boiler work?", None),
        ("Which boiler is it?", None),
    ],
)
def test_kind_of_a_question(question: str, kind: str | None) -> None:
    """Told by the question word alone."""
    assert expected_kind(question) == kind


@pytest.mark.parametrize(
    ("kind", "sentence", "question", "names"),
    [
        ("number", "It was founded in 1868.", "When was it founded?", True),
        ("number", "It has twelve months.", "How long does it run?", True),
        ("number", "In 2022 the rent rose.", "How much did the rent rise in 2022?", False),  # the question's own
        ("number", "The rent rose a little.", "How much did the rent rise?", False),
        ("number", "付款日为八月一日。", "何时付款？", True),
        ("number", "付款日为8月1日。", "何时付款？", True),
        ("number", "付款日未定。", "何时付款？", False),
        ("number", "Windows11 came late.", "When did it come?", True),
        ("person", "It was signed by Asha Menon.", "Who signed it?", True),
        ("person", "Menon signed it.", "Who signed it?", True),
        ("person", "The lease was signed.", "Who signed the lease?", False),  # a capital only because it begins
        ("person", "The lease of Menon was signed.", "Who signed the lease of Menon?", False),
    ],
)
def test_sentences_that_name_something_of_a_kind(kind, sentence, question, names) -> None:
    """What the question itself names does not count."""
    assert names_one(kind, sentence, question) is names
