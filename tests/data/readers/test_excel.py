"""Excel: cells become text, rows keep their number; Parquet: values keep their kind, dates become text."""

import datetime
import io
import struct

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


def test_a_workbook_of_the_same_words_over_and_over_is_no_trap(read, make):
    table = read(make.excel([["question", "answer"], *[["yes", "yes"]] * 3000]), "rows.xlsx")
    assert sum(1 for _ in table.rows) == 3000


def test_titles_and_missing_headers_of_sheets_are_told(read, make):
    book = openpyxl.Workbook()
    for row in (
        ["Export of May"],
        [],
        ["question", "answer"],
        ["a?", 0.5],
        ["#N/A x", datetime.timedelta(hours=30)],
    ):
        book.active.append(row)
    book.active.merge_cells("A1:B1")
    file = io.BytesIO()
    book.save(file)
    table = read(file.getvalue(), "rows.xlsx")
    assert (table.columns, [note.check for note in table.notes]) == (("question", "answer"), ["title"])
    assert [(row.number, tuple(row.cells.values())) for row in table.rows] == [
        (4, ("a?", "0.5")),
        (5, ("#N/A x", "30:00:00")),
    ]
    table = read(make.excel([["How are you?", "Fine."], ["Who is it?", "Me."]]), "rows.xlsx")
    assert (table.columns, [note.check for note in table.notes]) == (("column 1", "column 2"), ["header"])
    assert [row.number for row in table.rows] == [1, 2]


def test_a_cell_in_the_far_corner_is_refused_before_it_takes_all_memory(read):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "question", "answer"
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(Refused, match="reaches to row 1,048,576 and column 16,384"):
        read(file.getvalue(), "rows.xlsx")


FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def older_workbook(*records: bytes, loop: bool = False) -> bytes:
    """Return an Office container by hand: a table of sectors, the directory, the stream of the records.

    A stream of less than 4,096 bytes stands in pieces of 64 bytes, as such streams do.
    """
    stream = b"".join(records)
    small = len(stream) < 4096
    pieces = -(-len(stream) // 64)
    sectors = -(-len(stream) // 512)
    follows = [TABLE, END, END, *range(4, 3 + sectors), 3 if loop else END]
    table = struct.pack("<128I", *(follows + [FREE] * 128)[:128])
    chain = [*range(1, pieces), END] if small else []
    small_table = struct.pack("<128I", *(chain + [FREE] * 128)[:128])

    def entry(name: str, first: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return (
            text.ljust(64, b"\0")
            + struct.pack("<H", len(text))
            + bytes(50)
            + struct.pack("<3I", first, size, 0)
        )

    root = entry("Root Entry", 3 if small else END, len(stream) if small else 0)
    directory = root + entry("Workbook", 0 if small else 3, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 62, 3, 0xFFFE, 9, 6)
    header += (
        bytes(10) + struct.pack("<8I", 1, 1, 0, 4096, 2, 1, END, 0) + struct.pack("<109I", 0, *[FREE] * 108)
    )
    return header + table + directory.ljust(512, b"\0") + small_table + stream.ljust(sectors * 512, b"\0")


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


FILLING = record(0x00FC, bytes(5000))
NEAR = record(0x0201, b"") + record(0x0200, struct.pack("<2I3H", 0, 2, 0, 2, 0)) + record(0x0203, bytes(14))


@pytest.mark.parametrize("filling", [b"", FILLING], ids=["small", "large"])
@pytest.mark.parametrize(
    ("far", "row", "column"),
    [
        (record(0x0200, struct.pack("<2I3H", 0, 1_048_576, 0, 16_384, 0)), "1,048,576", "16,384"),
        (record(0x0203, struct.pack("<HH", 65_535, 16_383) + bytes(10)), "65,536", "16,384"),
        (record(0x00BE, struct.pack("<5H", 65_535, 0, 0, 0, 999)), "65,536", "1,000"),
    ],
    ids=["said", "cell", "row of cells"],
)
def test_a_far_cell_of_an_older_workbook_is_refused_as_well(read, far, row, column, filling):
    with pytest.raises(Refused, match=f"reaches to row {row} and column {column}"):
        read(older_workbook(NEAR, filling, far), "rows.xls")


@pytest.mark.parametrize("cut", [30, 600, 1100, 3000])
def test_an_older_workbook_in_pieces_or_in_circles_is_refused(read, cut):
    whole = older_workbook(NEAR, FILLING, loop=True)
    for content in (whole, whole[:cut]):
        with pytest.raises(Refused, match=r"damaged|is empty"):
            read(content, "rows.xls")


def test_repeated_cells_of_an_open_document_are_counted(read, make):
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="9000"/>'
    row = f'<table:table-row table:number-rows-repeated="9000">{cell}</table:table-row>'
    names = 'xmlns:table="urn:t" xmlns:office="urn:o"'
    content = f"<office:document-content {names}><table:table>{row}</table:table></office:document-content>"
    with pytest.raises(Refused, match="reaches to row 9,000 and column 9,000"):
        read(make.zip({"content.xml": content, "mimetype": "x"}), "rows.ods")


def test_records_of_a_binary_sheet_are_counted(read, make):
    far = (1_048_575).to_bytes(4, "little")
    sheet = b"\x00\x04" + far + b"\x02\x04" + (16_000).to_bytes(4, "little")
    members = {"xl/workbook.bin": b"", "xl/worksheets/sheet1.bin": sheet}
    with pytest.raises(Refused, match="reaches to row 1,048,576 and column 16,001"):
        read(make.zip(members), "rows.xlsb")


def test_bytes_lists_and_empty_columns_of_parquet_are_read(read, make):
    content = make.parquet(
        {
            "raw": arrow.array([b"abc", b"\xff"], arrow.binary()),
            "coded": arrow.array(["x", "y"]).dictionary_encode(),
            "none": arrow.nulls(2),
            "turns": [[{"role": "user", "content": "hi"}], []],
        }
    )
    assert make.cells(read(content, "rows.parquet")) == [
        {"raw": "abc", "coded": "x", "none": None, "turns": [{"role": "user", "content": "hi"}]},
        {"raw": b"\xff", "coded": "y", "none": None, "turns": []},
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
