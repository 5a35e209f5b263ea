"""Excel workbooks -> rows; numbers and dates become text, and a row's number is the one Excel shows."""

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from studio.core.errors import Refused
from studio.core.report import Issue
from studio.data.readers.columns import named
from studio.data.tables import SourceRow, Table, file_note

TITLE = "Excel"
ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
FILE_TYPES = ("excel",)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def recognises(head: bytes, name: str) -> bool:
    """A zip archive (other archives are refused before) or the older Office container."""
    return head.startswith((b"PK\x03\x04", _OLE))


def read(path: Path) -> Table:
    """Open the first sheet that holds anything. Raises Refused where none does, or where it is locked."""
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            sheets = [
                (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
                for name in workbook.sheet_names
            ]
    except PasswordError as error:
        raise _locked() from error
    except (CalamineError, OSError) as error:
        if _is_encrypted(path):
            raise _locked() from error
        raise Refused(
            "The Excel file is damaged, or of a kind that cannot be read.", "Save it again as .xlsx or CSV."
        ) from error
    filled = [(name, cells) for name, cells in sheets if any(any(map(_text, row)) for row in cells)]
    if not filled:
        raise Refused("The workbook is empty.", "Choose one with a header and at least one row.")
    name, cells = filled[0]
    return _table(cells, _note(name, [other for other, _ in filled[1:]]))


def _table(cells: list[list[Any]], notes: tuple[Issue, ...]) -> Table:
    texts = [[_text(cell) for cell in row] for row in cells]
    at = next(at for at, row in enumerate(texts) if any(row))
    header, below = texts[at], texts[at + 1 :]
    used = [
        column
        for column, name in enumerate(header)
        if name.strip() or any(row[column].strip() for row in below)
    ]
    columns = named([header[column] for column in used])
    if not any(any(row) for row in below):
        raise Refused("The sheet has a header and no rows.", "Add at least one row below the header.")
    return Table("excel", columns, _rows(below, used, columns, at + 2), notes)


def _rows(
    below: list[list[str]], used: list[int], columns: tuple[str, ...], first: int
) -> Iterator[SourceRow]:
    for number, row in enumerate(below, first):
        if any(row):
            yield SourceRow(number, {name: row[at] for name, at in zip(columns, used, strict=True)})


def _text(cell: Any) -> str:
    """Return a cell as it would be read off the sheet; Excel keeps every number with a decimal point."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
        case datetime.datetime():
            return cell.isoformat(" ")
        case datetime.date() | datetime.time():
            return cell.isoformat()
        case _:
            return str(cell)


def _note(name: str, others: list[str]) -> tuple[Issue, ...]:
    if not others:
        return ()
    message = f"The workbook has several sheets; “{name}” was read, {', '.join(others)} not."
    return (file_note("sheets", message, "Save another sheet as its own file to use it."),)


def _is_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        return _ENCRYPTED in file.read(1024**2)


def _locked() -> Refused:
    return Refused("The Excel file is protected by a password.", "Save it without one, then choose it again.")
