"""What the lists tell of a run is what its events say."""

import errno

import pytest

from studio.core.errors import StudioError
from studio.core.events import Evaluated, RunFinished, RunStarted, StepLogged
from studio.services.queue import next_task
from studio.store.requests import Requests
from studio.store.runs import RunFolder
from tests.services.conftest import planned

STARTED = RunStarted("a worker", 0, 10, 50, 6, 5, 9, "cpu", "float32", (), "hash")


def test_an_overfitting_run_tells_the_error_of_its_best_point_beside_its_last(
    closed, table, tiny_model_folder
):
    run = closed.start(planned(closed, table, tiny_model_folder))
    folder = closed._home.runs.folder(run)
    folder.append(STARTED)
    folder.append(Evaluated(0, 3.0, 90, 6))
    assert closed.run(run).eval_loss_best is None
    for step, held_out in ((5, 2.0), (10, 2.6)):
        folder.append(StepLogged(step, 1.0, 9, 9, 0.1, 1.0, 1.0, 1))
        folder.append(Evaluated(step, held_out, 90, 6))
    folder.append(RunFinished(10, 5, 9.0, 1))
    view = closed.run(run)
    assert (view.eval_loss_first, view.eval_loss_best, view.eval_loss) == (3.0, 2.0, 2.6)
    assert view.best_step == 5


DAMAGE = {
    "config.json": ["", "[]", '{"version": 1}', '{"version": 1, "dataset": [], "dataset_version": 1}', None],
    "meta.json": ["", '{"version": 1}', '{"version": 1, "name": 3}', None],
    "events.jsonl": [None],
    "requests/job-aaaaaaaaaaaaaaaa.json": ["{", '{"version": 1}', '{"version": 1, "kind": 3, "at": "now"}'],
}


@pytest.mark.parametrize(("file", "content"), [(file, each) for file, all in DAMAGE.items() for each in all])
def test_whatever_is_damaged_of_a_run_is_named_and_the_others_are_listed(
    closed, table, tiny_model_folder, home, file, content
):
    config = planned(closed, table, tiny_model_folder)
    bad, good = closed.start(config, "bad"), closed.start(config, "good")
    path = home / "runs" / bad / file
    path.parent.mkdir(exist_ok=True)
    sound = path.read_bytes() if path.exists() else None
    path.write_text(content) if content is not None else path.unlink()
    assert [run.id for run in closed.runs()] == [good]
    assert [problem for problem in closed.worker().damage if bad in problem and path.name in problem]
    with pytest.raises(StudioError, match=path.name):
        closed.run(bad)
    assert closed.datasets()
    assert closed.models()
    assert next_task(closed._book).folder.id in (bad, good)
    path.write_bytes(sound) if sound is not None else path.unlink()
    assert len(closed.runs()) == 2
    assert closed.worker().damage == ()


@pytest.mark.parametrize("line", [b"3", b"[]", b'{"version":1,"event":"Evaluated","at":0,"step":"x"}'])
def test_a_line_that_is_no_event_is_a_warning_of_its_run(closed, table, tiny_model_folder, line):
    run = closed.start(planned(closed, table, tiny_model_folder))
    with closed._home.runs.folder(run).events_file.open("ab") as file:
        file.write(line + b"\n")
    assert "damaged" in closed.runs()[0].warnings[0]


def test_a_run_that_was_deleted_is_no_damage(closed, table, tiny_model_folder, home):
    run = closed.start(planned(closed, table, tiny_model_folder))
    (home / "runs" / run).rename(home / "elsewhere")
    assert closed.runs() == ()
    assert closed.worker().damage == ()


@pytest.mark.parametrize("what", ["events_bytes", "requests"])
def test_a_run_that_could_not_be_read_for_a_moment_has_its_turn_though_nobody_looks_at_the_list(
    closed, table, tiny_model_folder, monkeypatch, what
):
    run = closed.start(planned(closed, table, tiny_model_folder))

    def too_many_open(_: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as broken:
        of = RunFolder if what == "events_bytes" else Requests
        broken.setattr(of, what if what == "events_bytes" else "all", too_many_open)
        assert next_task(closed._book) is None
        assert ["Too many open files" in problem for problem in closed.worker().damage] == [True]
    assert next_task(closed._book).folder.id == run
    assert closed.worker().damage == ()


@pytest.mark.parametrize("file", ["forecast.json", "meta.json"])
def test_a_run_in_the_queue_that_is_damaged_later_hides_no_other(
    closed, table, tiny_model_folder, home, file
):
    config = planned(closed, table, tiny_model_folder)
    bad, good = closed.start(config, "bad"), closed.start(config, "good")
    assert len(closed.runs()) == 2
    (home / "runs" / bad / file).write_text("{")
    assert [run.id for run in closed.runs()] == [good]
    assert closed.run(good).wait.before == 1
    assert [bad in problem and file in problem for problem in closed.worker().damage] == [True]
    assert next_task(closed._book).folder.id == bad, "the worker will say in the run what is wrong with it"
