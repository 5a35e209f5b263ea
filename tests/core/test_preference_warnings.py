"""Pairs that cannot be told apart raise an alarm, those that can none: counted over simulated runs."""

import pytest

from studio.core.early_warnings import early_warnings
from studio.core.preference_warnings import preference_warnings
from tests.core.simulated import folded, of_pairs, step

RUNS = 100


def alarms(chance, *, held_out=None, **how):
    return sum(
        bool(preference_warnings(of_pairs(chance, seed=seed, held_out=held_out, **how)))
        for seed in range(RUNS)
    )


def coin(part):
    return 0.5


def learning(part):
    """Three quarters are told apart at the end, little more than a half in the first third."""
    return 0.52 + 0.26 * min(1.0, part / 0.8)


def test_pairs_without_a_common_reason_are_told_in_nearly_all_runs():
    assert alarms(coin) >= 0.95 * RUNS


def test_pairs_that_are_told_apart_more_and_more_raise_no_alarm():
    assert alarms(learning) <= 0.01 * RUNS
    assert alarms(learning, held_out=learning) <= 0.01 * RUNS


@pytest.mark.parametrize("seed", range(5))
def test_a_run_that_learns_raises_no_alarm_at_any_step_of_its_second_half(seed):
    for taken in range(40, 81):
        so_far = of_pairs(learning, seed=seed, taken=taken)
        assert preference_warnings(so_far) == ()


def test_pairs_that_are_learned_by_heart_alone_are_told():
    assert alarms(lambda part: 0.55 + 0.45 * part, held_out=coin) >= 0.9 * RUNS
    told = preference_warnings(of_pairs(lambda part: 0.55 + 0.45 * part, seed=1, held_out=coin))
    assert "does not carry over" in told[0].hint


def test_few_pairs_that_can_be_told_apart_raise_no_alarm():
    assert alarms(lambda part: 0.75, steps=20, pairs=2) <= 0.02 * RUNS


def test_the_warning_stands_in_the_place_of_nothing_was_learned():
    flat = folded([step(number, loss=0.69, accuracy=0.5, margin=0.0) for number in range(1, 81)])
    (warned,) = early_warnings(flat)
    assert "(not separable)" in warned.message
    assert "50 % of your own pairs" in warned.message
