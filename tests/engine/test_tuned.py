"""The hash names the weights that answer: switched off, on, merged or changed in one bit."""

import pytest
import torch

from studio.core.errors import StudioError
from studio.engine.checkpoints import Progress, TrainingState, write_checkpoint
from studio.engine.models import load_model
from studio.engine.tuned import load_tuned, weights_hash
from studio.engine.tunings import lora


def adapted(model, rank: int = 4):
    tuned = lora.apply(model, lora.Config(rank=rank))
    for tensor in lora.state(tuned).values():
        tensor.add_(0.01)
    return tuned


def test_equal_weights_have_one_hash_in_sixteen_and_thirty_two_bits(tiny_source, tiny_model):
    half = load_model(tiny_source, dtype=torch.bfloat16, device="cpu")
    assert weights_hash(half) != weights_hash(tiny_model)  # rounding made other weights of it
    assert weights_hash(half.float()) == weights_hash(half.bfloat16())


def test_one_changed_value_changes_the_hash(tiny_model):
    before = weights_hash(tiny_model)
    tiny_model.model.norm.weight.data[3] += 1e-3
    assert weights_hash(tiny_model) != before


def test_a_switched_off_adapter_takes_no_part(tiny_model):
    base = weights_hash(tiny_model)
    tuned = adapted(tiny_model)
    live = weights_hash(tuned)
    assert live != base
    with lora.reference(tuned):
        assert weights_hash(tuned) == base
    assert weights_hash(lora.merged(tuned)) not in (base, live)


def test_a_checkpoint_of_other_settings_is_refused_in_plain_words(tiny_source, tiny_model, tmp_path):
    weights = lora.state(adapted(tiny_model, rank=4))
    write_checkpoint(tmp_path, TrainingState(Progress(), weights, {}, {"cpu": torch.zeros(1)}))
    with pytest.raises(StudioError, match=r"does not belong to .* tuned with these settings"):
        load_tuned(
            tiny_source,
            "lora",
            settings=lora.Config(rank=8),
            checkpoint=tmp_path,
            dtype=torch.float32,
            device="cpu",
        )


def test_loading_draws_no_random_numbers_from_the_run(tiny_source, tiny_model, tmp_path):
    weights = lora.state(adapted(tiny_model))
    write_checkpoint(tmp_path, TrainingState(Progress(), weights, {}, {"cpu": torch.zeros(1)}))
    state = torch.get_rng_state()
    settings = lora.Config(rank=4)
    load_tuned(tiny_source, "lora", settings=settings, checkpoint=tmp_path, dtype=torch.float32, device="cpu")
    assert torch.get_rng_state().equal(state)
