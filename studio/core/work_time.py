"""How long work took, without the pauses in which its thread does something else."""

import time
from collections.abc import Callable


class WorkTime:
    """Counts seconds, but not those that pass while `should_stop` is asked.

    A job that asks whether to stop gives way to a question of Compare there; what this takes is not its own.
    Give `should_stop` of this to the work in the place of the one it was made with.
    """

    def __init__(self, should_stop: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._clock = should_stop, clock
        self._began, self._paused = clock(), 0.0

    def should_stop(self) -> bool:
        asked = self._clock()
        try:
            return self._ask()
        finally:
            self._paused += self._clock() - asked

    def seconds(self) -> float:
        """Return the seconds of work so far."""
        return self._clock() - self._began - self._paused
