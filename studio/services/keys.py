"""The keys that somebody entered while this process lives, each for one request. None is ever written."""

import threading

from studio.core.keys import Key
from studio.store.files import new_id


class Keys:
    """Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}

    def put(self, key: Key) -> str:
        """Hold a key and return the ticket that it is fetched with; an empty key needs none."""
        if not key:
            return ""
        ticket = new_id()
        with self._lock:
            self._keys[ticket] = key
        return ticket

    def take(self, ticket: str) -> Key:
        """Hand a key out, once; an empty one where another process was given it, or it was taken."""
        with self._lock:
            return self._keys.pop(ticket, Key())
