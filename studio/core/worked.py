"""When the machine worked on a run, as its events tell: training, exams and exports, but not the waiting.

What a person may use of a shared machine is counted in these seconds, and turns are had by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from studio.core.events import (
    JobFailed,
    JobFinished,
    JobStarted,
    JobStopped,
    QueueMoved,
    Recorded,
    RunFailed,
    RunFinished,
    RunQueued,
    RunStarted,
    RunStopped,
)

Span = tuple[float, float]
"""(when it began, when it ended), seconds since 1970."""

DAY_SECONDS = 86400.0
_TRAINING = ""


@dataclass
class Worked:
    """The spans of work on one run. `add` its events in order."""

    spans: list[Span] = field(default_factory=list)
    turn_ended: float = float("-inf")
    """When the machine last let go of it, or was last heard of at it."""
    _begun: dict[str, float] = field(default_factory=dict)
    _heard_at: float = 0.0

    def add(self, recorded: Recorded) -> None:
        at, event = recorded.at, recorded.event
        match event:
            case RunStarted():
                self._begin(_TRAINING, at)
            case RunFinished() | RunStopped():
                self._end(_TRAINING, at)
            case RunFailed():
                self._end(_TRAINING, at)
                self.turn_ended = max(self.turn_ended, at)  # also where the model could not even be loaded
            case RunQueued():
                self._end(_TRAINING, self._heard_at)  # the leg before it was cut off
            case JobStarted(job=job):
                self._begin(job, at)
            case JobFinished(job=job) | JobStopped(job=job) | JobFailed(job=job):
                self._end(job, at)
        if not isinstance(event, RunQueued | QueueMoved):  # which the worker did not say
            self._heard_at = max(self._heard_at, at)
            if self._begun:
                self.turn_ended = max(self.turn_ended, at)

    def _begin(self, what: str, at: float) -> None:
        # The machine does one thing at a time: what else seems to be under way was cut off.
        for open_still in tuple(self._begun):
            self._end(open_still, self._heard_at)
        self._begun[what] = at

    def _end(self, what: str, at: float) -> None:
        if (begun := self._begun.pop(what, None)) is not None:
            self.spans.append((begun, max(begun, at)))
            self.turn_ended = max(self.turn_ended, at)

    def all_spans(self) -> tuple[Span, ...]:
        """Return the spans with the one that is open still, as far as it was heard of."""
        return (*self.spans, *((begun, max(begun, self._heard_at)) for begun in self._begun.values()))


def seconds_since(spans: Iterable[Span], moment: float) -> float:
    """Return the seconds of work after a moment."""
    return sum(max(0.0, ended - max(begun, moment)) for begun, ended in spans)


def worked(events: Iterable[Recorded]) -> Worked:
    """Return what a whole list of events says."""
    found = Worked()
    for recorded in events:
        found.add(recorded)
    return found
