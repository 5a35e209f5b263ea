"""The training curve of a run: its steps as columns of numbers, with running sums.

A mean over any stretch of it costs the same, however long the run is: lists of runs ask for it all the time.
"""

import math
from array import array
from bisect import bisect_right
from collections.abc import Mapping

from studio.core.events import StepLogged
from studio.core.series import Series

_SMALLEST_NORM = 1e-30
"""Stands for a gradient of nothing, which has no logarithm."""
_COLUMNS = ("loss", "square", "nats", "trained_tokens", "tokens", "seconds", "log_norm", "jump")


class Curve:
    """The steps of a run that stand, in their order."""

    def __init__(self) -> None:
        self._steps, self._losses, self._times = array("q"), array("d"), array("d")
        # Each begins with 0 and goes on with the sum up to and with a step.
        self._sums: Mapping[str, array[float]] = {name: array("d", [0.0]) for name in _COLUMNS}
        self.measures: dict[str, Series] = {}
        """What the steps tell beside their loss, by name, in the order in which it was first told."""

    def __len__(self) -> int:
        return len(self._steps)

    def add(self, logged: StepLogged, at: float) -> None:
        """Add a step and when it was written; one that is repeated takes back what came after it."""
        self.forget_after(logged.step - 1)
        self._steps.append(logged.step)
        self._losses.append(logged.loss)
        self._times.append(at)
        log_norm = math.log(max(logged.gradient_norm, _SMALLEST_NORM))
        added = {
            "loss": logged.loss,
            "square": logged.loss**2,
            "nats": logged.loss * logged.trained_tokens,
            "trained_tokens": logged.trained_tokens,
            "tokens": logged.tokens,
            "seconds": logged.seconds,
            "log_norm": log_norm,
            "jump": abs(log_norm - self._last_log_norm()) if len(self) > 1 else 0.0,
        }
        for name, sums in self._sums.items():
            sums.append(sums[-1] + added[name])
        for name, value in logged.measures.items():
            self.measures.setdefault(name, Series()).add(logged.step, value)

    def forget_after(self, step: int) -> None:
        """Keep only what was learned up to and with a step."""
        kept = self.count_until(step)
        for column in (self._steps, self._losses, self._times):
            del column[kept:]
        for sums in self._sums.values():
            del sums[kept + 1 :]
        for series in self.measures.values():
            series.forget_after(step)

    def count_until(self, step: int) -> int:
        """Return how many of the steps are not after `step`."""
        return bisect_right(self._steps, step)

    @property
    def step(self) -> int:
        """The last step; 0 where there is none."""
        return self._steps[-1] if self._steps else 0

    @property
    def points(self) -> tuple[tuple[int, float], ...]:
        """(step, loss) of each."""
        return tuple(zip(self._steps, self._losses, strict=True))

    def loss_per_token(self, first: int, stop: int) -> float | None:
        """Mean loss per trained token over the steps at these places, as a slice names them."""
        tokens = self._sum("trained_tokens", first, stop)
        return self._sum("nats", first, stop) / tokens if tokens else None

    def learned(self, first: int, stop: int) -> int:
        """Return over how many trained tokens, pairs or rated answers these steps went."""
        return round(self._sum("trained_tokens", first, stop))

    def loss_per_step(self, first: int, stop: int) -> float:
        """Mean of the steps' losses, each counted alike."""
        return self._sum("loss", first, stop) / (stop - first)

    def standard_error(self, first: int, stop: int) -> float:
        """Of that mean, from how much the steps differ; needs two steps at least."""
        steps, mean = stop - first, self.loss_per_step(first, stop)
        variance = self._sum("square", first, stop) / steps - mean**2
        return math.sqrt(max(0.0, variance) / (steps - 1))

    def gradient_norm(self, first: int, stop: int) -> float:
        """Geometric mean of the steps' gradient norms before they are clipped."""
        return math.exp(self._sum("log_norm", first, stop) / (stop - first))

    def gradient_jump(self, stop: int) -> float:
        """By what factor, up or down, the gradient norm changed from step to step in the first `stop`, at
        least two (geometric mean)."""
        return math.exp(self._sum("jump", 0, stop) / (stop - 1))

    def _last_log_norm(self) -> float:
        """Of the step before the one that is being added."""
        sums = self._sums["log_norm"]
        return sums[-1] - sums[-2]

    @property
    def tokens_per_second(self) -> float | None:
        """Real input tokens per second of step time, over all steps."""
        seconds = self._sum("seconds", 0, len(self))
        return self._sum("tokens", 0, len(self)) / seconds if seconds > 0 else None

    def seconds_per_step(self, most: int, *, since: float) -> float | None:
        """Time from step to step over at most the last `most` that were written at `since` or later."""
        recent = [at for at in self._times[-most:] if at >= since]
        return (recent[-1] - recent[0]) / (len(recent) - 1) if len(recent) > 1 else None

    def seconds_until(self, step: int) -> float:
        """Step time up to and with a step; checks, saves and waits are left out."""
        return self._sum("seconds", 0, self.count_until(step))

    def _sum(self, name: str, first: int, stop: int) -> float:
        return self._sums[name][stop] - self._sums[name][first]
