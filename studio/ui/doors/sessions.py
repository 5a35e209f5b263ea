"""Who is signed in, as long as the server lives: a cookie holds a random number, and nothing else does."""

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

IDLE_SECONDS = 12 * 3600.0
LONGEST_SECONDS = 7 * 24 * 3600.0
MOST = 10_000
"""Kept at once; the one that was silent for longest gives way."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signed in: whose things are seen, and how they are called on the page."""

    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class _Session:
    person: Person
    began: float
    seen: float


class Sessions:
    """Safe to use from many threads. What a cookie holds is not kept, only its hash."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._known: dict[str, _Session] = {}

    def begin(self, person: Person) -> str:
        """Return what the cookie is to hold."""
        ticket, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._forget_old(now)
            self._known[_hash(ticket)] = _Session(person, now, now)
        return ticket

    def person(self, ticket: str) -> Person | None:
        """Return whose cookie it is; None for one that is unknown or too old."""
        now, name = self._clock(), _hash(ticket)
        with self._lock:
            session = self._known.get(name)
            if session is None or _is_over(session, now):
                self._known.pop(name, None)
                return None
            self._known[name] = replace(session, seen=now)
        return session.person

    def end(self, ticket: str) -> None:
        with self._lock:
            self._known.pop(_hash(ticket), None)

    def _forget_old(self, now: float) -> None:
        self._known = {name: known for name, known in self._known.items() if not _is_over(known, now)}
        while len(self._known) >= MOST:
            del self._known[min(self._known, key=lambda name: self._known[name].seen)]


def _is_over(session: _Session, now: float) -> bool:
    return now - session.seen > IDLE_SECONDS or now - session.began > LONGEST_SECONDS


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
