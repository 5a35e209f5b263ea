"""Measured values as an exam tells them: with an interval, and with a verdict where two are compared."""

from dataclasses import dataclass
from typing import Literal

ComparisonVerdict = Literal["better", "same", "worse", "too_few"]


@dataclass(frozen=True, slots=True)
class Score:
    """A measured value with its 95 % interval; fractions, not percent."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Tuned minus base on the same rows, with the 95 % interval of a paired bootstrap."""

    value: float
    low: float
    high: float
    verdict: ComparisonVerdict
