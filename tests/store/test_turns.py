"""Whoever writes a file has it alone; whose turn never comes is told so."""

import threading

import pytest

from studio.store import turns
from studio.store.turns import turn_to_write


def test_writers_of_one_file_never_have_it_at_the_same_time(tmp_path):
    path, inside, most = tmp_path / "lines.jsonl", [], []

    def write():
        for _ in range(50):
            with turn_to_write(path):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (len(most), max(most)) == (200, 1)


def test_a_turn_that_does_not_come_is_an_error_of_the_disk_and_the_next_one_is_free_again(
    tmp_path, monkeypatch
):
    path = tmp_path / "lines.jsonl"
    monkeypatch.setattr(turns, "_PATIENCE_SECONDS", 0.0)
    with turn_to_write(path), pytest.raises(OSError, match="to itself for too long"), turn_to_write(path):
        pass
    with turn_to_write(path):
        assert path.with_suffix(".lock").exists()
