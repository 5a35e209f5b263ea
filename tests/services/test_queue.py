"""Runs that wait are put in another order, and the worker follows it."""

import pytest

from studio.core.errors import Refused
from studio.core.events import RunQueued
from studio.services.queue import next_task
from studio.services.studio import Studio
from tests.services.conftest import planned
from tests.services.test_runs import STARTED


@pytest.fixture
def three(closed, table, tiny_model_folder):
    config = planned(closed, table, tiny_model_folder)
    return [closed.start(config, name) for name in ("a", "b", "c")]


def order(studio) -> str:
    waiting = sorted((run.queue_position, run.name) for run in studio.runs())
    assert [position for position, _ in waiting] == list(range(1, len(waiting) + 1))
    return "".join(name for _, name in waiting)


def test_a_run_goes_up_and_down_the_queue_and_stays_at_its_ends(closed, three, home):
    a, b, c = three
    for run, up, expected in (
        (c, True, "acb"),
        (c, True, "cab"),
        (c, True, "cab"),
        (a, False, "cba"),
        (a, False, "cba"),
        (c, False, "bca"),
    ):
        closed.move_in_queue(run, up=up)
        assert order(closed) == expected
    assert next_task(closed._book).folder.id == b
    assert order(Studio(home)) == "bca", "the order is kept by the folders, not by the process"


def test_runs_queued_in_the_same_moment_can_be_moved_too(closed, three):
    for run in three:
        closed._home.runs.folder(run).append(RunQueued(), at=5.0)
    first = order(closed)
    last = next(run.id for run in closed.runs() if run.name == first[2])
    closed.move_in_queue(last, up=True)
    assert order(closed) == first[0] + first[2] + first[1]


def test_a_run_that_does_not_wait_is_not_moved(closed, three):
    closed._home.runs.folder(three[0]).append(STARTED)
    with pytest.raises(Refused, match="does not wait"):
        closed.move_in_queue(three[0], up=True)
    closed.move_in_queue(three[1], up=True)
    assert closed.run(three[1]).queue_position == 1
