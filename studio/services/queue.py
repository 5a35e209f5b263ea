"""The queue as the folders tell it: which run, exam or export is next, and how a run is moved in it."""

import math
from collections.abc import Iterator

from studio.core.errors import Refused
from studio.core.events import QueueMoved
from studio.core.progress import Progress, fold
from studio.services.line import TRAIN, Task
from studio.services.runbook import RunBook
from studio.store.files import told_plainly
from studio.store.home import Home
from studio.store.runs import RunFolder

__all__ = ["TRAIN", "Task", "move", "next_task", "waiting_to_stop"]


def next_task(book: RunBook, *, only: str = "") -> Task | None:
    """Return whose turn it is, or None. `only` names a run beside whose training nothing is done."""
    tasks = book.line()
    wanted = (task for task in tasks if not only or (task.kind == TRAIN and task.folder.id == only))
    return next(wanted, None)


def waiting_to_stop(home: Home, book: RunBook) -> Iterator[tuple[RunFolder, Progress]]:
    """Yield the runs that wait and are asked to stop: they need not wait for their turn to do so."""
    for _, run in book.queued():
        folder = home.runs.folder(run)
        if folder.requests.stop_asked():
            yield folder, book.progress(run)


def move(home: Home, book: RunBook, run: str, *, up: bool) -> None:
    """Let a run that waits change places with its owner's one before or after it; at the ends it stays.

    Raises Refused where it does not wait. A worker that takes one of the two meanwhile is not disturbed.
    """
    holder = home.holder()
    active, owner = holder.active if holder else "", home.runs.folder(run).meta().owner
    waiting = [
        (task.at, task.folder.id)
        for task in book.line()
        if task.kind == TRAIN and task.owner == owner and task.folder.id != active
    ]
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
