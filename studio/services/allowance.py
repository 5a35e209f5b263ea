"""How long a run may train on a shared machine: noted when it was queued, watched by the worker.

The time that questions to other models take in between is not the run's.
"""

import math
import time
from collections.abc import Callable

from studio.core.words import duration
from studio.core.work_time import WorkTime
from studio.core.worked import DAY_SECONDS, seconds_since
from studio.services.runbook import RunBook
from studio.store.home import Home
from studio.store.runs import RunFolder, RunMeta

MINUTE = 60.0


class Allowance:
    """The seconds a run has from now on, and why it then stops. Its worker pauses through it."""

    def __init__(
        self,
        seconds: float,
        why: str,
        pause: Callable[[], None],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds, self._why, self._pause = seconds, why, pause
        self._work = WorkTime(self._paused, clock)

    def _paused(self) -> bool:
        self._pause()
        return False

    def pause(self) -> None:
        """Let the worker do something else; that time does not count."""
        self._work.should_stop()

    def used_up(self) -> str:
        """Return why the run is to stop; empty while it may go on."""
        return self._why if self._work.seconds() >= self._seconds else ""


def allowance_in(home: Home, book: RunBook, run: RunFolder, pause: Callable[[], None]) -> Allowance:
    """Return what a run of this home is allowed now, as was noted when it was queued."""
    meta, trained_seconds = run.meta(), book.progress(run.id).seconds(None)
    spans = (*book.worked_for(meta.owner), *home.spent.spans(meta.owner)) if meta.day_minutes else ()
    return allowance_of(meta, trained_seconds, seconds_since(spans, time.time() - DAY_SECONDS), pause)


def allowance_of(
    meta: RunMeta, trained_seconds: float, day_seconds: float, pause: Callable[[], None]
) -> Allowance:
    """Return what a run is allowed that trained so long before, and for whose owner the machine worked so."""
    run = meta.run_minutes * MINUTE - trained_seconds if meta.run_minutes else math.inf
    day = meta.day_minutes * MINUTE - day_seconds if meta.day_minutes else math.inf
    if run <= day:
        most = duration(meta.run_minutes * MINUTE)
        return Allowance(run, f"It has had the {most} that a run may train here.", pause)
    most = duration(meta.day_minutes * MINUTE)
    why = (
        f"The {most} of this machine that each person has in a day are used up; they come back a day after "
        "they were used, and resume then goes on from here."
    )
    return Allowance(day, why, pause)
