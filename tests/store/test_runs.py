"""Run folders: events are appended whole, torn tails are left or cut, ids cannot lead elsewhere."""

import json
import os
import resource
import subprocess
import sys
import threading

import pytest

from studio.core.config import RunConfig
from studio.core.errors import Refused, StudioError
from studio.core.events import JobProgressed, RunFailed, RunQueued, StepLogged, Warned
from studio.store.runs import RunFolder, RunMeta, Runs

STEP = StepLogged(1, 2.5, 10, 20, 0.1, 1.0, 0.5, 100)
LINES = 400
HAMMER = """
import sys
from pathlib import Path
from studio.core.events import JobProgressed
from studio.store.runs import RunFolder
folder = RunFolder(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    folder.append(JobProgressed(sys.argv[2], number, 1, "x" * (number % 300)))
"""


@pytest.fixture
def records(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_text('{"row":1}\n')
    return path


@pytest.fixture
def runs(tmp_path):
    (tmp_path / "runs").mkdir()
    return Runs(tmp_path / "runs")


def create(runs, records, name="a run"):
    meta = RunMeta(name, "", 1_790_000_000.0, "data", "hash")
    return runs.create(RunConfig("data", "version"), meta, records=records, environment={})


@pytest.fixture
def run(runs, records):
    return create(runs, records)


def test_a_new_run_waits_and_holds_its_own_copy_of_the_records(run, records):
    assert [recorded.event for recorded in run.read()[0]] == [RunQueued()]
    records.write_text("changed")
    assert run.records_file.read_text() == '{"row":1}\n'
    assert run.config() == RunConfig("data", "version")


def test_a_reader_goes_on_from_its_offset(run):
    _, offset = run.read()
    assert run.read(offset) == ([], offset)
    run.append(STEP)
    events, later = run.read(offset)
    assert [recorded.event for recorded in events] == [STEP]
    assert later == run.events_file.stat().st_size


def test_a_torn_last_line_is_left_for_the_next_read_and_cut_off_by_the_next_write(run):
    whole, offset = run.read()
    with run.events_file.open("ab") as file:
        file.write(b'{"version":1,"event":"StepLo')
    assert run.read() == (whole, offset)
    run.append(STEP)
    assert [recorded.event for recorded in run.read(offset)[0]] == [STEP]


def test_two_processes_and_two_threads_that_write_at_once_lose_no_line(run):
    processes = [
        subprocess.Popen([sys.executable, "-c", HAMMER, str(run.path), name, str(LINES)]) for name in "ab"
    ]

    def hammer(name):
        for number in range(LINES):
            RunFolder(run.path).append(JobProgressed(name, number, 1, "y" * (number % 300)))

    threads = [threading.Thread(target=hammer, args=(name,)) for name in "cd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait() for process in processes] == [0, 0]
    events = [recorded.event for recorded in run.read()[0]][1:]
    for name in "abcd":
        assert [event.done for event in events if event.job == name] == list(range(LINES))


def test_nothing_is_said_between_the_question_and_the_line(run):
    assert not run.append(STEP, provided=lambda: False)
    assert [recorded.event for recorded in run.read()[0]] == [RunQueued()]

    def nothing_else() -> bool:
        late.start()
        late.join(timeout=0.2)
        return late.is_alive()

    late = threading.Thread(target=run.append, args=(RunFailed("why", "next"),))
    assert run.append(STEP, provided=nothing_else)
    late.join()
    assert [recorded.event for recorded in run.read()[0]] == [RunQueued(), STEP, RunFailed("why", "next")]


@pytest.mark.parametrize("kept", range(0, 40, 7))
def test_whatever_a_crash_tears_off_the_events_before_it_are_read(run, kept):
    run.append(STEP)
    content = run.events_file.read_bytes()
    first = content.index(b"\n") + 1
    run.events_file.write_bytes(content[: first + kept])
    assert [recorded.event for recorded in run.read()[0]] == [RunQueued()]


def test_a_flipped_byte_in_a_line_is_a_warning_in_its_place(run):
    run.append(STEP)
    run.append(RunFailed("why", "next"))
    content = bytearray(run.events_file.read_bytes())
    content[content.index(b"StepLogged")] ^= 1
    run.events_file.write_bytes(bytes(content))
    queued, damaged, failed = (recorded.event for recorded in run.read()[0])
    assert (queued, failed) == (RunQueued(), RunFailed("why", "next"))
    assert isinstance(damaged, Warned)
    assert "damaged" in damaged.message


def test_a_disk_that_fills_up_in_a_line_leaves_the_file_as_it_was(run):
    before = run.events_file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, limits[1]))
    try:
        with pytest.raises(OSError, match=r"were written|too large"):
            run.append(STEP)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert run.events_file.read_bytes() == before
    run.append(STEP)
    assert run.read()[0][-1].event == STEP


def test_an_event_that_cannot_be_synced_is_not_there(run, monkeypatch):
    def broken(descriptor):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        run.append(RunFailed("why", "next"))
    assert [recorded.event for recorded in run.read()[0]] == [RunQueued()]


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc", "20261123-000000-", "a/b", "20261123-000000-AAAAAAAAAAAAAAAA"]
)
def test_an_id_that_was_never_made_is_refused(runs, name):
    with pytest.raises(Refused, match="There is no run"):
        runs.folder(name)


def test_a_run_is_found_by_the_beginning_of_either_half_of_its_id(runs, run):
    assert runs.matching(run.id[:10]) == (run.id,)
    assert runs.matching(run.id[16:21]) == (run.id,)
    assert runs.matching("") == ()


def test_a_deleted_run_is_gone(runs, run):
    runs.delete(run.id)
    assert runs.all() == ()
    assert list(runs.path.iterdir()) == []


def test_a_disk_without_room_is_one_plain_sentence_and_leaves_nothing(runs, records, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StudioError, match=r"could not be written: No space left on device\. Free"):
        create(runs, records)
    assert list(runs.path.iterdir()) == []


def test_every_json_file_of_a_run_carries_its_version(run):
    for path in run.path.glob("*.json"):
        assert json.loads(path.read_text())["version"] == 1
