"""Rows that say exactly what an earlier row says."""

from studio.core.records import Record
from studio.core.report import Issue
from studio.data.checks.context import CheckContext

TITLE = "Exact copies"


def check(context: CheckContext) -> list[Issue]:
    """List the copies, not the first of their kind. They stay: a copy is only learned more often."""
    seen: set[Record] = set()
    copies: list[int] = []
    for sourced in context.records:
        if sourced.record in seen:
            copies.append(sourced.row)
        seen.add(sourced.record)
    if not copies:
        return []
    message = (
        f"{len(copies):,} {'row is' if len(copies) == 1 else 'rows are'} an exact copy of an earlier one."
    )
    hint = "Copies are learned more often than other rows, and never end up in the exam as well."
    return [Issue.of_rows("duplicates", "warning", tuple(copies), message, hint)]
