"""Which column is which, on the screen: the roles that a file is offered, and what the choices ask for."""

from collections.abc import Mapping

from studio.data.formats import FORMATS
from studio.data.mapping import roles_for
from studio.services.views import DatasetView

NONE = "—"
"""Stands for no column."""


def asked_mapping(chosen: Mapping[str, str | None]) -> dict[str, str]:
    """Return role -> column of what was chosen. Plain text is what a table without answers is read as."""
    mapping = {role: column for role, column in chosen.items() if column and column != NONE}
    return {role: column for role, column in mapping.items() if role != "text" or len(mapping) == 1}


def offered_roles(view: DatasetView) -> tuple[str, ...]:
    """Return the roles that make sense for a file, told from its columns and its first rows."""
    report = view.report
    lists = [
        column
        for column in report.columns
        if any(row.cells.get(column, "").startswith("[") for row in view.rows)
    ]
    takes = FORMATS[report.format].TAKES if report.format in FORMATS else ()
    return roles_for(report.columns, report.mapping, conversations=lists, takes=takes)
