"""What no user has caused, told in plain words; where it happened is kept in a file for a report."""

import traceback
from collections.abc import Callable
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.events import JobFailed, JobStarted, RunFailed
from studio.services.queue import TRAIN, Task

TRACEBACK = "traceback.txt"
"""In a run's folder, or in the home where it belongs to no run."""


def plainly(
    error: BaseException, folder: Path, *, what: str = "Something in the studio itself went wrong"
) -> StudioError:
    """Return a StudioError as it is. Of anything else, keep the traceback in the folder and name the file."""
    if isinstance(error, StudioError):
        return error
    kept = _keep(error, folder / TRACEBACK)
    if isinstance(error, MemoryError):
        hint = "Close other programs, or choose a smaller model."
        return StudioError("The memory of this machine ran out.", hint)
    if isinstance(error, OSError):
        return StudioError(
            f"A file could not be read or written: {error}.", "Check the disk's space, then try again."
        )
    return StudioError(f"{what}: {type(error).__name__}: {error}", f"What was saved is kept. {kept}")


def note_failure(task: Task, known: StudioError) -> None:
    """Write into its run how a task failed. Raises OSError where the disk is full.

    Also of a job that could not even begin: it waits no more, or it would be taken again and again.
    """
    folder = task.folder
    if task.kind == TRAIN:
        folder.append(RunFailed(known.message, known.hint))
        return
    waits = folder.requests.waits(task.job)
    if waits:
        folder.append(JobStarted(task.job, task.kind, worker=""))
    folder.append(JobFailed(task.job, task.kind, known.message, known.hint))
    if waits:
        folder.requests.remove(task.job)


def guarded(work: Callable[[], None], failed: Callable[[Exception], None]) -> None:
    """Do a piece of work; whatever goes wrong in it ends in a named state."""
    try:
        work()
    except Exception as error:
        failed(error)


def _keep(error: BaseException, file: Path) -> str:
    try:
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError as full:
        return f"Where it happened could not be written to {file}: {full.strerror}. Please report it."
    return f"The file {file} says where; please report it."
