"""The line before the machine: what waits, of all people, in the order of their turns; when it may begin."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from studio.core.errors import StudioError
from studio.core.events import JobFinished
from studio.core.foreseen import SURE
from studio.core.turns import NOW, in_turn
from studio.core.waits import Wait
from studio.services.page import Page
from studio.store.foreseen import foreseen_of
from studio.store.home import Holder
from studio.store.requests import Request
from studio.store.runs import RunFolder

TRAIN, EXAM = "train", "exam"

Value = TypeVar("Value")
Seconds = tuple[float, float | None]
"""(at least, at most); None where nothing like it was measured here."""


@dataclass(frozen=True)
class Task:
    """One thing to do. `kind` is `train`, `exam` or `export adapter`; `job` names exams and exports."""

    at: float
    folder: RunFolder
    kind: str
    job: str = ""
    wishes: tuple[str, ...] = ()
    owner: str = ""
    follows: bool = False

    @property
    def name(self) -> str:
        return self.folder.id


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand before the machine at this moment."""

    holder: Holder | None
    line: tuple[Task, ...]
    """What waits, the next first; not what is being made ready already."""
    waits: Mapping[str, Wait]
    """By run or job, how long it waits."""


def line_of(
    pages: Mapping[str, Page], requests: Iterable[tuple[RunFolder, Request]], holder: Holder | None
) -> tuple[Task, ...]:
    """Return what waits in the order of turns. The exam that follows training belongs to the turn it ends."""
    waiting = [
        Task(page.progress.queued_at, page.folder, TRAIN, owner=page.owner)
        for page in pages.values()
        if page.progress.status(None) == "queued"
    ]
    for folder, request in requests:
        if (page := pages.get(folder.id)) is None:
            continue
        follows = request.kind == EXAM and request.at == page.progress.queued_at
        asked = (request.at, folder, request.kind, request.job, request.wishes)
        waiting.append(Task(*asked, owner=page.owner, follows=follows))
    return in_turn(waiting, _turns_ended(pages, holder))


def _turns_ended(pages: Mapping[str, Page], holder: Holder | None) -> dict[str, float]:
    """Return when the machine last let go of each person's work; NOW for whom it works at this moment."""
    found: dict[str, float] = {}
    for page in pages.values():
        ended = NOW if _is_worked_on(page, holder) else page.worked.turn_ended
        found[page.owner] = max(ended, found.get(page.owner, ended))
    return found


def _is_worked_on(page: Page, holder: Holder | None) -> bool:
    if holder is None:
        return False
    working = page.progress.status(holder.worker) == "running" or holder.active == page.folder.id
    return working or any(job.status(holder.worker) == "running" for job in page.progress.jobs.values())


def standing_of(pages: Mapping[str, Page], line: Sequence[Task], holder: Holder | None) -> Standing:
    """Return the line as it stands, with when each thing in it may begin."""
    waiting = tuple(task for task in line if not _is_begun(task, holder))
    return Standing(holder, waiting, dict(_waits(pages, waiting, holder)))


def _is_begun(task: Task, holder: Holder | None) -> bool:
    """Return whether a run that still reads as waiting is being made ready."""
    return task.kind == TRAIN and holder is not None and holder.active == task.folder.id


def _waits(
    pages: Mapping[str, Page], waiting: Sequence[Task], holder: Holder | None
) -> Iterator[tuple[str, Wait]]:
    until = _until_free(pages, holder)
    for before, task in enumerate(waiting):
        yield task.job or task.folder.id, Wait(before, *until) if holder else Wait(before)
        until = _both(until, _takes(pages, task))


def _until_free(pages: Mapping[str, Page], holder: Holder | None) -> Seconds:
    """Return how long what is under way still takes."""
    found: Seconds = (0.0, 0.0)
    for page in pages.values():
        if holder is not None and _is_worked_on(page, holder):
            found = _both(found, _left(pages, page, holder))
    return found


def _left(pages: Mapping[str, Page], page: Page, holder: Holder) -> Seconds:
    jobs = [job for job in page.progress.jobs.values() if job.status(holder.worker) == "running"]
    if jobs:
        return 0.0, _took(pages, jobs[-1].started.kind, page.config.model)[1]
    left = page.progress.seconds_left()
    exam = 0.0, _took(pages, EXAM, page.config.model)[1]
    told = (left / SURE, left * SURE) if left is not None else _foreseen(page)
    return _both(_allowed(page, told, time.time()), exam)


def _takes(pages: Mapping[str, Page], task: Task) -> Seconds:
    """Return how long a thing that waits will take: a run as was foreseen, then perhaps its exam."""
    page = pages[task.folder.id]
    if task.kind != TRAIN:
        return _took(pages, task.kind, page.config.model)
    return _both(_allowed(page, _foreseen(page), None), (0.0, _took(pages, EXAM, page.config.model)[1]))


def _foreseen(page: Page) -> Seconds:
    """Return what the rest of a run takes by its forecast."""
    told = _readable(partial(foreseen_of, page.folder.path))
    if told is None or not told.seconds_high:
        return 0.0, None
    rest = 1 - page.progress.step / page.progress.steps if page.progress.steps else 1.0
    return told.seconds_low * rest, told.seconds_high * rest


def _readable(read: Callable[[], Value]) -> Value | None:
    """Return what is read of a run; None where it is damaged or gone: the times of all others are told."""
    try:
        return read()
    except (StudioError, OSError):
        return None


def _allowed(page: Page, told: Seconds, now: float | None) -> Seconds:
    """Return the same, but at most what the run may still train where that is limited; `now`: it does."""
    meta = _readable(page.folder.meta)
    if meta is None or not meta.run_minutes:
        return told
    most = max(0.0, 60 * meta.run_minutes - page.progress.seconds(now))
    return min(told[0], most), most if told[1] is None else min(told[1], most)


def _took(pages: Mapping[str, Page], kind: str, model: str) -> Seconds:
    """Return between what exams or exports of one kind took here with the same model."""
    took = [
        job.last.seconds
        for page in pages.values()
        for job in page.progress.jobs.values()
        if isinstance(job.last, JobFinished) and job.started.kind == kind and page.config.model == model
    ]
    return (min(took) / SURE, max(took) * SURE) if took else (0.0, None)


def _both(one: Seconds, other: Seconds) -> Seconds:
    high = None if one[1] is None or other[1] is None else one[1] + other[1]
    return one[0] + other[0], high
