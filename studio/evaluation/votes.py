"""What votes on pairs of answers prove: a share with an exact interval, and how two judges agree. No numpy.

A vote is on one question and independent of the others, so the number of wins is binomial.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log
from typing import Literal

from studio.core.exam import ComparisonVerdict, Score
from studio.core.verdict import FEWEST_ROWS

Side = Literal["tuned", "base", "tie"]
CONFIDENCE = 0.95
INTERVAL = "Clopper-Pearson"
_HALVINGS = 60
"""Halving an interval of length one so often leaves less than a float can tell apart."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How a number of votes fell: `tuned` and `base` decide, ties and two bad answers do not."""

    tuned: int
    base: int
    ties: int

    @property
    def decided(self) -> int:
        return self.tuned + self.base


@dataclass(frozen=True, slots=True)
class Agreement:
    """On how many of `rows` two judges said the same; `kappa` as Cohen's, None where it is not defined."""

    same: int
    rows: int
    kappa: float | None = None


def tally(sides: Sequence[Side]) -> Tally:
    return Tally(sides.count("tuned"), sides.count("base"), sides.count("tie"))


def win_share(counted: Tally) -> Score | None:
    """Return the share of decided questions that the tuned answer won, exact 95 % interval; None for none.

    Ties are left out, as in the sign test: they say nothing of which is better.
    Source: Clopper and Pearson 1934, "The use of confidence or fiducial limits"; Dixon and Mood 1946.
    """
    if not counted.decided:
        return None
    low, high = clopper_pearson(counted.tuned, counted.decided)
    return Score(counted.tuned / counted.decided, low, high)


def verdict_of_votes(share: Score | None, counted: Tally) -> ComparisonVerdict:
    """Return what the interval allows; it is exact, so few votes may decide where they all fall one way."""
    if share is not None and share.low > 0.5:
        return "better"
    if share is not None and share.high < 0.5:
        return "worse"
    return "too_few" if counted.decided < FEWEST_ROWS else "same"


def clopper_pearson(wins: int, rows: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the exact interval of a binomial share: it holds the true one at least so often."""
    assert 0 <= wins <= rows
    assert rows > 0
    tail = (1 - confidence) / 2
    low = 0.0 if wins == 0 else _solve(lambda share: 1 - _at_most(wins - 1, rows, share) - tail)
    high = 1.0 if wins == rows else _solve(lambda share: tail - _at_most(wins, rows, share))
    return low, high


def _solve(rising: Callable[[float], float]) -> float:
    """Return where a rising function of a share crosses zero."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def _at_most(most: int, rows: int, share: float) -> float:
    """Return the probability of at most so many wins."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return float(most >= rows)
    whole = lgamma(rows + 1)
    return sum(
        exp(
            whole
            - lgamma(wins + 1)
            - lgamma(rows - wins + 1)
            + wins * log(share)
            + (rows - wins) * log(1 - share)
        )
        for wins in range(most + 1)
    )


def agreement(first: Sequence[Side], second: Sequence[Side]) -> Agreement:
    """Return how often two judges say the same of the same questions, and Cohen's kappa.

    Kappa is what they share beyond chance; where chance alone would make them agree always, it is undefined.
    Source: Cohen 1960, "A coefficient of agreement for nominal scales", equation 1.
    """
    assert len(first) == len(second)
    rows = len(first)
    if not rows:
        return Agreement(0, 0)
    same = sum(one == other for one, other in zip(first, second, strict=True))
    chance = sum(first.count(side) * second.count(side) for side in {*first, *second}) / rows**2
    return Agreement(same, rows, (same / rows - chance) / (1 - chance) if chance < 1 else None)


def metric_agreement(differences: Sequence[float], preferred: Sequence[Side]) -> Agreement:
    """Return in how many decided votes a metric's sign agrees. `differences`: above zero favours tuned.

    Ties and rows on which the metric sees no difference are left out: there is no sign to agree with.
    """
    told = [
        (difference > 0) == (side == "tuned")
        for difference, side in zip(differences, preferred, strict=True)
        if side != "tie" and difference != 0
    ]
    return Agreement(sum(told), len(told))
