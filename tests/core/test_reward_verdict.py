"""The sentence above a reward's curve claims a rise only where chance does not do as much."""

import random
import statistics

import pytest

from studio.core.events import Evaluated
from studio.core.reward_verdict import rise_of
from studio.core.verdict import verdict
from tests.core.simulated import checks, folded, step

ROWS, CHECKS, RUNS = 48, 5, 200


def run(rewards, *, kl=0.05, **how):
    steps = [step(number, reward=0.3 + 0.01 * number, kl=kl) for number in range(1, 10 * len(rewards) - 9)]
    return folded([*steps, *checks(rewards, **how)])


@pytest.mark.parametrize(
    ("rewards", "status", "headline", "tone"),
    [
        ([0.2, 0.5], "running", "Going well", "good"),
        ([0.2, 0.5, 0.6], "finished", "More reward", "good"),
        ([0.2, 0.22, 0.21], "running", "No clear change", "neutral"),
        ([-1.5, -1.1], "finished", "More reward", "good"),
        ([0.5, 0.3, 0.2], "running", "Getting worse", "warning"),
        ([0.2, 0.6, 0.45, 0.3], "running", "Only its own questions", "warning"),
    ],
)
def test_the_headline_follows_the_reward_of_held_out_answers(rewards, status, headline, tone):
    found = verdict(run(rewards), status)
    assert (found.headline, found.tone) == (headline, tone)


def test_it_names_both_rewards_and_the_distance_from_the_untouched_model():
    assert verdict(run([0.2, 0.5]), "finished").sentence == (
        "On 40 questions it never saw, the reward of its answers went from 0.20 to 0.50 at step 10, 0.050 "
        "nats per token away from the untouched model (KL divergence)."
    )


def test_few_questions_tell_nothing_however_good_they_look():
    found = verdict(run([0.0, 1.0], rows=29), "finished")
    assert found.headline == "Too little data"
    assert "fewer than 30 held-out questions" in found.sentence


def drawn(gain, seed):
    """Checks of answers whose true reward rises by `gain`, with the standard errors that the loop gives."""
    draw = random.Random(seed)
    best, said = [], []
    for at in range(CHECKS + 1):
        rewards = [draw.random() * 0.5 + gain * at / CHECKS for _ in range(ROWS)]
        apart = [one - other for one, other in zip(rewards, best or rewards, strict=True)]
        error = statistics.stdev(apart) / ROWS**0.5
        said.append(Evaluated(10 * at, -statistics.fmean(rewards), ROWS, ROWS, error, {"reward": 0.0}))
        # As in the loop: the untouched model is set beside the first check, and never the best itself.
        best = rewards if at < 2 or statistics.fmean(rewards) > statistics.fmean(best) else best
    return rise_of(said)


def test_a_random_reward_is_rarely_called_better_and_a_real_rise_nearly_always():
    assert sum(drawn(0.0, seed).sure for seed in range(RUNS)) <= 0.06 * RUNS
    assert sum(drawn(0.3, seed).sure for seed in range(RUNS)) >= 0.95 * RUNS
