"""Pronouns that lean on what was said before: "how much is it?", "who signed it?", "who was his predecessor?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from domaingpt.dialogue.phrases import (
    VERBS,
    Phrase,
    auxiliary_of,
    is_about_being,
    phrases,
    question_phrase_end,
)
from domaingpt.dialogue.slots import names, times
from domaingpt.dialogue.words import (
    AUXILIARIES,
    BE,
    CONJUNCTIONS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SUBORDINATORS,
    Token,
    tokens,
    without_end,
)

THING, PERSON, THEY = "thing", "person", "they"
KINDS = {
    **dict.fromkeys(["it", "its"], THING),
    **dict.fromkeys(["he", "him", "his", "she", "her", "hers"], PERSON),
    **dict.fromkeys(["they", "them", "their", "theirs"], THEY),
    **dict.fromkeys(["this", "that"], THING),
    **dict.fromkeys(["these", "those"], THEY),
}
POSSESSIVE = frozenset(["its", "his", "her", "their"])
DEMONSTRATIVE = frozenset(["this", "that", "these", "those"])
# "It" that stands for nothing: "how long does it take to …", "is it possible that …", "does it matter if …".
EMPTY_IT = re.compile(
    r"\bit(?:['’]s|\s+is|\s+was)?\s+(?:also\s+|not\s+)?(?:take|takes|took|cost|costs|mean|means|meant|matter|matters|possible|allowed|"
    r"permitted|necessary|required|needed|common|usual|normal|better|best|worth|legal|safe|compulsory|mandatory|true|clear|"
    r"important|cheaper|easier|ok|okay|enough|likely|known|called|determined|believed|said|easy|hard|difficult|useful|"
    r"advisable|advised|recommended|customary|time)\b(?=.{0,200}\b(?:to|for|that|if|when|whether|how|who|what)\b)"
    r"|\bwhat\s+(?:time|day|date|year)\s+(?:is|was)\s+it\b",
    re.IGNORECASE,
)
# "It" after these is what happened, not the thing it happened to: "when was the roof repaired?" … "what did it cost?".
EVENT = re.compile(r"\bdid\s+(?:it|that|this)\s+(?:all\s+)?(?:cost|take|happen)\b", re.IGNORECASE)
# What follows a "that" which stands alone, besides prepositions and participles.
AFTER_THAT = frozenset("all so not still also correct true right".split())
COMPANY = re.compile(r"\b(?:AB|AG|ASA?|A/S|plc|Ltd|LLP|GmbH|Inc|Bank|Group|Foods|Officer|Board|Society|Road|Street)\b")
PERSON_NAME = re.compile(r"\b[A-Z][a-zà-öø-ÿ]+(?:\s[A-Z]\.)?\s[A-ZÅÄÖØÉÜ][\w’'-]*[a-zà-öø-ÿ]+\b")
MAX_ANTECEDENT_CHARS = 160  # a longer one would drown the question; guess, unmeasured


def outward(question: str) -> Token | None:
    """Return the first pronoun that nothing in the question itself can be meant by, or None."""
    words = tokens(question)
    for position, token in enumerate(words):
        if token.key not in KINDS or token.text == "IT":
            continue
        if token.key == "it" and EMPTY_IT.search(question):
            continue
        if token.key in DEMONSTRATIVE and not _stands_alone(question, words, position):
            continue
        if not _has_own_antecedent(question, words, position):
            return token
    return None


def _stands_alone(question: str, words: Sequence[Token], position: int) -> bool:
    """Return whether "that" is a pronoun: the question's end, a verb or a preposition follows."""
    token = words[position]
    if position in (0, len(words) - 1):
        return position > 0
    before, following = words[position - 1], words[position + 1]
    if not (before.is_auxiliary or before.key in PREPOSITIONS | {"and"}):
        return False
    if question[token.end : following.start].strip():
        return True
    if not before.is_auxiliary:
        return following.key in AUXILIARIES | PREPOSITIONS
    if before.key not in BE and following.key in VERBS:  # "does that include heating?"
        return position + 2 >= len(words) or words[position + 2].key not in VERBS
    return following.key in PREPOSITIONS | AFTER_THAT or following.key.endswith(("ed", "en", "ing"))


def _has_own_antecedent(question: str, words: Sequence[Token], position: int) -> bool:
    """Return whether the question itself may name what the pronoun means.

    The subject of a clause cannot be meant by an object pronoun in the same clause ("did the lender accept it?"),
    so a noun counts only beyond what opens another clause, or for a possessive ("did Tessaly cut its guidance?").
    """
    pronoun = words[position]
    is_asked_later = any(word.key in QUESTION_WORDS - {"who"} for word in words[position + 1 :])
    if is_asked_later and not any(word.key in QUESTION_WORDS or word.is_auxiliary for word in words[:position]):
        return True  # "other than his work, what was Tesla famous for?"
    nouns = [i for i in range(position) if not words[i].is_function and not _is_verb(words, i)]
    if not nouns:
        return False
    if pronoun.key in POSSESSIVE or pronoun.text.lower() in ("it's", "it’s") or "," in question[: pronoun.start]:
        return True
    following = words[position + 1] if position + 1 < len(words) else None
    before = words[position - 1]
    if pronoun.key in DEMONSTRATIVE and following is not None and following.key in PREPOSITIONS:
        return True  # "how do the fees compare to those at other banks?"
    if pronoun.key in ("he", "she", "they") and not before.is_auxiliary:
        return True  # the subject of another clause: "the metric they use"
    if pronoun.key == "it" and following is not None and following.is_auxiliary and not before.is_auxiliary:
        return True  # "when has Toyota said it will close the plant?"
    return any(_opens_clause(words, i) and any(noun < i for noun in nouns) for i in range(1, position))


def _is_verb(words: Sequence[Token], i: int) -> bool:
    """Return whether a word is surely a verb: "what | happens", "we | miss"."""
    word = words[i].key
    return (
        i > 0 and words[i - 1].key in PRONOUNS | QUESTION_WORDS and (word in VERBS or word.removesuffix("s") in VERBS)
    )


def _opens_clause(words: Sequence[Token], i: int) -> bool:
    word = words[i]
    if word.key in SUBORDINATORS | CONJUNCTIONS:
        return True
    if word.key.endswith("ing") and not word.is_function and len(word.key) > 5:
        return True
    return word.key == "to" and i + 1 < len(words) and not words[i + 1].is_function and words[i + 1].text.islower()


def is_about_event(question: str, pronoun: Token, previous: str) -> bool:
    """Return whether a pronoun means what happened, so that no phrase of the question before says it."""
    being = is_about_being(previous)
    if EVENT.search(question):
        return not _asks_for_amount(previous)
    if pronoun.key not in DEMONSTRATIVE:
        return False
    found = phrases(previous)
    return not (being and found and found[0].end >= len(without_end(previous)))


def antecedent(pronoun: Token, previous: str, *, with_time: bool) -> str | None:
    """Return what a pronoun means by the question before, in its words; None if that is not sure.

    Args:
        pronoun: As `outward` found it.
        previous: A question that stands on its own.
        with_time: Whether its time belongs to what is meant: "the revenue in 2021".
    """
    kind = KINDS[pronoun.key]
    there = [phrase for phrase in _in_order(previous) if _is_definite(phrase, previous)]
    found = [phrase for phrase in there if _agrees(phrase, kind, previous)]
    if kind != PERSON and _asks_for_one(previous):
        return None  # "which boiler did we buy?" … "what did it cost?": both questions say it best
    if kind != PERSON and _asks_for_one(previous):
        return None  # "which boiler did we buy?" … "what did it cost?": both questions say it best
    if kind == THEY and not found:  # "how quickly does an instant transfer arrive?" … "what is our limit for them?"
        found = [phrase for phrase in there if re.match(r"an?\s", phrase.text) and not phrase.is_person]
    if not found:
        return None
    text = found[0].text
    if found[0].start == found[0].core[0] and found[0].start < question_phrase_end(previous):
        text = f"the {text}"  # "how much gas did we use?" … "what did it cost?"
    elif with_time and found[0].end <= len(without_end(previous)):
        for time in times(previous):
            if previous[found[0].end : time.start - len(time.prefix)].strip() == "" and time.start > found[0].end:
                text = previous[found[0].start : time.end]
                break
    if re.match(r"\s(?:that|which|who)\s", previous[found[0].end :]):  # "the largest order that Norrvik has received"
        text = without_end(previous[found[0].start :])
    return text if len(text) <= MAX_ANTECEDENT_CHARS else None


def _is_definite(phrase: Phrase, previous: str) -> bool:
    """Return whether a phrase is surely one: it has an article, an owner or a name, is plural or what is counted."""
    if phrase.start != phrase.core[0] or phrase.is_plural or "'s " in phrase.text or "’s " in phrase.text:
        return True
    if any(word.text[0].isupper() or word.text[0].isdigit() for word in tokens(phrase.text)):
        return not any(word.key in QUESTION_WORDS for word in tokens(phrase.text))
    auxiliary = auxiliary_of(previous)
    return _asks_for_amount(previous) or (auxiliary is not None and previous[auxiliary.end : phrase.start] == " ")


def _asks_for_one(previous: str) -> bool:
    """Return whether the opening phrase names what is asked for: "which boiler", "what share"; not "how much gas"."""
    opening = tokens(previous[: question_phrase_end(previous) or len(previous)])
    first = next((i for i, word in enumerate(opening[:3]) if word.key in ("which", "what")), None)
    return first is not None and first + 1 < len(opening) and not opening[first + 1].is_function


def _in_order(previous: str) -> list[Phrase]:
    """Return the phrases of a question, those behind its auxiliary before that of its opening phrase."""
    end = question_phrase_end(previous)
    found = phrases(previous)
    behind = [phrase for phrase in found if phrase.start >= end]
    opening = [phrase for phrase in found if phrase.start < end]
    return behind + opening if not _asks_for_amount(previous) else behind[:0] + opening + behind


def _asks_for_amount(previous: str) -> bool:
    """Return whether the opening phrase is what it is about: "how much gas did we use"."""
    auxiliary = auxiliary_of(previous)
    if auxiliary is None:
        return False
    following = [token.key for token in tokens(previous) if token.start > auxiliary.start][:1]
    return following in (["we"], ["you"], ["i"])


def _agrees(phrase: Phrase, kind: str, previous: str) -> bool:
    if kind == PERSON:
        return phrase.is_person or (_asks_who(previous) and is_about_being(previous))
    if kind == THEY:
        return phrase.is_plural
    return not phrase.is_plural and not phrase.is_person


def _asks_who(previous: str) -> bool:
    return any(token.key in ("who", "whom", "whose") for token in tokens(previous)[:2])


def person_in(text: str, known: str) -> str | None:
    """Return the one person a text names that is not in what is known already; None if there is none or several."""
    found = {
        match[0]
        for match in PERSON_NAME.finditer(text)
        if not COMPANY.search(match[0]) and match[0] not in known and not times(match[0])
    }
    return found.pop() if len(found) == 1 else None


def resolved(question: str, pronoun: Token, meant: str) -> str:
    """Return the question with what is meant in place of the pronoun."""
    before, after = question[: pronoun.start], question[pronoun.end :]
    clitic = question[pronoun.start + len(pronoun.key) : pronoun.end]  # "it's" keeps its "'s"
    if pronoun.key in POSSESSIVE and not re.match(r"\s*(?:$|\?)", after):
        end = _owned_end(after)
        if end and _has_tie(meant):  # "its price" → "the price of the guarantee on the roof"
            return f"{before}the{after[:end]} of {meant}{after[end:]}"
        return f"{before}{_owner(meant)}{after}"
    return before + meant + (" is" if clitic else "") + after


def _owned_end(after: str) -> int:
    """Return where the phrase ends that follows a possessive."""
    end = 0
    for word in tokens(after):
        if word.is_function or after[end : word.start].strip():
            break
        end = word.end
    return end


def _owner(meant: str) -> str:
    return meant if re.search(r"['’]s$", meant) else f"{meant}'s"


def _has_tie(meant: str) -> bool:
    return any(token.key in PREPOSITIONS for token in tokens(meant))


def company_in(previous: str) -> str | None:
    """Return the only name in a question, for "they"."""
    found = {re.sub(r"['’]s$", "", name.text) for name in names(previous)}
    return found.pop() if len(found) == 1 else None
