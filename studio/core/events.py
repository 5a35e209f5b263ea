"""Everything a run can say: a tagged union, one JSON line each, append-only (DESIGN section 4)."""

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from studio.core.adjustments import BatchGrew, BatchSplit, RateHalved
from studio.core.job_events import JobFailed, JobFinished, JobProgressed, JobStarted, JobStopped
from studio.core.shapes import shaped

VERSION = 1


@dataclass(frozen=True, slots=True)
class RunQueued:
    """Written by the verb that asks for the run; `resume` is False for a fresh start."""

    resume: bool = False


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A worker took the run. `worker` names the holder of the home; `from_step` is 0 for a fresh start."""

    worker: str
    from_step: int
    steps: int
    training_rows: int
    held_out_rows: int
    trainable_parameters: int
    total_parameters: int
    device: str
    dtype: str
    reasons: tuple[str, ...]
    weights_hash: str
    memory_limit_bytes: int = 0
    """What the process may hold before the system ends it without a word; 0 where it is told instead."""
    replayed_rows: int = 0
    """Answers of the untouched model that are learned beside the `training_rows`."""


@dataclass(frozen=True, slots=True)
class StepLogged:
    """One optimiser step. `loss` in nats per trained token; `tokens` are real input tokens, no padding.

    `base_kl`: how far the model is from the untouched one, KL in nats per trained token; 0 where nothing
    pulls it back (then it is not measured). `measures`: what else the objective tells of the step, by name.
    One that learns from preferences has pairs, or rated answers, where others have trained tokens.
    """

    step: int
    loss: float
    trained_tokens: int
    tokens: int
    learning_rate: float
    gradient_norm: float
    seconds: float
    memory_bytes: int
    base_kl: float = 0.0
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Held-out loss in nats per trained token over all `rows`; step 0 is the untouched model.

    `standard_error` is that of the difference to the best check before it, on the same rows; where none can
    be set beside it, that of the loss itself. 0 where it was not measured. `measures`: what else the
    objective tells of these rows, by name, as in StepLogged.
    """

    step: int
    loss: float
    trained_tokens: int
    rows: int
    standard_error: float = 0.0
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerSampled:
    """An answer that the model wrote while it learns from a reward: the best or the worst of its step."""

    step: int
    question: str
    answer: str
    reward: float
    place: Literal["best", "worst"]


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    step: int
    bytes: int
    best: bool


@dataclass(frozen=True, slots=True)
class Warned:
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over; `best_step` has the lowest held-out loss and is what Compare and Export use.

    `reason` says why it ended before its last step; empty where all were done.
    """

    step: int
    best_step: int
    seconds: float
    peak_memory_bytes: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunStopped:
    """The user stopped the run; everything up to `step` is kept and can be resumed.

    `paused`: it is meant to go on, and only gave the machine to what waits. `reason` says why the studio
    ended it, as on a shared machine after so many minutes; empty where a person did.
    """

    step: int
    best_step: int
    seconds: float
    peak_memory_bytes: int
    paused: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QueueMoved:
    """A run that waits was put elsewhere in the queue: as if it had been queued at `place` (seconds)."""

    place: float


@dataclass(frozen=True, slots=True)
class RunFailed:
    message: str
    hint: str


Event = (
    RunQueued
    | RunStarted
    | StepLogged
    | Evaluated
    | AnswerSampled
    | BatchGrew
    | BatchSplit
    | RateHalved
    | CheckpointSaved
    | Warned
    | RunFinished
    | RunStopped
    | QueueMoved
    | RunFailed
    | JobStarted
    | JobProgressed
    | JobFinished
    | JobStopped
    | JobFailed
)

EVENTS: dict[str, type] = {event.__name__: event for event in Event.__args__}


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event and when it was written, in seconds since 1970 (UTC)."""

    at: float
    event: Event


def encode(event: Event, at: float) -> str:
    """Return the event as one JSON line without its newline. Raises ValueError on NaN or infinity."""
    document = {"version": VERSION, "event": type(event).__name__, "at": at}
    document.update({field.name: getattr(event, field.name) for field in dataclasses.fields(event)})
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def decode(line: str) -> Recorded:
    """Inverse of `encode`. Raises ValueError on whatever this studio has not written."""
    try:
        document: dict[str, Any] = json.loads(line)
        version, name, at = document.pop("version"), document.pop("event"), document.pop("at")
        if version != VERSION or name not in EVENTS:
            raise ValueError(f"event {name!r} of version {version!r} is not known to this studio")
        values = {key: tuple(v) if isinstance(v, list) else v for key, v in document.items()}
        return shaped(Recorded, {"at": at, "event": shaped(EVENTS[name], values)})
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(f"this is no event: {error}") from error


Status = Literal["queued", "running", "paused", "finished", "stopped", "failed", "interrupted"]
ACTIVE: tuple[Status, ...] = ("queued", "running")
"""Of a run, an exam or an export that ends by itself and can be stopped."""

_STATUS: dict[type, Status] = {
    RunQueued: "queued",
    RunStarted: "running",
    RunFinished: "finished",
    RunStopped: "stopped",
    RunFailed: "failed",
}


def status_of(events: Iterable[Event], live_worker: str | None) -> Status:
    """Derive a run's status; it is never stored.

    `live_worker` names the worker that holds the home now (None: nobody). A run whose last word is that
    it was started by another worker was cut off: *interrupted*, and offered for resume.
    """
    last = None
    for event in events:
        if type(event) in _STATUS:
            last = event
    if last is None:
        return "interrupted"
    if isinstance(last, RunStarted) and last.worker != live_worker:
        return "interrupted"
    if isinstance(last, RunStopped) and last.paused:
        return "paused"
    return _STATUS[type(last)]
