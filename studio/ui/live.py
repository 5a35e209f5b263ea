"""What a page asks for once a second: numbers that move, new points, growing answers; and a tag that
changes when more than numbers changed, so that the page draws itself anew only then."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from studio.core.errors import StudioError
from studio.core.events import ACTIVE
from studio.core.talk import Talk
from studio.services.studio import Studio
from studio.services.views import Comparison, DatasetView, RunView
from studio.services.views_of_data import UploadView
from studio.ui import voices
from studio.ui.moving import (
    change_percent,
    change_text,
    job_percent,
    job_text,
    percent,
    rate,
    time_left,
    upload_percent,
    upload_text,
)
from studio.ui.navigation import run_status
from studio.ui.points import points_document
from studio.ui.uploads import upload_of


@dataclass(frozen=True, slots=True)
class Watched:
    """The ids of what a page shows; empty for none."""

    run: str
    question: str = ""
    upload: str = ""
    dataset: str = ""
    talk: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    run: RunView | None
    comparison: Comparison | None
    upload: UploadView | None
    talk: Talk | None
    tag: str


class Live:
    """Answers the polls of all open pages; where none shows newer ones, the runs are read at most once in
    `fresh_seconds`."""

    def __init__(
        self, studio: Studio, *, fresh_seconds: float = 0.7, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._studio = studio
        self._fresh_seconds = fresh_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._read: dict[str, tuple[float, tuple[RunView, ...]]] = {}

    def runs(self, *, anew: bool = False) -> tuple[RunView, ...]:
        """Return who asks the own runs, as they stood at most `fresh_seconds` ago; `anew`: as they stand."""
        owner = self._studio.owner
        with self._lock:
            read_at, runs = self._read.get(owner, (float("-inf"), ()))
            if anew or self._clock() - read_at > self._fresh_seconds:
                self._forget_old()
                runs = tuple(self._studio.runs())
                self._read[owner] = (self._clock(), runs)
            return runs

    def _forget_old(self) -> None:
        """Let go of what was read for visitors whose pages ask no more."""
        before = self._clock() - self._fresh_seconds
        self._read = {owner: read for owner, read in self._read.items() if read[0] >= before}

    def reply(self, page: Watched, *, since: int, known: str = "") -> dict[str, Any]:
        """Return the JSON of one poll. `since` is an offset of earlier points, or -1 for no points.

        `known` is the tag of what the page shows. It may have been drawn from newer runs than those that were
        read for other polls: where the tags differ they are read anew, lest a page be told what is over.
        """
        runs = self.runs()
        seen = self._look(page, runs)
        if known and seen.tag != known:
            runs = self.runs(anew=True)
            seen = self._look(page, runs)
        run, comparison, upload, dataset = seen.run, seen.comparison, seen.upload, page.dataset
        asking = comparison is not None and not settled(comparison)
        active = any(view.status in ACTIVE or busy(view) for view in runs)
        reply: dict[str, Any] = {
            "who": hashlib.sha256(self._studio.owner.encode()).hexdigest()[:8],
            "tag": seen.tag,
            "live": asking or active,
            "texts": _texts(runs, run, comparison),
            "bars": _bars(run),
        }
        server = self._studio.server()
        if asking or voices.talking(seen.talk) or (server and server.state == "opening"):
            reply["asking"] = True
        reply["texts"] |= voices.texts(seen.talk, server)
        if upload is not None and upload.state == "reading":
            reply["reading"] = True
            reply["texts"] |= {"upload": upload_text(upload)}
            reply["bars"] |= {"upload": upload_percent(upload)}
        change = self._studio.change(dataset) if dataset else None
        if change is not None and change.state == "working":
            reply["reading"] = True
            reply["texts"] |= {"change": change_text(change)}
            reply["bars"] |= {"change": change_percent(change)}
        if run is not None and since >= 0:
            reply["points"] = points_document(self._studio.points(run.id, since), since)
        return reply

    def _look(self, page: Watched, runs: tuple[RunView, ...]) -> _Seen:
        run = next((view for view in runs if view.id == page.run), None)
        comparison = comparison_of(self._studio, page.question) if run else None
        upload = upload_of(self._studio, page.upload)
        talk = voices.talk_of(self._studio, page.talk)
        state = (*state_of(self._studio, page.dataset), *voices.state_of(talk, self._studio.server()))
        return _Seen(run, comparison, upload, talk, tag(runs, run, comparison, upload, state))


def busy(run: RunView) -> bool:
    return any(job.status in ACTIVE for job in run.jobs)


def settled(comparison: Comparison) -> bool:
    """Return whether nothing more will be written."""
    return bool(comparison.error) or all(answer.done for answer in comparison.answers.values())


def comparison_of(studio: Studio, question: str) -> Comparison | None:
    if not question:
        return None
    try:
        return studio.comparison(question)
    except StudioError:
        # Comparisons live as long as the server; after a restart the question is simply asked again.
        return None


def state_of(studio: Studio, dataset: str, drawn: DatasetView | None = None) -> tuple[object, ...]:
    """Return what a page on a data set is drawn from: another page may change it.

    `drawn`: as it was read for the page; without it, as it stands.
    """
    if not dataset:
        return ()
    try:
        version = drawn.version if drawn else studio.dataset_version(dataset)
    except StudioError:
        # Deleted on another page: this one then draws itself without it.
        return ()
    change = studio.change(dataset)
    return (version, *((change.id, change.state, change.stopping) if change is not None else ()))


def tag(
    runs: tuple[RunView, ...],
    run: RunView | None,
    comparison: Comparison | None,
    upload: UploadView | None = None,
    state: tuple[object, ...] = (),
) -> str:
    """Return a short hash of everything that a page shows in words and lists rather than in numbers."""
    shown: list[object] = [
        (view.id, view.name, view.status, view.queue_position, view.stopping) for view in runs
    ]
    if run is not None:
        shown += [run.verdict, run.notes, run.warnings, run.failure, bool(run.checkpoints)]
        shown += [run.eval_loss, run.eval_loss_best, run.samples[-1].step if run.samples else 0]
        shown += [(job.id, job.status) for job in run.jobs]
        shown.append(run.step > 0)
    if comparison is not None:
        shown += [comparison.id, comparison.error, settled(comparison), bool(comparison.waiting)]
    if upload is not None:
        shown += [upload.id, upload.state, upload.partial is not None]
    shown += state
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:12]


def _texts(runs: tuple[RunView, ...], run: RunView | None, comparison: Comparison | None) -> dict[str, str]:
    texts = {f"status-{view.id}": run_status(view) for view in runs if view.status in ACTIVE}
    if run is not None and run.status == "running":
        texts |= {
            "percent": f"{percent(run)} % done",
            "left": time_left(run),
            "rate": rate(run),
            "step": f"{run.step:,} of {run.steps:,}",
        }
    if run is not None:
        texts |= {f"job-{job.id}": job_text(job) for job in run.jobs if job.status in ACTIVE}
    if comparison is not None and not settled(comparison):
        texts |= {f"answer-{name}": answer.text for name, answer in comparison.answers.items()}
        texts["waiting"] = comparison.waiting
    return texts


def _bars(run: RunView | None) -> dict[str, int]:
    if run is None:
        return {}
    bars = {job.id: job_percent(job) for job in run.jobs if job.status in ACTIVE}
    return bars | ({"run": percent(run)} if run.status == "running" else {})
