"""What goes wrong in the work ends in a named state: it stands in no queue any more, and blames no other."""

import errno
import threading

import pytest

from studio.core.events import RunStopped
from studio.services.studio import Studio
from studio.services.views import Duty
from studio.store.home import Home
from tests.services.conftest import ended, job_ended, planned, wait_for
from tests.services.test_worker import WORKS


def test_a_job_that_cannot_even_begin_has_failed_and_holds_nobody_up(closed, table, tiny_model_folder, home):
    config = planned(closed, table, tiny_model_folder)
    run, other = closed.start(config, "first"), closed.start(config, "second")
    folder, behind = (closed._home.runs.folder(each) for each in (run, other))
    for each in (folder, behind):
        each.append(RunStopped(0, 0, 0.0, 0))
    job = folder.requests.add("export of-a-later-studio")
    studio = Studio(home)
    studio.open(WORKS)
    try:
        assert job_ended(studio, run, job) == "failed"
        (view,) = studio.run(run).jobs
        assert "of-a-later-studio" in view.message
        written = folder.events_bytes()
        assert job_ended(studio, other, behind.requests.add("export of-a-later-studio")) == "failed"
        assert folder.events_bytes() == written, "it is tried again and again"
        assert folder.requests.all() == ()
    finally:
        studio.close()


@pytest.mark.parametrize("what", ["the exam that follows", "the word that nothing is done now"])
def test_a_run_that_finished_stays_so_where_the_disk_is_full_a_moment_later(
    home, table, tiny_model_folder, monkeypatch, what
):
    finished = threading.Event()

    def full(*_: object, **__: object) -> None:
        finished.set()
        raise OSError(errno.ENOSPC, "No space left on device")

    tell = Home.tell
    if what == "the exam that follows":
        monkeypatch.setattr("studio.store.requests.write_json", full)
    else:
        doing = {"Begun": False}

        def tell_at_first(self: Home, run: str, said: str) -> None:
            doing["Begun"] |= bool(run)
            return full() if doing["Begun"] and not run else tell(self, run, said)

        monkeypatch.setattr(Home, "tell", tell_at_first)
    studio = Studio(home)
    studio.open(Duty(quiet_seconds=0.0))
    try:
        run = studio.start(planned(studio, table, tiny_model_folder))
        assert finished.wait(60)
        wait_for(lambda: studio._worker._active is None)
        view = studio.run(run)
        assert view.status == "finished"
        assert any("exam after training" in warning for warning in view.warnings) == ("exam" in what)
    finally:
        studio.close()


def test_a_damaged_request_of_a_run_that_waits_is_not_the_fault_of_the_one_that_works(
    studio, table, tiny_model_folder
):
    config = planned(studio, table, tiny_model_folder, steps=4000)
    works, waits = studio.start(config, "works"), studio.start(config, "waits")
    wait_for(lambda: studio.run(works).step >= 1)
    folder = studio._home.runs.folder(waits)
    folder.requests.ask_stop()
    (folder.path / "requests" / "stop-run.json").write_text("{")
    wait_for(lambda: "stop-run.json" in studio.worker().message)
    assert studio.run(works).status == "running"
    folder.requests.ask_stop()
    wait_for(lambda: studio.run(waits).status == "stopped")
    assert studio.run(works).status == "running"
    studio.stop(works)
    assert ended(studio, works) == "stopped"
