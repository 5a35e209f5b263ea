"""All that is known of a run, gathered once: the report and the model card are two renderings of it.

Plain values; importing this needs no torch. What is not known is None or empty, and said to be so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from studio.core.cleaning import Step
from studio.core.config import RunConfig
from studio.core.events import Status
from studio.core.exam import ComparisonVerdict, Exam, Score
from studio.core.foreseen import Foreseen
from studio.core.probe import Probe
from studio.core.progress import Progress
from studio.core.report import DatasetReport
from studio.evaluation.votes import Agreement, Tally

if TYPE_CHECKING:
    from studio.engine.sources import ModelSource


@dataclass(frozen=True)
class DatasetFacts:
    """What was learned from. `version` is the hash of its content; `licence` "" if unknown."""

    name: str
    version: str
    format: str
    licence: str = ""
    cleaning: tuple[Step, ...] = ()
    """What was done to the rows after their file was read."""
    records_hash: str = ""
    """The SHA-256 of the rows as the run was given them."""
    hub_id: str = ""
    """Owner and name on the hub, of data that came from there."""


@dataclass(frozen=True)
class VotesTold:
    """How a blind voting on a run's answers fell; while it is not `ended`, only how far it is may be told.

    `won`: the share of decided questions that the tuned answer won. `agreement` by metric of the exam.
    """

    questions: int
    voted: int
    ended: bool
    counted: Tally
    won: Score | None
    verdict: ComparisonVerdict
    agreement: Mapping[str, Agreement] = field(default_factory=dict)
    identical: int = 0
    """Of the ties: questions that both answered alike, so that nobody was asked."""


@dataclass(frozen=True)
class RunFacts:
    """One run as its folder tells it. `exam` is the newest one, `step` the saved point that is handed over.

    `findings` is the health report of the very rows; where there is none, `findings_lost` says why.
    """

    config: RunConfig
    dataset: DatasetFacts
    exam: Exam | None = None
    run: str = ""
    name: str = ""
    notes: str = ""
    created_at: float = 0.0
    status: Status = "finished"
    step: int | None = None
    story: Progress = field(default_factory=Progress)
    findings: DatasetReport | None = None
    findings_lost: str = ""
    foreseen: Foreseen | None = None
    base: ModelSource | None = None
    environment: Mapping[str, Any] = field(default_factory=dict)
    probe: Probe | None = None
    """The newest one: what was forgotten and learned by heart."""
    probe_lost: str = ""
    """Why there is none although one was held; so also of the votes."""
    votes: VotesTold | None = None
    votes_lost: str = ""
    held_out_by: Literal["", "user", "seed"] = ""
    """Who chose the held-back rows: a column of the user's, or a draw with the seed; "" if unknown."""

    @property
    def proven(self) -> Exam | None:
        """The exam, if it was held on the very weights that are handed over."""
        return self.exam if self.exam is not None and self.exam.step == self.step else None
