"""What services hand to the screen and the command line: plain frozen values, nothing to import torch for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from studio.core.config import RunConfig
from studio.core.events import AnswerSampled, Status
from studio.core.foreseen import Foreseen
from studio.core.records import SourcedRecord
from studio.core.report import DatasetReport
from studio.core.verdict import Verdict
from studio.core.waits import Wait
from studio.core.yardstick import TOKEN, Yardstick
from studio.exporters.job import ExportedFile, Parity
from studio.services.views_of_curves import Told
from studio.store.runs import SourceNote


@dataclass(frozen=True)
class TableRow:
    """A row as the user's file has it; `number` is its 1-based line there."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class DatasetView:
    """A dataset as uploaded: its newest version, its report and its first records."""

    id: str
    version: str
    name: str
    file_name: str
    created_at: float
    report: DatasetReport
    preview: tuple[SourcedRecord, ...]
    """The first records; none while it is not known which column is what."""
    rows: tuple[TableRow, ...]
    """The first rows as the file has them, all columns."""
    runs: tuple[str, ...] = ()
    """Runs that used it; they are listed before it is deleted."""


@dataclass(frozen=True)
class SampleView:
    """A data set that comes with the studio."""

    id: str
    title: str
    summary: str
    licence: str
    rows: int


@dataclass(frozen=True)
class WorkerState:
    """Whether this process does the work of the home. `message` is empty where there is nothing to tell."""

    holds_home: bool
    ready: bool
    """The heavy packages are loaded; before that the first answer or step takes longer."""
    message: str = ""
    damage: tuple[str, ...] = ()
    """Why runs and data sets are missing from the lists; `message` has it too."""


@dataclass(frozen=True)
class Duty:
    """What a process does for its home beside its own errand."""

    takes_home: bool = True
    """False only answers questions, and leaves training to whoever holds the home."""
    quiet_seconds: float = 2.0
    """Nothing heavy is loaded before: the first page is served meanwhile."""
    exam_after_training: bool = True
    done: Callable[[], bool] = lambda: False
    """Asked before each new task: once true, no other is begun."""


@dataclass(frozen=True)
class Forecast:
    """What a run will take on this machine; `measured` says whether a rehearsal stands behind the time."""

    seconds_low: float
    seconds_high: float
    memory_bytes: int
    memory_available_bytes: int
    disk_bytes: int
    disk_available_bytes: int
    result_bytes: int
    steps: int
    training_rows: int
    held_out_rows: int
    measured: bool
    basis: str
    """One sentence: what was measured, or why nothing could be measured yet."""
    fits: bool
    advice: str = ""
    max_length: int = 0
    """The longest example, in tokens; what is beyond it is cut off."""
    cut: int | None = None
    """Rows of the run, the held-back ones among them, that are longer; None until they are counted."""
    nothing_left: int = 0
    """Rows that are cut before anything of their answer."""
    not_taken: int = 0
    """Rows that the model's template cannot write; the run sets them aside."""
    mixed_in: int = 0
    """Answers of the untouched model that are learned beside the rows."""


@dataclass(frozen=True)
class JobView:
    """An exam or export of a run."""

    id: str
    kind: str
    status: Literal["queued", "running", "finished", "stopped", "failed", "interrupted"]
    done: int = 0
    total: int = 0
    message: str = ""
    hint: str = ""
    wait: Wait | None = None


@dataclass(frozen=True)
class RunView:
    """One run as lists and pages show it; everything is derived from the run's folder."""

    id: str
    name: str
    notes: str
    created_at: float
    dataset_name: str
    config: RunConfig
    status: Status
    step: int
    steps: int
    seconds: float
    seconds_left: float | None
    tokens_per_second: float | None
    training_rows: int
    held_out_rows: int
    loss_first: float | None
    loss_last: float | None
    """Mean training loss over the first and the last tenth of the steps, nats per trained token."""
    eval_loss_first: float | None
    eval_loss: float | None
    """Held-out loss at the first and at the last check, nats per trained token."""
    eval_loss_best: float | None
    """The same at the point that Compare and Export use; None before the first check on the way."""
    best_step: int | None
    peak_memory_bytes: int | None
    verdict: Verdict
    warnings: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    failure: str = ""
    failure_hint: str = ""
    jobs: tuple[JobView, ...] = ()
    checkpoints: tuple[int, ...] = ()
    stopping: bool = False
    """Asked to stop or pause, and saving what it has."""
    source: SourceNote | None = None
    """The untouched model's commit and weights; None before the worker has looked at it."""
    foreseen: Foreseen | None = None
    """What was said of it before it began."""
    yardstick: Yardstick = TOKEN
    """What its losses count."""
    told: tuple[Told, ...] = ()
    samples: tuple[AnswerSampled, ...] = ()
    wait: Wait | None = None

    @property
    def queue_position(self) -> int | None:
        """1 is next of all that waits; None when it does not wait."""
        return self.wait.before + 1 if self.wait else None


@dataclass(frozen=True)
class Answer:
    """One model's answer while it is written; `weights_hash` names the very tensors that answered."""

    text: str = ""
    done: bool = False
    weights_hash: str = ""
    tokens: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """A passage that both models read before a question: which document, where in it, and its text."""

    title: str
    place: str
    text: str


@dataclass(frozen=True)
class Comparison:
    """A question put to the untouched model and to a run's tuned one. Keys: `base` and the run's id.

    `sources` were looked up, where that was asked for (`with_retrieval`).
    """

    id: str
    question: str
    answers: Mapping[str, Answer]
    waiting: str = ""
    """Why nothing is written yet, in words, with the expected wait; empty once it runs."""
    error: str = ""
    with_retrieval: bool = False
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class ExportView:
    run: str
    kind: str
    path: str
    files: tuple[ExportedFile, ...]
    parity: Parity | None
    """None for exports that hold no weights (the script)."""
    step: int = 0
    earlier: bool = False
    """Made of a step that is no longer the run's best."""


@dataclass(frozen=True)
class ModelChoice:
    """A model the Method step offers."""

    id: str
    title: str
    parameters: int
    licence: str
    summary: str
    ready: bool
    """Already on this machine."""
