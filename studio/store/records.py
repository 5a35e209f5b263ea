"""Records on disk: one JSON line each with the row of the user's file it came from."""

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from studio.core.errors import StudioError
from studio.core.records import SourcedRecord, from_dict, to_dict
from studio.store.files import digest


def write_records(path: Path, records: Iterable[SourcedRecord]) -> str:
    """Write the records and return the SHA-256 of the file: equal records, equal hash."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for sourced in records:
            line = {"row": sourced.row, "record": to_dict(sourced.record)}
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    return digest(path)


def read_records(path: Path, *, first: int = 0, most: int | None = None) -> tuple[SourcedRecord, ...]:
    """Read `most` records from the one at `first` on, counted from 0."""
    with path.open(encoding="utf-8", newline="\n") as file:
        stop = None if most is None else first + most
        return tuple(_record(line, path) for line in islice(file, first, stop))


def _record(line: str, path: Path) -> SourcedRecord:
    try:
        document = json.loads(line)
        return SourcedRecord(document["row"], from_dict(document["record"]))
    except (ValueError, KeyError, TypeError) as error:
        raise StudioError(
            f"The rows in {path} are damaged on disk.", "Add the file again as a new data set."
        ) from error


def verified_records(path: Path, sha256: str) -> tuple[SourcedRecord, ...]:
    """Read all records. Raises StudioError where the file is not the one whose hash was kept."""
    if not path.is_file() or digest(path) != sha256:
        raise StudioError(
            "The records of this run are damaged or missing on disk.",
            "Start a new run from the data set; the curve and the settings of this one stay.",
        )
    return read_records(path)
