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
"""A workbook of text can do without larger parts, and without pictures and the like of any size."""

_OTHER = re.compile(r".+\.(?:xml|rels)")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
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
            for name in (name for name in names if _SHEET.fullmatch(name)):
                content = _beginning(source.open(name), MOST_SHEET_BYTES)
                sheet = _head(content, _ROW_END, ROWS, "sheetData", "worksheet")
                texts = max([texts, *(int(place) + 1 for place in _PLACE_OF_TEXT.findall(sheet))])
                target.writestr(name, sheet)
            for name, size in names.items():
                if name == "xl/sharedStrings.xml":
                    content = _beginning(source.open(name), MOST_TEXT_BYTES)
                    target.writestr(name, _head(content, _TEXT_END, texts, "sst"))
                elif size <= MOST_OTHER_BYTES and _OTHER.fullmatch(name) and not _SHEET.fullmatch(name):
                    target.writestr(name, source.read(name))
    except UNREADABLE:
        return None  # the pass over the whole file says what is wrong
    return excel.read(copy)


def _beginning(part: IO[bytes], most_bytes: int) -> bytes:
    with part:
        return part.read(most_bytes)


def _head(content: bytes, end: re.Pattern[bytes], most: int, *open_names: str) -> bytes:
    """Return the part up to the end of so many rows or texts, and close what is open there.

    A part without any, such as an empty sheet, stays as it is.
    """
    ends = [found.end() for found in islice(end.finditer(content), most)]
    if not ends:
        return content
    head = content[: ends[-1]]
    last = head[head.rindex(b"</") + 2 : -1]
    prefix = last[: last.rfind(b":") + 1]  # the closing elements have that of the last one
    return head + b"".join(b"</" + prefix + name.encode() + b">" for name in open_names)
