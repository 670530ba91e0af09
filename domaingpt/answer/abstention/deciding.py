"""Support → answer or abstain, and why: both decisions, before a model writes and after it said "not found".

Each domain has a curve of its own, drawn at ingest (`calibration.py`): the supports of questions made from its
own passages, and of foreign ones. `[answer] strictness` is a place between the two: a question whose support lies
below it is refused. Calibration moves with the domain, since a large one half supports anything and a small one
little, and with the language: without cosines supports are lower and lie closer together.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from domaingpt.answer import Generator
from domaingpt.answer.compose import REFUSALS
from domaingpt.types import Evidence

VERSION = 1  # of what is stored: another one is calibrated anew at the next ingest
# Strictness 0 refuses what is supported no better than the median foreign question, 1 what no better than the
# best tenth of own ones, which are made of the documents' own words; people's questions lie between.
OWN_SHARE = 0.9
# How far strictness reaches where words alone count: real questions then lie nearer to foreign ones. At the
# default strictness 2 % of the answerable questions of XQuAD zh are refused (benchmarks/results/abstention.json).
WORDS_REACH = 0.15
# A model that can tell whether evidence holds the answer has a say: what is a little less supported is put before it,
# and where it finds nothing much more support is asked for. A 0.5B model says "not found" to 63 % of STICI-note's
# unanswerable questions and to 25 % of the answerable; with these 58 % of the unanswerable and 15 % of the answerable
# are refused, without 48 % and 12 to 14 % (the drafts of one run; benchmarks/stici.py). The bundled model cannot.
JUDGE_EASE, JUDGE_REFUSED = 0.13, 0.19
JUDGE_BYTES = 250_000_000  # of a model file: between the two that were measured, 98 MB and 491 MB
# The curve of a domain that has none, or none for questions of this kind (a language its embedder does not cover):
# medians over the domains of benchmarks/abstention.py, and of the support that one in ten foreign questions reaches.
TYPICAL = {True: (0.2, 0.7), False: (0.1, 0.78)}
TYPICAL_FOREIGN_MOST = {True: 0.3, False: 0.2}
# How much a domain's own curve counts beside the typical one. Thirty-two questions tell a median to .02 and a tenth
# to .05 only; with all weight on them STICI-note's unanswerable questions are refused less often at the same price,
# with none XQuAD's (benchmarks/results/abstention.json).
OWN_WEIGHT = 1 / 3
CURVE_STEPS = 20

NOTHING = "Nothing in the documents shares a word with the question."
NOT_CLOSE = "Nothing close to the question was found."
UNSUPPORTED = "What was found is close to the question, but does not answer it."


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well a domain supports questions of its own and foreign ones.

    Attributes:
        own: Supports of own questions, ascending.
        foreign: Supports of foreign questions, ascending.
        seed: What drew them.
        dense: Whether the embedder covers the language of the questions; if not, supports are of words alone.
        n_chunks: Of the domain when it was calibrated.
        n_changed: Chunks added or removed since.
    """

    own: tuple[float, ...]
    foreign: tuple[float, ...]
    seed: int
    dense: bool
    n_chunks: int
    n_changed: int = 0

    @classmethod
    def of(
        cls, own: Iterable[float], foreign: Iterable[float], *, seed: int, dense: bool, n_chunks: int
    ) -> Calibration:
        """Return the calibration of some supports, in any order."""
        low_to_high = [tuple(sorted(round(value, 4) for value in values)) for values in (own, foreign)]
        return cls(low_to_high[0], low_to_high[1], seed, dense, n_chunks)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Calibration | None:
        """Return what `to_json` gave; None if nothing was stored, or by another version."""
        if not stored or stored.get("version") != VERSION:
            return None
        values = {key: value for key, value in stored.items() if key != "version"}
        return cls(**{**values, "own": tuple(values["own"]), "foreign": tuple(values["foreign"])})

    def to_json(self) -> dict[str, Any]:
        """Return it as the manifest stores it."""
        return {"version": VERSION, **asdict(self)}

    @property
    def ends(self) -> tuple[float, float]:
        """The supports at strictness 0 and 1, ascending."""
        low = median(self.foreign)
        return low, max(low, self.own[min(len(self.own) - 1, int(OWN_SHARE * len(self.own)))])


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What a strictness comes to in a domain, by its calibration.

    Attributes:
        strictness: 0 to 1.
        threshold: The least support that is answered.
        own: Share of own questions refused.
        foreign: Share of foreign questions refused.
    """

    strictness: float
    threshold: float
    own: float
    foreign: float


def threshold(calibration: Calibration | None, strictness: float, *, dense: bool) -> float:
    """Return the least support that is answered.

    Args:
        calibration: The domain's; None for that of a typical one.
        strictness: 0 to 1; more reaches beyond the curve.
        dense: Whether the embedder covers the question's language.
    """
    is_fit = calibration is not None and calibration.dense == dense
    low, high = TYPICAL[dense]
    if calibration is not None and is_fit:
        own_low, own_high = calibration.ends
        low, high = low + OWN_WEIGHT * (own_low - low), high + OWN_WEIGHT * (own_high - high)
    return low + strictness * (1.0 if dense else WORDS_REACH) * (high - low)


def why_abstain(
    support: float,
    evidence: Sequence[Evidence],
    calibration: Calibration | None,
    strictness: float,
    *,
    dense: bool,
    shift: float = 0.0,
) -> str | None:
    """Return the reason not to answer from this evidence, or None.

    Args:
        support: Of the question, by `domaingpt.answer.abstention.support`.
        evidence: Best first.
        calibration: The domain's, if it has one.
        strictness: `[answer] strictness`.
        dense: Whether the embedder covers the question's language.
        shift: How much stricter the model's say makes it; see `shift_of`.
    """
    if not evidence:
        return NOTHING
    if strictness <= 0 or support >= threshold(calibration, strictness + shift, dense=dense):
        return None
    # What a foreign question would find as well is not close.
    return NOT_CLOSE if support < _foreign_most(calibration, dense=dense) else UNSUPPORTED


def shift_of(generator: Generator | None, dropped: Iterable[str] = ()) -> float:
    """Return how much stricter a model's say makes it: a little less, or more where it found no answer.

    Args:
        generator: Writes; one that can judge has `judges = True`, others have no say.
        dropped: What it drafted, if nothing of that passed; none before it was asked.
    """
    if not getattr(generator, "judges", False):
        return 0.0
    return JUDGE_REFUSED if any(REFUSALS.search(sentence) for sentence in dropped) else -JUDGE_EASE


def _foreign_most(calibration: Calibration | None, *, dense: bool) -> float:
    """Return the support that nine in ten foreign questions do not reach."""
    if calibration is None or calibration.dense != dense:
        return TYPICAL_FOREIGN_MOST[dense]
    return calibration.foreign[min(len(calibration.foreign) - 1, int(0.9 * len(calibration.foreign)))]


def curve(calibration: Calibration) -> list[CurvePoint]:
    """Return the points of a domain's curve, by ascending strictness."""
    points = []
    for step in range(CURVE_STEPS + 1):
        strictness = step / CURVE_STEPS
        least = threshold(calibration, strictness, dense=calibration.dense) if step else 0.0
        shares = [bisect_left(values, least) / len(values) for values in (calibration.own, calibration.foreign)]
        points.append(CurvePoint(strictness, round(least, 4), *shares))
    return points
