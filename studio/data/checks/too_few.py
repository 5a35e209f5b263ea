"""Too few rows, or too few different questions, to learn from and to test on."""

from collections.abc import Sequence

from studio.core.records import SourcedRecord
from studio.core.report import Issue
from studio.data.checks.context import CheckContext
from studio.data.split import question_key

TITLE = "Number of rows"

FEWEST_ROWS = 10
"""With fewer, the rows held out for the exam could not tell luck from learning."""

ONE_QUESTION = "one_question"
"""Names the finding of rows that cannot be divided; no model can be trained on them."""


def check(context: CheckContext) -> list[Issue]:
    usable = len(context.records)
    if usable >= FEWEST_ROWS:
        return [] if has_two_questions(context.records) else [_one_question(usable)]
    rows = "1 row" if usable == 1 else f"{usable} rows"
    message = f"The file has {rows} that can be used; training needs at least {FEWEST_ROWS}."
    return [Issue("too_few", "error", 1, (), message, "Add examples; a few hundred make a good start.")]


def has_two_questions(records: Sequence[SourcedRecord]) -> bool:
    """Return whether the rows can be divided: those that ask the same are never on both sides."""
    first = question_key(records[0].record)
    return any(question_key(sourced.record) != first for sourced in records)


def _one_question(usable: int) -> Issue:
    message = f"All {usable:,} rows ask the same question, so none of them can be held back for the exam."
    return Issue(ONE_QUESTION, "error", 1, (), message, "Add rows with other questions.")
