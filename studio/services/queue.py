"""The queue as the folders tell it: which run, exam or export is next."""

from collections.abc import Iterator
from dataclasses import dataclass

from studio.core.progress import Progress
from studio.services.runbook import RunBook
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


def next_task(home: Home, book: RunBook) -> Task | None:
    """Return what was asked for first, or None."""
    found = [Task(at, home.runs.folder(run), TRAIN) for at, run in book.queued()]
    found += [Task(request.at, folder, request.kind, request.job) for folder, request in book.requests()]
    return min(found, key=lambda task: (task.at, task.folder.id), default=None)


def waiting_to_stop(home: Home, book: RunBook) -> Iterator[tuple[RunFolder, Progress]]:
    """Yield the runs that wait and are asked to stop: they need not wait for their turn to do so."""
    for _, run in book.queued():
        folder = home.runs.folder(run)
        if folder.requests.stop_asked():
            yield folder, book.progress(run)
