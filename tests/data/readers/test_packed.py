"""gzip and zip with one table are read without a trace; traps, links and unsafe names are refused."""

import gzip
import io
import stat
import tarfile
import zipfile

import pytest

from studio.core.errors import Refused

TABLE = "question,answer\na?,b\n"


@pytest.fixture
def folder(tmp_path):
    yield tmp_path
    assert [path.name for path in tmp_path.iterdir()] == ["upload"], "the unpacked copy stayed behind"


@pytest.mark.parametrize("file_type", ["csv", "tsv", "json", "jsonl", "parquet", "excel"])
@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_one_packed_table_is_read_as_what_it_holds(read, make, folder, file_type, packing):
    content = make.files[file_type]
    packed = gzip.compress(content) if packing == "gzip" else make.zip({"a/rows.csv": content})
    table = read(packed, "rows.csv.gz" if packing == "gzip" else "rows.zip")
    assert table.file_type == file_type
    assert make.cells(table) == make.rows
    del table


def test_the_copy_goes_when_the_rows_are_dropped_or_broken(read, make, folder):
    table = read(make.files["zip"], "rows.zip")
    assert len(list(folder.iterdir())) == 2
    next(table.rows)
    del table
    rows = ",".join(f'{{"q": "{number}"}}' for number in range(1200))
    broken = read(gzip.compress(f"[{rows}, x]".encode()), "rows.json.gz")
    with pytest.raises(Refused, match="line 1"):
        list(broken.rows)


def test_what_systems_add_and_notes_beside_the_table_do_not_count(read, make, folder):
    members = {"rows.csv": TABLE, "__MACOSX/._rows.csv": "x", "README.md": "About."}
    table = read(make.zip(members), "rows.zip")
    assert [note.check for note in table.notes] == ["packed"]
    assert "README.md not" in table.notes[0].message
    assert make.cells(table) == [{"question": "a?", "answer": "b"}]


def link() -> bytes:
    member = zipfile.ZipInfo("rows.csv")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    return file.getvalue()


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo("rows.csv")
        member.size = len(TABLE)
        archive.addfile(member, io.BytesIO(TABLE.encode()))
    return file.getvalue()


def locked(make) -> bytes:
    content = bytearray(make.files["zip"])
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return bytes(content)


def damaged(make) -> bytes:
    content = bytearray(make.files["zip"])
    content[45] ^= 0xFF
    return bytes(content)


def damaged_lzma() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("rows.csv", TABLE * 20)
    content = bytearray(file.getvalue())
    content[30 + len("rows.csv") + 9 : 30 + len("rows.csv") + 30] = b"\xff" * 21  # behind its properties
    return bytes(content)


def nameless(make) -> bytes:
    content = bytearray(make.files["zip"])
    at = content.index(b"PK\x01\x02")
    content[at + 28 : at + 30] = b"\0\0"
    return bytes(content)


REFUSED = {
    "two tables": (lambda make: make.zip({"a.csv": TABLE, "b.csv": TABLE}), "holds 2 tables: a.csv, b.csv"),
    "no table": (lambda make: make.zip({"a.md": "x", "b.md": "y"}), "2 files and no table"),
    "link": (lambda make: link(), "holds a link"),
    "way out": (lambda make: make.zip({"../rows.csv": TABLE}), "unsafe name"),
    "root": (lambda make: make.zip({"/rows.csv": TABLE}), "unsafe name"),
    "drive": (lambda make: make.zip({"C:\\rows.csv": TABLE}), "unsafe name"),
    "program inside": (lambda make: make.zip({"rows.csv": TABLE, "run.exe": "x"}), "programs"),
    "password": (locked, "protected by a password"),
    "damaged zip": (damaged, "zip archive is damaged"),
    "damaged lzma": (lambda make: damaged_lzma(), "zip archive is damaged"),
    "nameless": (nameless, "damaged"),
    "half a gzip": (lambda make: gzip.compress(TABLE.encode() * 9)[:-9], "gzip file is damaged"),
    "gzip trap": (lambda make: gzip.compress(b"a,b\n" + b"1,2\n" * 1_000_000), "more than 100 times"),
    "zip trap": (lambda make: make.zip({"rows.csv": b"a,b\n" * 1_000_000}), "more than 100 times"),
    "workbook trap": (
        lambda make: make.zip({"xl/workbook.xml": "<x/>", "xl/worksheets/sheet1.xml": b" " * 1_000_000}),
        "more than 100 times",
    ),
    "document trap": (lambda make: make.docx("<w:p/>" + " " * 1_000_000), "more than 100 times"),
    "gzip in gzip": (lambda make: gzip.compress(gzip.compress(TABLE.encode())), "packed twice"),
    "zip in zip": (lambda make: make.zip({"in.zip": make.files["zip"]}), "packed twice"),
    "tar in gzip": (lambda make: tar(), "tar archive"),
    "nothing in gzip": (lambda make: gzip.compress(b""), "The file is empty"),
    "page in zip": (lambda make: make.zip({"rows.csv": "<html>404</html>"}), "web page"),
    "slides": (lambda make: make.zip({"ppt/presentation.xml": "<x/>"}), "PowerPoint"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_archives_are_refused_and_leave_nothing_behind(read, make, folder, case):
    build, sentence = REFUSED[case]
    with pytest.raises(Refused) as caught:
        read(build(make), "rows.zip")
    assert sentence in caught.value.message
    assert caught.value.hint
