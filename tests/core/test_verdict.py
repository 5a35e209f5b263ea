"""The sentence above the curve says what the events bear, and no more."""

import pytest

from studio.core.events import Evaluated, Recorded, RunFailed, RunQueued, RunStarted, StepLogged
from studio.core.progress import fold
from studio.core.verdict import FEWEST_ROWS, verdict
from studio.core.waits import Wait


def run(held_out, training=(), rows=40, steps=80):
    """Fold a run from held-out losses every ten steps, and training losses by step."""
    events = [RunStarted("w", 0, steps, 100, rows, 5, 9, "cpu", "float32", (), "hash")]
    events += [
        StepLogged(number, loss, 10, 30, 0.1, 1.0, 0.5, 1) for number, loss in enumerate(training, start=1)
    ]
    events += [Evaluated(10 * place, loss, 100, rows) for place, loss in enumerate(held_out)]
    return fold([Recorded(float(second), event) for second, event in enumerate(events)])


FALLING = [3.0 - 0.03 * number for number in range(80)]


@pytest.mark.parametrize(
    ("held_out", "status", "headline", "tone"),
    [
        ([2.5], "running", "Learning", "neutral"),
        ([2.5, 2.2], "running", "Going well", "good"),
        ([2.5, 2.2, 2.0], "finished", "It learned", "good"),
        ([2.5, 2.49, 2.48], "running", "No clear change", "neutral"),
        ([2.5, 2.49, 2.51], "finished", "No clear change", "neutral"),
        ([2.5, 2.7, 2.9], "running", "Getting worse", "warning"),
        ([2.5, 2.2, 2.4, 2.7], "running", "Learning by heart", "warning"),
        ([2.5, 2.2, 2.21, 2.3], "finished", "It learned", "good"),
    ],
)
def test_the_headline_follows_the_held_out_loss(held_out, status, headline, tone):
    found = verdict(run(held_out, FALLING[: 10 * len(held_out)]), status)
    assert (found.headline, found.tone) == (headline, tone)


def test_learning_by_heart_names_the_best_step_of_all():
    found = verdict(run([2.5, 2.2, 2.4, 2.7], FALLING), "finished")
    assert found.sentence.startswith(
        "Best at step 10 of 80; after that it learned your examples by heart. "
        "On 40 rows it never saw, the loss went from 2.50 to 2.20 (12 % lower) at step 10."
    )


def test_one_bad_check_is_not_learning_by_heart():
    assert verdict(run([2.5, 2.2, 2.4], FALLING), "running").headline == "Going well"


def test_a_held_out_loss_that_rises_with_the_training_loss_is_not_learning_by_heart():
    rising = [2.0 + 0.02 * number for number in range(40)]
    found = verdict(run([2.5, 2.2, 2.6, 2.9], rising), "running")
    assert found.headline == "Getting worse"
    assert "It was lower at step 10" in found.sentence


def test_few_held_out_rows_tell_nothing_however_good_they_look():
    found = verdict(run([2.5, 1.0], FALLING, rows=FEWEST_ROWS - 1), "finished")
    assert found.headline == "Too little data"
    assert f"fewer than {FEWEST_ROWS} held-out rows" in found.sentence
    assert verdict(run([2.5, 1.0], FALLING, rows=FEWEST_ROWS), "finished").headline == "It learned"


def test_a_run_that_still_falls_at_its_end_is_told_to_go_on():
    assert "more rounds may help" in verdict(run([2.5, 2.3, 2.0], FALLING), "finished").sentence
    assert "more rounds" not in verdict(run([2.5, 2.0, 2.0], FALLING), "finished").sentence


def test_a_run_that_waits_says_how_many_are_before_it_and_when_it_starts():
    waiting = fold([Recorded(0.0, RunQueued())])
    assert verdict(waiting, "queued", Wait(2)).sentence == "Waits for its turn: 2 before it."
    assert verdict(waiting, "queued", Wait(0)).sentence == "Waits for its turn: It is next."
    told = verdict(waiting, "queued", Wait(2, 600, 840)).sentence
    assert told == "Waits for its turn: 2 before it; it starts in about 10 to 14 min."


def test_a_run_that_begins_says_that_it_measures_the_untouched_model_first():
    assert verdict(run([]), "running").headline == "Getting ready"
    assert "untouched model is being measured" in verdict(run([]), "running").sentence


def test_a_failure_is_told_with_its_next_step():
    failed = fold([Recorded(0.0, RunFailed("The disk is full.", "Free some space."))])
    assert verdict(failed, "failed").sentence == "The disk is full. Free some space."


def test_what_was_cut_off_or_stopped_can_be_resumed():
    assert "cut off at step 20 of 80" in verdict(run([2.5], FALLING[:20]), "interrupted").sentence
    stopped = verdict(run([2.5, 2.2], FALLING[:15]), "stopped")
    assert stopped.sentence.startswith("Stopped at step 15 of 80. On 40 rows it never saw")
    assert stopped.sentence.endswith("That point is kept; it can be resumed.")
    paused = verdict(run([2.5, 2.2], FALLING[:15]), "paused")
    assert paused.headline == "Paused"
    assert paused.sentence.endswith("resume goes on from its last save.")
    assert verdict(run([]), "paused").sentence == (
        "Paused at step 0 of 80. Resume goes on from its last save."
    )
