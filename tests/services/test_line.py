"""Whose turn it is before one machine, and when a run that waits may begin, as the folders tell it."""

from dataclasses import replace

import pytest

from studio.core.events import (
    JobFinished,
    JobStarted,
    RunFinished,
    RunQueued,
    RunStarted,
    RunStopped,
    StepLogged,
)
from studio.core.waits import Wait
from studio.services.queue import next_task
from studio.services.studio import Studio
from studio.store.files import write_json
from studio.store.foreseen import FILE
from tests.services.conftest import planned


@pytest.fixture
def config(closed, table, tiny_model_folder):
    return planned(closed, table, tiny_model_folder)


class Waiting:
    """Runs of several people in one home, each queued at a moment of its own."""

    def __init__(self, studio: Studio, config) -> None:
        self.studio, self._config, self._runs = studio, config, {}

    def queue(self, name: str, at: float, *, minutes: tuple[float, float] = (0.0, 0.0)) -> str:
        """Queue a run; its first letter says whose it is, and `minutes` how long it is foreseen to take."""
        run = self.studio.start(self._config, name)
        folder = self.studio._home.runs.folder(run)
        folder.write_meta(replace(folder.meta(), owner=name[0]))
        low, high = (60 * each for each in minutes)
        told = {"seconds_low": low, "seconds_high": high, "memory_bytes": 1}
        write_json(folder.path / FILE, {"version": 1, **told})
        folder.append(RunQueued(), at)
        self._runs[run] = name
        return run

    def say(self, run: str, *events, at: float) -> None:
        for event in events:
            self.studio._home.runs.folder(run).append(event, at)

    def line(self) -> str:
        """Return the line as another process finds it."""
        tasks = Studio(self.studio._home.path)._book.line()
        kinds = {"train": "", "exam": "+exam"}
        return " ".join(self._runs[task.folder.id] + kinds.get(task.kind, task.kind) for task in tasks)


@pytest.fixture
def waiting(closed, config):
    return Waiting(closed, config)


def started(worker: str) -> RunStarted:
    return RunStarted(worker, 0, 10, 50, 6, 5, 9, "cpu", "float32", (), "hash")


def test_people_take_turns_and_one_persons_runs_keep_their_order(waiting):
    for at, name in enumerate(("a1", "a2", "a3", "b1", "c1", "b2"), start=1):
        waiting.queue(name, at)
    assert waiting.line() == "a1 b1 c1 a2 b2 a3"
    positions = {run.name: run.queue_position for run in waiting.studio.runs()}
    assert positions == {"a1": 1, "b1": 2, "c1": 3, "a2": 4, "b2": 5, "a3": 6}


def test_whose_run_has_just_ended_waits_for_everybody_else(waiting):
    first = waiting.queue("a1", 1)
    for at, name in ((2, "a2"), (3, "b1"), (30, "c1")):
        waiting.queue(name, at)
    waiting.say(first, started("worker"), at=10)
    waiting.say(first, RunFinished(10, 10, 5.0, 1), at=20)
    assert waiting.line() == "b1 a2 c1", "c came after the turn of a was over"


def test_the_exam_after_training_comes_before_the_next_turn_and_one_asked_for_later_does_not(waiting):
    first = waiting.queue("a1", 1)
    waiting.queue("b1", 2)
    waiting.say(first, started("worker"), at=10)
    waiting.say(first, RunFinished(10, 10, 5.0, 1), at=20)
    requests = waiting.studio._home.runs.folder(first).requests
    requests.add("exam", 1.0)
    assert waiting.line() == "a1+exam b1"
    requests.remove(requests.all()[0].job)
    requests.add("exam", 21.0)
    assert waiting.line() == "b1 a1+exam"


def test_a_run_is_moved_among_those_of_its_own_owner_alone(waiting):
    runs = {name: waiting.queue(name, at) for at, name in enumerate(("a1", "b1", "a2", "b2"), start=1)}
    waiting.studio.move_in_queue(runs["b2"], up=True)
    assert waiting.line() == "a1 b2 a2 b1"
    waiting.studio.move_in_queue(runs["b2"], up=True)
    assert waiting.line() == "a1 b2 a2 b1", "it is the first of its owner"
    waiting.studio.move_in_queue(runs["a1"], up=False)
    assert waiting.line() == "a2 b2 a1 b1"
    assert next_task(waiting.studio._book).folder.id == runs["a2"]


@pytest.fixture
def at_work(waiting):
    """A home that a worker holds; it was never heard to take longer than it says."""
    worker = waiting.studio._home.take()
    yield worker
    waiting.studio._home.release()


def wait_of(waiting: Waiting, run: str) -> Wait | None:
    return waiting.studio.run(run).wait


def test_the_start_is_foreseen_from_what_is_under_way_and_what_stands_before(waiting, at_work):
    running = waiting.queue("a1", 1, minutes=(4, 6))
    before, run = waiting.queue("b1", 2, minutes=(5, 8)), waiting.queue("c1", 3)
    waiting.say(running, JobStarted("job", "exam", "earlier"), JobFinished("job", "exam", 12.0), at=4)
    waiting.say(running, started(at_work), at=5)
    for step in (4, 5):
        waiting.say(running, StepLogged(step, 1.0, 9, 9, 0.1, 1.0, 30.0, 1), at=5 + 30 * step)
    left = waiting.studio.run(running).seconds_left
    exam = 12.0 * 1.2
    found = wait_of(waiting, before)
    assert (found.before, found.low, found.high) == pytest.approx((0, left / 1.2, left * 1.2 + exam))
    found = wait_of(waiting, run)
    assert (found.before, found.low) == (1, pytest.approx(left / 1.2 + 300))
    assert found.high == pytest.approx(left * 1.2 + exam + 480 + exam)
    assert waiting.studio.run(running).wait is None


def test_where_something_before_was_never_measured_only_the_earliest_start_is_known(waiting, at_work):
    waiting.queue("a1", 1, minutes=(5, 8))
    waiting.queue("b1", 2)
    assert wait_of(waiting, waiting.queue("c1", 3)) == Wait(2, 300, None), "no exam was held here"


def test_a_stopped_run_that_waits_again_takes_only_its_rest(waiting, at_work):
    resumed, run = waiting.queue("a1", 1, minutes=(10, 20)), waiting.queue("b1", 90)
    waiting.say(resumed, started("earlier"), StepLogged(5, 1.0, 9, 9, 0.1, 1.0, 30.0, 1), at=5)
    waiting.say(resumed, RunStopped(5, 5, 5.0, 1), RunQueued(resume=True), at=50)
    assert wait_of(waiting, run).low == pytest.approx(300)


def test_where_nobody_works_no_start_is_promised(waiting):
    waiting.queue("a1", 1, minutes=(5, 8))
    assert wait_of(waiting, waiting.queue("b1", 2)) == Wait(1)


def test_a_run_that_is_being_made_ready_waits_no_longer_and_is_counted_in_full(waiting, at_work):
    ready, run = waiting.queue("a1", 1, minutes=(5, 8)), waiting.queue("b1", 2)
    waiting.studio._home.tell(ready, "The model is being loaded.")
    assert wait_of(waiting, ready) is None
    assert wait_of(waiting, run) == Wait(0, 300, None)


def test_an_exam_that_waits_is_told_its_place_too(waiting):
    first, run = waiting.queue("a1", 1), waiting.queue("b1", 2)
    waiting.say(run, RunStopped(0, 0, 0.0, 1), at=3)
    waiting.studio._home.runs.folder(run).requests.add("exam", 4.0)
    assert waiting.studio.run(run).jobs[0].wait == Wait(1)
    assert waiting.studio.run(first).wait == Wait(0)


def test_a_run_whose_minutes_are_limited_takes_no_longer_than_they_last(waiting, at_work):
    unmeasured, long = waiting.queue("a1", 1), waiting.queue("b1", 2, minutes=(30, 90))
    for run, minutes in ((unmeasured, 5), (long, 20)):
        folder = waiting.studio._home.runs.folder(run)
        folder.write_meta(replace(folder.meta(), run_minutes=minutes))
    waiting.say(unmeasured, JobStarted("job", "exam", "earlier"), JobFinished("job", "exam", 12.0), at=1)
    exam = 12.0 * 1.2
    found = wait_of(waiting, waiting.queue("c1", 3))
    assert (found.low, found.high) == pytest.approx((20 * 60, 25 * 60 + 2 * exam))
