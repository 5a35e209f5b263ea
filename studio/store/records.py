"""Records on disk: one JSON line each with the row of the user's file it came from."""

import hashlib
import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from heapq import nlargest
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Any, overload

from studio.core.errors import StudioError
from studio.core.records import SourcedRecord, from_dict, to_dict
from studio.store.files import digest, told_plainly

READ_AT_ONCE = 1024
"""Records looked at one after the other are read in such portions; the file is opened once for each."""


class RecordWriter:
    """Writes records one by one; nothing of them stays in memory. Use it in a `with`, or close it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = self.bytes = 0
        self._sha256 = hashlib.sha256()
        with told_plainly("The rows"):
            self._file = path.open("wb")

    def append(self, sourced: SourcedRecord, /) -> None:
        line = _line(sourced)
        self._sha256.update(line)
        with told_plainly("The rows"):
            self._file.write(line)
        self.count += 1
        self.bytes += len(line)

    def close(self) -> str:
        """Return the SHA-256 of the file: equal records, equal hash. May be called again."""
        with told_plainly("The rows"):
            self._file.close()
        return self._sha256.hexdigest()

    def __enter__(self) -> "RecordWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class RecordFile(Sequence[SourcedRecord]):
    """A file of records that is read where it is looked at; in memory are only the places of its lines.

    Raises StudioError on a line that is damaged, when that line is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places = _places(path)

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> SourcedRecord: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[SourcedRecord, ...]: ...
    def __getitem__(self, at: int | slice) -> SourcedRecord | tuple[SourcedRecord, ...]:
        if isinstance(at, int):
            return self.at((range(len(self))[at],))[0]
        return self.at(range(len(self))[at])

    def __iter__(self) -> Iterator[SourcedRecord]:
        with self.path.open("rb") as file:
            for line in file:
                yield _record(line, self.path)

    def at(self, indexes: Iterable[int]) -> tuple[SourcedRecord, ...]:
        """Return the records at these places, counted from 0, with the file opened once."""
        with self.path.open("rb") as file:
            return tuple(self._read(file, index) for index in indexes)

    def longest(self, most: int) -> list[int]:
        """Return the places of the records that take the most bytes, in the order of the file."""
        ends = chain(self._places[1:], (self.path.stat().st_size,))
        lengths = (end - place for place, end in zip(self._places, ends, strict=True))
        return sorted(at for _, at in nlargest(most, ((length, at) for at, length in enumerate(lengths))))

    def _read(self, file: Any, index: int) -> SourcedRecord:
        file.seek(self._places[index])
        return _record(file.readline(), self.path)


class ChosenRecords(Sequence[SourcedRecord]):
    """The records of a file at some places, in this order; in memory are only the places."""

    def __init__(self, records: RecordFile, places: "array[int]") -> None:
        self.records, self.places = records, places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> SourcedRecord: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[SourcedRecord, ...]: ...
    def __getitem__(self, at: int | slice) -> SourcedRecord | tuple[SourcedRecord, ...]:
        return self.records[self.places[at]] if isinstance(at, int) else self.records.at(self.places[at])

    def __iter__(self) -> Iterator[SourcedRecord]:
        for start in range(0, len(self), READ_AT_ONCE):
            yield from self.records.at(self.places[start : start + READ_AT_ONCE])

    def without(self, rows: Collection[int]) -> "ChosenRecords":
        """Return the same records but those of these rows of the user's file."""
        if not rows:
            return self
        kept = (at for at, sourced in zip(self.places, self, strict=True) if sourced.row not in rows)
        return ChosenRecords(self.records, array("Q", kept))


def _places(path: Path) -> "array[int]":
    """Return where each line begins, in bytes."""
    places, place = array("Q"), 0
    with path.open("rb") as file:
        for line in file:
            places.append(place)
            place += len(line)
    return places


def write_records(path: Path, records: Iterable[SourcedRecord]) -> str:
    """Write the records and return the SHA-256 of the file: equal records, equal hash."""
    with RecordWriter(path) as writer:
        for sourced in records:
            writer.append(sourced)
    return writer.close()


def read_records(path: Path, *, first: int = 0, most: int | None = None) -> tuple[SourcedRecord, ...]:
    """Read `most` records from the one at `first` on, counted from 0."""
    with path.open("rb") as file:
        stop = None if most is None else first + most
        return tuple(_record(line, path) for line in islice(file, first, stop))


def verified_records(path: Path, sha256: str) -> RecordFile:
    """Open all records. Raises StudioError where the file is not the one whose hash was kept."""
    if not path.is_file() or digest(path) != sha256:
        raise StudioError(
            "The records of this run are damaged or missing on disk.",
            "Start a new run from the data set; the curve and the settings of this one stay.",
        )
    return RecordFile(path)


def _line(sourced: SourcedRecord) -> bytes:
    """Return a line; what a record does not have is not written, so that its hash is what it always was."""
    document: dict[str, Any] = {"row": sourced.row, "record": to_dict(sourced.record)}
    if sourced.group:
        document["group"] = sourced.group
    if sourced.part:
        document["part"] = sourced.part
    return (_ENCODER.encode(document) + "\n").encode()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _record(line: bytes, path: Path) -> SourcedRecord:
    try:
        document = json.loads(line)
        record = from_dict(document["record"])
        return SourcedRecord(document["row"], record, document.get("group", ""), document.get("part", ""))
    except (ValueError, KeyError, TypeError) as error:
        raise StudioError(
            f"The rows in {path} are damaged on disk.", "Add the file again as a new data set."
        ) from error
