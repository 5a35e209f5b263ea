"""How far the cells of a workbook reach, told before it is opened.

The reader of workbooks makes room for the whole rectangle up to the last cell; one cell in the far corner of
an otherwise empty sheet takes 550 GB, and the process with it.
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from studio.core.errors import Refused
from studio.data.readers.archives import ARCHIVES, UNREADABLE
from studio.data.readers.older_sheets import OLE, extent

MOST_CELLS = 20_000_000
"""32 bytes each in the reader; a full sheet (1,048,576 rows) may have 19 columns."""
CHUNK_BYTES = 1024**2

_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r=[\"']([A-Z]{1,7})(\d{1,10})[\"'][^<>]*(?<!/)>")
_LONGEST_TAG = 400


def refuse_far_cells(path: Path) -> None:
    """Raise Refused where a sheet reaches further than can be held. Damage is left to the reader to tell."""
    with path.open("rb") as file:
        head = file.read(8)
    if head == OLE:
        _refuse_far_cells_of_older(path)
    if not head.startswith(ARCHIVES):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                _refuse_far_cells(archive, member.filename)
    except (*UNREADABLE, expat.ExpatError):
        return


def _refuse_far_cells(archive: zipfile.ZipFile, name: str) -> None:
    measure = None
    if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
        measure = _extent_of_xml
    elif re.fullmatch(r"xl/worksheets/[^/]+\.bin", name):
        measure = _extent_of_binary
    elif name == "content.xml":
        measure = _extent_of_open_document
    if measure is None:
        return
    with archive.open(name) as source:
        for rows, columns in measure(source):
            _check(rows, columns)


def _refuse_far_cells_of_older(path: Path) -> None:
    rows = columns = 1
    try:
        for row, column in extent(path):
            rows, columns = max(rows, row), max(columns, column)
            _check(rows, columns)
    except (struct.error, IndexError, OSError):
        return


def _check(rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise Refused(
            f"A sheet of the workbook reaches to row {rows:,} and column {columns:,}.",
            "Delete what stands far off the table, or save the table as CSV.",
        )


def _extent_of_xml(source: IO[bytes]) -> Iterator[tuple[int, int]]:
    rows = columns = 1
    before = b""
    while chunk := source.read(CHUNK_BYTES):
        text = before + chunk
        for letters, digits in set(_CELL.findall(text)):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        yield rows, columns
        before = text[-_LONGEST_TAG:]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _extent_of_binary(source: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Go through the records of an .xlsb sheet: 0 begins a row, 1 to 11 are cells of it, 1 an empty one.

    Source: [MS-XLSB] 2.1.4, 2.4.
    """
    rows = columns = row = 1
    while (kind := _packed_number(source, 2)) is not None:
        size = _packed_number(source, 4)
        if size is None:
            return
        body = source.read(size)
        if kind == 0:
            row = int.from_bytes(body[:4], "little") + 1
        elif 1 < kind <= 11:
            rows, columns = max(rows, row), max(columns, int.from_bytes(body[:4], "little") + 1)
            yield rows, columns


def _packed_number(source: IO[bytes], most: int) -> int | None:
    number = 0
    for at in range(most):
        byte = source.read(1)
        if not byte:
            return None
        number |= (byte[0] & 0x7F) << 7 * at
        if byte[0] < 0x80:
            break
    return number


def _extent_of_open_document(source: IO[bytes]) -> Iterator[tuple[int, int]]:
    """Go through the tables of an .ods file, whose rows and cells can be said to repeat."""
    extent = _RepeatedCells()
    parser = expat.ParserCreate()
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    while chunk := source.read(CHUNK_BYTES):
        parser.Parse(chunk)
        yield extent.rows, extent.columns


class _RepeatedCells:
    def __init__(self) -> None:
        self.rows = self.columns = 1
        self._row = self._cell = self._times = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._row = 0
        elif name == "table:table-row":
            self._cell, self._times = 0, _count(attributes, "table:number-rows-repeated")
            self._row += self._times
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell += _count(attributes, "table:number-columns-repeated")
            if any(key.endswith((":value-type", ":value", ":formula")) for key in attributes):
                self.rows, self.columns = max(self.rows, self._row), max(self.columns, self._cell)

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._cell = 0


def _count(attributes: dict[str, str], name: str) -> int:
    digits = attributes.get(name, "1")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else MOST_CELLS
