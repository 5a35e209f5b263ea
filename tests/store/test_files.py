"""Whole files and folders: the old content or the new, whatever fails at whichever point."""

import errno
import json
import os
from collections.abc import Callable
from operator import itemgetter

import pytest

from studio.core.errors import StudioError
from studio.store.files import (
    damaged,
    new_id,
    read_as,
    read_json,
    remove_folder,
    seal,
    staged_folder,
    sweep,
    write_json,
)

OLD, NEW = {"version": 1, "value": "old"}, {"version": 1, "value": "new"}
MOST_CALLS = 40


class FailsAt:
    """Lets the n-th call of a system function fail as a full or broken disk does."""

    def __init__(self, real: Callable, number: int) -> None:
        self._real, self._left, self.failed = real, number, False

    def __call__(self, *arguments, **named):
        self._left -= 1
        if self._left == 0:
            self.failed = True
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._real(*arguments, **named)


def each_failure(monkeypatch, name: str, work: Callable[[], None], check: Callable[[], None]) -> int:
    """Let call 1, 2, 3... of `os.<name>` fail until `work` gets through; `check` after each failure."""
    real = getattr(os, name)
    for number in range(1, MOST_CALLS):
        failing = FailsAt(real, number)
        monkeypatch.setattr(os, name, failing)
        try:
            work()
        except (OSError, StudioError):
            assert failing.failed
            monkeypatch.setattr(os, name, real)
            check()
            continue
        monkeypatch.setattr(os, name, real)
        assert not failing.failed, "an error was swallowed"
        return number - 1
    raise AssertionError("it never got through")


def test_an_id_is_eighty_random_bits_and_safe_as_a_file_name():
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(name) == 16 and name.isalnum() and name == name.lower() for name in ids)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_json_file_is_the_old_or_the_new_one_whichever_call_fails(tmp_path, monkeypatch, call):
    path = tmp_path / "file.json"
    write_json(path, OLD)
    failures = each_failure(
        monkeypatch, call, lambda: write_json(path, NEW), lambda: check_whole(path, {"old", "new"})
    )
    assert failures >= 1
    assert read_json(path) == NEW
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.json"]


def check_whole(path, values):
    assert read_json(path)["value"] in values


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_folder_appears_whole_or_not_at_all_whichever_call_fails(tmp_path, monkeypatch, call):
    target = tmp_path / "folder"

    def work():
        with staged_folder(target) as staged:
            (staged / "inner").mkdir()
            (staged / "inner" / "file").write_bytes(b"content")

    def check():
        # The last fsync comes after the rename: then the folder is there, and whole.
        assert not target.exists() or (target / "inner" / "file").read_bytes() == b"content"
        assert not list(tmp_path.glob(".staging-*"))

    assert each_failure(monkeypatch, call, work, check) >= 1
    assert (target / "inner" / "file").read_bytes() == b"content"


def test_a_block_that_fails_leaves_the_earlier_folder_as_it_was(tmp_path):
    target = tmp_path / "folder"
    with staged_folder(target) as staged:
        (staged / "file").write_text("earlier")
    with pytest.raises(FileNotFoundError), staged_folder(target) as staged:
        (staged / "no such folder" / "file").write_text("later")
    assert (target / "file").read_text() == "earlier"
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_flipped_byte_a_cut_and_a_missing_file_are_noticed(tmp_path):
    for name in ("sound", "flipped", "cut", "missing"):
        (tmp_path / name).write_bytes(b"0123456789")
    files = seal(tmp_path)
    assert damaged(tmp_path, files) == ()
    (tmp_path / "flipped").write_bytes(b"0123456788")
    (tmp_path / "cut").write_bytes(b"01234")
    (tmp_path / "missing").unlink()
    assert damaged(tmp_path, files) == ("cut", "flipped", "missing")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"version": 2}', b'{"a": 1}', b"\xff\xfe"])
def test_a_damaged_or_newer_json_file_is_named_in_the_error(tmp_path, content):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(StudioError, match=r"file\.json"):
        read_json(path)


def test_the_next_step_of_a_damaged_file_is_the_callers(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(b"{")
    with pytest.raises(StudioError, match="damaged") as told:
        read_json(path, hint="Do this.")
    assert told.value.hint == "Do this."
    with pytest.raises(StudioError, match=r"Restore it .* or delete it\.$"):
        read_json(path)


def test_a_file_of_the_wrong_shape_is_damaged_and_one_that_is_missing_is_named(tmp_path):
    path = tmp_path / "folder" / "file.json"
    with pytest.raises(FileNotFoundError):
        read_as(itemgetter("a"), path, hint="Do this.")
    path.parent.mkdir()
    with pytest.raises(StudioError, match=r"file\.json is missing"):
        read_as(itemgetter("a"), path, hint="Do this.")
    path.write_text('{"version": 1}')
    with pytest.raises(StudioError, match=r"file\.json is damaged: 'a'\. Do this"):
        read_as(itemgetter("a"), path, hint="Do this.")
    path.write_text('{"version": 1, "a": 3}')
    assert read_as(itemgetter("a"), path, hint="Do this.") == 3


def test_a_value_that_is_no_number_is_never_written(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "file.json", {"version": 1, "loss": float("nan")})
    assert not list(tmp_path.iterdir())


def test_what_a_crash_left_is_swept_and_nothing_else(tmp_path):
    (tmp_path / ".staging-a").mkdir()
    (tmp_path / ".deleted-b").mkdir()
    (tmp_path / ".staging-c").write_text("file")
    (tmp_path / "kept").mkdir()
    sweep(tmp_path, older_than_seconds=3600)
    assert len(list(tmp_path.iterdir())) == 4
    sweep(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]


def test_a_removed_folder_is_gone_with_all_in_it(tmp_path):
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "inner" / "file").write_text(json.dumps(NEW))
    remove_folder(tmp_path / "folder")
    assert not list(tmp_path.iterdir())
