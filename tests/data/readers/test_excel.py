"""Excel: cells become text, rows keep their number; Parquet: values keep their kind, dates become text."""

import datetime

import openpyxl
import pyarrow as arrow
import pytest

from studio.core.errors import Refused
from studio.data.readers import read_table


def test_excel_cells_become_text_and_rows_keep_the_number_excel_shows(read, make):
    day = datetime.datetime(2024, 5, 6)
    content = make.excel([[], ["q", None, "a"], ["007", None, 5], [], [2.5, None, True], [day, None, 1e20]])
    rows = list(read(content, "rows.xlsx").rows)
    assert [row.number for row in rows] == [3, 5, 6]
    assert [tuple(row.cells.values()) for row in rows] == [
        ("007", "5"),
        ("2.5", "TRUE"),
        ("2024-05-06", "1e+20"),
    ]


def test_further_sheets_are_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["q", "a"])
    book.active.append(["1", "2"])
    book.create_sheet("More").append(["x"])
    book.save(tmp_path / "book.xlsx")
    table = read_table(tmp_path / "book.xlsx", "book.xlsx")
    assert "More not" in table.notes[0].message


def test_dates_and_decimals_of_parquet_become_text(read, make):
    content = make.parquet(
        {
            "day": arrow.array([datetime.date(2024, 5, 6)]),
            "when": arrow.array([1_700_000_000_123_456_789], arrow.timestamp("ns")),
            "many": [["a", "b"]],
            "number": [7],
        }
    )
    assert make.cells(read(content, "rows.parquet")) == [
        {"day": "2024-05-06", "when": "2023-11-14 22:13:20.123456789", "many": ["a", "b"], "number": 7}
    ]


def test_workbooks_and_parquet_files_without_rows_are_refused(read, make):
    with pytest.raises(Refused, match="The sheet has a header and no rows"):
        read(make.excel([["q", "a"]]))
    with pytest.raises(Refused, match="The workbook is empty"):
        read(make.excel([]))
    with pytest.raises(Refused, match="has no rows"):
        read(make.parquet({"q": arrow.array([], arrow.string())}))
