"""gzip and zip files with one table in them: unpacked beside the upload, read, and removed again."""

import gzip
import tempfile
import weakref
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from studio.core.errors import Refused
from studio.core.scratch import SCRATCH
from studio.data.readers.archives import (
    ARCHIVES,
    DOCUMENT,
    LARGEST_UNPACKED_BYTES,
    MOST_RATIO,
    UNREADABLE,
    WORKBOOKS,
    archive_members,
    users_members,
)
from studio.data.readers.refusals import refuse_ending
from studio.data.readers.upload import Upload
from studio.data.tables import SourceRow, Table, file_note

GZIP = b"\x1f\x8b"
CHUNK_BYTES = 1024**2

_TABLES = {".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xlsm", ".xls", ".ods"}
_HINT = "Unpack it yourself and choose the table inside."


def is_packed(upload: Upload) -> bool:
    """Return whether the file is gzip, or a zip archive that is no workbook and no document."""
    if upload.head.startswith(GZIP):
        return True
    return upload.head.startswith(ARCHIVES) and not upload.members & {*WORKBOOKS, DOCUMENT}


def read_packed(upload: Upload, read: Callable[[Path, str], Table]) -> Table:
    """Unpack the one table into a file beside the upload, and let `read` open that.

    The copy has a name of our own, and goes with the last row, with an error, or when the rows are dropped.
    """
    if upload.head.startswith(GZIP):
        return _read_copy(upload.path, _name_in_gzip(upload), read, _from_gzip)
    members, member = _members(upload)
    name = PurePosixPath(member.filename).name
    table = _read_copy(upload.path, name, read, lambda path, copy: _from_zip(path, member, copy))
    if len(members) == 1:
        return table
    others = ", ".join(other.filename[:60] for other in members[:5] if other is not member)
    note = file_note("packed", f"Of the archive {name} was read; {others} not.", "Nothing to do.")
    return Table(table.file_type, table.columns, table.rows, (*table.notes, note))


def head_of_packed(upload: Upload, most_bytes: int) -> tuple[str, bytes]:
    """Return the name of the one table and how it begins, before it is known whether the rest is sound."""
    if upload.head.startswith(GZIP):
        with gzip.open(upload.path) as source:
            return _name_in_gzip(upload), _next_chunk(source, "gzip file", most_bytes)
    _, member = _members(upload)
    try:
        with zipfile.ZipFile(upload.path) as archive, archive.open(member) as source:
            return PurePosixPath(member.filename).name, _next_chunk(source, "zip archive", most_bytes)
    except UNREADABLE as error:
        raise _damaged("zip archive") from error


def _name_in_gzip(upload: Upload) -> str:
    return upload.name[: -len(".gz")] if upload.ending == ".gz" else upload.name


def _members(upload: Upload) -> tuple[list[zipfile.ZipInfo], zipfile.ZipInfo]:
    """Return what a person put into a zip, and the one table of it."""
    members = users_members(archive_members(upload.path))
    for member in members:
        refuse_ending(member.filename)
    return members, _the_table(members)


def _the_table(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    if not members:
        raise Refused("The archive is empty.", "Choose one with a table in it.")
    if len(members) == 1:
        return members[0]
    tables = [member for member in members if PurePosixPath(member.filename).suffix.lower() in _TABLES]
    if len(tables) == 1:
        return tables[0]
    told = ", ".join(member.filename[:60] for member in (tables or members)[:5])
    what = f"{len(tables)} tables" if tables else f"{len(members)} files and no table"
    raise Refused(f"The archive holds {what}: {told}.", "Pack one table alone, or choose the table itself.")


def _read_copy(
    path: Path, name: str, read: Callable[[Path, str], Table], unpack: Callable[[Path, IO[bytes]], None]
) -> Table:
    try:
        file = tempfile.NamedTemporaryFile(dir=path.parent, prefix=SCRATCH, delete=False)  # noqa: SIM115
    except OSError as error:
        raise Refused(
            f"There is no place to unpack the file: {path.parent} cannot be written to.", _HINT
        ) from error
    copy = Path(file.name)
    try:
        with file:
            unpack(path, file)
        table = read(copy, name)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return Table(table.file_type, table.columns, _CopiedRows(table.rows, copy), table.notes)


class _CopiedRows(Iterator[SourceRow]):
    """Rows of an unpacked copy, which is removed with the last of them or when nobody holds them."""

    def __init__(self, rows: Iterator[SourceRow], copy: Path) -> None:
        self._rows = [rows]
        self._discard = weakref.finalize(self, _discard, self._rows, copy)

    def __next__(self) -> SourceRow:
        if not self._rows:
            raise StopIteration
        try:
            return next(self._rows[0])
        except BaseException:
            self._discard()
            raise


def _discard(rows: list[Iterator[SourceRow]], copy: Path) -> None:
    rows.clear()  # closes the copy first: Windows keeps a file that is open
    copy.unlink(missing_ok=True)


def _from_gzip(path: Path, copy: IO[bytes]) -> None:
    with gzip.open(path) as source:
        _stream(source, copy, path.stat().st_size, "gzip file")


def _from_zip(path: Path, member: zipfile.ZipInfo, copy: IO[bytes]) -> None:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as source:
            _stream(source, copy, member.compress_size, "zip archive")
    except UNREADABLE as error:
        raise _damaged("zip archive") from error


def _stream(source: IO[bytes], copy: IO[bytes], packed_bytes: int, what: str) -> None:
    """Copy while it stays within the limits. Raises Refused where it does not, or where it breaks off."""
    unpacked = 0
    while chunk := _next_chunk(source, what):
        unpacked += len(chunk)
        if unpacked > packed_bytes * MOST_RATIO:
            raise Refused(
                f"The {what} unpacks to more than {MOST_RATIO} times its size, as only a trap does.", _HINT
            )
        if unpacked > LARGEST_UNPACKED_BYTES:
            raise Refused(
                f"The {what} unpacks to more than {LARGEST_UNPACKED_BYTES / 1e9:.1f} GB.",
                "Use a part of it; a few thousand good examples teach more than a million poor ones.",
            )
        try:
            copy.write(chunk)
        except OSError as error:
            raise Refused(f"The {what} cannot be unpacked: {error.strerror}.", "Free some space.") from error


def _next_chunk(source: IO[bytes], what: str, most_bytes: int = CHUNK_BYTES) -> bytes:
    try:
        return source.read(most_bytes)
    except UNREADABLE as error:
        raise _damaged(what) from error


def _damaged(what: str) -> Refused:
    return Refused(f"The {what} is damaged, or packed in a way that cannot be read.", "Download it again.")
