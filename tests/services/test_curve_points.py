"""Points come as deltas that equal the whole, with rewards for losses where a run learns from one."""

import pytest

from studio.core.events import Evaluated, RunStarted
from studio.core.yardstick import PAIR, REWARD, TOKEN
from studio.services.curve_points import points_of, told_of
from tests.core.simulated import checks, folded, step
from tests.services.conftest import planned

REWARDS = [step(number, loss=0.01, reward=0.1 * number, kl=0.01 * number) for number in range(1, 9)]
LOOKS = checks([0.2, 0.7], distinct=0.5)


def both(said):
    whole = folded(said)
    return points_of(whole, whole, 900, replace=True), whole


def test_of_a_reward_the_large_curve_shows_rewards_and_not_minus_them():
    points, _ = both([*REWARDS, *LOOKS])
    assert points.yardstick is REWARD
    assert points.training[0] == (1, pytest.approx(0.1))
    assert points.held_out == ((0, 0.2), (10, 0.7))
    assert points.checks["distinct"] == ((0, 0.5), (10, 0.5))


def test_means_of_the_last_steps_look_back_beyond_what_is_new():
    points, whole = both(REWARDS)
    new = folded(REWARDS[6:])
    delta = points_of(new, whole, 950, replace=False)
    assert delta.measures["kl"] == points.measures["kl"][6:]
    assert delta.training == points.training[6:]


def test_a_delta_of_one_check_brings_no_point_of_a_step_again():
    _, whole = both([*REWARDS, *LOOKS])
    delta = points_of(folded(LOOKS[1:]), whole, 950, replace=False)
    assert (delta.training, delta.measures) == ((), {})
    assert delta.held_out == ((10, 0.7),)


def test_other_runs_show_their_losses():
    plain, _ = both([step(1, loss=2.0), Evaluated(0, 2.5, 90, 40)])
    assert (plain.yardstick, plain.training, plain.held_out) == (TOKEN, ((1, 2.0),), ((0, 2.5),))
    pairs, _ = both([step(1, loss=0.6, accuracy=0.5, margin=0.0)])
    assert (pairs.yardstick, pairs.training) == (PAIR, ((1, 0.6),))


def test_what_is_told_has_the_newest_steps_and_the_checks_at_both_ends():
    told = {each.name: each for each in told_of(folded([*REWARDS, *LOOKS]))}
    assert told["kl"].newest == pytest.approx(0.045)
    assert (told["kl"].first, told["kl"].best) == (None, None)
    assert (told["reward"].first, told["reward"].best) == (0.2, 0.7)
    assert told["distinct"].newest is None
    assert told_of(folded([step(1)])) == ()


def test_the_book_of_a_run_gives_the_same_points_in_parts_as_at_once(closed, table, tiny_model_folder):
    run = closed.start(planned(closed, table, tiny_model_folder))
    folder = closed._home.runs.folder(run)
    folder.append(RunStarted("a dead worker", 0, 10, 50, 6, 5, 9, "cpu", "float32", (), "hash"))
    folder.append(REWARDS[0])
    first = closed.points(run, 0)
    for said in (*REWARDS[1:], *LOOKS):
        folder.append(said)
    second, whole = closed.points(run, first.offset), closed.points(run, 0)
    assert (first.replace, second.replace) == (True, False)
    assert first.training + second.training == whole.training
    assert first.measures["kl"] + second.measures["kl"] == whole.measures["kl"]
    view = closed.run(run)
    assert view.yardstick is REWARD
    assert {each.name for each in view.told} == {"reward", "kl", "distinct"}
