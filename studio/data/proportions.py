"""Whether two shares differ by more than chance: the tests by which groups of rows are compared."""

import math
from collections.abc import Sequence

LEAST_EXPECTED = 5
"""Below, the chi-square distribution does not fit the counts, and Fisher's exact test takes its place."""


def p_value(hits: int, rows: int, hits_elsewhere: int, rows_elsewhere: int) -> float:
    """Return the two-sided chance of a difference like this or larger between equal shares."""
    total, found = rows + rows_elsewhere, hits + hits_elsewhere
    if not rows or not rows_elsewhere or found in (0, total):
        return 1.0
    least = min(rows, rows_elsewhere) * min(found, total - found) / total
    if least < LEAST_EXPECTED:
        return fisher(hits, rows, found, total)
    pooled = found / total
    variance = pooled * (1 - pooled) * (1 / rows + 1 / rows_elsewhere)
    z = abs(hits / rows - hits_elsewhere / rows_elsewhere) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def fisher(hits: int, rows: int, found: int, total: int) -> float:
    """Return Fisher's exact two-sided p: all tables with these margins that are no more likely than this."""

    def log_choose(n: int, k: int) -> float:
        return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    def log_chance(k: int) -> float:
        return log_choose(found, k) + log_choose(total - found, rows - k) - log_choose(total, rows)

    limit = log_chance(hits) + 1e-7
    tables = range(max(0, rows + found - total), min(rows, found) + 1)
    return min(1.0, sum(math.exp(log_chance(k)) for k in tables if log_chance(k) <= limit))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values corrected for their number, in the given order.

    Source: Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for done, at in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        highest = max(highest, min(1.0, p_values[at] * (len(p_values) - done)))
        corrected[at] = highest
    return corrected
