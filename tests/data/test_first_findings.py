"""First findings come from the head of a file, whatever its kind, and say what the whole pass says of it."""

import csv
import gzip
import io
import json
import re
import zipfile

import pyarrow as arrow
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from studio.data.first_findings import FIRST_ROWS, LATER, first_findings
from studio.data.inspect import inspect
from studio.data.readers import glance as glances

ROWS = [{"question": f"What is thing {n}?", "answer": f"It is ä {n}."} for n in range(3000)]
ROWS[7] = {"question": "Left open", "answer": ""}
HEAD_BYTES = 32 * 1024
"""The head in these tests: some hundred rows."""


@pytest.fixture(autouse=True)
def short_head(monkeypatch):
    monkeypatch.setattr(glances, "GLANCE_BYTES", HEAD_BYTES)


def as_csv(encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["question", "answer"])
    writer.writeheader()
    writer.writerows(ROWS)
    return text.getvalue().encode(encoding)


def as_json(value: object, indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def as_parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(arrow.Table.from_pylist(ROWS), buffer, compression="none")
    return buffer.getvalue()


def zipped(content: bytes, name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def as_excel(*, shared: bool) -> bytes:
    """A workbook whose texts stand in a list of their own, as Excel writes them, or in the cells."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": not shared}) as book:
        sheet, other = book.add_worksheet("Rows"), book.add_worksheet("More")
        for at, row in enumerate([{name: name for name in ROWS[0]}, *ROWS]):
            sheet.write_row(at, 0, row.values())
        other.write_row(0, 0, ["x"])
        book.add_worksheet("Empty")
    return buffer.getvalue()


def renamed_in(workbook: bytes) -> bytes:
    """Return the workbook with a prefix on every element of its sheets, as some programs write them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"<(/?)(?=[a-z])", rb"<\1main:", content).replace(
                    b" xmlns=", b" xmlns:main="
                )
            target.writestr(name, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


COLUMNS = {name: [row[name] for row in ROWS] for name in ("question", "answer")}
LABELLED = {name: {str(at): text for at, text in enumerate(column)} for name, column in COLUMNS.items()}
FILES = {
    "rows.csv": as_csv(),
    "wide.csv": as_csv("utf-16"),
    "western.csv": as_csv("cp1252"),
    "rows.jsonl": b"\n".join(map(as_json, ROWS)),
    "list.json": as_json(ROWS),
    "pretty.json": as_json(ROWS, indent=2),
    "wrapped.json": as_json({"version": 1, "data": ROWS}),
    "columns.json": as_json(COLUMNS),
    "spaced.json": as_json(COLUMNS, indent=1),
    "labelled.json": as_json(LABELLED),
    "concatenated.json": b"".join(as_json(row, indent=1) for row in ROWS),
    "rows.csv.gz": gzip.compress(as_csv()),
    "wrapped.json.gz": gzip.compress(as_json({"data": ROWS})),
    "rows.zip": zipped(b"\n".join(map(as_json, ROWS)), "rows.jsonl"),
    "rows.parquet": as_parquet(),
    "rows.xlsx": as_excel(shared=True),
    "inline.xlsx": as_excel(shared=False),
    "prefixed.xlsx": renamed_in(as_excel(shared=True)),
}


@pytest.fixture
def look(tmp_path):
    def look_at(content: bytes, name: str, **options):
        path = tmp_path / "upload"
        path.write_bytes(content)
        found = first_findings(path, name, **options)
        assert [left.name for left in tmp_path.iterdir()] == ["upload"], "the head is removed again"
        return found

    return look_at


@pytest.mark.parametrize("name", FILES)
def test_the_first_rows_of_any_kind_of_file_are_checked_before_the_rest_is_read(name, look, tmp_path):
    assert len(FILES[name]) > HEAD_BYTES or name.endswith((".gz", ".zip"))
    found = look(FILES[name], name)
    assert found is not None
    assert 300 < found.total <= FIRST_ROWS
    whole = inspect(tmp_path / "upload", name).report
    assert (found.format, found.mapping, found.first) == (whole.format, whole.mapping, whole.first)
    assert (found.columns, found.file_type) == (whole.columns, whole.file_type)
    incomplete = [issue for issue in whole.issues if issue.check == "incomplete"]
    assert incomplete[0].rows[0] in [row for issue in found.issues for row in issue.rows]
    # No row is torn where the head is cut: nothing is set aside but what the file itself leaves open.
    assert {issue.check for issue in found.issues} <= {issue.check for issue in whole.issues}


@pytest.mark.parametrize("kind", ["wrapped.json", "columns.json", "rows.csv", "list.json"])
def test_a_file_that_is_damaged_behind_its_head_is_rejected_in_the_end_only(kind, look, tmp_path):
    content = FILES[kind][:-20] + b'"\x00'
    assert look(content, kind).kept > 300
    report = inspect(tmp_path / "upload", kind).report
    assert report.verdict == "reject" or report.set_aside == 2


def test_rows_that_a_head_hides_change_the_verdict_in_the_end(look, tmp_path):
    content = as_json({"data": ROWS, "other": [{"question": "q", "answer": "a"}]})
    assert look(content, "two.json").kept > 300
    report = inspect(tmp_path / "upload", "two.json").report
    assert report.verdict == "reject"
    assert "several tables" in report.issues[0].message


def test_a_small_file_is_looked_at_whole_but_for_what_takes_long(look):
    content = b"text,label\n" + b"".join(b"text %d,%s\n" % (n, b"ab"[n % 2 :][:1]) for n in range(60))
    found = look(content, "labels.csv")
    assert (found.total, found.format, found.lengths) == (60, "labelled", None)
    assert not {issue.check for issue in found.issues} & LATER


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "rows.csv"),
        (b"%PDF-1.4 " * 9000, "rows.csv"),
        (gzip.compress(b"%PDF-1.4 " * 9000), "rows.csv.gz"),
        (gzip.compress(gzip.compress(FILES["rows.csv"])), "rows.csv.gz.gz"),
        (gzip.compress(as_json(COLUMNS)), "columns.json.gz"),
        (as_json(COLUMNS).replace(b'"answer"', b'"an\\swer"'), "columns.json"),
        (gzip.compress(FILES["rows.csv"]), "rows.py.gz"),
        (as_json({"question": [{}], "a": "b" * HEAD_BYTES})[:-1], "rows.json"),
    ],
)
def test_where_nothing_can_be_said_at_once_nothing_is(content, name, look):
    assert look(content, name) is None


def test_where_rows_take_long_the_first_findings_are_on_fewer_of_them(look):
    seconds = iter(range(10_000))
    assert look(FILES["rows.csv"], "rows.csv", clock=lambda: next(seconds) / 400).total == 400


def test_a_mapping_is_used_and_a_wrong_one_left_to_the_pass(look):
    found = look(FILES["rows.csv"], "rows.csv", mapping={"input": "answer", "output": "question"})
    assert found.first == {"input": ROWS[0]["answer"], "output": ROWS[0]["question"]}
    assert look(FILES["rows.csv"], "rows.csv", mapping={"input": "answer", "output": "reply"}) is None
