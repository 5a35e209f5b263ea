"""A version of a data set, once written, is there whatever fails while it is read anew."""

from dataclasses import replace

import pytest

from studio.core.records import Completion, SourcedRecord
from studio.core.report import DatasetReport
from studio.store.datasets import Content, DatasetMeta, Datasets
from studio.store.files import new_id
from studio.store.records import write_records
from tests.store.test_files import each_failure

REPORT = DatasetReport("accept", "csv", "pairs", 4, 4, 0, ("q", "a"), {"input": "q", "output": "a"})
OTHER = replace(REPORT, suggested={"group": "q"})
RECORDS = tuple(SourcedRecord(row, Completion(f"question {row}", f"answer {row}")) for row in range(2, 6))


@pytest.fixture
def datasets(tmp_path):
    (tmp_path / "datasets").mkdir()
    return Datasets(tmp_path / "datasets")


@pytest.fixture
def content(tmp_path):
    def make(report):
        path = tmp_path / f"{new_id()}.jsonl"
        return Content(report, path, write_records(path, RECORDS), [{"number": 2, "cells": {"q": "q 2"}}])

    return make


@pytest.fixture
def dataset(datasets, tmp_path, content):
    upload = tmp_path / "upload.csv"
    upload.write_text("question,answer\n")
    return datasets.add(upload, DatasetMeta("sums", "sums.csv", 0.0, ""), content(REPORT))


@pytest.fixture
def again(dataset, content):
    def read(report=OTHER):
        version = dataset.meta().version
        assert dataset.add_version(dataset.source(version), content(report)) == version

    return read


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_whichever_call_fails_the_version_that_the_data_set_names_is_there(dataset, again, monkeypatch, call):
    version = dataset.meta().version

    def check():
        assert dataset.records(version) == RECORDS
        assert dataset.report(version) in (REPORT, OTHER)
        assert dataset.source(version).is_file()

    assert each_failure(monkeypatch, call, again, check) >= 1
    assert dataset.report(version) == OTHER
    assert [path.name for path in (dataset.path / "versions").iterdir()] == [version]


def test_a_record_that_was_damaged_is_mended_when_the_file_is_read_again(dataset, again):
    version = dataset.meta().version
    file = dataset.records_file(version)
    file.write_bytes(file.read_bytes().replace(b"answer 2", b"answer 9"))
    again(REPORT)
    assert dataset.records(version) == RECORDS


def test_reading_a_file_in_the_same_way_again_rewrites_nothing(dataset, again):
    folder = dataset.path / "versions" / dataset.meta().version
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    again(REPORT)
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "changes",
    [
        {"report": replace(REPORT, mapping={"input": "a", "output": "q"})},
        {"set_aside": [(6, "incomplete", "The answer is empty.")]},
        {"records_hash": "another"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_was_read_or_set_aside_otherwise_is_a_version_of_its_own(content, changes):
    first = content(REPORT)
    assert content(REPORT).version == first.version == replace(first, report=OTHER).version
    assert replace(first, **changes).version != first.version
