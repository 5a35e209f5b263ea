"""Whether a model can be trained on what a file holds, and if not, which step is missing."""

from studio.core.errors import Refused
from studio.core.report import DatasetReport
from studio.data.checks.too_few import FEWEST_ROWS, ONE_QUESTION
from studio.data.reading import CHOOSE

_NO_ANSWERS = {
    "rated": (
        "These rows say which answers are good, and learning from such ratings is a step that this version "
        "does not have.",
        "Keep the rows with good answers, and choose only the question and the answer.",
    ),
    "": ("No column with answers is chosen.", CHOOSE),
}
"""Formats that are read and checked and cannot be learned from: why, and what to do."""


def training_refusal(report: DatasetReport) -> Refused | None:
    """Return why no model can be trained on this data yet, or None."""
    if report.verdict == "reject":
        problem = report.issues[0]
        return Refused(problem.message, problem.hint)
    if report.format in _NO_ANSWERS:
        return Refused(*_NO_ANSWERS[report.format])
    if report.kept < FEWEST_ROWS:
        return Refused(
            f"Training needs at least {FEWEST_ROWS} usable rows; there are {report.kept}.",
            "Add examples; a few hundred make a good start.",
        )
    undivided = next((issue for issue in report.issues if issue.kind == ONE_QUESTION), None)
    return Refused(undivided.message, undivided.hint) if undivided else None
