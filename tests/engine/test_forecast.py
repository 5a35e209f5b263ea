"""A forecast comes from the run's own arithmetic and from steps that were really timed."""

from dataclasses import replace

import pytest
import torch

from studio.core import events
from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.examples import Example
from studio.engine import forecast
from studio.engine.batches import rows_of_step
from studio.engine.device import choose_device
from studio.engine.forecast import forecast_memory, rehearse, within
from studio.engine.models import load_model
from studio.engine.preparation import TOKENS_AT_ONCE
from studio.engine.tunings import TUNINGS


def config(tuning: str = "lora", **knobs: object) -> RunConfig:
    return RunConfig("d", "1", tuning=tuning, knobs=knobs)


def test_full_tuning_takes_three_copies_of_the_weights_beside_them(tiny_source):
    full = forecast_memory(tiny_source, config("full"), longest_tokens=128)
    assert full.weights == 90_624 * 4
    assert full.optimiser == 3 * full.weights
    assert full.total == full.weights + full.optimiser + full.activations + full.program


@pytest.mark.parametrize("tuning", list(TUNINGS))
def test_the_weights_take_what_the_tuned_model_really_holds(tuning, tiny_source):
    dtype = choose_device().torch_dtype if TUNINGS[tuning].FROZEN_BASE else torch.float32
    model = TUNINGS[tuning].apply(
        load_model(tiny_source, dtype=dtype, device="cpu"), TUNINGS[tuning].Config()
    )
    found = forecast_memory(tiny_source, config(tuning), longest_tokens=128)
    assert found.weights == sum(weight.nbytes for weight in model.parameters())
    assert found.trained_parameters == sum(w.numel() for w in model.parameters() if w.requires_grad)
    assert found.optimiser == 12 * found.trained_parameters


def test_only_the_layers_above_the_lowest_trained_one_keep_what_they_computed(tiny_source):
    one, all_of_them = (
        forecast_memory(tiny_source, config("freeze", top_layers=count), longest_tokens=128).activations
        for count in (1, 200)
    )
    assert one < all_of_them


def test_packing_needs_the_room_of_the_unpacked_weights_first(tiny_source):
    packed = forecast_memory(tiny_source, config("qlora"), longest_tokens=128)
    assert packed.weights < packed.loading + 12 * packed.trained_parameters
    assert packed.total >= packed.loading + packed.program


def test_the_larger_model_that_is_learned_from_is_held_beside_the_small_one(tiny_source):
    alone, taught, elsewhere = (
        forecast_memory(
            tiny_source, RunConfig("d", "1", objective=objective, knobs=knobs), longest_tokens=128
        )
        for objective, knobs in (
            ("chat", {}),
            ("distillation", {"teacher": str(tiny_source.path)}),
            ("distillation", {"teacher": "/no/such/folder"}),
        )
    )
    assert taught.teacher == 90_624 * choose_device().torch_dtype.itemsize
    assert taught.total == alone.total + taught.teacher
    assert elsewhere == alone


def test_sorting_has_no_words_of_the_vocabulary_to_hold(tiny_source):
    writes, sorts = (
        forecast_memory(tiny_source, RunConfig("d", "1", objective=objective), longest_tokens=128)
        for objective in ("chat", "classification")
    )
    tokens = max(TOKENS_AT_ONCE[choose_device().device], 128)
    vocabulary = load_model(tiny_source, dtype=torch.float32, device="cpu").config.vocab_size
    held = choose_device().torch_dtype.itemsize
    assert writes.activations - sorts.activations == 3 * tokens * vocabulary * held


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
    assert rehearsal.peak_memory_bytes >= rehearsal.lasting_memory_bytes > 100_000_000
    assert rehearsal.trainable_parameters > 0
    assert torch.get_rng_state().equal(state)


def test_a_run_that_tries_answers_is_rehearsed_by_trying_some(tiny_source, tiny_tokenizer, tiny_examples):
    """Long answers take longer for each token of the questions."""
    state, paces = torch.get_rng_state(), []
    for tokens in (2, 100):
        knobs = {"answer_tokens": tokens, "answers": 2, "batch_size": 2, "reward_kl": 0.0}
        tried = RunConfig("d", "1", objective="grpo", knobs=knobs)
        paces.append(rehearse(tried, tiny_source, tiny_tokenizer, tiny_examples[:3]))
    short, long = paces
    assert long.seconds_per_token > 2 * short.seconds_per_token > 0
    assert long.evaluation_seconds_per_token > 2 * short.evaluation_seconds_per_token > 0
    assert torch.get_rng_state().equal(state)


def test_a_row_has_room_for_the_answer_that_is_tried(tiny_source):
    def activations(objective: str, tokens: int) -> int:
        tried = RunConfig("d", "1", objective=objective, knobs={"answer_tokens": 500})
        asked = tried if objective == "grpo" else config()
        return forecast_memory(tiny_source, asked, longest_tokens=tokens).activations

    assert activations("grpo", 1000) == activations("chat", 1500)


def test_the_longest_rows_go_first_and_the_others_as_the_run_draws_them(
    tiny_source, tiny_tokenizer, tiny_examples, monkeypatch
):
    longest = Example(99, (5,) * 300, (5,) * 300)
    tried = []
    monkeypatch.setattr(forecast, "take_step", seen(forecast.take_step, tried))
    rehearse(config(batch_size=3), tiny_source, tiny_tokenizer, tiny_examples, longest=[longest])
    assert tried[0][0] == longest
    rows = [rows_of_step(step, rows=len(tiny_examples), batch_size=3, seed=0) for step in range(3)]
    assert tried[1:] == [[tiny_examples[row] for row in drawn] for drawn in rows]


def seen(function, examples_of_each):
    def called(machinery, examples, **settings):
        examples_of_each.append(list(examples))
        return function(machinery, examples, **settings)

    return called


def test_a_part_of_a_step_has_no_more_tokens_than_asked_for_but_one_row_at_least():
    rows = [Example(at, (1,) * 10, (1,) * 10) for at in range(5)]
    assert [len(within(rows, tokens)) for tokens in (5, 10, 39, 40, 1000)] == [1, 1, 3, 4, 5]


def test_a_rehearsal_can_be_stopped(tiny_source, tiny_tokenizer, tiny_examples):
    assert rehearse(config(), tiny_source, tiny_tokenizer, tiny_examples, should_stop=lambda: True) is None


def test_nothing_to_learn_is_refused(tiny_source, tiny_tokenizer):
    with pytest.raises(Refused, match="None of the rows has anything to learn"):
        rehearse(config(), tiny_source, tiny_tokenizer, [])


def test_the_forecast_number_of_steps_is_the_runs_own(tiny_run):
    tiny_run({"epochs": 2.0, "batch_size": 3, "evaluations": 2})
    assert tiny_run.of(events.RunStarted)[0].steps == 6


def test_the_untouched_model_is_held_twice_only_where_the_tuned_one_does_not_hold_it(tiny_source):
    for tuning, copies in (("lora", 0), ("full", 1), ("freeze", 1)):
        alone, pulled = (
            forecast_memory(tiny_source, config(tuning, **knobs), longest_tokens=128)
            for knobs in ({}, {"base_kl": 0.5})
        )
        assert pulled.teacher == copies * 90_624 * choose_device().torch_dtype.itemsize
        assert pulled.weights == alone.weights
        assert pulled.activations > alone.activations  # its words for each learned token
        preferring = replace(config(tuning), objective="dpo")
        assert forecast_memory(tiny_source, preferring, longest_tokens=128).teacher == pulled.teacher
        without = replace(config(tuning), objective="simpo")
        assert forecast_memory(tiny_source, without, longest_tokens=128).teacher == 0
