"""Too few rows to learn from and to test on."""

from studio.core.report import Issue
from studio.data.checks.context import CheckContext

TITLE = "Number of rows"

FEWEST_ROWS = 10
"""With fewer, the rows held out for the exam could not tell luck from learning."""


def check(context: CheckContext) -> list[Issue]:
    usable = len(context.records)
    if usable >= FEWEST_ROWS:
        return []
    rows = "1 row" if usable == 1 else f"{usable} rows"
    message = f"The file has {rows} that can be used; training needs at least {FEWEST_ROWS}."
    return [Issue("too_few", "error", 1, (), message, "Add examples; a few hundred make a good start.")]
