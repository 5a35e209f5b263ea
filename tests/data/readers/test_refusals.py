"""What is no table is refused in one sentence with the next step, whatever its name says."""

import bz2
import io
import lzma
import pickle
import zipfile

import pytest

from studio.core.errors import Refused


def zipped(member: str = "", content: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        if member:
            archive.writestr(member, content)
    return file.getvalue()


REFUSED = {
    "empty": (b"", "The file is empty."),
    "header only": (b"question,answer\n", "has a header and no rows"),
    "header only, no line end": (b"question,answer", "has a header and no rows"),
    "empty lines": (b"\n\n\r\n", "nothing but empty lines"),
    "random bytes": (bytes(range(256)) * 40, "not text"),
    "zeros": (b"\0" * 5000, "not text"),
    "bytes that could be rare letters of UTF-32": (b"\0\1\2\xff" * 900, "not text"),
    "pdf": (b"%PDF-1.7\n...", "a PDF document"),
    "png": (b"\x89PNG\r\n\x1a\n....", "a picture"),
    "jpeg": (b"\xff\xd8\xff\xe0....", "a picture"),
    "sqlite": (b"SQLite format 3\x00...", "SQLite"),
    "pickle": (pickle.dumps([{"q": "1"}]), "pickle"),
    "numpy": (b"\x93NUMPY\x01\x00", "NumPy"),
    "program": (b"MZ\x90\x00\x03\x00", "a program"),
    "script": (b"#!/bin/sh\necho a,b\n", "a script"),
    "web page": (b"  <!DOCTYPE html>\n<html><body>404</body></html>", "web page"),
    "web page in capitals": (b"<HTML><HEAD></HEAD>", "web page"),
    "xml of a store": (b'<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>', "web page or XML"),
    "error of an api": (b'{"error": "Repository not found"}', "answered in place of a file: “Repository"),
    "error with an address": (b'{"message": "Not Found", "documentation_url": "https://a.b"}', "“Not Found”"),
    "tar": (b"rows.csv".ljust(257, b"\0") + b"ustar\x0000" + b"\0" * 300, "tar archive"),
    "7-zip": (b"7z\xbc\xaf\x27\x1c" + b"\0" * 60, "packed with 7-Zip"),
    "rar": (b"Rar!\x1a\x07\x01\0" + b"\0" * 60, "packed with RAR"),
    "bzip2": (bz2.compress(b"question,answer\na,b\n"), "packed with bzip2"),
    "xz": (lzma.compress(b"question,answer\na,b\n"), "packed with xz"),
    "zstd": (b"\x28\xb5\x2f\xfd" + b"\0" * 60, "packed with zstd"),
    "gif": (b"GIF89a" + b"\0" * 60, "a picture"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "web page or XML"),
    "elf": (b"\x7fELF\x02\x01\x01" + b"\0" * 60, "a program"),
    "git lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "Git LFS pointer"),
    "gzip": (b"\x1f\x8b\x08\x00...", "gzip file is damaged"),
    "zip of nothing": (zipped(), "The archive is empty"),
    "word": (zipped("word/document.xml", "x"), "Word document"),
    "torch": (zipped("archive/data.pkl", "x"), "pickled model"),
    "damaged zip": (zipped("xl/workbook.xml", "<x/>")[:60], "damaged"),
    "damaged parquet": (b"PAR1\x15\x04\x15", "damaged"),
    "damaged workbook": (zipped("xl/workbook.xml", "<x"), "damaged"),
    "two columns of one name": (b"a,b,a\n1,2,3\n", "Two columns are named “a”"),
    "unclosed quote": (b'q,a\n1,2\n3,"open\n4,5\n', "opened in line 3"),
    "unclosed quote in the header": (b'q,"a\n1,2\n3,4\n', "opened in line 1"),
    "unclosed quote in the middle": (
        b"q,a\n" + b"1,2\n" * 20 + b'3,"open\n' + b"4,5\n" * 20,
        "opened in line 22",
    ),
    "broken json": (b'[\n {"q": "1"},\n {"q": 2 x}\n]', "line 3, column 10"),
    "half a json": (b'[{"q": "1"}, {"q": ', "line 1"),
    "json number": (b"[1, 2, 3]", "No row of the file can be read"),
    "json list, empty": (b"[]", "no rows"),
    "unequal columns": (b'{"q": ["1", "2"], "a": ["1"]}', "not equally long"),
    "two tables": (b'{"train": [{"q": "1"}], "test": [{"q": "2"}]}', "several tables"),
    "comment above json": (b'// hi\n[{"q": "1"}]', "a comment stands there"),
    "comment in json": (b'[{"q": "1"},\n # no\n {"q": "2"}]', "line 2, column 2: a comment"),
    "single quotes": (b"[{'q': '1'}]", "column 3: single quotes"),
    "trailing comma in a list": (b'[{"q": "1"},\n]', "line 2, column 1: a comma has nothing behind it"),
    "trailing comma in an object": (b'[{"q": "1",}]', "column 12: a comma has nothing behind it"),
    "commas between lines": (b'{"q": "1"},\n{"q": "2"},\n', "a comma stands where a value belongs"),
    "something behind json": (b'[{"q": "1"}] x', "something stands behind the end"),
    "deep": (b'[{"q": ' + b"[" * 63 + b"]" * 63 + b"}]", "more than 64"),
    "a key of the file twice": (b'{"d": [{"q": "1"}], "d": [{"q": "2"}]}', "“d” stands in the file twice"),
    "other labels": (b'{"q": {"0": "a", "1": "b"}, "a": {"0": "c", "2": "d"}}', "do not name the same rows"),
    "bmp": (b"BM\x00\x00", "a picture"),
    "old pickle": (pickle.dumps([{"q": "1"}], 0), "pickle"),
    "feather": (b"ARROW1\x00\x00", "Feather"),
    "older word": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"),
        "older kind",
    ),
    "piece of a page": (b"<div>Error 500</div>", "web page"),
    "nested": (b"[" * 100_000, "nested too deeply"),
    "all lines broken": (b'{"q": \n{"a": 1\n', "broken"),
    "broken marked text": (b"\xef\xbb\xbfq,a\n\xff\xff,1\n", "broken near byte"),
    "too many columns": ((",".join(map(str, range(1001))) + "\n").encode(), "1,001 columns"),
    "locked excel": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "password",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("name", ["rows.csv", "rows"])
def test_what_is_no_table_is_refused_in_one_sentence_with_the_next_step(read, case, name):
    content, sentence = REFUSED[case]
    with pytest.raises(Refused) as caught:
        list(read(content, name).rows)
    assert sentence in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "name",
    [
        "m.bin",
        "m.pt",
        "m.PKL",
        "m.npy",
        "m.joblib",
        "run.exe",
        "run.py",
        "run.sh",
        "run.js",
        "run.ipynb",
        "run.R",
        "run.lua",
        "run.hta",
        "run.mjs",
        "m.dill",
    ],
)
def test_pickles_and_programs_are_refused_by_their_ending_too(read, make, name):
    with pytest.raises(Refused, match="Files ending in"):
        read(make.files["csv"], name)


def test_a_row_about_an_error_is_a_row(read, make):
    rows = '{"error": "E1", "question": "What is it?"}\n'
    assert make.cells(read(rows, "rows.jsonl")) == [{"error": "E1", "question": "What is it?"}]
    assert len(make.cells(read('{"message": "hi"}\n{"message": "ho"}\n', "rows.jsonl"))) == 2


def test_words_that_only_look_like_signatures_are_read(read, make):
    for header in ("MZ,a", "PK,a", "ID3,a", "RIFF,a"):
        assert len(make.cells(read(f"{header}\n1,2\n", "rows.csv"))) == 1
