"""A table that comes in several Parquet files, as the hub keeps large ones, made one file to read."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as pq

from studio.core.errors import Refused

BATCH_ROWS = 10_000


def joined(files: Sequence[Path], target: Path) -> Path:
    """Return the only file, or write all of them into `target`, a batch at a time, and return that.

    Raises Refused where one is damaged or has other columns than the first.
    """
    if len(files) == 1:
        return files[0]
    try:
        schema = pq.read_schema(files[0])
        with pq.ParquetWriter(target, schema) as writer:
            for file in files:
                _append(writer, file, schema)
    except (arrow.ArrowException, ValueError) as error:
        raise Refused(
            "The files of this data set do not fit together, or one of them is damaged.",
            "Choose another split, or download the files and join them first.",
        ) from error
    return target


def _append(writer: pq.ParquetWriter, file: Path, schema: arrow.Schema) -> None:
    with pq.ParquetFile(file) as part:
        for batch in part.iter_batches(BATCH_ROWS):
            writer.write_batch(batch.cast(schema))
