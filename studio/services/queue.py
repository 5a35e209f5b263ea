"""The queue as the folders tell it: which run, exam or export is next, and how a run is moved in it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from studio.core.errors import Refused
from studio.core.events import QueueMoved
from studio.core.progress import Progress, fold
from studio.services.runbook import RunBook
from studio.store.files import told_plainly
from studio.store.home import Home
from studio.store.runs import RunFolder

TRAIN = "train"


@dataclass(frozen=True)
class Task:
    """One thing to do. `kind` is `train`, `exam` or `export adapter`; `job` names exams and exports."""

    at: float
    folder: RunFolder
    kind: str
    job: str = ""
    wishes: tuple[str, ...] = ()


def next_task(home: Home, book: RunBook, *, only: str = "") -> Task | None:
    """Return what was asked for first, or None. `only` names a run beside whose training nothing is done."""
    found = [Task(at, home.runs.folder(run), TRAIN) for at, run in book.queued() if only in ("", run)]
    if only:
        return found[0] if found else None
    found += [
        Task(request.at, folder, request.kind, request.job, request.wishes)
        for folder, request in book.requests()
    ]
    return min(found, key=lambda task: (task.at, task.folder.id), default=None)


def waiting_to_stop(home: Home, book: RunBook) -> Iterator[tuple[RunFolder, Progress]]:
    """Yield the runs that wait and are asked to stop: they need not wait for their turn to do so."""
    for _, run in book.queued():
        folder = home.runs.folder(run)
        if folder.requests.stop_asked():
            yield folder, book.progress(run)


def move(home: Home, book: RunBook, run: str, *, up: bool) -> None:
    """Let a run that waits change places with the one before or after it; at the end of the queue it stays.

    Raises Refused where it does not wait. A worker that takes one of the two meanwhile is not disturbed.
    """
    holder = home.holder()
    active = holder.active if holder else ""
    waiting = [(at, name) for at, name in book.queued() if name != active and home.runs.has(name)]
    at = next((at for at, (_, name) in enumerate(waiting) if name == run), None)
    if at is None:
        raise Refused("This run does not wait in the queue.", "Only runs that wait can be moved.")
    first = at - 1 if up else at
    if not 0 <= first < len(waiting) - 1:
        return
    (earlier, before), (later, after) = waiting[first : first + 2]
    _put(home, after, earlier)
    _put(home, before, max(later, math.nextafter(earlier, math.inf)))


def _put(home: Home, run: str, place: float) -> None:
    folder = home.runs.folder(run)
    with told_plainly("The queue"):
        folder.append(QueueMoved(place), provided=lambda: fold(folder.read()[0]).status(None) == "queued")
