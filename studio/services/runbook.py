"""What the run folders say, kept at hand: each read only goes on where the last one ended.

One book serves all pages and the worker. It can be thrown away at any time: the folders are the truth.
"""

import copy
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from studio.core.early_warnings import early_warnings
from studio.core.errors import StudioError
from studio.core.events import ACTIVE, RateHalved, RunFailed, RunStarted, Status
from studio.core.progress import Progress, fold
from studio.core.verdict import Verdict, verdict
from studio.core.worked import Span
from studio.core.yardstick import yardstick_of_run
from studio.services.curve_points import points_of, told_of
from studio.services.line import Standing, Task, line_of, standing_of
from studio.services.page import Page
from studio.services.views import JobView, RunView
from studio.services.views_of_curves import Points
from studio.store.foreseen import foreseen_of
from studio.store.home import Home
from studio.store.requests import Request
from studio.store.runs import RunFolder

Value = TypeVar("Value")
VIEW = "view"


class RunBook:
    """All runs of a home. Safe to use from many threads."""

    def __init__(self, home: Home) -> None:
        self._home = self._seen = home
        self._lock = threading.Lock()
        self._pages: dict[str, Page] = {}
        self._damaged: dict[tuple[str, str], str] = {}
        """By run and what could not be read of it when it was read last."""

    def seen_in(self, home: Home) -> "RunBook":
        """Return the same book as the person whose home this is reads it: with no other's runs in it.

        The places in the queue are told among all runs.
        """
        book = copy.copy(self)
        book._seen = home
        return book

    def views(self) -> tuple[RunView, ...]:
        """Return all runs, the newest first."""
        standing = self._standing()
        folders = [folder for folder in self._folders() if self._seen.runs.has(folder.id)]
        found = (self._attempt(folder, VIEW, partial(self._view, folder, standing)) for folder in folders)
        views = [view for view in found if view is not None]
        return tuple(sorted(views, key=lambda view: (view.created_at, view.id), reverse=True))

    def damage(self) -> tuple[str, ...]:
        """Return why some runs are missing from the list, as the last reading found."""
        with self._lock:
            damaged = dict.fromkeys((run, problem) for (run, _), problem in self._damaged.items())
        seen = (each for each in damaged if self._seen.runs.has(each[0]))
        return tuple(f"The run {run} cannot be read. {problem}" for run, problem in seen)

    def view(self, run: str) -> RunView:
        """Return one run. Raises Refused where there is none."""
        return self._view(self._seen.runs.folder(run), self._standing())

    def progress(self, run: str) -> Progress:
        """Return what the events of a run say now. Treat it as read-only."""
        return self._read(self._seen.runs.folder(run)).progress

    def status(self, run: str) -> Status:
        return self.progress(run).status(self._home.live_worker())

    def queued(self) -> tuple[tuple[float, str], ...]:
        """Return (when it was queued, run) of the runs that wait, the next one first."""
        self._folders()
        with self._lock:
            waiting = [
                (page.progress.queued_at, run)
                for run, page in self._sound_pages().items()
                if page.progress.status(None) == "queued"
            ]
        return tuple(sorted(waiting))

    def line(self) -> tuple[Task, ...]:
        """Return what waits, of all people, the next first."""
        self._folders()
        requests, holder = self.requests(), self._home.holder()
        with self._lock:
            return line_of(self._sound_pages(), requests, holder)

    def _sound_pages(self) -> dict[str, Page]:
        damaged = {run for run, what in self._damaged if what != VIEW}  # its turn comes by the rest
        return {run: page for run, page in self._pages.items() if run not in damaged}

    def requests(self) -> tuple[tuple[RunFolder, Request], ...]:
        """Return the exams and exports that wait, of all runs whose requests can be read."""
        folders = self._home.runs.all()
        found = ((folder, self._attempt(folder, "requests", folder.requests.all) or ()) for folder in folders)
        return tuple((folder, request) for folder, requests in found for request in requests)

    def worked_for(self, owner: str) -> tuple[Span, ...]:
        """Return when the machine worked on the runs of one person."""
        self._folders()
        with self._lock:
            pages = [page for page in self._pages.values() if page.owner == owner]
            return tuple(span for page in pages for span in page.worked.all_spans())

    def points(self, run: str, since: int) -> Points:
        """Return the points after byte `since` of the events; all of them after a resume."""
        folder = self._seen.runs.folder(run)
        page = self._read(folder)
        if 0 < since <= page.offset:
            events, offset = folder.read(since)
            if not any(isinstance(recorded.event, RunStarted | RateHalved) for recorded in events):
                page = self._read(folder)  # means look back over what was said before
                with self._lock:
                    return points_of(fold(events), page.progress, offset, replace=False)
        with self._lock:
            return points_of(page.progress, page.progress, page.offset, replace=True)

    def _folders(self) -> tuple[RunFolder, ...]:
        """Read on in every run, and forget the deleted ones."""
        folders = self._home.runs.all()
        names = {folder.id for folder in folders}
        with self._lock:
            for gone in self._pages.keys() - names:
                del self._pages[gone]
            for gone in [key for key in self._damaged if key[0] not in names]:
                del self._damaged[gone]
        return tuple(each for each in folders if self._attempt(each, "events", partial(self._read, each)))

    def _attempt(self, folder: RunFolder, what: str, read: Callable[[], Value]) -> Value | None:
        """Return what is read of a run; None where somebody deleted it meanwhile, or where it is damaged.

        A damaged run must not hide the others; `damage` tells of it until the same is read again and sound.
        """
        try:
            found = read()
        except (StudioError, OSError) as error:
            if not folder.deleted:
                with self._lock:
                    self._damaged[folder.id, what] = str(error)
            return None
        with self._lock:
            self._damaged.pop((folder.id, what), None)
        return found

    def _read(self, folder: RunFolder) -> Page:
        with self._lock:
            page = self._pages.get(folder.id)
            if page is None:
                page = self._pages[folder.id] = Page(folder, folder.config(), folder.meta().owner)
            if folder.events_bytes() > page.offset:
                events, page.offset = folder.read(page.offset)
                for recorded in events:
                    page.add(recorded)
            return page

    def _standing(self) -> Standing:
        holder, line = self._home.holder(), self.line()
        with self._lock:
            return standing_of(self._sound_pages(), line, holder)

    def _view(self, folder: RunFolder, standing: Standing) -> RunView:
        page, meta = self._read(folder), folder.meta()
        worker = standing.holder.worker if standing.holder else None
        with self._lock:
            progress, status = page.progress, page.progress.status(worker)
            failure = progress.last if isinstance(progress.last, RunFailed) else RunFailed("", "")
            return RunView(
                id=folder.id,
                name=meta.name,
                notes=meta.notes,
                created_at=meta.created_at,
                dataset_name=meta.dataset_name,
                config=page.config,
                source=folder.source(),
                foreseen=foreseen_of(folder.path),
                status=status,
                stopping=status in ACTIVE and folder.requests.stop_asked(),
                wait=standing.waits.get(folder.id),
                step=progress.step,
                steps=progress.steps,
                seconds=progress.seconds(time.time() if status == "running" else None),
                seconds_left=progress.seconds_left() if status == "running" else None,
                tokens_per_second=progress.tokens_per_second,
                training_rows=progress.started.training_rows if progress.started else 0,
                held_out_rows=progress.started.held_out_rows if progress.started else 0,
                **_curves(progress),
                best_step=progress.best_step,
                peak_memory_bytes=progress.peak_memory_bytes or None,
                verdict=_verdict(folder.id, progress, status, standing),
                warnings=_warnings(progress),
                reasons=progress.started.reasons if progress.started else (),
                failure=failure.message,
                failure_hint=failure.hint,
                jobs=_jobs(folder, progress, standing),
                checkpoints=folder.checkpoints.steps(),
            )


def _curves(progress: Progress) -> Mapping[str, Any]:
    """Return what the curves of a run come to, as its view has them."""
    return {
        "loss_first": progress.loss_first,
        "loss_last": progress.loss_last,
        "eval_loss_first": progress.held_out[0].loss if progress.held_out else None,
        "eval_loss": progress.held_out[-1].loss if progress.held_out else None,
        "eval_loss_best": progress.best.loss if progress.best else None,
        "yardstick": yardstick_of_run(progress),
        "told": told_of(progress),
        "samples": tuple(progress.samples),
    }


def _warnings(progress: Progress) -> tuple[str, ...]:
    """Return what the run itself warned of, then what its curve tells."""
    told = (*progress.warnings, *early_warnings(progress))
    return tuple(f"{warned.message} {warned.hint}".strip() for warned in told)


def _verdict(run: str, progress: Progress, status: Status, standing: Standing) -> Verdict:
    if status == "queued" and standing.holder and standing.holder.active == run:
        return Verdict("neutral", "Getting ready", standing.holder.doing)
    return verdict(progress, status, standing.waits.get(run))


def _jobs(folder: RunFolder, progress: Progress, standing: Standing) -> tuple[JobView, ...]:
    """Return the exams and exports in the order they began, then those that wait."""
    worker = standing.holder.worker if standing.holder else None
    views = []
    for job, known in progress.jobs.items():
        message, hint = getattr(known.last, "message", known.message), getattr(known.last, "hint", "")
        status = known.status(worker)
        views.append(JobView(job, known.started.kind, status, known.done, known.total, message, hint))
    for request in folder.requests.all():
        if request.job not in progress.jobs:
            wait = standing.waits.get(request.job)
            views.append(JobView(request.job, request.kind, "queued", wait=wait))
    return tuple(views)
