"""The events of a run, folded into the numbers that lists, pages and commands show.

Each number is defined here once. Losses are means per trained token; seconds of a run leave out the time it
waited; tokens are real input tokens, no padding.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from studio.core.curve import Curve
from studio.core.events import (
    AnswerSampled,
    BatchGrew,
    BatchSplit,
    CheckpointSaved,
    Evaluated,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobStarted,
    JobStopped,
    QueueMoved,
    RateHalved,
    Recorded,
    RunFailed,
    RunFinished,
    RunQueued,
    RunStarted,
    RunStopped,
    Status,
    StepLogged,
    Warned,
    status_of,
)

JobEvent = JobStarted | JobFinished | JobStopped | JobFailed
Adjustment = BatchSplit | RateHalved
RunEvent = RunQueued | RunStarted | RunFinished | RunStopped | RunFailed

_RECENT_STEPS = 50
_FIRST_SAMPLES, _NEWEST_SAMPLES = 2, 24
"""Of the answers that were sampled on the way, where it began and the newest are kept at hand."""
_NEAR_THE_LIMIT = 0.9
"""A process that held so much of its memory and then fell silent was most likely ended for it."""


@dataclass
class JobProgress:
    """One exam or export: its first and its last word, and how far it got."""

    started: JobStarted
    last: JobEvent
    done: int = 0
    total: int = 0
    message: str = ""

    def status(self, live_worker: str | None) -> Status:
        """Derive the status, as `core.events.status_of` does for runs."""
        match self.last:
            case JobStarted(worker=worker):
                return "running" if worker == live_worker else "interrupted"
            case JobFinished():
                return "finished"
            case JobStopped():
                return "stopped"
            case JobFailed():
                return "failed"


@dataclass
class Progress:
    """What the events said so far. `add` them in order; a resumed run forgets the steps it repeats."""

    training: Curve = field(default_factory=Curve)
    """The steps of the run that stand."""
    held_out: list[Evaluated] = field(default_factory=list)
    samples: list[AnswerSampled] = field(default_factory=list)
    """The first and the newest of what it wrote while it learned from a reward, in their order."""
    started: RunStarted | None = None
    last: RunEvent | None = None
    last_at: float = 0.0
    queued_at: float = 0.0
    """What orders the queue: when the run was queued, or where it was moved to since."""
    started_at: float = 0.0
    heard_at: float = 0.0
    earlier_seconds: float = 0.0
    """Time spent in the legs before this one."""
    warnings: list[Warned] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)
    """What a resumed run must do again at the same places."""
    grew: BatchGrew | None = None
    """A large batch that was about to be tried, and nothing was heard since."""
    held_bytes: int = 0
    """Memory at the last word of a leg that has not ended."""
    jobs: dict[str, JobProgress] = field(default_factory=dict)
    peak_memory_bytes: int = 0

    def add(self, recorded: Recorded) -> None:
        at, event = recorded.at, recorded.event
        match event:
            case RunQueued() | RunStarted() | RunFinished() | RunStopped() | RunFailed():
                self._run(event, at)
            case StepLogged():
                self.training.add(event, at)
                self.peak_memory_bytes = max(self.peak_memory_bytes, event.memory_bytes)
                self.held_bytes, self.grew = event.memory_bytes, None
            case Evaluated():
                self.held_out = [known for known in self.held_out if known.step != event.step] + [event]
                self.grew = None
            case AnswerSampled():
                self.samples.append(event)
                del self.samples[_FIRST_SAMPLES:-_NEWEST_SAMPLES]
            case BatchGrew():
                self.grew = event
            case BatchSplit() | RateHalved():
                self._adjust(event)
            case QueueMoved():
                self.queued_at = event.place
            case CheckpointSaved():
                pass
            case Warned():
                self.warnings.append(event)
            case JobStarted() | JobProgressed() | JobFinished() | JobStopped() | JobFailed():
                self._job(event)
        self.heard_at = max(self.heard_at, at)

    def _run(self, event: RunEvent, at: float) -> None:
        if isinstance(self.last, RunStarted):
            self.earlier_seconds += max(0.0, self._leg_end(event, at) - self.started_at)
        if isinstance(event, RunQueued):
            self.queued_at = at
        if not isinstance(event, RunQueued):  # which leaves open how the leg before it ended
            self.grew, self.held_bytes = None, 0
        if isinstance(event, RunStarted):
            self.started, self.started_at = event, at
            self._forget_after(event.from_step)
            if event.from_step == 0:
                self.earlier_seconds, self.held_out = 0.0, []
        if isinstance(event, RunFinished | RunStopped):
            self.peak_memory_bytes = max(self.peak_memory_bytes, event.peak_memory_bytes)
        self.last, self.last_at = event, at

    def _forget_after(self, step: int) -> None:
        self.training.forget_after(step)
        self.held_out = [known for known in self.held_out if known.step <= step]
        self.samples = [sampled for sampled in self.samples if sampled.step <= step]

    def _adjust(self, event: Adjustment) -> None:
        """Of several of a kind only the last is told: the batch was halved, and halved again."""
        earlier = {known.reason for known in self.adjustments if type(known) is type(event)}
        kept = [warned for warned in self.warnings if warned.message not in earlier]
        self.warnings = [*kept, Warned(event.reason, "")]
        self.adjustments.append(event)
        if isinstance(event, RateHalved):
            self._forget_after(event.step)

    def _leg_end(self, event: RunEvent, at: float) -> float:
        """A leg that was cut off ended with the last thing heard of it, not with the restart."""
        cut_off = isinstance(event, RunQueued | RunStarted)
        return self.heard_at if cut_off else at

    def _job(self, event: JobEvent | JobProgressed) -> None:
        if isinstance(event, JobStarted):
            self.jobs[event.job] = JobProgress(event, event)
            return
        job = self.jobs.get(event.job)
        if job is None:
            return  # Its start stood in a damaged line, which is a warning already.
        if isinstance(event, JobProgressed):
            job.done, job.total, job.message = event.done, event.total, event.message
        else:
            job.last = event

    def status(self, live_worker: str | None) -> Status:
        return status_of([self.last] if self.last else [], live_worker)

    @property
    def step(self) -> int:
        """The last step that was taken and stands."""
        return self.training.step

    @property
    def steps(self) -> int:
        """How many steps the run takes in all; 0 until it was started once."""
        return self.started.steps if self.started else 0

    @property
    def near_memory_limit(self) -> bool:
        """Whether the last word of a leg that ended without one was spoken near the limit of the memory."""
        limit = self.started.memory_limit_bytes if self.started else 0
        return self.grew is not None or 0 < limit * _NEAR_THE_LIMIT < self.held_bytes

    @property
    def ended_early(self) -> str:
        """Why the run ended before its last step; empty where it did not."""
        return self.last.reason if isinstance(self.last, RunFinished) else ""

    @property
    def loss_first(self) -> float | None:
        """Mean training loss per trained token over the first tenth of the steps taken, at least one."""
        return self.training.loss_per_token(0, min(self._tenth(), len(self.training)))

    @property
    def loss_last(self) -> float | None:
        """The same over the last tenth."""
        steps = len(self.training)
        return self.training.loss_per_token(max(0, steps - self._tenth()), steps)

    def _tenth(self) -> int:
        return max(1, len(self.training) // 10)

    @property
    def best(self) -> Evaluated | None:
        """The lowest held-out loss after at least one step; the earlier of equals."""
        after = [known for known in self.held_out if known.step > 0]
        return min(after, key=lambda known: known.loss) if after else None

    @property
    def best_step(self) -> int | None:
        """The step that Compare and Export use."""
        if isinstance(self.last, RunFinished | RunStopped) and self.last.best_step:
            return self.last.best_step
        return self.best.step if self.best else None

    @property
    def tokens_per_second(self) -> float | None:
        """Real input tokens per second of step time, over all steps that stand."""
        return self.training.tokens_per_second

    def seconds(self, now: float | None) -> float:
        """Time worked on the run. `now` counts a leg that is under way; None ends it with its last word."""
        if isinstance(self.last, RunFinished | RunStopped) and self.last.seconds:
            return self.last.seconds
        if not isinstance(self.last, RunStarted):
            return self.earlier_seconds
        end = self.heard_at if now is None else max(now, self.heard_at)
        return self.earlier_seconds + max(0.0, end - self.started_at)

    def seconds_left(self) -> float | None:
        """Time the remaining steps take at the pace of the last ones, checks in between included."""
        pace = self.training.seconds_per_step(_RECENT_STEPS, since=self.started_at)
        return max(0, self.steps - self.step) * pace if self.steps and pace is not None else None


def fold(events: Iterable[Recorded]) -> Progress:
    """Return what a whole list of events says."""
    progress = Progress()
    for recorded in events:
        progress.add(recorded)
    return progress
