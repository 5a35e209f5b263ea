"""How far the cells of an .xls workbook reach: its stream is found in the container, its records are passed.

Sources: [MS-CFB] 2.1 to 2.6 (the container), [MS-XLS] 2.4 (the records).
"""

import os
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_NAMES = {name.encode("utf-16-le") for name in ("Workbook", "Book")}
_DIMENSIONS = 0x0200
_CELLS = {0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x00D6, 0x00FD, 0x027E, 0x0002, 0x0003, 0x0004, 0x0005}
_CELLS_IN_A_ROW = {0x00BD, 0x00BE}
_IN_HEADER = 109
_ENTRY_BYTES = 128
_NO_SECTOR = 0xFFFFFFFA
_MOST_SECTORS = 100_000
"""Of the directory and of the small streams: 50 MB, where a kilobyte is usual. A chain can run in circles."""


def extent(path: Path) -> Iterator[tuple[int, int]]:
    """Yield (rows, columns) that the sheets reach to, growing; of what is said, and of the cells there are.

    Raises struct.error or IndexError where the container is damaged: the reader of workbooks tells.
    """
    with path.open("rb") as file:
        for kind, body in _records(_Container(file)):
            if kind == _DIMENSIONS and len(body) >= 12:
                yield struct.unpack_from("<4xI2xH", body)
            elif kind in _CELLS and len(body) >= 4:
                row, column = struct.unpack_from("<HH", body)
                yield row + 1, column + 1
            elif kind in _CELLS_IN_A_ROW and len(body) >= 6:
                yield (
                    struct.unpack_from("<H", body)[0] + 1,
                    struct.unpack_from("<H", body, len(body) - 2)[0] + 1,
                )


class _Container:
    """The older Office container: sectors, chained by a table of which follows which."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        header = file.read(512)
        if header[:8] != OLE:
            raise struct.error("no container")
        shift = struct.unpack_from("<H", header, 30)[0]
        if shift not in (9, 12):
            raise struct.error("no sectors of such a size")
        self._sector_bytes = 1 << shift
        directory, self._small_below, small_table = struct.unpack_from("<I4x2I", header, 48)
        self._next = [number for place in self._places(header) for number in self._numbers(place)]
        self._entries = b"".join(map(self._sector, islice(self._chain(directory), _MOST_SECTORS)))
        self._small_table = small_table

    def _places(self, header: bytes) -> list[int]:
        """Return the sectors of the table, no more than a file of this size has use for."""
        places = list(struct.unpack_from(f"<{_IN_HEADER}I", header, 76))
        most = self._file.seek(0, os.SEEK_END) // (self._sector_bytes * (self._sector_bytes // 4)) + 2
        further = struct.unpack_from("<I", header, 68)[0]
        while further < _NO_SECTOR and len(places) < most:
            *more, further = self._numbers(further)
            places += more
        return [place for place in places[: max(most, 0)] if place < _NO_SECTOR]

    def _sector(self, number: int) -> bytes:
        self._file.seek((number + 1) * self._sector_bytes)
        return self._file.read(self._sector_bytes)

    def _numbers(self, sector: int) -> list[int]:
        return list(struct.unpack(f"<{self._sector_bytes // 4}I", self._sector(sector)))

    def _chain(self, first: int) -> Iterator[int]:
        passed = 0
        while first < len(self._next) and passed <= len(self._next):
            yield first
            first, passed = self._next[first], passed + 1

    def workbook(self) -> Iterator[bytes]:
        """Yield the sectors of the stream with the workbook; none where it has none."""
        for at in range(0, len(self._entries), _ENTRY_BYTES):
            entry = self._entries[at : at + _ENTRY_BYTES]
            length = struct.unpack_from("<H", entry, 64)[0]
            if entry[: max(0, length - 2)] in _NAMES:
                first, size = struct.unpack_from("<2I", entry, 116)
                yield from (
                    self._small(first) if size < self._small_below else map(self._sector, self._chain(first))
                )

    def _small(self, first: int) -> Iterator[bytes]:
        """Yield the pieces of 64 bytes that a small stream is made of; they lie in the root's own stream."""
        chain = islice(self._chain(self._small_table), _MOST_SECTORS)
        table = [number for sector in chain for number in self._numbers(sector)]
        root = struct.unpack_from("<I", self._entries, 116)[0]
        pieces = b"".join(map(self._sector, islice(self._chain(root), _MOST_SECTORS)))
        passed = 0
        while first < len(table) and passed <= len(table):
            yield pieces[first * 64 : first * 64 + 64]
            first, passed = table[first], passed + 1


def _records(container: _Container) -> Iterator[tuple[int, bytes]]:
    """Yield kind and body of every record, one sector of them in memory at a time."""
    text = b""
    for piece in container.workbook():
        text += piece
        at = 0
        while at + 4 <= len(text):
            kind, length = struct.unpack_from("<HH", text, at)
            if at + 4 + length > len(text):
                break
            yield kind, text[at + 4 : at + 4 + length]
            at += 4 + length
        text = text[at:]
