"""The first rows of a large .xlsx workbook: a small workbook is made of the heads of its parts, and read."""

import re
import zipfile
from itertools import islice
from pathlib import Path
from typing import IO

from studio.data.readers import excel
from studio.data.readers.archives import UNREADABLE
from studio.data.tables import Table

ROWS = 1100
"""Some more than are looked at: titles and empty rows stand among them."""
MOST_SHEET_BYTES = 4 * 1024**2
MOST_TEXT_BYTES = 16 * 1024**2
MOST_OTHER_BYTES = 1024**2
"""Larger parts are pictures and the like; a workbook of text can do without."""

_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_TEXT_END = re.compile(rb"</(?:\w+:)?si>")
_PLACE_OF_TEXT = re.compile(rb"<(?:\w+:)?c [^<>]*\bt=[\"']s[\"'][^<>]*><(?:\w+:)?v>(\d{1,9})</")


def read(whole: Path, copy: Path) -> Table | None:
    """Write the small workbook into `copy` and open it; None where it is of another kind, or damaged."""
    try:
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(copy, "w") as target:
            names = {member.filename: member.file_size for member in source.infolist()}
            if "xl/workbook.xml" not in names:
                return None
            texts = 0
            for name in (name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)):
                sheet = _head(source.open(name), MOST_SHEET_BYTES, _ROW_END, ROWS)
                texts = max([texts, *(int(place) + 1 for place in _PLACE_OF_TEXT.findall(sheet))])
                target.writestr(name, sheet + _closing(sheet, "sheetData", "worksheet"))
            for name, size in names.items():
                if name == "xl/sharedStrings.xml":
                    shared = _head(source.open(name), MOST_TEXT_BYTES, _TEXT_END, texts)
                    target.writestr(name, shared + _closing(shared, "sst"))
                elif not name.startswith("xl/worksheets/") and size <= MOST_OTHER_BYTES:
                    target.writestr(name, source.read(name))
    except UNREADABLE:
        return None  # the pass over the whole file says what is wrong
    return excel.read(copy)


def _head(part: IO[bytes], most_bytes: int, end: re.Pattern[bytes], most: int) -> bytes:
    """Return the part up to the end of so many rows or texts, and nothing that stands behind them."""
    with part:
        content = part.read(most_bytes)
    ends = [found.end() for found in islice(end.finditer(content), most)]
    return content[: ends[-1]] if ends else b""


def _closing(head: bytes, *names: str) -> bytes:
    """Close what is open in a head, with the prefix that its last element has."""
    if not head:
        return b""
    last = head[head.rindex(b"</") + 2 : -1]
    prefix = last[: last.rfind(b":") + 1]
    return b"".join(b"</" + prefix + name.encode() + b">" for name in names)
