"""Files of every type that hold the same two rows, and a way to read what a test writes."""

import csv
import io
import json
from types import SimpleNamespace

import openpyxl
import pyarrow as arrow
import pyarrow.parquet as pq
import pytest

from studio.data.readers import read_table

ROWS = [{"question": "007", "answer": "NA"}, {"question": "Wie geht’s?", "answer": "1e5; TRUE, “gut”"}]


def _as_csv(rows, delimiter=",", encoding="utf-8", **options) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, **options)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return file.getvalue().encode(encoding)


def _as_excel(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _as_parquet(columns) -> bytes:
    file = io.BytesIO()
    pq.write_table(arrow.table(columns), file)
    return file.getvalue()


def _cells(table) -> list[dict]:
    return [dict(row.cells) for row in table.rows]


@pytest.fixture
def read(tmp_path):
    """Write content under a meaningless name and read it as the file `name`."""

    def read_content(content: bytes | str, name: str = "rows"):
        path = tmp_path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_table(path, name)

    return read_content


@pytest.fixture(scope="session")
def make():
    """What tests build files with: `csv`, `excel`, `parquet`; `cells` of a table; `rows` of the `files`."""
    files = {
        "csv": _as_csv(ROWS),
        "tsv": _as_csv(ROWS, "\t"),
        "json": json.dumps(ROWS).encode(),
        "jsonl": "\n".join(map(json.dumps, ROWS)).encode(),
        "parquet": _as_parquet({name: [row[name] for row in ROWS] for name in ROWS[0]}),
        "excel": _as_excel([list(ROWS[0]), *(list(row.values()) for row in ROWS)]),
    }
    return SimpleNamespace(
        csv=_as_csv, excel=_as_excel, parquet=_as_parquet, cells=_cells, rows=ROWS, files=files
    )
