"""A run adjusts itself, says so, and does the same again when resumed: bit-equal to the undisturbed one."""

import itertools
import math
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from studio.core import events
from studio.core.config import RunConfig
from studio.core.early_warnings import early_warnings
from studio.core.examples import IGNORED
from studio.core.progress import fold
from studio.core.records import Completion
from studio.data.templates import ChatTemplate
from studio.engine.checkpoints import OPTIMISER, WEIGHTS
from studio.engine.guards.numbers import NotANumber, all_finite
from studio.engine.job import TrainingJob
from studio.engine.objectives import chat
from studio.engine.preparation import TOKENS_AT_ONCE, prepare
from studio.engine.standing import Standing

KNOBS = {"steps": 8, "batch_size": 4, "evaluations": 4, "dropout": 0.3}


class Killed(Exception):
    """The process ends here, without a last word."""


def kill_after(run, steps):
    def at_pause():
        if len(run.of(events.StepLogged)) == steps:
            raise Killed

    return at_pause


def fail_at(monkeypatch, run, step, kind):
    """Let the first micro-batch after a step fail, once in the life of the run."""
    real, failed = chat.loss, []

    def loss(model, batch):
        total, weight = real(model, batch)
        if not failed and model.training and len(run.of(events.StepLogged)) == step:
            failed.append(step)
            return kind(total), weight
        return total, weight

    monkeypatch.setattr(chat, "loss", loss)


def without_memory(total):
    return torch.empty(2**55, dtype=torch.uint8)


def same_files(left, right):
    for name in (WEIGHTS, OPTIMISER):
        ours, theirs = load_file(left / name), load_file(right / name)
        assert ours.keys() == theirs.keys()
        assert all(ours[key].equal(theirs[key]) for key in ours), name


@pytest.mark.parametrize("killed_after", [4, 5, 7])
def test_a_split_is_repeated_by_a_resume(tiny_run, tmp_path, monkeypatch, kept_checkpoints, killed_after):
    """The split comes in step 6, after the checkpoint that two of the three resumes begin with."""
    monkeypatch.setitem(TOKENS_AT_ONCE, "cpu", 200)
    other = type(kept_checkpoints)(tmp_path / "undisturbed")
    with monkeypatch.context() as patch:
        fail_at(patch, tiny_run, 5, without_memory)
        tiny_run(KNOBS, checkpoints=other)
    (split,) = tiny_run.of(events.BatchSplit)
    assert (split.step, split.checking, split.micro_tokens) == (5, False, 100)

    with monkeypatch.context() as patch:
        fail_at(patch, tiny_run, 5, without_memory)
        with pytest.raises(Killed):
            tiny_run(KNOBS, at_pause=kill_after(tiny_run, killed_after))
    tiny_run.remember()
    if killed_after < 5:  # the memory runs out in the second leg
        fail_at(monkeypatch, tiny_run, 5 - tiny_run_from(kept_checkpoints), without_memory)
    tiny_run(KNOBS)
    same_files(kept_checkpoints.newest()[1], other.newest()[1])


def tiny_run_from(checkpoints):
    return checkpoints.newest()[0]


def spoil_steps(monkeypatch, run, bad):
    """Give no number while the rate is whole in steps of these numbers."""
    real = chat.loss

    def loss(model, batch):
        total, weight = real(model, batch)
        said = fold([*run.history, *(events.Recorded(0.0, event) for event in run.said)])
        whole = not any(isinstance(event, events.RateHalved) for event in said.adjustments)
        spoiled = model.training and whole and said.step + 1 >= bad
        return (total * math.nan if spoiled else total), weight

    monkeypatch.setattr(chat, "loss", loss)


def test_three_bad_steps_go_back_to_the_last_good_point_and_a_resume_knows_it(
    tiny_run, tmp_path, monkeypatch, kept_checkpoints
):
    spoil_steps(monkeypatch, tiny_run, bad=6)
    knobs = {**KNOBS, "evaluations": 2}
    other = type(kept_checkpoints)(tmp_path / "undisturbed")
    tiny_run(knobs, checkpoints=other)
    (halved,) = tiny_run.of(events.RateHalved)
    assert (halved.step, halved.factor) == (4, 0.5)
    assert "3 times in a row, the last time at step 8" in halved.reason
    rates = {event.step: event.learning_rate for event in tiny_run.of(events.StepLogged)}
    assert isinstance(tiny_run.said[-1], events.RunFinished)
    told = fold([events.Recorded(0.0, event) for event in tiny_run.said])
    assert (told.step, [known.step for known in told.held_out]) == (8, [0, 4, 8])

    with pytest.raises(Killed):
        tiny_run(knobs, at_pause=kill_after(tiny_run, 6))  # five, then one more after going back
    assert tiny_run.of(events.RateHalved)
    tiny_run.remember()
    tiny_run(knobs)
    assert tiny_run.of(events.RunStarted)[0].from_step == 4
    again = {event.step: event.learning_rate for event in tiny_run.of(events.StepLogged)}
    assert again == {step: rates[step] for step in again}
    same_files(kept_checkpoints.newest()[1], other.newest()[1])


def test_weights_that_are_no_numbers_are_never_saved(tiny_run):
    config = RunConfig("dataset", "1", model="tiny", knobs={})
    job = TrainingJob(
        config, tiny_run.source, tiny_run.tokenizer, tiny_run.examples, (), tiny_run.checkpoints, "w"
    )
    standing = Standing(job, prepare(config, tiny_run.source, tiny_run.tokenizer))
    with torch.no_grad():
        standing.prepared.machinery.weights[0].view(-1)[0] = math.inf
    with pytest.raises(NotANumber, match="some weights are no numbers any more; they are not saved"):
        standing.save(None)
    assert tiny_run.checkpoints.newest() is None


def test_whole_numbers_are_always_finite():
    assert all_finite([torch.tensor([1, 2]), torch.tensor([0.5])])
    assert not all_finite([torch.tensor([1, 2]), torch.tensor([0.5, math.nan])])


def sums(tokenizer, numbers):
    template = ChatTemplate(tokenizer)
    return tuple(
        chat.encode(
            Completion(f"What is {number} plus one?", f"It is {number + 1}."),
            template,
            max_length=64,
            row=number,
        )
        for number in numbers
    )


@pytest.fixture
def sums_run(tiny_run, tiny_tokenizer):
    """The tiny run, on 80 sums, with 32 others to be measured by."""
    tiny_run.examples = sums(tiny_tokenizer, range(80))
    tiny_run.held_out = sums(tiny_tokenizer, range(500, 532))
    return tiny_run


LEARNS = {"steps": 24, "batch_size": 8, "evaluations": 4, "learning_rate": 1e-3}
BY_HEART = {"steps": 48, "batch_size": 4, "evaluations": 6, "learning_rate": 5e-3}


def warnings_on_the_way(run):
    """Return what was told after any event of the run, each once, without its figures."""
    said = [events.Recorded(0.0, event) for event in run.said]
    told = (early_warnings(fold(said[:end])) for end in range(1, len(said) + 1))
    return {warned.message.split(":")[0][:40] for warned in itertools.chain(*told)} | {
        warned.message for warned in fold(said).warnings
    }


@pytest.mark.parametrize(("tuning", "rate"), [("lora", 1e-3), ("lora", 5e-3), ("full", 1e-3)])
def test_a_healthy_run_raises_no_alarm_at_any_moment(sums_run, tuning, rate):
    sums_run({**LEARNS, "learning_rate": rate, "early_stop": True}, tuning=tuning)
    assert sums_run.said[-1].step == 24
    assert warnings_on_the_way(sums_run) == set()


def test_steps_far_too_large_are_told_on_a_real_run(sums_run):
    sums_run({**LEARNS, "learning_rate": 1.0})
    assert any("In the first 20 steps the gradients" in told for told in warnings_on_the_way(sums_run))


def test_steps_far_too_small_are_told_on_a_real_run(sums_run):
    sums_run({**LEARNS, "learning_rate": 1e-5})
    (warned,) = early_warnings(fold([events.Recorded(0.0, event) for event in sums_run.said]))
    begins = "The error on your own examples falls, but hardly"
    assert warned.message.startswith(begins)
    assert warnings_on_the_way(sums_run) <= {begins[:40], "Nothing was learned so far"}


def test_a_run_that_learns_nothing_is_told(sums_run):
    sums_run({**LEARNS, "learning_rate": 1e-7})
    assert warnings_on_the_way(sums_run) == {"Nothing was learned so far"}


def test_a_run_that_learns_by_heart_ends_early_and_keeps_its_best_point(sums_run, kept_checkpoints):
    sums_run.examples = sums_run.examples[:8]
    sums_run({**BY_HEART, "early_stop": True}, tuning="full")
    ended = sums_run.said[-1]
    assert isinstance(ended, events.RunFinished)
    assert ended.best_step < ended.step < 48
    assert "by heart" in ended.reason
    losses = sums_run.held_out_losses()
    assert kept_checkpoints.best()[0] == ended.best_step == min(losses, key=losses.__getitem__)
    assert all(event.standard_error > 0 for event in sums_run.of(events.Evaluated))


def test_early_stopping_is_decided_the_same_after_a_resume(sums_run, tmp_path, kept_checkpoints):
    sums_run.examples = sums_run.examples[:8]
    knobs = {**BY_HEART, "early_stop": True}
    sums_run(knobs, tuning="full", checkpoints=type(kept_checkpoints)(tmp_path / "undisturbed"))
    ended = sums_run.said[-1]
    with pytest.raises(Killed):
        sums_run(knobs, tuning="full", at_pause=kill_after(sums_run, ended.step - 3))
    sums_run.remember()
    sums_run(knobs, tuning="full")
    assert (sums_run.said[-1].step, sums_run.said[-1].best_step) == (ended.step, ended.best_step)


def test_without_the_knob_it_goes_on_to_the_end(sums_run):
    sums_run.examples = sums_run.examples[:8]
    sums_run(BY_HEART, tuning="full")
    assert (sums_run.said[-1].step, sums_run.said[-1].reason) == (48, "")


def test_too_few_held_out_rows_never_end_a_run(sums_run):
    sums_run.examples, sums_run.held_out = sums_run.examples[:8], sums_run.held_out[:29]
    sums_run({**BY_HEART, "early_stop": True}, tuning="full")
    assert sums_run.said[-1].step == 48


def test_rows_with_nothing_to_learn_do_not_count_as_measured(sums_run):
    idle = replace(sums_run.held_out[0], labels=(IGNORED,) * len(sums_run.held_out[0].labels))
    sums_run.held_out = (*sums_run.held_out, idle)
    sums_run({"steps": 1, "evaluations": 1})
    assert {event.rows for event in sums_run.of(events.Evaluated)} == {32}
