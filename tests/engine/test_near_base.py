"""The pull to the untouched model: by the book, with every tuning, and none where it weighs nothing."""

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from studio.core import events
from studio.core.config import RunConfig
from studio.engine.batches import collate
from studio.engine.device import DeviceChoice
from studio.engine.losses import logits_where_learned, next_token_loss
from studio.engine.near_base import pull_of
from studio.engine.preparation import TOKENS_AT_ONCE, prepare
from studio.engine.steps import measure, take_step
from studio.engine.tuned_weights import copy_into
from studio.engine.tunings import TUNINGS

FLOAT32 = DeviceChoice("cpu", "float32", ("exact comparisons",))
SMALL_STEPS = {"steps": 4, "batch_size": 4, "evaluations": 2, "dropout": 0.2}


def described(tuning: str, weight: float) -> RunConfig:
    return RunConfig("d", "1", model="tiny", tuning=tuning, knobs={"base_kl": weight})


@pytest.fixture
def pulled(tiny_source, tiny_tokenizer):
    """A model with its tuning, and a pull of this weight on it."""
    return lambda tuning, weight: prepare(
        described(tuning, weight), tiny_source, tiny_tokenizer, choice=FLOAT32
    )


def step(prepared, examples, *, rate: float = 2e-2, budget: int = 512):
    return take_step(
        prepared.machinery, examples, learning_rate=rate, clip=0.0, token_budget=budget, between=lambda: None
    )


def distance(model, tiny_model, batch) -> float:
    """KL(untouched || tuned) per learned token, with torch's own functions."""
    with torch.no_grad():
        own, untouched = (
            logits_where_learned(each.eval(), batch).log_softmax(-1) for each in (model, tiny_model)
        )
        apart = functional.kl_div(own, untouched, log_target=True, reduction="sum")
    return apart.item() / len(batch.targets)


@pytest.mark.parametrize("tuning", TUNINGS)
def test_every_tuning_is_pulled_to_the_model_as_it_was_and_told_how_far_it_is(
    tuning, pulled, tiny_model, tiny_examples
):
    prepared, batch = pulled(tuning, 0.5), collate(tiny_examples)
    model = prepared.machinery.model
    for _ in range(2):
        step(prepared, tiny_examples, rate=5e-2)
    expected, before = distance(model, tiny_model, batch), torch.get_rng_state()
    cross_entropy, tokens = next_token_loss(model.eval(), batch)
    found = step(prepared, tiny_examples, rate=0.0)
    assert expected > 1e-4
    assert found.base_kl == pytest.approx(expected, rel=2e-3)
    assert found.loss == pytest.approx(cross_entropy.item() / tokens, rel=1e-4)  # the answers alone
    assert torch.get_rng_state().equal(before)


@pytest.mark.parametrize("tuning", ["lora", "prefix", "full"])
def test_what_is_made_smaller_is_both_together(tuning, pulled, tiny_model, tiny_examples):
    prepared, batch = pulled(tuning, 0.7), collate(tiny_examples)
    machinery = prepared.machinery
    for _ in range(2):
        step(prepared, tiny_examples)
    loss, apart = machinery.pull.loss(machinery.model, batch)
    found = torch.autograd.grad(loss, machinery.weights)
    own = logits_where_learned(machinery.model, batch)
    with torch.no_grad():
        untouched = logits_where_learned(tiny_model, batch).log_softmax(-1)
    away = functional.kl_div(own.log_softmax(-1), untouched, log_target=True, reduction="sum")
    whole = functional.cross_entropy(own, batch.targets, reduction="sum") + 0.7 * away
    assert loss.item() == pytest.approx(whole.item(), rel=1e-4)
    assert apart == pytest.approx(away.item(), rel=1e-4)
    for gradient, wanted in zip(found, torch.autograd.grad(whole, machinery.weights), strict=True):
        torch.testing.assert_close(gradient, wanted, atol=2e-4, rtol=2e-3)


def test_an_untouched_model_is_not_pulled_anywhere(pulled, tiny_examples):
    assert step(pulled("lora", 1.0), tiny_examples).base_kl == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_the_more_it_is_pulled_the_nearer_it_stays(tuning, pulled, tiny_model, tiny_examples):
    batch, found = collate(tiny_examples), []
    for weight in (0.0, 0.3, 3.0):
        prepared = pulled(tuning, weight)
        for _ in range(8):
            step(prepared, tiny_examples)
        found.append(distance(prepared.machinery.model, tiny_model, batch))
    assert found[0] > 1.1 * found[1] > 1.2 * found[2]


def test_pieces_of_a_step_are_pulled_as_the_whole(pulled, tiny_examples):
    results = []
    for budget in (512, 60):
        prepared = pulled("lora", 0.5)
        results.append([step(prepared, tiny_examples, budget=budget) for _ in range(3)])
    for whole, pieces in zip(*results, strict=True):
        assert pieces.base_kl == pytest.approx(whole.base_kl, rel=1e-3, abs=1e-6)
        assert pieces.loss == pytest.approx(whole.loss, rel=1e-4)
        assert pieces.gradient_norm == pytest.approx(whole.gradient_norm, rel=1e-3)


def test_held_out_rows_are_measured_without_the_pull(pulled, tiny_examples):
    with_pull, without = pulled("lora", 5.0), pulled("lora", 0.0)
    for _ in range(2):
        step(with_pull, tiny_examples)
    copy_into(
        without.tuning.state(without.machinery.model), with_pull.tuning.state(with_pull.machinery.model)
    )
    looked = [
        measure(each.machinery, tiny_examples, token_budget=512, between=lambda: None)
        for each in (with_pull, without)
    ]
    assert looked[0] == looked[1]


def test_a_weight_of_nothing_is_no_pull_at_all(pulled):
    assert pulled("lora", 0.0).machinery.pull is None


@pytest.mark.parametrize("tuning", ["lora", "full"])
def test_a_pulled_run_goes_on_bit_equal_after_a_stop_and_tells_how_far_it_is(
    tuning, tiny_run, tmp_path, kept_checkpoints, monkeypatch
):
    monkeypatch.setitem(TOKENS_AT_ONCE, "cpu", 100)
    knobs = {name: value for name, value in SMALL_STEPS.items() if tuning == "lora" or name != "dropout"}
    knobs["base_kl"] = 0.5
    other = type(kept_checkpoints)(tmp_path / "undisturbed")
    tiny_run(knobs, tuning=tuning, checkpoints=other)
    whole = tiny_run.of(events.StepLogged)
    asked = iter(range(1000))
    tiny_run(knobs, tuning=tuning, should_stop=lambda: next(asked) >= 6)
    assert isinstance(tiny_run.said[-1], events.RunStopped)
    first = tiny_run.of(events.StepLogged)
    tiny_run(knobs, tuning=tuning)
    told = [(event.loss, event.base_kl) for event in [*first, *tiny_run.of(events.StepLogged)]]
    assert 0 < len(first) < len(whole)
    assert told == [(event.loss, event.base_kl) for event in whole]
    assert told[-1][1] > 0


def test_several_processes_do_not_divide_a_model_that_is_pulled():
    from studio.engine.division import cannot_divide

    config = described("lora", 0.1)
    assert "base_kl" in cannot_divide(config)
    assert cannot_divide(replace(config, knobs={})) == ""


def test_an_objective_with_ways_of_its_own_is_not_pulled_as_well(tiny_source):
    for objective, held in (("chat", True), ("dpo", False), ("simpo", False), ("classification", False)):
        config = replace(described("lora", 1.0), objective=objective)
        assert (pull_of(config, tiny_source, FLOAT32) is not None) == held
