"""Rows that were set aside, shown as the file has them, so that what is missing can be typed in."""

import json
from collections.abc import Collection, Mapping

from studio.core.cleaning import Wish
from studio.core.errors import Refused
from studio.data.blanks import blanks_of
from studio.data.readers import read_table
from studio.data.tables import SourceRow
from studio.services.views_of_data import RowsToFill, RowToFill
from studio.store.datasets import DatasetFolder
from studio.store.home import Home

FIX = "fill_in"


def rows_to_fill(home: Home, dataset: str, check: str, kind: str, most: int) -> RowsToFill:
    """Return the first rows that were set aside for one reason. Reads the file up to the last of them."""
    folder = home.datasets.folder(dataset)
    version = folder.meta().version
    report = folder.report(version)
    aside = [row for row, *why in folder.set_aside(version) if why == [check, kind]]
    if not aside or not report.format:
        raise Refused("This finding is no longer there.", "Look at the newest report.")
    found = _rows(folder, version, set(aside[:most]))
    rows = tuple(RowToFill(row.number, blanks_of(row, report.format, report.mapping)) for row in found)
    return RowsToFill(rows, len(aside), version)


def _rows(folder: DatasetFolder, version: str, numbers: Collection[int]) -> list[SourceRow]:
    found: list[SourceRow] = []
    for row in read_table(folder.source(version), folder.meta().file_name).rows:
        if row.number in numbers:
            found.append(row)
        if len(found) == len(numbers):
            break
    return found


def wish_to_fill(row: int, texts: Mapping[str, str]) -> Wish:
    """Return the wish for a row with these texts, by place; it becomes a step of its own."""
    return Wish(FIX, f"row {row}", FIX, {"row": str(row), "texts": json.dumps(dict(texts))})
