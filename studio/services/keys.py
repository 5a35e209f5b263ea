"""The keys that somebody entered while this process lives, by run. Nothing of them is ever written."""

import threading

from studio.core.keys import Key


class Keys:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}

    def put(self, run: str, key: Key) -> None:
        """Hold a key for the next job of this run; an empty one forgets the key before it."""
        with self._lock:
            self._keys[run] = key

    def of(self, run: str) -> Key:
        """Return the key of a run; an empty one where this process was given none."""
        with self._lock:
            return self._keys.get(run, Key())

    def forget(self, run: str) -> None:
        with self._lock:
            self._keys.pop(run, None)
