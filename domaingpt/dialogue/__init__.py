"""Follow-ups → questions that stand on their own: history of turns in, one question out, by rules.

"What was the revenue in 2021?", then "and in 2022?", is understood as "What was the revenue in 2022?". No language
model takes part. No word of the user is lost: `keeps_words` is the rule, and what breaks it is not used.
"""

from domaingpt.dialogue.follow_up import Standalone, Turn, standalone
from domaingpt.dialogue.replacing import Likeness
from domaingpt.dialogue.words import keeps_words, lasting_words

__all__ = ["Likeness", "Standalone", "Turn", "keeps_words", "lasting_words", "standalone"]
