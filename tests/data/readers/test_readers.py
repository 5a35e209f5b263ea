"""Every file type is told by its content; no content raises anything but a StudioError."""

import contextlib
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core.errors import Refused, StudioError
from studio.data.readers import READERS, read_table
from studio.data.readers.outright import LARGEST_FILE_BYTES


@pytest.mark.parametrize("file_type", ["csv", "tsv", "json", "jsonl", "parquet", "excel"])
@pytest.mark.parametrize("name", ["rows.csv", "rows.json", "rows.xlsx", "rows.parquet", "rows.dat", "rows"])
def test_a_file_is_read_by_its_content_whatever_its_name(read, make, file_type, name):
    table = read(make.files[file_type], name)
    assert (table.file_type, table.columns) == (file_type, ("question", "answer"))
    assert make.cells(table) == make.rows


def test_a_name_that_says_something_else_is_noted(read, make):
    table = read(make.files["parquet"], "rows.csv")
    assert [note.check for note in table.notes] == ["file_type"]
    assert "ends in .csv" in table.notes[0].message
    assert read(make.files["csv"], "rows.csv").notes == ()
    assert read(make.files["tsv"], "rows.csv").notes == ()


def test_every_reader_says_what_it_is():
    for name, reader in READERS.items():
        assert reader.TITLE
        assert reader.ENDINGS
        assert reader.FILE_TYPES, name


ATOMS = [b'{"a":', b'"b"', b"}", b"[", b"]", b"\n", b",", b";", b'"', b"a,b\n", b"\0", b"\xff\xfe", b"1e999"]
ATOMS += [b"# x\n", b"'", b"\\", b"sep=;\n", b"q;a\n", b"\n\n", b"//", b"%PDF-", b"\x1f\x8b\x08\0"]
ATOMS += [b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{}", b"null", b"\xc3", b"\\ud800"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200) | st.lists(st.sampled_from(ATOMS), max_size=30).map(b"".join),
    name=st.sampled_from(
        ["x.csv", "x.json", "x.jsonl", "x.parquet", "x.xlsx", "x.txt", "x.md", "x.pdf", "x"]
    ),
)
def test_no_content_ever_raises_anything_but_a_studio_error(read, content, name):
    with contextlib.suppress(StudioError):
        list(read(content, name).rows)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    file_type=st.sampled_from(
        ["csv", "tsv", "json", "jsonl", "parquet", "excel", "gzip", "zip", "docx", "pdf"]
    ),
    name=st.sampled_from(["rows", "rows.csv", "rows.txt", "rows.pdf", "rows.json"]),
    damage=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=8),
    keep=st.floats(0.05, 1),
)
def test_damaged_files_never_raise_anything_but_a_studio_error(read, make, file_type, name, damage, keep):
    content = bytearray(make.files[file_type])
    for place, byte in damage:
        content[int(place * len(content))] = byte
    with contextlib.suppress(StudioError):
        list(read(bytes(content[: int(keep * len(content))]), name).rows)


def test_a_file_over_two_gigabytes_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        os.truncate(file.fileno(), LARGEST_FILE_BYTES + 1)
    with pytest.raises(Refused, match=r"The file has 2.1 GB; files up to 2.1 GB are read"):
        read_table(path, "large.csv")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(Refused, match="no file"):
        read_table(tmp_path / "none", "none.csv")
    with pytest.raises(Refused, match="is a folder"):
        read_table(tmp_path, "folder")
