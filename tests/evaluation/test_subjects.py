"""Base and tuned come from one checkpoint and are what they are called."""

import pytest
import torch

from studio.core.config import RunConfig
from studio.engine.checkpoints import Progress, TrainingState, write_checkpoint
from studio.engine.device import choose_device
from studio.engine.models import load_model
from studio.engine.sources import resolve
from studio.engine.tuned import weights_hash
from studio.engine.tunings import TUNINGS, tuning_named
from studio.evaluation.subjects import subjects

KNOBS = {"lora": {"rank": 4, "alpha": 8.0, "dropout": 0.0}}


@pytest.fixture(params=list(TUNINGS))
def given(request, tmp_path, tiny_model_folder):
    """A run whose checkpoint has every tuned weight moved a little from where it began."""
    config = RunConfig(
        "d", "v", model=str(tiny_model_folder), tuning=request.param, knobs=KNOBS.get(request.param, {})
    )
    source, tuning = resolve(config.model), tuning_named(config.tuning)
    model = tuning.apply(load_model(source, dtype=torch.float32, device="cpu"), config.part(tuning.Config))
    moved = {name: tensor + 0.05 for name, tensor in tuning.state(model).items()}
    write_checkpoint(tmp_path, TrainingState(Progress(step=1), moved, {}, {}))
    return config, source, moved


def test_base_is_the_untouched_model_and_tuned_is_not(given, tmp_path):
    config, source, _ = given
    # A frozen base is held in the number format of the machine, a trained one in full.
    dtype = choose_device().torch_dtype if TUNINGS[config.tuning].FROZEN_BASE else torch.float32
    untouched = weights_hash(load_model(source, dtype=dtype, device="cpu"))
    base, tuned = subjects(config, source, tmp_path)
    for _ in range(2):
        with base() as model:
            before = weights_hash(model)
        with tuned() as model:
            after = weights_hash(model)
        assert before == untouched != after


def test_tuned_holds_the_weights_of_the_checkpoint(given, tmp_path):
    config, source, moved = given
    _, tuned = subjects(config, source, tmp_path)
    with tuned() as model:
        state = tuning_named(config.tuning).state(model)
        assert all(torch.equal(state[name].float(), tensor) for name, tensor in moved.items())
