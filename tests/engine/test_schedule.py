"""Steps, evaluations, saves and rates follow from the settings by closed forms."""

import math

import pytest

from studio.core.config import Optimisation
from studio.engine.schedule import learning_rate, plan_steps


def test_rounds_times_rows_over_batch_gives_the_steps():
    assert plan_steps(Optimisation(epochs=2.0, batch_size=8), 64).steps == 16
    assert plan_steps(Optimisation(epochs=1.0, batch_size=8), 65).steps == 9
    assert plan_steps(Optimisation(epochs=0.01, batch_size=8), 8).steps == 1
    assert plan_steps(Optimisation(epochs=2.0, steps=5), 64).steps == 5


def test_evaluations_are_spread_evenly_and_the_last_step_is_one():
    schedule = plan_steps(Optimisation(steps=10, evaluations=4), 64)
    assert sorted(schedule.evaluate_after) == [2, 5, 8, 10]
    assert sorted(plan_steps(Optimisation(steps=3, evaluations=8), 64).evaluate_after) == [1, 2, 3]


def test_every_evaluated_step_is_saved_and_further_ones_as_asked():
    assert plan_steps(Optimisation(steps=10, evaluations=2), 64).save_after == {5, 10}
    assert plan_steps(Optimisation(steps=10, evaluations=2, checkpoint_every=4), 64).save_after == {
        4,
        5,
        8,
        10,
    }


def rates(**settings: object) -> list[float]:
    optimisation = Optimisation(learning_rate=1.0, steps=10, **settings)
    schedule = plan_steps(optimisation, 64)
    return [learning_rate(step, settings=optimisation, schedule=schedule) for step in range(1, 11)]


def test_the_warm_up_is_linear_and_ends_at_the_peak():
    assert rates(warmup_percent=40.0, schedule="constant") == pytest.approx([0.25, 0.5, 0.75] + [1.0] * 7)


def test_the_cosine_falls_by_its_closed_form():
    expected = [(1 + math.cos(math.pi * step / 10)) / 2 for step in range(10)]
    assert rates(warmup_percent=0.0, schedule="cosine") == pytest.approx(expected)


def test_the_linear_fall_would_reach_zero_one_step_after_the_end():
    assert rates(warmup_percent=0.0, schedule="linear") == pytest.approx(
        [1 - step / 10 for step in range(10)]
    )
