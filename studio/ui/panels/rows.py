"""The table of the rows: a page of all, or of those that one finding names, with a pencil at each text."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from studio.core.records import SourcedRecord
from studio.core.report import Issue
from studio.core.words import count
from studio.services.views import DatasetView
from studio.ui.markup import escape, table
from studio.ui.panels.cells import cells_of, columns_of, shortened

ROWS_SHOWN = 10
"""Rows on one page."""


@dataclass(frozen=True)
class Page:
    """Some rows out of `total`, from the one at `top` on, counted from 0; of a finding, or of all."""

    records: Sequence[SourcedRecord]
    top: int
    total: int
    finding: Issue | None = None
    editable: bool = True
    """Not while the data set is being changed: a text that was written would be refused."""


def finding_key(issue: Issue) -> str:
    """Return a finding as the session keeps it."""
    return json.dumps([issue.check, issue.kind])


def finding_of(key: str, issues: Sequence[Issue]) -> Issue | None:
    """Return the finding that is meant; None where it is gone, or none is."""
    return next((issue for issue in issues if key and finding_key(issue) == key), None)


def has_records(issue: Issue) -> bool:
    """Whether a finding names rows that can be shown: those that were set aside are no records."""
    return bool(issue.rows) and not issue.is_set_aside


def rows(page: Page) -> str:
    """Return a page of rows as they will be learned, with the way to the others."""
    if not page.records:
        return ""
    columns = columns_of(page.records[0].record)
    lines = [
        (sourced.row, cells_of(sourced.row, sourced.record, editable=page.editable))
        for sourced in page.records
    ]
    label = f"{_span(page)} of {page.total:,}"
    shown = table(label, ("Row", *columns), _lines(columns, lines), classes="preview", tall=True)
    return _section("Your rows", f"{_about(page)}{shown}{_pager(page)}")


def file_rows(view: DatasetView) -> str:
    """Return the first rows as the file has them, while it is not known which column is what."""
    if not view.rows:
        return ""
    columns, first = tuple(view.rows[0].cells), view.rows[:ROWS_SHOWN]
    lines = [(row.number, tuple(shortened(row.cells.get(name, "")) for name in columns)) for row in first]
    label = f"The first {len(first)} of the file's rows"
    shown = table(label, ("Row", *columns), _lines(columns, lines), classes="preview", tall=True)
    return _section("First rows", shown)


def _section(title: str, inside: str) -> str:
    return (
        f'<section class="listing" tabindex="-1" data-focus aria-label="{title}"><h3>{title}</h3>'
        f"{inside}</section>"
    )


def _lines(columns: Sequence[str], lines: Sequence[tuple[int, Sequence[str]]]) -> str:
    return "".join(
        f'<tr><th scope="row">{number:,}</th>'
        + "".join(
            f'<td data-label="{escape(name)}">{cell}</td>' for name, cell in zip(columns, cells, strict=True)
        )
        + "</tr>"
        for number, cells in lines
    )


def _about(page: Page) -> str:
    """Return which finding the rows belong to, with the way back to all; nothing where all are shown."""
    if page.finding is None:
        return ""
    more = page.finding.count - len(page.finding.rows)
    rest = f" The report names the first {count(len(page.finding.rows), 'row')} of it." if more > 0 else ""
    return (
        f'<div class="listing-about"><p><b>Only the rows of one finding:</b> '
        f"{escape(page.finding.message)}{rest}</p>"
        '<div class="row-buttons"><button type="button" data-event="all">Show all rows</button></div></div>'
    )


def _pager(page: Page) -> str:
    """Return the buttons to the rows before and after, and the box for a row's number."""
    if page.total <= len(page.records) and page.finding is None:
        return ""
    last = page.top + len(page.records) >= page.total
    return (
        '<div class="pager"><div class="stepper">'
        f"{_turn('Rows before', '‹', page.top - ROWS_SHOWN, disabled=page.top == 0)}"
        f"<span>{_span(page)} of {page.total:,}</span>"
        f"{_turn('Rows after', '›', page.top + ROWS_SHOWN, disabled=last)}</div>{_jump(page)}</div>"
    )


def _turn(words: str, sign: str, top: int, *, disabled: bool) -> str:
    state = " disabled" if disabled else ""
    return (
        f'<button type="button" data-event="turn" data-top="{max(0, top)}" aria-label="{words}"{state}>'
        f"{sign}</button>"
    )


def _jump(page: Page) -> str:
    if page.finding is not None:
        return ""
    return (
        '<label class="jump">Go to row <input type="text" inputmode="numeric" autocomplete="off" '
        'maxlength="12" data-event="jump"></label>'
    )


def _span(page: Page) -> str:
    return f"{page.top + 1:,} to {page.top + len(page.records):,}"
