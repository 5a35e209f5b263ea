"""Parquet files -> rows, a batch at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pyarrow.parquet as pq

from studio.core.errors import Refused
from studio.data.readers.columns import check_columns
from studio.data.readers.upload import Upload
from studio.data.tables import SourceRow, Table

TITLE = "Parquet"
ENDINGS = (".parquet",)
FILE_TYPES = ("parquet",)

BATCH_ROWS, BATCH_BYTES = 1000, 16 * 1024**2
"""So much is held at once, whichever is reached first."""
BUFFER_BYTES = 1024**2
_HINT = "Save or download it again."


def recognises(upload: Upload) -> bool:
    return upload.head.startswith(b"PAR1")


def read(path: Path) -> Table:
    """Open the table. Raises Refused where it is damaged or has no rows."""
    try:
        # With a buffer a row group is read piece by piece, not whole.
        file = _open(path)
        columns = tuple(file.schema_arrow.names)
        rows = file.metadata.num_rows
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise Refused("The Parquet file is damaged.", _HINT) from error
    check_columns(columns)
    if rows == 0:
        raise Refused("The file names its columns and has no rows.", "Choose a file with at least one row.")
    return Table("parquet", columns, _rows(file))


def _open(path: Path) -> pq.ParquetFile:
    options = {"buffer_size": BUFFER_BYTES, "pre_buffer": False}
    with pq.ParquetFile(path, **options) as plain:
        small = _small_columns(plain)
        texts = [field.name for field in plain.schema_arrow if arrow.types.is_string(field.type)]
    # A text that is stored once and pointed at by many rows is held once as well. PyArrow then holds all the
    # texts of a group of rows, so that only columns that are small on disk are read like this.
    return pq.ParquetFile(path, read_dictionary=[name for name in texts if name in small], **options)


def _small_columns(file: pq.ParquetFile) -> set[str]:
    groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
    parts = [group.column(at) for group in groups for at in range(group.num_columns)]
    large = {part.path_in_schema for part in parts if part.total_uncompressed_size > BATCH_BYTES}
    return {part.path_in_schema for part in parts} - large


def _batch_rows(file: pq.ParquetFile) -> int:
    """Return how many rows may be read at once, by what the largest group of rows says of itself."""
    groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
    row_bytes = max((group.total_byte_size / max(1, group.num_rows) for group in groups), default=0)
    return max(1, min(BATCH_ROWS, int(BATCH_BYTES / max(1, row_bytes))))


def _rows(file: pq.ParquetFile) -> Iterator[SourceRow]:
    number = 0
    try:
        with file:
            for batch in file.iter_batches(_batch_rows(file)):
                columns = [_cells(batch.column(at), name) for at, name in enumerate(batch.schema.names)]
                for cells in zip(*columns, strict=True):
                    number += 1
                    yield SourceRow(number, dict(zip(batch.schema.names, cells, strict=True)))
    except (arrow.ArrowException, OSError) as error:
        raise Refused(f"The Parquet file is damaged behind row {number:,}.", _HINT) from error


def _cells(column: arrow.Array, name: str) -> list[Any]:
    """Return a column's values; dates and the like become text, as they would be written.

    Bytes become text too where they are text: older writers leave out the remark that says so.
    """
    kind = column.type
    try:
        if arrow.types.is_dictionary(kind):
            return _pointed_at(column)
        if arrow.types.is_binary(kind) or arrow.types.is_large_binary(kind):
            return [_text(value) for value in column.to_pylist()]
        if arrow.types.is_temporal(kind) or arrow.types.is_decimal(kind):
            column = column.cast(arrow.string())
        return column.to_pylist()
    except (arrow.ArrowException, ValueError, OverflowError, LookupError) as error:
        raise Refused(
            f"The column {name} holds values of the type {kind} that cannot be read.", "Leave it out."
        ) from error


def _pointed_at(column: arrow.DictionaryArray) -> list[str | None]:
    """Return the text of each row; only those that these rows point at are made, for the list grows."""
    places = column.indices.to_pylist()
    used = list(dict.fromkeys(at for at in places if at is not None))
    found = column.dictionary.take(arrow.array(used, arrow.int64())).to_pylist()
    texts: dict[int | None, str | None] = {None: None, **dict(zip(used, found, strict=True))}
    return [texts[at] for at in places]


def _text(value: bytes | None) -> str | bytes | None:
    try:
        return value.decode("utf-8") if value is not None else None
    except UnicodeDecodeError:
        return value
