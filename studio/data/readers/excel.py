"""Excel workbooks -> rows; numbers and dates become text, and a row's number is the one Excel shows."""

import datetime
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from studio.core.errors import Refused
from studio.core.report import Issue
from studio.data.readers.archives import WORKBOOKS
from studio.data.readers.columns import named
from studio.data.readers.header import find_heading, heading_notes
from studio.data.readers.older_sheets import OLE
from studio.data.readers.sheet_extent import refuse_far_cells
from studio.data.readers.upload import Upload
from studio.data.tables import SourceRow, Table, file_note

TITLE = "Excel"
ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
FILE_TYPES = ("excel",)

ROWS_TRIED = 500
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OLDER_WORD = "WordDocument".encode("utf-16-le")


def recognises(upload: Upload) -> bool:
    """A zip archive with a workbook in it, or the older Office container."""
    return upload.head.startswith(OLE) or bool(upload.members & set(WORKBOOKS))


def read(path: Path) -> Table:
    """Open the first sheet that holds anything. Raises Refused where none does, or where it is locked."""
    _refuse_container(path)
    refuse_far_cells(path)
    try:
        sheets = _filled_sheets(path)
        if not sheets:
            raise Refused("The workbook is empty.", "Choose one with a header and at least one row.")
        return _table(sheets[0], _note([sheet.name for sheet in sheets]))
    except PasswordError as error:
        raise _locked() from error
    except (CalamineError, OSError, ValueError, OverflowError) as error:
        raise _damaged() from error
    except BaseException as error:
        # A panic of the Rust library over a broken workbook comes as an exception outside `Exception`.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged() from error


def _filled_sheets(path: Path) -> list[CalamineSheet]:
    """Return the sheets that hold anything; hidden ones, which the author did not mean to show, last."""
    with CalamineWorkbook.from_path(str(path)) as workbook:
        known = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        known.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
        sheets = [workbook.get_sheet_by_name(sheet.name) for sheet in known]
    return [sheet for sheet in sheets if next(_filled_rows(sheet), None) is not None]


def _table(sheet: CalamineSheet, notes: tuple[Issue, ...]) -> Table:
    first = list(islice(_filled_rows(sheet), ROWS_TRIED))
    used = _used_columns(sheet)
    texts = [[row[at] for at in used] for _, row in first]
    heading = find_heading(texts, len(used))
    columns = named(texts[heading.at] if heading.is_named else [""] * len(used))
    below = first[heading.at + heading.is_named :]
    if not below:
        raise Refused("The sheet has a header and no rows.", "Add at least one row below the header.")
    titles = [" ".join(filter(None, row)) for row in texts[: heading.at]]
    notes = (*notes, *heading_notes(titles, columns, is_named=heading.is_named))
    return Table("excel", columns, _rows(sheet, used, columns, below[0][0]), notes)


def _filled_rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that hold anything, with the number that Excel shows."""
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row = [_text(cell) for cell in cells]
        if any(row):
            yield number, row


def _used_columns(sheet: CalamineSheet) -> list[int]:
    used: set[int] = set()
    for _, row in _filled_rows(sheet):
        if len(used) < len(row):
            used.update(at for at, cell in enumerate(row) if at not in used and cell.strip())
    return sorted(used)


def _rows(sheet: CalamineSheet, used: list[int], columns: tuple[str, ...], first: int) -> Iterator[SourceRow]:
    for number, row in _filled_rows(sheet):
        if number >= first:
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
        case datetime.timedelta():
            seconds = round(cell.total_seconds())
            return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case _:
            return str(cell)


def _note(names: list[str]) -> tuple[Issue, ...]:
    if len(names) == 1:
        return ()
    message = f"The workbook has several sheets; “{names[0]}” was read, {', '.join(names[1:])} not."
    return (file_note("sheets", message, "Save another sheet as its own file to use it."),)


def _refuse_container(path: Path) -> None:
    """Raise Refused where the older Office container holds a locked workbook, or no workbook."""
    with path.open("rb") as file:
        head = file.read(1024**2)
    if not head.startswith(OLE):
        return
    if _ENCRYPTED in head:
        raise _locked()
    if _OLDER_WORD in head:
        raise Refused("This is a Word document of the older kind (.doc).", "Save it as .docx or .txt.")


def _locked() -> Refused:
    return Refused(
        "The Excel or Word file is protected by a password.", "Save it without one, then choose it again."
    )


def _damaged() -> Refused:
    return Refused(
        "The Excel file is damaged, or of a kind that cannot be read.", "Save it again as .xlsx or CSV."
    )
