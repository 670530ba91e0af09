"""Words of a question, the closed classes of English that the rules rest on, and the promise that none is lost."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

# Every repetition is over a class that cannot match what follows it: the time is linear in the text.
WORD = re.compile(r"[^\W_]+(?:['’.,/&:+–-][^\W_]+)*")
CLITIC = re.compile(r"['’](?:s|re|ll|d|ve|m)$", re.IGNORECASE)
UNSPACED = re.compile(r"[\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3131-\u318e\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


AUXILIARIES = _set("is are was were am do does did has have had will would can could may might must shall should")
BE = _set("is are was were am be been being")
QUESTION_WORDS = _set("what which who whom whose when where why how")
DETERMINERS = _set("the a an this that these those my our your his her its their any some each every no")
PREPOSITIONS = _set(
    """
    about above across after against along among around as at before behind below beneath beside between beyond by
    despite during except for from in inside into like near of off on onto out outside over past per since than
    through throughout to toward towards under until up upon versus via with within without
    """
)
SUBORDINATORS = _set(
    "when if because that which who while until before after once whether though although unless since"
)
CONJUNCTIONS = _set("and or but nor")
PRONOUNS = _set("i we you he she it they me us him her them who whom this that these those one ones mine ours")
OTHER_FUNCTION = _set(
    "not no there here too also then so very just only still yet ever never already again now be been being more most"
    " much many few less least own such same other another else please"
)
FUNCTION = (
    AUXILIARIES
    | BE
    | QUESTION_WORDS
    | DETERMINERS
    | PREPOSITIONS
    | SUBORDINATORS
    | CONJUNCTIONS
    | PRONOUNS
    | OTHER_FUNCTION
)
# The only words of the user that a rewriting may leave out: those that say "this hangs on what was said before",
# or that a pronoun's meaning takes the place of, and the prepositions and articles of a replaced phrase. Every
# other word stands in the rewritten question at least as often as it was typed; `keeps_words` sees to it.
MAY_VANISH = _set(
    """
    and but or so also then ok okay no yes well sorry thanks what how about as same i mean meant a an the
    of for in on at to it its he him his she her hers they them their theirs this that these those one ones is
    """
)
# Words that no English question holds but many of other Latin-written languages do: such text is left alone.
FOREIGN = _set(
    """
    und oder aber der das dem den ein eine einer wie wer wann warum wo ist sind wird hat mit für auf von zu nicht auch
    le la les un une et ou où que qui quoi quand pourquoi est sont avec dans du des pas el los las y qué
    quién cuándo cómo por para con del il lo gli che chi quando perché di della sono een het en wie wat waar
    hoe niet och eller vad vem när hur är og hvad hvor hvem o os e quem quanto
    """
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text.

    Attributes:
        start: First code point.
        end: One past the last.
        text: As written.
        key: In lower case, without a clitic such as 's.
    """

    start: int
    end: int
    text: str
    key: str

    @property
    def is_function(self) -> bool:
        """Whether it belongs to a closed class; "May" is the month."""
        return self.key in FUNCTION and self.text != "May"

    @property
    def is_auxiliary(self) -> bool:
        """Whether it is an auxiliary verb, or one is drawn into it, as in "what's"."""
        return (self.key in AUXILIARIES and self.text != "May") or (
            bool(CLITIC.search(self.text)) and self.key in QUESTION_WORDS | PRONOUNS
        )

    @property
    def is_possessive(self) -> bool:
        """Whether it ends in 's (or s') and is no pronoun or question word."""
        return bool(re.search(r"['’]s$", self.text)) and self.key not in QUESTION_WORDS | PRONOUNS


def tokens(text: str) -> list[Token]:
    """Return the words of a text in order."""
    return [
        Token(match.start(), match.end(), match[0], CLITIC.sub("", match[0].replace("’", "'")).casefold())
        for match in WORD.finditer(text)
    ]


def lasting_words(text: str) -> Counter[str]:
    """Return how often each word of a text stands in it, those that may vanish left out."""
    return Counter(token.key for token in tokens(text) if token.key not in MAY_VANISH)


def keeps_words(typed: str, rewritten: str) -> bool:
    """Return whether every word of what was typed, but those that may vanish, is in the rewritten text as often."""
    wanted, there = lasting_words(typed), Counter(token.key for token in tokens(rewritten))
    return all(there[word] >= n for word, n in wanted.items())


def is_english(text: str) -> bool:
    """Return whether nothing speaks against a text being English; a number or a name by itself passes."""
    if UNSPACED.search(text) or any(c.isalpha() and not c.isascii() and c.lower() > "ɏ" for c in text):
        return False
    found = {token.text.casefold() for token in tokens(text) if not (token.text.isupper() and len(token.text) > 1)}
    return not found & FOREIGN  # "MIT" is a name, "mit" is German


def capitalised(text: str) -> str:
    """Return a text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Return a text whose first word is in lower case if it is a word of a closed class or an auxiliary."""
    first = next(iter(tokens(text)), None)
    return text[:1].lower() + text[1:] if first and first.start == 0 and first.is_function else text


def without_end(text: str) -> str:
    """Return a question without its question mark and what else ends it."""
    return text.rstrip(" \t\n?!.…;,:–-")
