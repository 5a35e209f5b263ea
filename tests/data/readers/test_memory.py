"""Reading never holds the file: what it takes stays small however many rows there are."""

import gzip
import json
import tracemalloc
from array import array

import pyarrow as arrow
import pyarrow.parquet as pq
import pytest

from studio.data.readers import parquet, read_table

ROWS = 20_000
MOST_BYTES = 12 * 1024**2
"""The file has 20 MiB. What is held is the beginning of it, a window, and the first thousand rows."""


def questions():
    return (f"{number} " + f"why {number} " * 60 for number in range(ROWS))  # else gzip makes a trap of it


def as_json() -> str:
    return (
        "[" + ",\n".join(json.dumps({"q": question, "a": "because " * 60}) for question in questions()) + "]"
    )


def as_columns() -> str:
    return json.dumps({"q": list(questions()), "a": ["because " * 60] * ROWS})


SHAPES = {
    "list.json": as_json,
    "wrapped.json": lambda: f'{{"version": 1, "data": {as_json()}}}',
    "columns.json": as_columns,
    "lines.jsonl": lambda: as_json()[1:-1].replace("},\n", "}\n"),
    "rows.csv": lambda: "q,a\n" + "".join(f"{question},{'because ' * 60}\n" for question in questions()),
    "text.txt": lambda: "\n\n".join(question + "because " * 60 for question in questions()),
}


@pytest.mark.parametrize("name", [*SHAPES, "rows.csv.gz"])
def test_a_large_file_is_read_within_little_memory(tmp_path, name):
    content = SHAPES[name.removesuffix(".gz")]().encode()
    path = tmp_path / "upload"
    path.write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
    del content
    tracemalloc.start()
    try:
        assert sum(not row.problem for row in read_table(path, name).rows) == ROWS
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shared", [True, False], ids=["one text for all rows", "a text for each row"])
def test_long_cells_of_parquet_are_never_held_together(tmp_path, shared):
    path, rows = tmp_path / "rows.parquet", 200
    answers = [("" if shared else f"{number:03} ") + "why " * 200_000 for number in range(rows)]
    table = arrow.table({"q": [str(number) for number in range(rows)], "a": answers})
    pq.write_table(table, path, use_dictionary=shared, write_batch_size=1)  # a page holds few long texts
    del answers, table
    arrow.default_memory_pool().release_unused()
    before = arrow.total_allocated_bytes()
    tracemalloc.start()
    try:
        held = [arrow.total_allocated_bytes() for row in read_table(path, path.name).rows if row.cells["a"]]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(held) == rows
    assert peak + max(held) - before < 64 * 1024**2  # all of them have 160 MB


def test_of_a_list_of_texts_only_those_that_rows_point_at_are_made():
    offsets = arrow.py_buffer(array("i", [0, 3, 4]).tobytes())
    texts = arrow.StringArray.from_buffers(2, offsets, arrow.py_buffer(b"why\xff"))  # the second is none
    places = arrow.array([0, None, 0], arrow.int32())
    column = arrow.DictionaryArray.from_arrays(places, texts, safe=False)
    assert parquet._pointed_at(column) == ["why", None, "why"]
