"""How far a share of a few rows can be off by chance alone."""

_SURE = 1.959963984540054
"""95 % of a normal distribution lie within so many standard deviations."""


def interval_of_share(count: float, rows: int) -> tuple[float, float]:
    """Return the 95 % interval of count / rows, which is honest at none and at all.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference".
    """
    middle, square = count / rows, _SURE**2
    centre = (middle + square / (2 * rows)) / (1 + square / rows)
    reach = _SURE / (1 + square / rows) * (middle * (1 - middle) / rows + square / (4 * rows**2)) ** 0.5
    return (0.0 if count == 0 else centre - reach), (1.0 if count == rows else centre + reach)
