"""Runs queue once each, in order; they are renamed, annotated, found and deleted with care."""

import threading
from dataclasses import replace

import pytest

from studio.core.errors import Refused
from studio.core.events import JobStarted, RunFailed, RunFinished, RunQueued, RunStarted
from studio.services.recent import SAME_START_SECONDS
from studio.store.requests import Requests
from tests.services.conftest import planned

STARTED = RunStarted("a dead worker", 0, 10, 50, 6, 5, 9, "cpu", "float32", (), "hash")


@pytest.fixture
def config(closed, table, tiny_model_folder):
    return planned(closed, table, tiny_model_folder)


def test_a_double_click_gives_one_run_and_a_later_click_another(closed, config, monkeypatch):
    first = closed.start(config)
    assert closed.start(config) == first
    clock = __import__("time").monotonic
    monkeypatch.setattr("studio.services.recent.time.monotonic", lambda: clock() + SAME_START_SECONDS + 1)
    assert closed.start(config) != first


def test_twenty_starts_at_once_queue_with_their_positions(closed, config):
    threads = [threading.Thread(target=closed.start, args=(config, f"run {number}")) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    runs = closed.runs()
    assert sorted(run.queue_position for run in runs) == list(range(1, 21))
    assert {run.status for run in runs} == {"queued"}
    by_time = sorted(runs, key=lambda run: run.created_at)
    assert [run.queue_position for run in by_time] == list(range(1, 21))


def test_a_run_whose_worker_died_is_interrupted_and_can_be_resumed(closed, config, home):
    run = closed.start(config)
    closed._home.runs.folder(run).append(STARTED)
    view = closed.run(run)
    assert (view.status, view.queue_position) == ("interrupted", None)
    with pytest.raises(Refused, match="interrupted; there is nothing to stop"):
        closed.stop(run)
    closed.resume(run)
    closed.resume(run)
    assert closed.run(run).status == "queued"
    assert closed.run(run).queue_position == 1


def test_a_resume_that_comes_second_does_not_queue_a_run_that_has_begun(closed, config, monkeypatch):
    run = closed.start(config)
    folder = closed._home.runs.folder(run)
    folder.append(STARTED)
    real, worker = Requests.clear_stop, closed._home.take()

    def another_was_faster(self, what="run"):
        folder.append(RunQueued(resume=True))
        folder.append(replace(STARTED, worker=worker))
        real(self, what)

    monkeypatch.setattr(Requests, "clear_stop", another_was_faster)
    closed.resume(run)
    assert closed.run(run).status == "running"
    closed._home.release()


def test_a_finished_run_is_neither_stopped_nor_resumed(closed, config):
    run = closed.start(config)
    folder = closed._home.runs.folder(run)
    folder.append(STARTED)
    folder.append(RunFinished(10, 10, 1.0, 1))
    for verb in (closed.stop, closed.resume):
        with pytest.raises(Refused, match="This run is finished"):
            verb(run)


def test_a_run_is_renamed_and_annotated_as_text(closed, config):
    run = closed.start(config)
    closed.rename_run(run, ' <b>"Umlaut äöü"</b> ')
    closed.annotate_run(run, "Zeile 1\nZeile 2")
    view = closed.run(run)
    assert (view.name, view.notes) == ('<b>"Umlaut äöü"</b>', "Zeile 1\nZeile 2")
    with pytest.raises(Refused):
        closed.rename_run(run, " ")


def test_a_run_that_waits_is_not_deleted_and_a_failed_one_is(closed, config):
    run = closed.start(config)
    with pytest.raises(Refused, match="still work going on"):
        closed.delete_run(run)
    closed._home.runs.folder(run).append(RunFailed("why", "next"))
    assert closed.run_dependents(run) == ()
    closed.delete_run(run)
    assert closed.runs() == ()
    with pytest.raises(Refused, match="There is no run"):
        closed.run(run)


def test_a_job_whose_worker_died_does_not_keep_a_run_from_being_deleted(closed, config):
    run = closed.start(config)
    folder = closed._home.runs.folder(run)
    for event in (STARTED, RunFinished(10, 10, 1.0, 1), JobStarted("j" * 16, "exam", "a dead worker")):
        folder.append(event)
    assert [job.status for job in closed.run(run).jobs] == ["interrupted"]
    closed.delete_run(run)


def test_a_run_whose_exam_waits_is_not_deleted_before_that_is_stopped(closed, config):
    run = closed.start(config)
    folder = closed._home.runs.folder(run)
    for event in (STARTED, RunFinished(10, 10, 1.0, 1)):
        folder.append(event)
    job = folder.requests.add("exam")
    with pytest.raises(Refused, match="still work going on"):
        closed.delete_run(run)
    closed.stop_job(run, job)
    closed.delete_run(run)


def test_a_run_is_found_by_the_beginning_of_its_id(closed, config):
    first, second = closed.start(config, "a"), closed.start(config, "b")
    assert closed.find_run(first) == first
    assert closed.find_run(second[16:22]) == second
    with pytest.raises(Refused, match="2 runs begin with"):
        closed.find_run(first[:8])
    with pytest.raises(Refused, match="There is no run"):
        closed.find_run("zzz")


def test_nothing_can_be_examined_asked_or_exported_before_the_first_save(closed, config):
    run = closed.start(config)
    for verb in (
        lambda: closed.ask("Why?", run),
        lambda: closed.start_exam(run),
        lambda: closed.start_export(run, "adapter"),
    ):
        with pytest.raises(Refused, match="saved yet"):
            verb()
    with pytest.raises(Refused, match="There is no export named"):
        closed.start_export(run, "zip")
    with pytest.raises(Refused, match="no finished export"):
        closed.export_path(run, "adapter")
    assert closed.exam(run) is None


def test_a_damaged_run_is_told_and_does_not_hide_the_others(closed, config, home):
    bad, good = closed.start(config, "bad"), closed.start(config, "good")
    (home / "runs" / bad / "config.json").write_text("{")
    assert [run.id for run in closed.runs()] == [good]
    assert bad in closed.worker().message


def test_runs_without_a_name_of_their_own_can_be_told_apart(closed, config):
    names = [
        closed.run(closed.start(replace(config, recipe=recipe))).name for recipe in ("balanced", "quick")
    ]
    other = replace(config, knobs={**config.knobs, "seed": 1})
    assert closed.run(closed.start(other)).name == f"{names[0]} 2"
    closed.rename_run(closed.start(replace(config, recipe="quick", knobs=other.knobs)), "Mine")
    assert len({run.name for run in closed.runs()}) == 4


def test_what_goes_with_a_run_is_told_with_its_size(closed, config):
    folder = closed._home.runs.folder(closed.start(config))
    saved = folder.path / "checkpoints" / "step-000005"
    saved.mkdir(parents=True)
    (saved / "weights").write_bytes(bytes(2_500_000))
    (folder.path / "exam.json").write_text("{}")
    exports = folder.path / "exports"
    (exports / "adapter").mkdir(parents=True)
    (exports / "adapter.json").write_text("{}")
    (exports / "adapter" / "weights").write_bytes(bytes(1_200_000))
    assert closed.run_dependents(folder.id) == (
        "1 saved point of the tuned model (2.5 MB)",
        "its exam",
        "its exports (adapter: 1.2 MB)",
        "in all 3.7 MB on this disk",
    )
