"""CSV and TSV files -> rows; every cell stays text, and a row's number is the line it starts on."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from studio.core.errors import Refused
from studio.data.readers.columns import check_columns, named
from studio.data.readers.decoding import find_encoding
from studio.data.tables import SourceRow, Table

TITLE = "CSV or TSV"
ENDINGS = (".csv", ".tsv", ".tab", ".txt")
FILE_TYPES = ("csv", "tsv")

DELIMITERS = (",", ";", "\t", "|")
CHARACTERS_TRIED = 1024**2
LEAST_SHARE = 0.5
_ONE_COLUMN = "\x1f"
"""A delimiter that stands in no text: the whole line is one cell, quotes still work."""
_EXCEL_HINT = re.compile(r"\ufeff?sep=(.)\r?\n?", re.IGNORECASE)
_LONGEST_FIELD = 16 * 1024**2
"""A longer cell is no cell: somewhere before it a quotation mark was not closed."""


def recognises(head: bytes, name: str) -> bool:
    """Every text can be a table of one column, so this reader comes last."""
    return True


def read(path: Path) -> Table:
    """Open the table. Raises Refused where there is no header or no row."""
    # The module's own limit of 131,072 letters would stop the whole file at one long answer.
    csv.field_size_limit(_LONGEST_FIELD)
    decoding = find_encoding(path)
    delimiter, skipped = _find_delimiter(path, decoding.encoding)
    file = path.open(encoding=decoding.encoding, newline="")
    for _ in range(skipped):
        file.readline()
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    header, line = _header(reader)
    columns = named(header)
    check_columns(columns)
    rows = _rows(file, reader, columns, skipped)
    first = next(rows, None)
    if first is None:
        file.close()
        raise Refused(
            f"The file has a header and no rows (line {line + skipped} names the columns).",
            "Add at least one row below the header.",
        )
    return Table("tsv" if delimiter == "\t" else "csv", columns, _chain(first, rows), decoding.notes)


def _header(reader: "csv._reader") -> tuple[list[str], int]:
    try:
        header = next((row for row in reader if any(cell.strip() for cell in row)), None)
    except csv.Error as error:
        raise _unclosed(1) from error
    if header is None:
        raise Refused("The file holds nothing but empty lines.", "Choose a file with a header and rows.")
    return header, reader.line_num


def _rows(file: TextIO, reader: "csv._reader", columns: tuple[str, ...], skipped: int) -> Iterator[SourceRow]:
    """Yield the rows below the header; a broken one says so, and reading goes on with the next line."""
    with file:
        while True:
            number = reader.line_num + skipped + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                if "unexpected end" in str(error) or "field limit" in str(error):
                    raise _unclosed(number) from error
                yield SourceRow(number, {}, "The quotation marks do not match up.")
                continue
            if cells is None:
                return
            if cells:
                yield _row(number, cells, columns)


def _row(number: int, cells: list[str], columns: tuple[str, ...]) -> SourceRow:
    if len(cells) != len(columns):
        return SourceRow(
            number, {}, f"The row has {len(cells)} cells where the header names {len(columns)} columns."
        )
    return SourceRow(number, dict(zip(columns, cells, strict=True)))


def _find_delimiter(path: Path, encoding: str) -> tuple[str, int]:
    """Return the delimiter, and 1 where Excel's `sep=;` line comes first.

    The one wins that cuts the header, and then the most rows into as many cells as the header.
    """
    with path.open(encoding=encoding, newline="") as file:
        text = file.read(CHARACTERS_TRIED)
    if hint := _EXCEL_HINT.match(text):
        return hint[1], 1
    best, best_score = _ONE_COLUMN, (0.0, 0)
    for delimiter in DELIMITERS:
        score = _score(text, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best, 0


def _score(text: str, delimiter: str) -> tuple[float, int]:
    """Return the share of the rows that fit the header, and the number of columns; zeros for no fit."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    widths: list[int] = []
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            cells = ["broken"]
        if cells is None:
            break
        if cells:
            widths.append(len(cells))
    share = sum(width == widths[0] for width in widths) / len(widths) if widths else 0.0
    # Prose with a comma in its first line is no table: most of its lines do not fit that line.
    return (share, widths[0]) if share >= LEAST_SHARE and widths[0] > 1 else (0.0, 0)


def _chain(first: SourceRow, rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    yield first
    yield from rows


def _unclosed(number: int) -> Refused:
    return Refused(
        f"A quotation mark is opened in line {number} or later and never closed, so the rest runs together.",
        'Close it, or write a quotation mark inside a cell twice ("").',
    )
