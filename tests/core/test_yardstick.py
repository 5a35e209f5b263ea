"""What a run's loss counts follows from what it tells, and is said in its own words."""

import pytest

from studio.core.events import Evaluated
from studio.core.verdict import verdict
from studio.core.yardstick import PAIR, RATED, REWARD, TOKEN, yardstick_of
from tests.core.simulated import folded, step


@pytest.mark.parametrize(
    ("measures", "expected"),
    [
        ((), TOKEN),
        (("accuracy", "margin"), PAIR),
        (("accuracy", "margin", "kl"), RATED),
        (("reward", "reward.exact", "spread", "kl", "entropy"), REWARD),
    ],
)
def test_it_follows_from_the_names_of_what_is_told(measures, expected):
    assert yardstick_of(measures) is expected


def test_of_a_reward_less_loss_is_shown_as_more_reward():
    assert REWARD.said(-0.25) == "0.250"
    assert REWARD.said(0.25) == "−0.250"
    assert REWARD.axis == "Reward (higher is better)"
    assert PAIR.axis == "Loss per pair (lower is better)"


def pairs(*looks, rows=40, **more):
    """A run on pairs: (loss, accuracy) of its checks, every ten steps."""
    steps = [step(number, loss=0.6, accuracy=0.7, margin=0.4, **more) for number in range(1, 41)]
    held_out = [
        Evaluated(10 * at, loss, rows, rows, 0.01, {"accuracy": right, "margin": 0.1, **more})
        for at, (loss, right) in enumerate(looks)
    ]
    return folded([*steps, *held_out])


def test_of_pairs_it_is_told_in_how_many_the_better_answer_is_ahead():
    found = verdict(pairs((0.69, 0.5), (0.55, 0.8)), "finished")
    assert found.headline == "It learned"
    assert found.sentence.startswith(
        "On 40 pairs it never saw, the loss per pair went from 0.69 to 0.55 (20 % lower) at step 10. It puts "
        "the better answer ahead in 80 % (95 % interval 65 to 90; before: 50 %); a coin would in half."
    )


def test_a_loss_that_falls_without_more_pairs_than_a_coin_is_no_clear_change():
    assert verdict(pairs((0.69, 0.5), (0.6, 0.6)), "finished").headline == "No clear change"
    assert verdict(pairs((0.69, 0.5), (0.6, 0.6), rows=200), "finished").headline == "It learned"


def test_rated_answers_are_no_pairs():
    found = verdict(pairs((0.5, 0.5), (0.4, 0.75), kl=0.1), "finished")
    assert "the loss per answer went from 0.50 to 0.40" in found.sentence
    assert "It sides with your rating of 75 %" in found.sentence
    assert "pair" not in found.sentence
