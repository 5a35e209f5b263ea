"""What a curve's first part tells, on curves whose cause is known; real runs: tests/engine/test_guards.py."""

import math

import pytest

from studio.core.early_warnings import early_warnings, exploding
from studio.core.events import (
    BatchSplit,
    Evaluated,
    RateHalved,
    Recorded,
    RunFinished,
    RunStarted,
    StepLogged,
)
from studio.core.progress import fold
from studio.core.verdict import ends_early, memorises, verdict


def run(training, held_out=(), *, steps=80, rows=40, norms=None, error=0.0):
    """Fold a run from training losses by step and held-out losses every ten steps."""
    said = [RunStarted("w", 0, steps, 100, rows, 5, 9, "cpu", "float32", (), "hash")]
    for number, loss in enumerate(training, start=1):
        norm = norms[number - 1] if norms else 1.0
        said.append(StepLogged(number, loss, 10, 30, 0.1, norm, 0.5, 1))
    said += [Evaluated(10 * place, loss, 100, rows, error) for place, loss in enumerate(held_out)]
    return fold([Recorded(float(second), event) for second, event in enumerate(said)])


def bumpy(step):
    """Differences between batches, as real curves have them: the same at every call."""
    return 0.2 * math.sin(12.9898 * step) * math.cos(4.1 * step)


FALLING = [1.2 + 1.8 * math.exp(-step / 25) + bumpy(step) for step in range(80)]
RISING = [2.5 + 0.03 * step + bumpy(step) for step in range(40)]
STILL = [2.5 + bumpy(step) for step in range(80)]


@pytest.mark.parametrize("steps", range(1, 81))
def test_a_bumpy_curve_that_falls_raises_no_alarm_at_any_step(steps):
    held_out = [2.9, 2.2, 1.9, 1.7, 1.6, 1.55, 1.52, 1.51, 1.51][: 1 + steps // 10]
    assert early_warnings(run(FALLING[:steps], held_out)) == ()


def test_a_training_loss_that_rises_means_too_large_steps():
    (warned,) = early_warnings(run(RISING))
    assert "The step size is probably too high" in warned.message
    assert "learning_rate" in warned.hint


def test_one_that_fell_and_was_thrown_off_means_so_too():
    (warned,) = early_warnings(run([*FALLING[:40], *(4.0 + bumpy(step) for step in range(20))]))
    assert warned.message.startswith("The error on your own examples rises: from 2.")


def test_losses_that_do_not_move_mean_nothing_learned():
    (warned,) = early_warnings(run(STILL, [2.5, 2.49, 2.51, 2.5]))
    assert warned.message.startswith("Nothing was learned so far")


def test_losses_that_only_creep_down_mean_too_small_steps():
    (warned,) = early_warnings(run([2.5 - 0.0005 * step for step in range(80)], [2.5, 2.49, 2.48, 2.47]))
    assert "The step size is probably too low" in warned.message


def test_flat_is_not_told_in_the_first_quarter_of_a_run():
    assert early_warnings(run(STILL[:24], [2.5, 2.5], steps=100)) == ()
    assert len(early_warnings(run(STILL[:25], [2.5, 2.5], steps=100))) == 1


def test_a_held_out_loss_that_moved_is_not_nothing_learned():
    assert early_warnings(run(STILL, [2.5, 2.3, 2.2])) == ()


def test_learning_by_heart_is_told_from_the_best_point_on():
    (warned,) = early_warnings(run(FALLING, [2.9, 2.2, 2.4, 2.7]))
    assert warned.message.startswith("Since step 10 it learns your examples by heart")


def test_a_rise_within_two_standard_errors_is_noise():
    losses = [2.9, 2.2, 2.4, 2.45]
    assert memorises(run(FALLING, losses, error=0.09))
    assert not memorises(run(FALLING, losses, error=0.13))


def test_few_rows_never_end_a_run_early():
    losses = [2.9, 2.2, 2.4, 2.7]
    assert ends_early(run(FALLING, losses, rows=30))
    assert not ends_early(run(FALLING, losses, rows=29))


def test_gradients_far_above_all_before_are_an_alarm_and_a_single_spike_is_none():
    quiet = [1.0 + 0.5 * math.sin(step) for step in range(40)]
    assert exploding(run(STILL[:40], norms=quiet)) is None
    assert exploding(run(STILL[:41], norms=[*quiet, 50.0])) is None
    alarm = exploding(run(STILL[:45], norms=[*quiet, *(5 * [30.0])]))
    assert alarm is not None
    assert "exploding gradients" in alarm.message


def test_gradients_that_leap_about_from_the_start_mean_too_large_steps():
    leaping = [10.0 ** ((-1) ** step * 0.3) for step in range(20)]
    (warned,) = early_warnings(run(FALLING[:20], norms=leaping))
    assert warned.message.startswith("In the first 20 steps the gradients changed 4.0-fold")
    assert early_warnings(run(FALLING[:20], norms=[norm**0.5 for norm in leaping])) == ()


def test_a_run_that_ended_early_says_where_and_why():
    progress = run(FALLING[:40], [2.9, 2.2, 2.4, 2.7])
    progress.add(Recorded(99.0, RunFinished(40, 10, 9.0, 1, "More steps would only teach by heart.")))
    found = verdict(progress, "finished")
    assert found.sentence.startswith("Best at step 10 of 80; after that it learned your examples by heart.")
    assert found.sentence.endswith("It was ended at step 40: more steps would not help.")


def test_of_several_splits_only_the_last_is_told_and_all_are_kept():
    progress = run(FALLING[:10], [2.9])
    for tokens in (384, 192):
        progress.add(Recorded(20.0, BatchSplit(10, False, tokens, f"from here {tokens} tokens")))
    assert [warned.message for warned in progress.warnings] == ["from here 192 tokens"]
    assert [event.micro_tokens for event in progress.adjustments] == [384, 192]


def test_going_back_forgets_what_came_after():
    progress = run(FALLING[:25], [2.9, 2.2, 2.4])
    progress.add(Recorded(50.0, RateHalved(10, 0.5, "went back")))
    assert progress.step == 10
    assert [known.step for known in progress.held_out] == [0, 10]
