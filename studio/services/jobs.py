"""What exams and exports have in common: they begin, say how far they are, pause, stop and end."""

import time
from collections.abc import Callable
from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.core.events import JobFinished, JobProgressed, JobStarted, JobStopped
from studio.core.work_time import WorkTime
from studio.services.queue import Task
from studio.services.training import Signals
from studio.store.runs import RunFolder

SHOWN_EVERY_SECONDS = 0.5

Progress = Callable[[int, int, str], None]
ShouldStop = Callable[[], bool]


def run_job(task: Task, signals: Signals, work: Callable[[Progress, ShouldStop], bool]) -> None:
    """Do a waiting exam or export. `work` returns False where it was stopped.

    A studio that closes in between puts the request back for the next one. A process that is killed does
    not: the job then reads *interrupted*, and a machine that it brought down is not brought down again.
    """
    folder = task.folder

    def should_stop() -> bool:
        signals.pause()
        return signals.closing() or folder.requests.stop_asked(task.job)

    job = WorkTime(should_stop)
    folder.append(JobStarted(task.job, task.kind, signals.worker))
    folder.requests.remove(task.job)
    finished = not job.should_stop() and work(_Reporter(task), job.should_stop)
    if finished:
        folder.append(JobFinished(task.job, task.kind, job.seconds()))
    elif folder.requests.stop_asked(task.job):
        folder.append(JobStopped(task.job, task.kind))
    else:
        folder.requests.add(task.kind, task.at, task.wishes)
        folder.append(JobStopped(task.job, task.kind))
    folder.requests.clear_stop(task.job)


class _Reporter:
    """Writes progress into the run's events, not more often than anybody looks."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._said_at = float("-inf")
        self._said = ""

    def __call__(self, done: int, total: int, message: str) -> None:
        now = time.monotonic()
        if message == self._said and now - self._said_at < SHOWN_EVERY_SECONDS:
            return
        self._said_at, self._said = now, message
        self._task.folder.append(JobProgressed(self._task.job, done, total, message))


def best_checkpoint(folder: RunFolder) -> tuple[int, Path]:
    """Return (step, folder) of the checkpoint that is compared and exported. Raises StudioError."""
    best = folder.checkpoints.best()
    if best is None:
        raise StudioError("No saved point of this run is sound.", "Resume the run, or start a new one.")
    return best


def check_best(folder: RunFolder) -> None:
    """Raise Refused where nothing is saved yet, so that nothing can be queued in vain."""
    if not folder.checkpoints.steps():
        raise Refused("Nothing of this run is saved yet.", "Wait for its first save, or resume it.")
