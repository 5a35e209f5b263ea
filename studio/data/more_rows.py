"""What more rows would likely buy, in a sentence: a rule of thumb, said to be one."""

import math

ENOUGH_ROWS = 1000
"""From here on other things matter more: what the rows say, not how many there are."""
EXPONENT = 0.2
"""Of the power law by which mistakes grow rarer with data: 0.07 to 0.35 over tasks of language and vision.

Source: Hestness and others, Deep Learning Scaling is Predictable, Empirically, 2017, table 1.
"""


def more_rows(rows: int, held_out_percent: float) -> str:
    """Return the sentence for so many usable rows; "" where there are enough or none."""
    if not 0 < rows < ENOUGH_ROWS:
        return ""
    twice = 2 * rows
    fewer = 1 - 2**-EXPONENT
    return (
        f"As a rule of thumb, {twice:,} rows in place of {rows:,} leave about {fewer:.0%} fewer mistakes, "
        f"and the exam tells a share to within ±{_margin(twice, held_out_percent):.0f} points instead of "
        f"±{_margin(rows, held_out_percent):.0f}."
    )


def _margin(rows: int, held_out_percent: float) -> float:
    """Return half the 95 % interval of a share of one half over the held-out rows, in percentage points."""
    held_out = max(1, round(rows * held_out_percent / 100))
    return min(50.0, 98 / math.sqrt(held_out))
