"""File types, one module each: bytes -> a table. Add one: write `recognises` and `read`, add a line here."""

from pathlib import Path
from types import ModuleType

from studio.data.readers import csv, excel, json, jsonl, parquet
from studio.data.readers.columns import check_columns
from studio.data.readers.outright import refuse_outright
from studio.data.readers.refusals import refuse_contents
from studio.data.tables import Table, file_note

READERS: dict[str, ModuleType] = {
    "excel": excel,
    "parquet": parquet,
    "json": json,
    "jsonl": jsonl,
    "csv": csv,
}
"""In the order in which a file is tried; `csv` takes whatever is text."""

HEAD_BYTES = 1024**2
"""How much of a file is looked at to recognise it."""


def read_table(path: Path, name: str) -> Table:
    """Open a file as what it holds; its `name` decides only about programs and pickles.

    Raises Refused, with one sentence and the next step, for everything that is no table.
    """
    refuse_outright(path, name)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    refuse_contents(head, path)
    reader = next(reader for reader in READERS.values() if reader.recognises(head, name))
    table = reader.read(path)
    check_columns(table.columns)
    return _noting_the_name(table, name)


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
