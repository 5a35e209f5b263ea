"""A paused run gives the machine to the next one and goes on bit-equal, also after a restart."""

import pytest

from studio.core.errors import Refused
from studio.core.events import RunFinished
from studio.services.studio import Studio
from studio.services.training import stop_waiting
from studio.services.views import Duty
from studio.store.requests import Requests
from tests.services.conftest import STEPS, ended, planned, wait_for, weights_of
from tests.services.test_runs import STARTED


@pytest.fixture
def examining(home):
    """A studio at work that holds the exam after training, as the screen's does."""
    studio = Studio(home)
    studio.open(Duty(quiet_seconds=0.0))
    yield studio
    studio.close()


def test_a_paused_run_lets_the_next_work_and_goes_on_bit_equal_in_another_studio(
    home, examining, table, tiny_model_folder
):
    config = planned(examining, table, tiny_model_folder)
    first, second = examining.start(config, "first"), examining.start(config, "second")
    wait_for(lambda: examining.run(first).step >= 5)
    examining.pause(first)
    wait_for(lambda: examining.run(first).status == "paused")
    view = examining.run(first)
    assert 5 <= view.step < STEPS
    assert view.checkpoints[-1] == view.step
    assert view.verdict.headline == "Paused"
    assert "resume goes on from its last save" in view.verdict.sentence
    wait_for(lambda: examining.exam(second))
    assert examining.run(first).status == "paused"
    assert examining.run(first).jobs == (), "no exam of a run that is to go on"
    examining.close()

    again = Studio(home)
    assert again.run(first).status == "paused"
    again.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    try:
        again.resume(first)
        assert ended_after(again, first) == "finished"
    finally:
        again.close()
    assert weights_of(home, first, STEPS) == weights_of(home, second, STEPS)
    assert [step for step, _ in again.points(first, 0).training] == list(range(1, STEPS + 1))


def ended_after(studio, run) -> str:
    wait_for(lambda: studio.run(run).status not in ("paused", "queued"))
    return ended(studio, run)


def test_a_run_that_waits_is_paused_at_once_and_queued_again_by_resume(studio, table, tiny_model_folder):
    config = planned(studio, table, tiny_model_folder, steps=4000)
    first, second = studio.start(config, "first"), studio.start(config, "second")
    wait_for(lambda: studio.run(first).step >= 1)
    studio.pause(second)
    wait_for(lambda: studio.run(second).status == "paused")
    assert studio.run(first).status == "running"
    studio.resume(second)
    assert studio.run(second).queue_position == 1
    studio.stop(second)
    studio.stop(first)
    assert (ended(studio, second), ended(studio, first)) == ("stopped", "stopped")


def test_a_stop_that_follows_a_pause_stops_for_good_and_a_pause_does_not_soften_a_stop(
    closed, table, tiny_model_folder
):
    run = closed.start(planned(closed, table, tiny_model_folder))
    requests = closed._home.runs.folder(run).requests
    closed.pause(run)
    assert requests.pause_asked()
    assert closed.run(run).stopping
    closed.stop(run)
    assert requests.stop_asked()
    assert not requests.pause_asked()
    closed.pause(run)
    assert not requests.pause_asked()


def test_what_is_over_is_not_paused(closed, table, tiny_model_folder):
    run = closed.start(planned(closed, table, tiny_model_folder))
    for event in (STARTED, RunFinished(10, 10, 1.0, 1)):
        closed._home.runs.folder(run).append(event)
    with pytest.raises(Refused, match="finished; there is nothing to pause"):
        closed.pause(run)


@pytest.mark.parametrize("first", ["resume", "worker"])
def test_a_stop_that_is_taken_back_while_the_worker_obeys_it_leaves_the_run_in_the_queue(
    closed, table, tiny_model_folder, monkeypatch, first
):
    run = closed.start(planned(closed, table, tiny_model_folder))
    folder, progress = closed._home.runs.folder(run), closed._book.progress(run)
    closed.pause(run)
    clear, asked = Requests.clear_stop, Requests.pause_asked

    def in_between(requests: Requests) -> bool:
        return (asked(requests), clear(requests))[0] if first == "resume" else asked(requests)

    def just_before(requests: Requests) -> None:
        monkeypatch.setattr(Requests, "clear_stop", clear)
        if first == "worker":
            stop_waiting(folder, progress)
        clear(requests)

    monkeypatch.setattr(Requests, "pause_asked", in_between)
    monkeypatch.setattr(Requests, "clear_stop", just_before)
    if first == "resume":
        assert stop_waiting(folder, progress), "it is not over"
        assert closed.run(run).status == "queued"
    closed.resume(run)
    assert closed.run(run).status == "queued"
    assert not closed.run(run).stopping
