"""Tables as Excel files: every text stays text, nothing is computed. And the rows with what was found."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from studio.core.records import Message, Record, SourcedRecord
from studio.core.report import Issue
from studio.core.texts import writable
from studio.data.checks import SetAside

ROWS_OF_A_SHEET = 1_000_000
"""Excel takes 1,048,576; more rows go on in another sheet."""
LETTERS_OF_A_CELL = 32_767
"""Excel's own limit."""
CUT = " … [cut here: Excel holds no longer text]"
SEVERITIES = {"error": "must be fixed", "warning": "worth a look", "note": "good to know"}


@dataclass(frozen=True)
class Sheets:
    """What goes into the file. `marks` names for a row the places in `issues` of what was found about it."""

    records: Iterable[SourcedRecord]
    issues: Sequence[Issue]
    marks: Mapping[int, "array[int]"]
    set_aside: Sequence[SetAside]


def write_workbook(path: Path, sheets: Sheets) -> None:
    """Write the sheets Rows, Findings and, where there are any, Set aside; memory does not grow with rows."""
    lines = {"Rows": _rows(sheets), "Findings": _findings(sheets.issues)}
    write_sheets(path, lines | ({"Set aside": _aside(sheets.set_aside)} if sheets.set_aside else {}))


Line = Sequence[str | int | float | None]


def write_sheets(path: Path, sheets: Mapping[str, Iterator[Line]]) -> None:
    """Write each table, of which the first line is the head, into a sheet of its own; None is no cell."""
    # Strings are written as such: no text of a user becomes a formula or a link.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        for name, lines in sheets.items():
            _fill(book, name, lines)


def _fill(book: xlsxwriter.Workbook, name: str, lines: Iterator[Line]) -> None:
    """Write lines, of which the first is the head, into a sheet, and into more where one is full."""
    bold = book.add_format({"bold": True})
    head, place, sheets = next(lines), ROWS_OF_A_SHEET, 0
    sheet = None
    for line in chain(lines, (None,)):
        if sheet is None or (place == ROWS_OF_A_SHEET and line is not None):
            sheets, place = sheets + 1, 0
            sheet = book.add_worksheet(name if sheets == 1 else f"{name} {sheets}")
            sheet.freeze_panes(1, 0)
            _write(sheet, 0, head, bold)
        if line is not None:
            place += 1
            _write(sheet, place, line, None)


def _write(sheet: Worksheet, place: int, line: Line, look: Format | None) -> None:
    for column, cell in enumerate(line):
        if isinstance(cell, str):
            sheet.write_string(place, column, _fitting(cell), look)
        elif cell is not None:
            sheet.write_number(place, column, cell, look)


def _fitting(text: str) -> str:
    text = writable(text)
    return text if len(text) <= LETTERS_OF_A_CELL else text[: LETTERS_OF_A_CELL - len(CUT)] + CUT


def _rows(sheets: Sheets) -> Iterator[Line]:
    """Yield a head and all records; the columns are those of the first one, which all others share."""
    records = iter(sheets.records)
    first = next(records)
    names = _names(first.record)
    yield ("row", *names, "findings")
    for sourced in chain((first,), records):
        found = sheets.marks.get(sourced.row, ())
        messages = [sheets.issues[place].message for place in found]
        yield (sourced.row, *_cells(sourced.record, names), "\n".join(messages))


def _names(record: Record) -> tuple[str, ...]:
    return tuple(field.name for field in fields(record))


def _cells(record: Record, names: Sequence[str]) -> list[str]:
    return [_cell(getattr(record, name)) for name in names]


def _cell(value: str | bool | tuple[Message, ...]) -> str:
    if isinstance(value, tuple):
        return "\n\n".join(f"{message.role}: {message.content}" for message in value)
    return value if isinstance(value, str) else "yes" if value else "no"


def _findings(issues: Sequence[Issue]) -> Iterator[Line]:
    yield ("how urgent", "check", "rows", "finding", "what to do")
    degrees = tuple(SEVERITIES)
    for issue in sorted(issues, key=lambda issue: degrees.index(issue.severity)):
        yield (SEVERITIES[issue.severity], issue.check, issue.count, issue.message, issue.hint)


def _aside(rows: Sequence[SetAside]) -> Iterator[Line]:
    yield ("row", "why it cannot be used")
    for row in rows:
        yield (row.row, row.message)
