"""What one person, and all together, may still use of a shared studio; what is refused once it is used up.

Only who asks for work or room is refused: what runs already ends kindly, see `allowance.py`.
"""

import copy
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from studio.core.errors import Refused
from studio.core.limits import Limits
from studio.core.words import about, count, duration
from studio.core.worked import DAY_SECONDS, Span, seconds_since
from studio.services.runbook import RunBook
from studio.services.space import taken_bytes
from studio.store.home import Home

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Share:
    """The limits and what of each is used; nothing is counted that has no limit."""

    limits: Limits
    disk_bytes: int = 0
    all_disk_bytes: int = 0
    """What one person fills, and all together do."""
    waiting: int = 0
    all_waiting: int = 0
    """Of everybody."""
    day_seconds: float = 0.0
    back_seconds: float = 0.0
    """When the first of them come back."""

    @property
    def run_seconds(self) -> float | None:
        """How long a run that begins now may train; None for as long as it takes."""
        of_run, of_day = self.limits.run_minutes, self.limits.day_minutes
        left = [of_run * MINUTE] if of_run else []
        left += [max(0.0, of_day * MINUTE - self.day_seconds)] if of_day else []
        return min(left, default=None)

    @property
    def room_bytes(self) -> int | None:
        """How much may still be filled; None where only the disk says so."""
        of_each, of_all = self.limits.disk_bytes, self.limits.all_disk_bytes
        left = [of_each - self.disk_bytes] if of_each else []
        left += [of_all - self.all_disk_bytes] if of_all else []
        return max(0, min(left)) if left else None

    @property
    def refusal(self) -> Refused | None:
        """Why nothing more may be queued now; None where it may."""
        limits = self.limits
        if limits.waiting and self.waiting >= limits.waiting:
            return Refused(
                f"{count(self.waiting, 'thing')} of yours {'waits' if self.waiting == 1 else 'wait'} for the "
                f"machine already, and {limits.waiting} of each person may.",
                "Start it once one of them has begun, or take one out of the queue on the Train step.",
            )
        if limits.all_waiting and self.all_waiting >= limits.all_waiting:
            return Refused(
                f"{count(self.all_waiting, 'thing')} of all who are here wait for the machine already, "
                "and no more may.",
                "Start it once some of them are done.",
            )
        if limits.day_minutes and self.day_seconds >= limits.day_minutes * MINUTE:
            return Refused(
                f"Your {duration(limits.day_minutes * MINUTE)} of this machine in a day are used up.",
                f"They come back a day after they were used; the first in about {about(self.back_seconds)}.",
            )
        return None


class Shares:
    """The share of the person whose home this is. Whoever asks at the same moment is asked in turn."""

    def __init__(self, home: Home, book: RunBook) -> None:
        self._home, self._book = home, book
        self._lock = threading.RLock()

    def seen_in(self, home: Home) -> "Shares":
        """Return the share of another person."""
        seen = copy.copy(self)
        seen._home = home
        return seen

    def view(self) -> Share:
        """Return what is used; looks only at what has a limit."""
        limits = self._home.limits
        taken = taken_bytes(self._home) if limits.disk_mb else 0
        by_all = taken_bytes(self._home.whole) if limits.all_disk_mb else 0
        return replace(self._of_work(), disk_bytes=taken, all_disk_bytes=by_all)

    def _of_work(self) -> Share:
        limits, day_ago = self._home.limits, time.time() - DAY_SECONDS
        spans = self._spans() if limits.day_minutes else ()
        lately = [ended - day_ago for _, ended in spans if ended > day_ago]
        return Share(
            limits,
            **self._waiting(),
            day_seconds=seconds_since(spans, day_ago),
            back_seconds=min(lately, default=0.0),
        )

    def _waiting(self) -> dict[str, int]:
        """Return how many things wait; the exam that follows training was not asked for."""
        if not self._home.limits.waiting and not self._home.limits.all_waiting:
            return {}
        owners = [task.owner for task in self._book.line() if not task.follows]
        return {"waiting": owners.count(self._home.owner), "all_waiting": len(owners)}

    def _spans(self) -> tuple[Span, ...]:
        owner = self._home.owner
        return (*self._book.worked_for(owner), *self._home.spent.spans(owner))

    @contextmanager
    def work(self) -> Iterator[None]:
        """Queue a run, an exam or an export inside. Raises Refused before, where nothing more may wait."""
        with self._lock:
            if (refusal := self._of_work().refusal) is not None:
                raise refusal
            yield

    def check_resume(self, run: str) -> None:
        """Raise Refused where there is no such run, and where it has had all the time that one may have."""
        self._home.runs.folder(run)
        most = self._home.limits.run_minutes * MINUTE
        if most and self._book.progress(run).seconds(None) >= most:
            raise Refused(
                f"This run has had the {duration(most)} that a run may train here.",
                "Its best point is kept: compare it and take it home, or start one with fewer steps.",
            )
