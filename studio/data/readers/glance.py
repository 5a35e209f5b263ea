"""The head of a file as a table of its own: what first findings are made on, before the rest is read.

Nothing that is read so is final. The encoding, the shape and the end of a file are known only when all of it
has been gone through, as `read_table` does.
"""

import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from studio.core.errors import StudioError
from studio.core.scratch import SCRATCH
from studio.data.readers import (
    csv,
    excel,
    excel_glance,
    json,
    json_glance,
    jsonl,
    opened,
    parquet,
    read_table,
    reader_of,
    text,
)
from studio.data.readers.decoding import marked_encoding
from studio.data.readers.packed import head_of_packed, is_packed
from studio.data.readers.upload import Upload
from studio.data.tables import SourceRow, Table

GLANCE_BYTES = 4 * 1024**2
_OF_LINES: tuple[ModuleType, ...] = (csv, jsonl, text)


@contextmanager
def glance(path: Path, name: str) -> Iterator[Table | None]:
    """Yield the first rows of a file; None where its kind shows none before it is read to the end.

    Raises Refused for what is no table by its first bytes. A small file is opened whole.
    """
    upload = opened(path, name)
    if path.stat().st_size <= GLANCE_BYTES and not is_packed(upload):
        yield read_table(path, name)
        return
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=SCRATCH) as folder:
        table = _packed(upload, Path(folder) / "head") if is_packed(upload) else _plain(upload, Path(folder))
        rows = _untorn(table.rows if table is not None else iter(()))
        try:
            yield table and replace(table, rows=rows)
        finally:
            table = None
            rows.close()  # and with it the copy: Windows keeps a file that is open


def _packed(upload: Upload, copy: Path) -> Table | None:
    name, head = head_of_packed(upload, GLANCE_BYTES)
    is_cut = len(head) == GLANCE_BYTES
    copy.write_bytes(head)
    inside = opened(copy, name)
    if is_packed(inside):
        return None  # a workbook, or packed twice
    if is_cut:
        copy.write_bytes(whole_lines(head))
    return _head_table(inside, None) if is_cut else read_table(copy, name)


def _plain(upload: Upload, folder: Path) -> Table | None:
    with upload.path.open("rb") as file:
        head = file.read(GLANCE_BYTES)
    copy = folder / "head"
    if reader_of(upload) is excel:
        return excel_glance.read(upload.path, copy)
    copy.write_bytes(whole_lines(head))
    return _head_table(replace(upload, path=copy), upload.path)


def _head_table(head: Upload, whole: Path | None) -> Table | None:
    reader = reader_of(head)
    if reader in _OF_LINES:
        return reader.read(head.path)
    if reader is json:
        return json_glance.read(head.path, whole)
    return parquet.read(whole) if reader is parquet and whole is not None else None


def _untorn(rows: Iterator[SourceRow]) -> Generator[SourceRow, None, None]:
    """Yield all rows but the last, which the cut may have torn; the cut may also be what ends them."""
    last = None
    try:
        for row in rows:
            if last is not None:
                yield last
            last = row
    except (StudioError, UnicodeError):
        return


def whole_lines(head: bytes) -> bytes:
    """Return the head up to its last line end; without one, up to the last whole letter."""
    encoding = marked_encoding(head)
    if encoding is not None and not encoding.startswith("utf-8"):
        told = head.decode(encoding, errors="ignore")
        return (told[: told.rfind("\n") + 1] or told).encode(encoding)
    lines = head[: head.rfind(b"\n") + 1]
    if lines:
        return lines
    end = len(head)
    while end > len(head) - 4 and head[end - 1] >= 0x80:
        end -= 1
    return head[:end]
