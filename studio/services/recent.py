"""What was started a moment ago, so that a double click gives one run, whoever else starts one meanwhile."""

import threading
import time
from collections.abc import Callable

SAME_START_SECONDS = 2.0


class RecentStarts:
    """The starts of this process, one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, tuple[str, float]] = {}

    def once(self, what: str, create: Callable[[], str]) -> str:
        """Return the run that `create` makes, or the one that was made of the same a moment ago."""
        with self._lock:
            since = time.monotonic() - SAME_START_SECONDS
            self._last = {known: last for known, last in self._last.items() if last[1] >= since}
            run = self._last[what][0] if what in self._last else create()
            self._last[what] = (run, time.monotonic())
            return run
