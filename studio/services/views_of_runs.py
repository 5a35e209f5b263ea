"""What services hand out about runs set side by side: plain frozen values, as in `views.py` beside this."""

from dataclasses import dataclass

from studio.core.exam import Score
from studio.core.verdict import Verdict
from studio.services.views import RunView

CurvePoint = tuple[int, float, float]
"""(step, seconds of step time up to it, loss; of a run that learns from a reward its reward)."""


@dataclass(frozen=True)
class ComparedRun:
    """One of the runs: its curves, and what it came to."""

    run: RunView
    training: tuple[CurvePoint, ...]
    held_out: tuple[CurvePoint, ...]
    exam: Score | None
    """Held-out loss of the point that is used, with its interval; None before an exam of that point."""
    result_bytes: int
    """Size of the tuned weights at the point that is used; 0 before the first save."""


@dataclass(frozen=True)
class SettingDifference:
    """A setting that is not the same in all runs, with its value in each; `–` where it does not apply."""

    name: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class RunsComparison:
    """Runs in the order they were asked for; `differences` is empty where they only differ by chance."""

    runs: tuple[ComparedRun, ...]
    differences: tuple[SettingDifference, ...]
    verdict: Verdict
    best: str = ""
    """Id of the run with the lowest held-out error, or the most reward; empty where they cannot be ranked."""
