"""Wrong passwords cost time: after a few of them a name has to wait, longer each time, whoever tries."""

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

FREE = 3
"""So many may be wrong before anybody waits: people mistype."""
LONGEST_SECONDS = 60.0
FORGOTTEN_SECONDS = 3600.0
MOST_NAMES = 10_000
"""Each cost whoever tried it a third of a second; the one that was tried longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class _Tried:
    wrong: int
    at: float


class Attempts:
    """The wrong tries of each name, also of names that nobody has: how long one waits tells nothing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._tried: OrderedDict[str, _Tried] = OrderedDict()

    def seconds_to_wait(self, name: str) -> int:
        """Return how long this name has to wait before a password is looked at; 0 where it may be tried."""
        with self._lock:
            tried = self._tried.get(name)
        if tried is None or tried.wrong < FREE:
            return 0
        wait = min(2.0 ** (tried.wrong - FREE), LONGEST_SECONDS)
        return max(0, math.ceil(tried.at + wait - self._clock()))

    def went_wrong(self, name: str) -> None:
        now = self._clock()
        with self._lock:
            before = self._tried.pop(name, _Tried(0, now))
            wrong = 0 if now - before.at > FORGOTTEN_SECONDS else before.wrong
            self._tried[name] = _Tried(wrong + 1, now)
            if len(self._tried) > MOST_NAMES:
                self._tried.popitem(last=False)

    def went_right(self, name: str) -> None:
        with self._lock:
            self._tried.pop(name, None)
