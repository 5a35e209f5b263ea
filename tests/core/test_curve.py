"""Means over any stretch of a curve are those of its steps, also after a part of it was taken back."""

import random
from statistics import fmean

import pytest

from studio.core.curve import Curve
from studio.core.events import StepLogged


def logged(step):
    chance = random.Random(step)
    return StepLogged(step, chance.uniform(0.1, 9), chance.randint(1, 99), 200, 0.1, 1.0, chance.random(), 1)


@pytest.mark.parametrize(("first", "stop"), [(0, 1), (0, 60), (17, 41), (59, 60)])
def test_the_means_of_a_stretch_are_those_of_its_steps(first, stop):
    curve = Curve()
    for step in (*range(1, 90), *range(40, 61)):
        curve.add(logged(step), float(step))
    steps = [logged(step) for step in range(1, 61)][first:stop]
    tokens = sum(step.trained_tokens for step in steps)
    assert curve.loss_per_step(first, stop) == pytest.approx(fmean(step.loss for step in steps))
    assert curve.loss_per_token(first, stop) == pytest.approx(
        sum(step.loss * step.trained_tokens for step in steps) / tokens
    )
    assert curve.count_until(first) == first
    assert (len(curve), curve.step) == (60, 60)


def test_an_empty_curve_has_no_means():
    curve = Curve()
    assert (curve.points, curve.step, curve.tokens_per_second) == ((), 0, None)
    assert curve.loss_per_token(0, 0) is None
    assert curve.seconds_per_step(50, since=0.0) is None


def test_the_pace_is_that_of_the_last_steps_since_the_start_of_this_leg():
    curve = Curve()
    for step, at in enumerate((1.0, 2.0, 100.0, 103.0, 106.0), start=1):
        curve.add(logged(step), at)
    assert curve.seconds_per_step(50, since=50.0) == pytest.approx(3.0)
    assert curve.seconds_per_step(2, since=0.0) == pytest.approx(3.0)
