"""A forecast comes from the run's own arithmetic and from steps that were really timed."""

import pytest
import torch

from studio.core import events
from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.engine.forecast import forecast_memory, rehearse
from studio.engine.preparation import TOKENS_AT_ONCE
from studio.engine.tunings import lora


def config(tuning: str = "lora", **knobs: object) -> RunConfig:
    return RunConfig("d", "1", tuning=tuning, knobs=knobs)


def test_full_tuning_takes_three_copies_of_the_weights_beside_them(tiny_source):
    full = forecast_memory(tiny_source, config("full"), longest_tokens=128)
    assert full.weights == 90_624 * 4
    assert full.optimiser == 3 * full.weights
    assert full.total == full.weights + full.optimiser + full.activations + full.program


def test_lora_takes_less_and_its_size_is_near_the_real_one(tiny_source, tiny_model):
    small, large = (forecast_memory(tiny_source, config(rank=rank), longest_tokens=128) for rank in (4, 16))
    assert small.optimiser < large.optimiser
    real = sum(weight.numel() for weight in lora.state(lora.apply(tiny_model, lora.Config())).values())
    assert large.optimiser / 16 == pytest.approx(real, rel=0.5)


def test_longer_rows_take_more(tiny_source):
    at_once = TOKENS_AT_ONCE["cpu"]
    lengths = at_once // 2, at_once, 8 * at_once
    short, full, long = (
        forecast_memory(tiny_source, config(), longest_tokens=length).activations for length in lengths
    )
    assert short == full
    assert long == 8 * full


def test_a_rehearsal_times_real_steps_and_changes_no_random_numbers(
    tiny_source, tiny_tokenizer, tiny_examples
):
    state = torch.get_rng_state()
    rehearsal = rehearse(config(), tiny_source, tiny_tokenizer, tiny_examples)
    assert rehearsal.seconds_per_token > 0
    assert rehearsal.evaluation_seconds_per_token > 0
    assert rehearsal.spread >= 1
    assert rehearsal.peak_memory_bytes > 100_000_000
    assert rehearsal.trainable_parameters > 0
    assert torch.get_rng_state().equal(state)


def test_a_rehearsal_can_be_stopped(tiny_source, tiny_tokenizer, tiny_examples):
    assert rehearse(config(), tiny_source, tiny_tokenizer, tiny_examples, should_stop=lambda: True) is None


def test_nothing_to_learn_is_refused(tiny_source, tiny_tokenizer):
    with pytest.raises(Refused, match="None of the rows has anything to learn"):
        rehearse(config(), tiny_source, tiny_tokenizer, [])


def test_the_forecast_number_of_steps_is_the_runs_own(tiny_run):
    tiny_run({"epochs": 2.0, "batch_size": 3, "evaluations": 2})
    assert tiny_run.of(events.RunStarted)[0].steps == 6
