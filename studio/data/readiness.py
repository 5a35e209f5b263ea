"""Whether a model can be trained on what a file holds, and if not, which step is missing."""

from studio.core.errors import Refused
from studio.core.report import DatasetReport, Issue
from studio.data.checks.conflicts import NEITHER_BETTER
from studio.data.checks.one_sided import ONE_SIDED
from studio.data.checks.too_few import FEWEST_ROWS, ONE_QUESTION
from studio.data.reading import CHOOSE


def training_refusal(report: DatasetReport) -> Refused | None:
    """Return why no model can be trained on this data yet, or None."""
    if report.verdict == "reject":
        problem = report.issues[0]
        return Refused(problem.message, problem.hint)
    if not report.format:
        return Refused("No column with answers is chosen.", CHOOSE)
    if report.kept < FEWEST_ROWS:
        return Refused(
            f"Training needs at least {FEWEST_ROWS} usable rows; there are {report.kept}.",
            "Add examples; a few hundred make a good start.",
        )
    hopeless = next((issue for issue in report.issues if _is_hopeless(issue, report.kept)), None)
    return Refused(hopeless.message, hopeless.hint) if hopeless else None


def _is_hopeless(issue: Issue, kept: int) -> bool:
    """Return whether a finding alone says that nothing can be learned, or nothing be held back."""
    if issue.kind in (ONE_QUESTION, ONE_SIDED):
        return True
    return issue.kind == NEITHER_BETTER and issue.count == kept
