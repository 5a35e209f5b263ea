"""What an exam, an export or another job of a run says; part of the union in `core/events.py`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobStarted:
    """An exam or export of this run began. `kind` is `exam` or `export adapter` and the like."""

    job: str
    kind: str
    worker: str


@dataclass(frozen=True, slots=True)
class JobProgressed:
    job: str
    done: int
    total: int
    message: str


@dataclass(frozen=True, slots=True)
class JobFinished:
    job: str
    kind: str
    seconds: float


@dataclass(frozen=True, slots=True)
class JobStopped:
    job: str
    kind: str


@dataclass(frozen=True, slots=True)
class JobFailed:
    job: str
    kind: str
    message: str
    hint: str
