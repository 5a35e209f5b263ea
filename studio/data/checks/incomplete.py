"""Rows whose question or answer is empty, or holds only characters that cannot be seen."""

from studio.core.report import Issue
from studio.data.checks.context import CheckContext, issues_by_message

TITLE = "Empty cells"


def check(context: CheckContext) -> list[Issue]:
    hint = "These rows are set aside and the rest is used; fill them in to use them too."
    return issues_by_message(context.set_aside, "incomplete", hint)
