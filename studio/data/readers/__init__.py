"""File types, one module each: bytes -> a table. Add one: write `recognises` and `read`, add a line here."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from studio.core.errors import Refused
from studio.data.readers import csv, docx, excel, json, jsonl, parquet, pdf, text
from studio.data.readers.archives import ARCHIVES, archive_members, refuse_archive
from studio.data.readers.columns import check_columns
from studio.data.readers.outright import refuse_outright
from studio.data.readers.packed import is_packed, read_packed
from studio.data.readers.refusals import refuse_contents
from studio.data.readers.upload import Upload
from studio.data.tables import MOST_CELL_CHARACTERS, SourceRow, Table, file_note

READERS: dict[str, ModuleType] = {
    "excel": excel,
    "docx": docx,
    "pdf": pdf,
    "parquet": parquet,
    "json": json,
    "jsonl": jsonl,
    "text": text,
    "csv": csv,
}
"""In the order in which a file is tried; `csv` takes whatever is text."""

HEAD_BYTES = 1024**2
"""How much of a file is looked at to recognise it."""


def read_table(path: Path, name: str) -> Table:
    """Open a file as what it holds; its `name` decides only about programs, pickles and running text.

    Raises Refused, with one sentence and the next step, for everything that is no table.
    """
    upload = opened(path, name)
    return read_packed(upload, _read_inner) if is_packed(upload) else _read(upload)


def _read_inner(path: Path, name: str) -> Table:
    upload = opened(path, name)
    if is_packed(upload):
        raise Refused("The file is packed twice: an archive lies in the archive.", "Unpack the outer one.")
    return _read(upload)


def opened(path: Path, name: str) -> Upload:
    """Return a file with its head. Raises Refused for what is told by that to be no table."""
    refuse_outright(path, name)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise Refused(f"{name} cannot be opened: {error.strerror}.", "Check who may read it.") from error
    refuse_contents(Upload(path, name, head))
    members = archive_members(path) if head.startswith(ARCHIVES) else ()
    refuse_archive(members)
    return Upload(path, name, head, frozenset(member.filename for member in members))


def _read(upload: Upload) -> Table:
    table = reader_of(upload).read(upload.path)
    check_columns(table.columns)
    notes = (*table.notes, *_notes_on_name(table, upload))
    return replace(table, rows=_without_giants(table.rows), notes=notes)


def reader_of(upload: Upload) -> ModuleType:
    return next(reader for reader in READERS.values() if reader.recognises(upload))


def _without_giants(rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    """Set rows aside that hold a cell so long that no model learns from it."""
    for row in rows:
        for column, cell in row.cells.items():
            if isinstance(cell, str | bytes) and len(cell) > MOST_CELL_CHARACTERS:
                problem = f"The cell in “{column}” is longer than {MOST_CELL_CHARACTERS:,} letters."
                row = SourceRow(row.number, {}, problem)
                break
        yield row


def _notes_on_name(table: Table, upload: Upload) -> tuple:
    said = next((key for key, reader in READERS.items() if upload.ending in reader.ENDINGS), None)
    if said is None or table.file_type in (said, *READERS[said].FILE_TYPES):
        return ()
    note = file_note(
        "file_type",
        f"The name ends in {upload.ending}, but the file holds {table.file_type.upper()};"
        " it was read as that.",
        "Nothing to do if the preview looks right.",
    )
    return (note,)
