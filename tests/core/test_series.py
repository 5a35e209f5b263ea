"""Means over stretches of what the steps tell, and what a resumed run takes back."""

import statistics

import pytest

from studio.core.events import AnswerSampled, Evaluated, RateHalved, Recorded, StepLogged
from studio.core.progress import fold
from studio.core.series import Series

VALUES = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0]


@pytest.fixture
def series():
    made = Series()
    for step, value in enumerate(VALUES, start=1):
        made.add(step, value)
    return made


def test_means_and_their_errors_are_those_of_the_stretch(series):
    assert series.mean(1, 5) == statistics.fmean(VALUES[1:5])
    assert series.standard_error(1, 5) == pytest.approx(statistics.stdev(VALUES[1:5]) / 4**0.5)


def test_the_smoothed_line_looks_back_and_begins_with_what_there_is(series):
    assert series.smoothed(3)[:2] == ((1, 3.0), (2, 2.0))
    assert series.smoothed(3, after=5) == ((6, 5.0),)


def test_what_comes_after_a_step_can_be_taken_back(series):
    series.forget_after(2)
    series.add(3, 8.0)
    assert series.points == ((1, 3.0), (2, 1.0), (3, 8.0))
    assert series.mean(0, 3) == 4.0


def told(step, **measures):
    return StepLogged(step, 0.5, 4, 90, 0.1, 1.0, 0.5, 1, measures=measures)


def test_a_run_keeps_what_its_steps_and_checks_tell_and_forgets_what_it_repeats():
    said = [
        told(1, reward=0.25, kl=0.0),
        told(2, reward=0.5, kl=0.1),
        AnswerSampled(2, "Why?", "Because.", 1.0, "best"),
        Evaluated(2, -0.5, 8, 8, measures={"reward": 0.5}),
        told(3, reward=0.75, kl=0.2),
        AnswerSampled(3, "Who?", "", 0.0, "worst"),
    ]
    progress = fold([Recorded(float(at), event) for at, event in enumerate(said)])
    assert list(progress.training.measures) == ["reward", "kl"]
    assert progress.training.measures["reward"].points == ((1, 0.25), (2, 0.5), (3, 0.75))
    assert progress.held_out[0].measures == {"reward": 0.5}
    progress.add(Recorded(9.0, RateHalved(2, 0.5, "went back")))
    assert progress.training.measures["reward"].points == ((1, 0.25), (2, 0.5))
    assert [sampled.step for sampled in progress.samples] == [2]


def test_of_many_samples_where_it_began_and_the_newest_are_kept():
    said = [AnswerSampled(step, "Why?", "So.", 0.5, "best") for step in range(1, 101)]
    progress = fold([Recorded(float(event.step), event) for event in said])
    assert [sampled.step for sampled in progress.samples] == [1, 2, *range(77, 101)]
