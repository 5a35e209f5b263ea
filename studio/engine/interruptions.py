"""What happens between two micro-batches: a run hears that it is to stop, and lets others use the machine."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from studio.engine.checkpoints import load_random_tensors, random_tensors
from studio.engine.processes import ONE, Processes
from studio.engine.steps import Stopped


@dataclass
class Interruptions:
    """Called after each micro-batch. Of several processes the first alone asks; all do as it is told."""

    should_stop: Callable[[], bool]
    at_pause: Callable[[], None]
    processes: Processes = ONE
    paused_seconds: float = 0.0

    def __call__(self) -> None:
        """Raises Stopped, in all processes at the same place."""
        asked = self.processes.leads and self.should_stop()
        if self.processes.leads and not asked:
            self._pause()
        if self.processes.any(asked):
            raise Stopped

    def _pause(self) -> None:
        """Let the machine do something else: neither the random numbers nor the pace tell of it."""
        states, began = random_tensors(), time.monotonic()
        self.at_pause()
        load_random_tensors(states)
        self.paused_seconds += time.monotonic() - began
