"""One thing that the steps of a run tell beside their loss, such as a reward: a column with running sums.

As in `curve.py` a mean over any stretch of it costs the same, however long the run is.
"""

import math
from array import array
from bisect import bisect_right


class Series:
    """The values of one measure, each with its step, in their order."""

    def __init__(self) -> None:
        self._steps, self._values = array("q"), array("d")
        # Each begins with 0 and goes on with the sum up to and with a value.
        self._sums, self._squares = array("d", [0.0]), array("d", [0.0])

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, step: int, value: float) -> None:
        """Add the value of a step that comes after all the others."""
        self._steps.append(step)
        self._values.append(value)
        self._sums.append(self._sums[-1] + value)
        self._squares.append(self._squares[-1] + value**2)

    def forget_after(self, step: int) -> None:
        """Keep only what was told up to and with a step."""
        kept = self.count_until(step)
        del self._steps[kept:], self._values[kept:]
        del self._sums[kept + 1 :], self._squares[kept + 1 :]

    def count_until(self, step: int) -> int:
        """Return how many of the values are not after `step`."""
        return bisect_right(self._steps, step)

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """(step, value) of each."""
        return tuple(zip(self._steps, self._values, strict=True))

    def mean(self, first: int, stop: int) -> float:
        """Mean of the values at these places, at least one, as a slice names them."""
        return (self._sums[stop] - self._sums[first]) / (stop - first)

    def standard_error(self, first: int, stop: int) -> float:
        """Of that mean, from how much the values differ; needs two at least."""
        count, mean = stop - first, self.mean(first, stop)
        variance = (self._squares[stop] - self._squares[first]) / count - mean**2
        return math.sqrt(max(0.0, variance) / (count - 1))

    def smoothed(self, window: int, *, after: int = -1) -> tuple[tuple[int, float], ...]:
        """(step, mean of the last `window` values up to and with it) of each step after `after`."""
        places = range(self.count_until(after), len(self))
        return tuple((self._steps[at], self.mean(max(0, at + 1 - window), at + 1)) for at in places)
