"""A run on a shared machine trains as long as it may and then stops kindly, with its best point."""

import time
from functools import partial

import pytest

from studio.core.events import RunStopped
from studio.core.limits import Limits
from studio.services.allowance import Allowance, allowance_of
from studio.services.studio import Studio
from studio.services.views import Duty
from studio.store.runs import RunMeta
from tests.services.conftest import ended, planned, wait_for
from tests.services.test_runs import STARTED


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_time_of_a_pause_does_not_count():
    clock = Clock()

    def answer_a_question():
        clock.now += 500

    allowance = Allowance(60, "It is over.", answer_a_question, clock=clock)
    clock.now += 59
    allowance.pause()
    assert allowance.used_up() == ""
    clock.now += 1
    assert allowance.used_up() == "It is over."


@pytest.mark.parametrize(
    ("minutes", "trained", "of_day", "said"),
    [
        ((0, 0), 1e9, 1e9, ""),
        ((20, 0), 1199, 0, ""),
        ((20, 0), 1200, 0, "It has had the 20 min that a run may train here."),
        ((0, 60), 0, 3599, ""),
        ((0, 60), 0, 3600, "The 1 h of this machine that each person has in a day are used up"),
        ((20, 60), 0, 3600, "The 1 h of this machine"),
        ((20, 60), 1200, 1200, "It has had the 20 min"),
    ],
)
def test_what_is_over_first_ends_a_run(minutes, trained, of_day, said):
    meta = RunMeta("a run", "", 0.0, "data", "hash", run_minutes=minutes[0], day_minutes=minutes[1])
    told = allowance_of(meta, trained, of_day, lambda: None).used_up()
    assert told.startswith(said) if said else told == ""


@pytest.fixture
def limited(home):
    studios = []

    def opened(**limits):
        studio = Studio(home, Limits(**limits))
        studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
        studios.append(studio)
        return studio

    yield opened
    for studio in studios:
        studio.close()


def test_a_run_that_reaches_its_minutes_stops_with_its_best_point_and_says_why(
    limited, table, tiny_model_folder, monkeypatch
):
    clock = Clock()
    monkeypatch.setattr("studio.services.allowance.Allowance", partial(Allowance, clock=clock))
    studio = limited(run_minutes=20)
    run = studio.start(planned(studio, table, tiny_model_folder, steps=100_000))
    wait_for(lambda: studio.run(run).step >= 3)
    clock.now += 20 * 60
    assert ended(studio, run) == "stopped"
    view = studio.run(run)
    assert 3 <= view.step < view.steps
    assert view.checkpoints[-1] == view.step
    assert "It has had the 20 min that a run may train here." in view.verdict.sentence
    assert "resum" not in view.verdict.sentence


def test_a_run_whose_owner_has_no_minutes_left_when_its_turn_comes_is_stopped_before_it_begins(
    limited, home, table, tiny_model_folder
):
    ada = Studio(home, Limits(day_minutes=1)).visited_by("ada")
    config = planned(ada, table, tiny_model_folder)
    first, second = ada.start(config, "first"), ada.start(config, "second")
    worked = ada._home.runs.folder(first)
    for event, seconds_ago in ((STARTED, 90), (RunStopped(0, 0, 60.0, 1), 30)):
        worked.append(event, time.time() - seconds_ago)
    studio = limited()
    assert ended(studio, second) == "stopped"
    assert "Stopped before it began. The 1 min of this machine" in studio.run(second).verdict.sentence
