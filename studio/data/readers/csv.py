"""CSV and TSV files -> rows; every cell stays text, and a row's number is the line it starts on."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from studio.core.errors import Refused
from studio.core.report import Issue
from studio.core.texts import writable
from studio.data.readers.broken_rows import MOST_LINES, Traits
from studio.data.readers.columns import check_columns, named
from studio.data.readers.decoding import Decoding, find_encoding, is_writable, open_text
from studio.data.readers.dialect import DOUBTFUL, BrokenRow, Lines, is_comment_of, rows_of
from studio.data.readers.header import heading_notes
from studio.data.readers.layout import CHARACTERS_TRIED, Layout, find_layout, traits_of
from studio.data.readers.upload import Upload
from studio.data.tables import RAW_LETTERS, SourceRow, Table, file_note

TITLE = "CSV or TSV"
ENDINGS = (".csv", ".tsv", ".tab")
FILE_TYPES = ("csv", "tsv")

_LONGEST_FIELD = 16 * 1024**2
"""A longer cell is no cell: somewhere before it a quotation mark was not closed."""

_OPENED = re.compile(r'[^"]*(?:"[^"]*"[^"]*)*[,;\t|]"[^"]*')
"""A header of which no delimiter makes cells, because the last of them opens and does not close."""
LEAST_WHOLE = 4
"""A quotation mark that is never closed is the damage of one row where so many times the lines that it took
stand before it; else the file is not what it seems."""


def recognises(upload: Upload) -> bool:
    """Every text can be a table of one column, so this reader comes last."""
    return True


def read(path: Path) -> Table:
    """Open the table. Raises Refused where there is no header or no row."""
    # The module's own limit of 131,072 letters would stop the whole file at one long answer.
    csv.field_size_limit(_LONGEST_FIELD)
    decoding = find_encoding(path)
    with open_text(path, decoding) as file:
        sample = file.read(CHARACTERS_TRIED)
    layout = find_layout(sample)
    if layout.width == 0:
        _refuse_empty(path, decoding)
    if layout.header is not None and _OPENED.match(layout.header[0]) and len(layout.header) == 1:
        raise _unclosed(layout.start)
    columns = named(layout.header if layout.header is not None else ("",) * layout.width)
    check_columns(columns)
    if not all(map(is_writable, columns)):
        raise Refused("The header holds broken letters.", "Save the file again as UTF-8.")
    rows = _rows(open_text(path, decoding), layout, columns, traits_of(sample, layout))
    first = next(rows, None)
    if first is None:
        raise Refused(
            f"The file has a header and no rows (line {layout.start} names the columns).",
            "Add at least one row below the header.",
        )
    file_type = "tsv" if layout.dialect.delimiter == "\t" else "csv"
    notes = (*decoding.notes, *_notes(layout, columns))
    return Table(file_type, columns, _chain(first, rows), notes)


def _refuse_empty(path: Path, decoding: Decoding) -> None:
    """Raise Refused for a text in which no row can be told."""
    with open_text(path, decoding) as file:
        if any(line.strip() for line in Lines(file)):
            raise _unclosed(1)
    raise Refused("The file holds nothing but empty lines.", "Choose a file with a header and rows.")


def _rows(file: TextIO, layout: Layout, columns: tuple[str, ...], traits: Traits) -> Iterator[SourceRow]:
    """Yield the rows below the header; a broken one says so, and reading goes on with the next line."""
    lines = Lines(file)
    for _ in range(layout.start - 1):
        next(lines, None)
    if layout.comments:
        lines.is_comment = is_comment_of(layout.dialect, layout.width)
    with file:
        whole = 0
        for found in rows_of(layout.dialect, lines, traits):
            if lines.row_began == layout.start and layout.header is not None:
                continue
            if isinstance(found, csv.Error):
                yield _broken(found, lines, whole)
                continue
            whole += len(found) == layout.width
            if len(found) > 1 or "".join(found).strip() or (found and len(columns) == 1):
                yield _row(lines.row_began, found, columns)


def _row(number: int, cells: list[str], columns: tuple[str, ...]) -> SourceRow:
    if len(cells) != len(columns):
        held, named = _count(len(cells), "cell"), _count(len(columns), "column")
        problem = f"The row has {held} where the header names {named}."
        return SourceRow(number, {}, problem, " | ".join(cells)[:RAW_LETTERS])
    if not is_writable("".join(cells)):
        return SourceRow(number, {}, "The row holds bytes that are no letters of UTF-8.")
    return SourceRow(number, dict(zip(columns, cells, strict=True)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _broken(error: csv.Error, lines: Lines, whole: int) -> SourceRow:
    """Return the row set aside. Raises Refused where its quotation mark swallowed much of the file.

    `whole`: so many rows before it were.
    """
    first, last = lines.row_began, lines.number
    raw = writable("".join(lines.taken))[:RAW_LETTERS]
    if str(error) == DOUBTFUL:
        return SourceRow(first, {}, f"{DOUBTFUL}.", raw)
    if "field limit" in str(error):
        raise _unclosed(first) from error
    if "unexpected end" in str(error):
        swallowed = error.lines if isinstance(error, BrokenRow) else last - first + 1
        if (isinstance(error, BrokenRow) and error.has_rows_below) or swallowed > MOST_LINES:
            if whole < LEAST_WHOLE * swallowed:
                raise _unclosed(first) from error
        elif whole or _is_torn(lines):
            return SourceRow(
                first, {}, "The file is cut off in this row: its quotation mark is not closed.", raw
            )
        else:
            raise _unclosed(first) from error
    until = f" (up to line {last})" if last > first else ""
    return SourceRow(first, {}, f"The quotation marks do not match up{until}.", raw)


def _is_torn(lines: Lines) -> bool:
    """Return whether a row is the one line at the end of a file that has no end of line."""
    return lines.row_began == lines.number and not lines.last.endswith(("\n", "\r"))


def _notes(layout: Layout, columns: tuple[str, ...]) -> Iterator[Issue]:
    yield from heading_notes(layout.titles, columns, is_named=layout.header is not None)
    if layout.comments:
        yield file_note(
            "comments",
            "Lines that begin with # and do not fit the table were taken for comments and left out,"
            f" the first in line {layout.comments[0]}.",
            "Remove the # where such a line is a row.",
        )


def _chain(first: SourceRow, rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    yield first
    yield from rows


def _unclosed(number: int) -> Refused:
    return Refused(
        f"A quotation mark is opened in line {number} or later and never closed, so the rest runs together.",
        'Close it, or write a quotation mark inside a cell twice ("").',
    )
