"""One worker holds a home; readers never disturb it; who died is not taken for alive."""

import os
import subprocess
import sys
import threading

import pytest

from studio.core.errors import StudioError
from studio.store.home import Home
from studio.store.incoming import Arrival

HOLD = """
import sys
from pathlib import Path
from studio.store.home import Home
home = Home(Path(sys.argv[1]))
print(home.take(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process that holds the home until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "home")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    process.worker = process.stdout.readline().strip()
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def test_one_holds_the_home_and_everybody_sees_who(home):
    assert home.holder() is None
    worker = home.take()
    second = Home(home.path)
    assert second.take() is None
    assert second.live_worker() == home.live_worker() == worker
    home.release()
    assert second.live_worker() is None
    assert second.take() not in (None, worker)
    second.release()


def test_another_process_holds_it_until_it_is_killed(home, other):
    assert home.take() is None
    assert home.holder().process == other.pid
    assert home.live_worker() == other.worker
    other.kill()
    other.wait()
    assert home.live_worker() is None
    assert home.take() is not None
    home.release()


def test_the_dead_worker_is_never_taken_for_the_one_that_comes_after(home, other, monkeypatch):
    dead = other.worker
    other.kill()
    other.wait()
    seen = []
    real = Home.tell

    def look_first(self, run, doing):
        # The lock has changed hands and holder.json still names the dead one.
        seen.append(Home(home.path).live_worker())
        real(self, run, doing)

    monkeypatch.setattr(Home, "tell", look_first)
    assert home.take() != dead
    assert seen == [None]
    home.release()


def test_readers_that_look_all_the_time_never_keep_the_worker_out(home):
    done = threading.Event()

    def look():
        while not done.is_set():
            Home(home.path).live_worker()

    readers = [threading.Thread(target=look) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(20):
            assert home.take() is not None
            home.release()
    finally:
        done.set()
        for reader in readers:
            reader.join()


def test_what_the_worker_does_is_told_to_other_processes(home):
    home.take()
    home.tell("a run", "The model is being loaded.")
    holder = Home(home.path).holder()
    assert (holder.active, holder.doing) == ("a run", "The model is being loaded.")
    home.release()


def test_what_a_killed_process_left_half_made_is_swept(home):
    left = home.path / "runs" / ".staging-aaaa"
    left.mkdir()
    home.take()
    assert left.exists(), "another process may still be writing it"
    home.release()


def test_what_reading_and_copying_left_is_swept_a_day_later_unless_it_is_in_use(home):
    version = home.datasets.path / ("a" * 16) / "versions" / ("0" * 12)
    version.mkdir(parents=True)
    (version / "source").write_bytes(b"rows")
    half_copied, held, whole, young = (home.incoming.create() for _ in range(4))
    whole.bring(version / "source", Arrival("rows.csv", "rows"))
    for folder in (half_copied, whole):
        folder.leave()
    left = [version / ".reading-copy", version.parent / ".staging-aaaa", half_copied.path]
    kept = [version / "source", held.path, whole.path]
    left[0].write_bytes(b"unpacked")
    left[1].mkdir()
    for path in (*left, *kept):
        os.utime(path, (0, 0))
    just_written = version / ".reading-now"
    just_written.write_bytes(b"unpacked")
    home.take()
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in (*kept, just_written, young.path))
    home.release()


def test_a_home_that_cannot_be_made_is_one_plain_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudioError, match=r"home folder .* cannot be made"):
        Home(tmp_path / "file")


def test_a_home_that_cannot_be_written_is_one_plain_sentence(home, monkeypatch):
    def full(path, document):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("studio.store.home.write_json", full)
    with pytest.raises(StudioError, match=r"cannot be written: Read-only file system\."):
        home.take()
    monkeypatch.undo()
    assert home.live_worker() is None
    assert home.take() is not None
    home.release()


@pytest.mark.parametrize(
    "content", ["", "{", "3", '{"version": 1}', '{"version": 1, "worker": "", "process": 1}']
)
def test_what_holder_json_holds_is_for_display_and_takes_nothing_down(home, content):
    (home.path / "holder.json").write_text(content)
    assert home.holder() is None
    worker = home.take()
    (home.path / "holder.json").write_text(content)
    assert Home(home.path).live_worker() is None
    assert home.live_worker() == worker
    home.tell("", "")
    assert Home(home.path).live_worker() == worker
    home.release()


def test_a_file_on_its_way_survives_a_power_failure_before_it_is_called_whole(home, tmp_path, monkeypatch):
    upload, synced, fsync = tmp_path / "rows.csv", [], os.fsync
    upload.write_text("a,b\n1,2\n")
    folder = home.incoming.create()

    def noting(descriptor: int) -> None:
        fsync(descriptor)
        synced.append((os.fstat(descriptor).st_ino, (folder.path / "meta.json").exists()))

    monkeypatch.setattr(os, "fsync", noting)
    folder.bring(upload, Arrival("rows.csv", "rows"))
    for path in (folder.source, folder.path, home.datasets.path):
        assert (path.stat().st_ino, False) in synced
