"""File types, one module each: bytes -> a table. Add one: write `recognises` and `read`, add a line here."""

from pathlib import Path
from types import ModuleType

from studio.core.errors import Refused
from studio.data.readers import csv, excel, json, jsonl, parquet
from studio.data.readers.columns import check_columns
from studio.data.readers.refusals import refuse_contents, refuse_ending
from studio.data.tables import Table, file_note

READERS: dict[str, ModuleType] = {
    "excel": excel,
    "parquet": parquet,
    "json": json,
    "jsonl": jsonl,
    "csv": csv,
}
"""In the order in which a file is tried; `csv` takes whatever is text."""

LARGEST_FILE_BYTES = 2 * 1024**3
HEAD_BYTES = 1024**2
"""How much of a file is looked at to recognise it."""


def read_table(path: Path, name: str) -> Table:
    """Open a file as what it holds; its `name` decides only about programs and pickles.

    Raises Refused, with one sentence and the next step, for everything that is no table.
    """
    size = _size(path, name)
    if size > LARGEST_FILE_BYTES:
        raise Refused(
            f"The file has {size / 1e9:.1f} GB; files up to {LARGEST_FILE_BYTES / 1e9:.1f} GB are read.",
            "Use a part of it; a few thousand good examples teach more than a million poor ones.",
        )
    refuse_ending(name)
    if size == 0:
        raise Refused("The file is empty.", "Choose a file with a header and at least one row.")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    refuse_contents(head, path)
    reader = next(reader for reader in READERS.values() if reader.recognises(head, name))
    table = reader.read(path)
    check_columns(table.columns)
    return _noting_the_name(table, name)


def _size(path: Path, name: str) -> int:
    try:
        if path.is_dir():
            raise Refused(f"{name} is a folder.", "Choose a file.")
        return path.stat().st_size
    except (OSError, ValueError) as error:
        raise Refused(f"There is no file {name} that can be read.", "Check its name and place.") from error


def _noting_the_name(table: Table, name: str) -> Table:
    ending = Path(name).suffix.lower()
    said = next((key for key, reader in READERS.items() if ending in reader.ENDINGS), None)
    if said is None or table.file_type in (said, *READERS[said].FILE_TYPES):
        return table
    note = file_note(
        "file_type",
        f"The name ends in {ending}, but the file holds {table.file_type.upper()}; it was read as that.",
        "Nothing to do if the preview looks right.",
    )
    return Table(table.file_type, table.columns, table.rows, (*table.notes, note))
