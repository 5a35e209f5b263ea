"""How sure a held-out loss is: it is measured in parts, and the parts tell the noise.

The parts are the same rows at every check, whatever goes through the model at once, so that two checks can be
set beside each other part by part: most of the noise is in the rows and cancels.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from studio.core.examples import Example, lengths_of, only, rows_of

PARTS = 16
"""Enough to tell the noise within a fifth of itself, few enough to cost no time."""

Part = tuple[float, int]
"""Nats and trained tokens of some rows together."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check saw: the loss of each part, and means of what else the objective tells, by name."""

    parts: tuple[Part, ...]
    measures: Mapping[str, float]


def in_parts(examples: Sequence[Example]) -> list[Sequence[Example]]:
    """Cut the rows into parts of like length, so that little is padded; each has one row at least.

    The longest are in the first part. No row is read for it where their lengths are known.
    """
    lengths, rows = lengths_of(examples), rows_of(examples)
    ordered = sorted(range(len(examples)), key=lambda at: (-lengths[at], rows[at]))
    count = min(PARTS, len(ordered))
    edges = [len(ordered) * place // count for place in range(count + 1)]
    return [only(examples, ordered[start:end]) for start, end in pairwise(edges)]


def mean_loss(parts: Sequence[Part]) -> tuple[float, int]:
    """Return the loss per trained token over all parts, and the number of those tokens."""
    weight = sum(tokens for _, tokens in parts)
    return sum(nats for nats, _ in parts) / weight, weight


def standard_error(parts: Sequence[Part], beside: Sequence[Part] = ()) -> float:
    """Return the standard error of the mean loss, or of its difference to that of `beside`, the same parts.

    0 where one part alone tells nothing. Source: the ratio estimator's variance, Cochran, Sampling
    Techniques (1977), equation 6.13, without the correction for a finite population.
    """
    if len(parts) < 2:
        return 0.0
    others = beside if len(beside) == len(parts) else [(0.0, 0)] * len(parts)
    differences = [(own - other, tokens) for (own, tokens), (other, _) in zip(parts, others, strict=True)]
    mean, weight = mean_loss(differences)
    squares = sum((nats - mean * tokens) ** 2 for nats, tokens in differences)
    return math.sqrt(len(parts) / (len(parts) - 1) * squares) / weight
