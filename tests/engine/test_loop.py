"""A run says what it does, learns, stops at once, and goes on as if it had never stopped."""

import itertools
import math
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from studio.core import events
from studio.core.errors import Refused, StudioError
from studio.core.examples import IGNORED
from studio.engine.checkpoints import OPTIMISER, WEIGHTS
from studio.engine.objectives import chat
from studio.engine.preparation import TOKENS_AT_ONCE
from studio.engine.tunings import TUNINGS

SIX_STEPS = {"steps": 6, "batch_size": 3, "evaluations": 3, "dropout": 0.3}


def stop_at_call(number: int):
    """Ask for a stop when asked for the `number`-th time, and from then on."""
    calls = itertools.count(1)
    return lambda: next(calls) >= number


def same_tensors(left: Path, right: Path) -> bool:
    ours, theirs = load_file(left), load_file(right)
    return ours.keys() == theirs.keys() and all(ours[name].equal(theirs[name]) for name in ours)


def test_a_run_tells_its_story_in_order(tiny_run):
    said = tiny_run({"steps": 2, "evaluations": 2})
    assert [type(event).__name__ for event in said] == [
        "RunStarted", "Evaluated",
        "StepLogged", "Evaluated", "CheckpointSaved",
        "StepLogged", "Evaluated", "CheckpointSaved",
        "RunFinished",
    ]  # fmt: skip
    started, before = said[0], said[1]
    assert (started.worker, started.from_step, started.steps) == ("the worker", 0, 2)
    assert (started.training_rows, started.held_out_rows) == (8, 2)
    assert started.weights_hash == tiny_run.source.weights_hash
    assert (before.step, before.rows) == (0, 2)
    assert said[-1].best_step == 2
    assert all(events.decode(events.encode(event, 0.0)).event == event for event in said)


def test_the_loss_of_the_first_step_is_that_of_the_untouched_model(tiny_run, tiny_model, tiny_examples):
    tiny_run({"steps": 1})
    (step,) = tiny_run.of(events.StepLogged)
    trained = sum(example.trained_tokens for example in tiny_examples)
    nats = sum(
        torch.nn.functional.cross_entropy(
            tiny_model(torch.tensor([each.input_ids])).logits[0, :-1],
            torch.tensor(each.labels[1:]),
            ignore_index=IGNORED,
            reduction="sum",
        ).item()
        for each in tiny_examples
    )
    assert step.loss == pytest.approx(nats / trained, rel=5e-3)  # the base may be held in 16 bits
    assert step.trained_tokens == trained
    assert step.tokens == sum(len(example.input_ids) for example in tiny_examples)


def test_the_untouched_model_is_what_step_zero_measures_and_learning_lowers_it(tiny_run):
    tiny_run({"steps": 30, "evaluations": 3, "learning_rate": 5e-3}, tuning="full")
    losses = [event.loss for event in tiny_run.of(events.Evaluated)]
    assert losses[0] == pytest.approx(math.log(259), rel=0.4)  # a random model knows nothing
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize("tuning", ["lora", "full"])
@pytest.mark.parametrize("call", [1, 6, 12, 16])
def test_a_stopped_and_resumed_run_ends_bit_equal(
    tiny_run, tmp_path, tuning, call, kept_checkpoints, monkeypatch
):
    monkeypatch.setitem(TOKENS_AT_ONCE, "cpu", 100)  # a step is several micro-batches: stops fall inside it
    knobs = {name: value for name, value in SIX_STEPS.items() if tuning == "lora" or name != "dropout"}
    other = type(kept_checkpoints)(tmp_path / "undisturbed")
    tiny_run(knobs, tuning=tuning, checkpoints=other)
    undisturbed = [event.loss for event in tiny_run.of(events.StepLogged)]
    undisturbed_held_out = tiny_run.held_out_losses()

    tiny_run(knobs, tuning=tuning, should_stop=stop_at_call(call))
    assert isinstance(tiny_run.said[-1], events.RunStopped)
    before = [event.loss for event in tiny_run.of(events.StepLogged)]
    held_out = tiny_run.held_out_losses()
    tiny_run(knobs, tuning=tuning)
    assert tiny_run.of(events.RunStarted)[0].from_step == len(before)
    assert before + [event.loss for event in tiny_run.of(events.StepLogged)] == undisturbed
    assert held_out | tiny_run.held_out_losses() == undisturbed_held_out
    ours, theirs = kept_checkpoints.newest()[1], other.newest()[1]
    assert same_tensors(ours / WEIGHTS, theirs / WEIGHTS)
    assert same_tensors(ours / OPTIMISER, theirs / OPTIMISER)


def test_a_run_cut_off_goes_on_from_its_last_checkpoint_bit_equal(tiny_run, tmp_path, kept_checkpoints):
    other = type(kept_checkpoints)(tmp_path / "undisturbed")
    tiny_run(SIX_STEPS, checkpoints=other)

    class PowerFailure(Exception):
        pass

    def fails_late() -> None:
        if len(tiny_run.of(events.StepLogged)) == 3:
            raise PowerFailure

    with pytest.raises(PowerFailure):
        tiny_run(SIX_STEPS, at_pause=fails_late)
    tiny_run(SIX_STEPS)
    assert tiny_run.of(events.RunStarted)[0].from_step == 2
    assert same_tensors(kept_checkpoints.newest()[1] / WEIGHTS, other.newest()[1] / WEIGHTS)


def test_what_happens_in_a_pause_does_not_change_the_run(tiny_run, tmp_path, kept_checkpoints):
    tiny_run(SIX_STEPS)
    other = type(kept_checkpoints)(tmp_path / "with pauses")
    pauses = []
    tiny_run(SIX_STEPS, at_pause=lambda: pauses.append(torch.rand(3)), checkpoints=other)
    assert len(pauses) > 6
    assert same_tensors(kept_checkpoints.newest()[1] / WEIGHTS, other.newest()[1] / WEIGHTS)


def test_the_pace_of_a_step_leaves_out_the_time_of_its_pauses(tiny_run, monkeypatch):
    monkeypatch.setitem(TOKENS_AT_ONCE, "cpu", 100)
    hours, real = [], time.monotonic
    monkeypatch.setattr("studio.engine.loop.time.monotonic", lambda: real() + 3600.0 * len(hours))
    tiny_run({"steps": 2, "evaluations": 1}, at_pause=lambda: hours.append(1))
    assert len(hours) >= 4
    assert all(event.seconds < 3600.0 for event in tiny_run.of(events.StepLogged))


def test_a_stop_is_honoured_after_the_very_next_micro_batch(tiny_run):
    asked = []

    def should_stop() -> bool:
        asked.append(len(tiny_run.of(events.StepLogged)))
        return len(asked) >= 5

    tiny_run({"steps": 50, "evaluations": 1}, should_stop=should_stop)
    assert len(asked) == 5
    assert isinstance(tiny_run.said[-1], events.RunStopped)
    assert tiny_run.said[-1].step == len(tiny_run.of(events.StepLogged))


def test_checkpoints_come_as_often_as_asked_and_with_every_evaluation(tiny_run):
    tiny_run({"steps": 6, "evaluations": 2, "checkpoint_every": 2})
    assert [event.step for event in tiny_run.of(events.CheckpointSaved)] == [2, 3, 4, 6]


def test_rows_with_nothing_to_learn_are_counted_and_left_out(tiny_run):
    idle = replace(tiny_run.examples[0], labels=(IGNORED,) * len(tiny_run.examples[0].labels))
    tiny_run.examples = (*tiny_run.examples, idle)
    tiny_run({"steps": 1})
    assert tiny_run.of(events.RunStarted)[0].training_rows == 8
    assert tiny_run.of(events.Warned)[0].message.startswith("1 of 9 training rows have nothing to learn")


def test_nothing_to_learn_at_all_is_refused_before_the_start(tiny_run):
    tiny_run.examples = tuple(
        replace(each, labels=(IGNORED,) * len(each.labels)) for each in tiny_run.examples
    )
    with pytest.raises(Refused, match="None of the 8 training rows has anything to learn"):
        tiny_run({"steps": 1})
    assert tiny_run.said == []


def idle(example):
    return replace(example, labels=(IGNORED,) * len(example.labels))


def test_held_out_rows_cut_to_nothing_are_counted_and_measure_nothing(tiny_run):
    tiny_run.held_out = (tiny_run.examples[0], idle(tiny_run.examples[1]))
    tiny_run({"steps": 1})
    assert tiny_run.of(events.Warned)[0].message.startswith("1 of 2 held-back rows have nothing to learn")
    assert tiny_run.of(events.RunStarted)[0].held_out_rows == 1
    assert {event.rows for event in tiny_run.of(events.Evaluated)} == {1}


def test_held_out_rows_that_are_all_cut_to_nothing_are_refused_with_the_way_out(tiny_run):
    tiny_run.held_out = tuple(map(idle, tiny_run.examples[:2]))
    with pytest.raises(Refused, match="None of the 2 held-back rows has anything to learn") as refused:
        tiny_run({"steps": 1})
    assert "max_length" in refused.value.hint


def test_rows_that_lose_their_end_are_counted_at_the_start(tiny_run):
    cut = tuple(replace(each, cut_tokens=3) for each in tiny_run.examples[:3])
    tiny_run.examples = (*cut, *tiny_run.examples[3:])
    said = tiny_run({"steps": 1})
    assert said[0].message == (
        "3 of 8 training rows are longer than the longest example allowed and are learned without their end."
    )


def test_rows_longer_than_the_model_reads_are_refused_before_they_break_it(tiny_run):
    with pytest.raises(Refused, match=r"This model reads 1024 tokens at most, and the longest .* is 2048"):
        tiny_run({"steps": 1, "max_length": 2048})


def without_memory():
    """Ask PyTorch for more than any machine has: its own error, in its own words."""
    return torch.empty(2**55, dtype=torch.uint8)


def test_a_processor_without_memory_takes_half_the_tokens_and_says_so(tiny_run, monkeypatch, tmp_path):
    tiny_run({"steps": 1, "batch_size": 4})
    undisturbed = tiny_run.of(events.StepLogged)[0].loss
    real, calls = chat.loss, itertools.count(1)

    def loss(model, batch):
        if next(calls) == 2:
            without_memory()
        return real(model, batch)

    monkeypatch.setattr(chat, "loss", loss)
    tiny_run({"steps": 1, "batch_size": 4}, checkpoints=type(tiny_run.checkpoints)(tmp_path / "again"))
    (split,) = tiny_run.of(events.BatchSplit)
    half = TOKENS_AT_ONCE["cpu"] // 2
    assert (split.step, split.checking, split.micro_tokens) == (0, True, half)
    assert f"memory of this machine ran out; from here {half} tokens" in split.reason
    assert tiny_run.of(events.StepLogged)[0].loss == pytest.approx(undisturbed, abs=1e-5)


def test_a_single_row_that_never_fits_ends_the_run_in_plain_words(tiny_run, monkeypatch):
    monkeypatch.setattr(chat, "loss", lambda model, batch: without_memory())
    with pytest.raises(StudioError, match="memory of this machine is too small for a single row"):
        tiny_run({"steps": 1})


def spoil(monkeypatch: pytest.MonkeyPatch, bad_calls: set[int]) -> None:
    """Make some micro-batches give a loss that is not a number; the real loss otherwise."""
    real, calls = chat.loss, itertools.count(1)

    def loss(model, batch):
        total, weight = real(model, batch)
        return (total * math.nan if next(calls) in bad_calls else total), weight

    monkeypatch.setattr(chat, "loss", loss)


def test_a_step_that_is_not_a_number_is_skipped_and_said(tiny_run, monkeypatch, kept_checkpoints):
    spoil(monkeypatch, {4})  # the first look at the two held-out rows is call 1 and 2
    tiny_run({"steps": 3, "evaluations": 1, "batch_size": 2})
    assert [event.message for event in tiny_run.of(events.Warned)] == [
        "Step 2 gave a loss that is not a number and was skipped."
    ]
    assert [event.step for event in tiny_run.of(events.StepLogged)] == [1, 3]
    weights = load_file(kept_checkpoints.newest()[1] / WEIGHTS)
    assert all(tensor.isfinite().all() for tensor in weights.values())


def test_three_such_steps_in_a_row_go_back_and_halve_the_rate_and_three_more_end_the_run(
    tiny_run, monkeypatch
):
    spoil(monkeypatch, {3, 4, 5, 8, 9, 10})  # in between the held-out rows are looked at anew
    with pytest.raises(StudioError, match="not a number 3 times in a row, the last time at step 3"):
        tiny_run({"steps": 9, "evaluations": 1, "batch_size": 2})
    (halved,) = tiny_run.of(events.RateHalved)
    assert (halved.step, halved.factor) == (0, 0.5)
    assert "went back to step 0 and goes on with half the step size" in halved.reason
    assert tiny_run.of(events.CheckpointSaved) == []


def test_held_out_rows_that_give_no_number_end_the_run_in_plain_words(tiny_run, monkeypatch):
    spoil(monkeypatch, {1})
    with pytest.raises(StudioError, match="held-back rows is not a number"):
        tiny_run({"steps": 1})


def test_a_tokenizer_of_another_model_is_refused(tiny_run, tiny_tokenizer):
    strange = type(tiny_tokenizer).from_pretrained(tiny_run.source.path)
    strange.add_tokens([f"<extra{number}>" for number in range(400)])
    tiny_run.tokenizer = strange
    with pytest.raises(Refused, match="The tokenizer knows 659 tokens and the model only 259"):
        tiny_run({"steps": 1})


@pytest.mark.parametrize("tuning", [name for name in TUNINGS if name not in ("lora", "full")])
def test_every_other_tuning_goes_on_bit_equal_after_a_stop(tuning, tiny_run, tmp_path, kept_checkpoints):
    knobs = {"steps": 3, "batch_size": 4, "evaluations": 1}
    other = type(kept_checkpoints)(tmp_path / "undisturbed")
    tiny_run(knobs, tuning=tuning, checkpoints=other)
    tiny_run(knobs, tuning=tuning, should_stop=stop_at_call(4))
    assert isinstance(tiny_run.said[-1], events.RunStopped)
    tiny_run(knobs, tuning=tuning)
    assert tiny_run.of(events.RunStarted)[0].from_step in (1, 2)
    ours, theirs = kept_checkpoints.newest()[1], other.newest()[1]
    assert same_tensors(ours / WEIGHTS, theirs / WEIGHTS)
    assert same_tensors(ours / OPTIMISER, theirs / OPTIMISER)
