"""Sentences of documents that speak to a language model instead of a reader; they are no evidence.

A rule against the words of common injections, not a proof: what it lets through still meets verification, and
cannot open a turn, forge a citation or reach the network. Questions that ask about such text get it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from domaingpt.chunks import search_view
from domaingpt.types import Evidence

_PAST = r"(?:previous|prior|above|earlier|preceding|foregoing|other|existing|system|initial|original|your)"
_ORDERS = r"(?:instructions?|prompts?|directions?|commands?|rules|guidelines|context|messages?|facts|documents)"
_MODEL = (
    r"(?:ais?|a\.i\.|llms?|(?:large\s+)?language\s+models?|chat\s?bots?|chat\s?gpt|"
    r"ai\s+(?:assistants?|models?|systems?))"
)
# Where an order begins: at the start, behind a mark, behind a word that makes one.
_NOW = r"(?:^\W*|[.!?:;,\"“(*]\s*|\b(?:please|must|always|shall|then|now|and|instead|should)\s+)"
TO_A_MODEL = re.compile(
    rf"""
      \b(?:ignore|disregard|forget|override|bypass|overlook)\b[^.!?]{{0,40}}\b{_PAST}\b[^.!?]{{0,30}}\b{_ORDERS}\b
    | {_NOW}(?:ignore|disregard|forget)\s+(?:everything|all|anything)\s+(?:above|before|you|that|said|else)\b
    | \b(?:new|updated|real|actual|hidden|secret)\s+(?:system\s+)?(?:instructions?|prompt)\s*
      (?::|for\s+(?:you|{_MODEL})\b)
    | \b(?:system|developer)\s+(?:prompt|message|override|note)\s*[:\])]
    | \byou\s+are\s+(?:now|no\s+longer)\s+(?:an?\s+{_MODEL}|under|bound|called|\w+GPT|DAN)\b
    | \b(?:as|dear|hey|attention|note\s+to|instructions?\s+(?:for|to)|message\s+(?:for|to))[,:]?\s+
      (?:an?\s+|the\s+|any\s+|all\s+|you,?\s+)?{_MODEL}\b
    | \b(?:attention|hey|dear)[,:]?\s+assistant\b
    | \b{_MODEL}\b[^.!?]{{0,40}}\b(?:must|shall|should|has\s+to|have\s+to)\b[^.!?]{{0,30}}
      \b(?:answer|reply|respond|say|output|print|write|repeat|ignore|include|tell|add|end|cite)\b
    | {_NOW}(?:answer|reply|respond)\s+(?:(?:to\s+)?(?:every|each|any|all|the)\s+\w*\s?questions?\s+)?
      (?:(?:only|just|exactly|simply|always|instead)\s+with\b|with\s+(?:the\s+(?:word|phrase|sentence|text|string)\b|["“‘']|(?-i:[A-Z]{{3}})))
    | {_NOW}(?:begin|start|end|finish)\s+(?:every|each|all|your|the)\s+(?:answers?|repl(?:y|ies)|responses?)\b
    | {_NOW}(?:say|output|print|repeat|write|append)\s+
      (?:only|just|exactly|the\s+(?:word|words|phrase|sentence|string)\b)
    | \bdo\s+not\s+
      (?:cite|reveal|tell\s+the\s+user|mention\s+(?:this|these|that|the\s+(?:document|source|context|facts?)))\b
    | \byour\s+(?:only\s+)?(?:answer|reply|response|output)\s+(?:must|shall|should|has\s+to)\b
    | <\|[a-z_0-9 ]+\|> | \[/?INST\] | <</?SYS>> | </?(?:start|end)_of_turn> | <｜[^｜]+｜> | </?s>
    | \#{{2,}}\s*(?:system|instruction|response|assistant)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words of a question about such text.
ABOUT = re.compile(
    r"\b(?:instruct\w*|prompts?|inject\w*|ignor\w+|assistants?|chatbots?|language models?|LLMs?|AIs?)\b", re.IGNORECASE
)


def speaks_to_a_model(text: str) -> bool:
    """Return whether a sentence reads like an instruction to a language model."""
    return bool(TO_A_MODEL.search(text))


def without_instructions(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence that does not speak to a model; all of it where the question asks about such text."""
    if ABOUT.search(question):
        return list(evidence)
    return [item for item in evidence if not speaks_to_a_model(search_view(item.quote))]
