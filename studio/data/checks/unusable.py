"""Rows that could not be read or understood: each reason with its rows."""

from studio.core.report import Issue
from studio.data.checks.context import CheckContext, issues_by_message

TITLE = "Rows that cannot be used"


def check(context: CheckContext) -> list[Issue]:
    hint = "These rows are set aside and the rest is used; correct them in the file to use them too."
    return issues_by_message(context.set_aside, "unusable", hint)
