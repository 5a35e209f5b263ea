"""Records come back as they were written; a changed file is noticed."""

import hashlib
import json
from array import array
from dataclasses import replace

import pytest

from studio.core.errors import StudioError
from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.store.records import (
    ChosenRecords,
    RecordFile,
    RecordWriter,
    read_records,
    verified_records,
    write_records,
)

RECORDS = (
    SourcedRecord(2, Completion("Frage\u2028 «ü»", "Antwort\r\nzwei")),
    SourcedRecord(5, Conversation((Message("user", "a"), Message("assistant", "b")))),
    SourcedRecord(9, Completion("q", "\x85 a")),
)


def test_records_come_back_equal_whatever_line_ends_they_hold(tmp_path):
    path = tmp_path / "records.jsonl"
    write_records(path, RECORDS)
    assert read_records(path) == RECORDS
    assert read_records(path, first=1, most=1) == RECORDS[1:2]
    assert read_records(path, first=7, most=1) == ()


def test_equal_records_have_equal_hashes_and_others_do_not(tmp_path):
    path = tmp_path / "records.jsonl"
    whole = write_records(path, RECORDS)
    assert write_records(path, RECORDS) == whole
    assert write_records(path, RECORDS[:2]) != whole


def test_a_flipped_byte_is_noticed_before_anything_is_learned(tmp_path):
    path = tmp_path / "records.jsonl"
    sha256 = write_records(path, RECORDS)
    assert tuple(verified_records(path, sha256)) == RECORDS
    path.write_bytes(path.read_bytes().replace(b"Antwort", b"Antwors"))
    with pytest.raises(StudioError, match="damaged or missing"):
        verified_records(path, sha256)
    path.unlink()
    with pytest.raises(StudioError, match="damaged or missing"):
        verified_records(path, sha256)


@pytest.mark.parametrize("line", ["{", "[]", '{"row": 1}', '{"row": 1, "record": {"kind": "completion"}}'])
def test_a_torn_line_is_one_plain_sentence(tmp_path, line):
    path = tmp_path / "records.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(StudioError, match=r"records\.jsonl are damaged"):
        read_records(path)


def test_a_writer_gives_the_hash_of_what_it_wrote(tmp_path):
    with RecordWriter(tmp_path / "one.jsonl") as writer:
        for sourced in RECORDS:
            writer.append(sourced)
    assert writer.count == 3
    assert writer.close() == write_records(tmp_path / "two.jsonl", RECORDS)
    assert writer.close() == hashlib.sha256((tmp_path / "one.jsonl").read_bytes()).hexdigest()


def test_a_file_of_records_is_read_where_it_is_looked_at(tmp_path):
    path = tmp_path / "records.jsonl"
    write_records(path, RECORDS)
    file = RecordFile(path)
    assert len(file) == 3
    assert (file[0], file[-1], file[1:], file[::2]) == (RECORDS[0], RECORDS[2], RECORDS[1:], RECORDS[::2])
    assert (tuple(file), tuple(reversed(file)), file.at([2, 0])) == (
        RECORDS,
        RECORDS[::-1],
        (RECORDS[2], RECORDS[0]),
    )
    with pytest.raises(IndexError):
        file[3]


def test_chosen_records_are_those_of_their_places_and_some_can_be_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.store.records.READ_AT_ONCE", 2)
    path = tmp_path / "records.jsonl"
    write_records(path, RECORDS)
    chosen = ChosenRecords(RecordFile(path), array("Q", [2, 0, 1]))
    expected = (RECORDS[2], RECORDS[0], RECORDS[1])
    assert (len(chosen), tuple(chosen), chosen[0], chosen[1:]) == (3, expected, RECORDS[2], expected[1:])
    assert tuple(chosen.without({RECORDS[0].row})) == (RECORDS[2], RECORDS[1])
    assert chosen.without(()) is chosen


def test_the_records_that_take_the_most_bytes_are_found_without_reading_them(tmp_path):
    path = tmp_path / "records.jsonl"
    answers = ("a" * size for size in (5, 90, 7, 80, 6))
    write_records(path, [SourcedRecord(at, Completion("q", answer)) for at, answer in enumerate(answers)])
    file = RecordFile(path)
    assert (file.longest(1), file.longest(2), file.longest(9)) == ([1], [1, 3], [0, 1, 2, 3, 4])


def test_group_and_part_come_back_and_are_written_only_where_there_are_some(tmp_path):
    path = tmp_path / "records.jsonl"
    plain, sided = RECORDS[0], replace(RECORDS[0], group="ward 3", part="held_out")
    write_records(path, [plain, sided])
    assert read_records(path) == (plain, sided)
    first, second = path.read_text(encoding="utf-8").split("\n")[:2]
    assert set(json.loads(first)) == {"row", "record"}
    assert set(json.loads(second)) == {"row", "record", "group", "part"}


def test_the_hash_of_records_without_sides_is_what_it_always_was(tmp_path):
    sha256 = write_records(tmp_path / "records.jsonl", [SourcedRecord(2, Completion("q", "ä"))])
    line = '{"row":2,"record":{"kind":"completion","prompt":"q","completion":"ä"}}\n'
    assert sha256 == hashlib.sha256(line.encode()).hexdigest()


def test_a_disk_that_cannot_be_written_to_is_one_plain_sentence(tmp_path):
    with pytest.raises(StudioError, match="The rows could not be written"):
        RecordWriter(tmp_path / "nowhere" / "records.jsonl")
