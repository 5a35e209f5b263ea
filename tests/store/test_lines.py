"""Lines that are kept for later: whole ones are found again, torn ones are cut off, others' are forgotten."""

import pytest

from studio.core.errors import StudioError
from studio.store.lines import KeptLines


def test_lines_are_found_again_under_their_key_in_their_order(tmp_path):
    kept = KeptLines(tmp_path / "work.jsonl")
    assert kept.begin("exam 1") == []
    for number in (0.1 + 0.2, 2, "zwölf\n"):
        kept.append({"value": number})
    again = KeptLines(tmp_path / "work.jsonl").begin("exam 1")
    assert [line["value"] for line in again] == [0.1 + 0.2, 2, "zwölf\n"]


def test_lines_of_another_key_are_forgotten(tmp_path):
    kept = KeptLines(tmp_path / "work.jsonl")
    kept.begin("exam 1")
    kept.append({"value": 1})
    assert kept.begin("exam 2") == []
    assert kept.begin("exam 1") == []


@pytest.mark.parametrize("end", [b'{"value": 2', b'{"val\x00\x00\x00\n', b"\x00" * 40, b'17\n{"value": 3}\n'])
def test_what_a_crash_tore_is_cut_off_and_written_anew(tmp_path, end):
    path = tmp_path / "work.jsonl"
    kept = KeptLines(path)
    kept.begin("exam")
    kept.append({"value": 1})
    with path.open("ab") as file:
        file.write(end)
    assert KeptLines(path).begin("exam") == [{"value": 1}]
    kept.append({"value": 2})
    assert KeptLines(path).begin("exam") == [{"value": 1}, {"value": 2}]


def test_what_is_no_number_is_not_kept(tmp_path):
    kept = KeptLines(tmp_path / "work.jsonl")
    kept.begin("exam")
    with pytest.raises(ValueError, match="not JSON compliant"):
        kept.append({"value": float("nan")})
    assert kept.begin("exam") == []


def test_a_folder_that_cannot_be_written_is_told_plainly(tmp_path):
    with pytest.raises(StudioError, match="What was done so far could not be written"):
        KeptLines(tmp_path / "gone" / "work.jsonl").begin("exam")


def test_work_that_is_done_leaves_nothing(tmp_path):
    kept = KeptLines(tmp_path / "work.jsonl")
    kept.begin("exam")
    kept.discard()
    kept.discard()
    assert list(tmp_path.iterdir()) == []


def test_lines_that_are_put_by_are_where_a_larger_piece_of_work_begins(tmp_path):
    kept = KeptLines(tmp_path / "work.jsonl")
    kept.begin("exam")
    kept.append({"value": 1})
    kept.put_by(tmp_path / "done.jsonl")
    assert kept.begin("exam") == [], "the next one begins anew"
    kept.discard()
    kept.take_up(tmp_path / "done.jsonl")
    assert kept.begin("exam") == [{"value": 1}]
    kept.append({"value": 2})
    kept.take_up(tmp_path / "done.jsonl")
    assert kept.begin("exam") == [{"value": 1}, {"value": 2}], "unfinished work is not lost"


def test_nothing_is_taken_up_where_nothing_was_put_by(tmp_path):
    kept = KeptLines(tmp_path / "work.jsonl")
    kept.take_up(tmp_path / "done.jsonl")
    assert kept.begin("exam") == []
