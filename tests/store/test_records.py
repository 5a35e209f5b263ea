"""Records come back as they were written; a changed file is noticed."""

import pytest

from studio.core.errors import StudioError
from studio.core.records import Completion, Conversation, Message, SourcedRecord
from studio.store.records import read_records, verified_records, write_records

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
