"""What was foreseen of a run before it began, to be set beside the truth."""

from dataclasses import dataclass

SURE = 1.2
"""A time is a range at least this factor wide to either side: machines are used for other things."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The forecast that a run began with. Both seconds are 0 where no rehearsal stood behind them."""

    seconds_low: float
    seconds_high: float
    memory_bytes: int
