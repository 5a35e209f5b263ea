"""Tuned models as a server holds them: LoRA beside others on one base, anything else as a model by itself."""

from pathlib import Path

import torch

from studio.core.config import RunConfig
from studio.core.system import memory
from studio.engine.device import choose_device
from studio.engine.models import count_parameters, load_model
from studio.engine.shelf import Shelf
from studio.engine.sources import ModelSource
from studio.engine.tuned import load_tuned
from studio.engine.tunings import lora, tuning_named


def shares_its_base(config: RunConfig) -> bool:
    """Return whether what was learned can stand beside others on one model."""
    return config.tuning == "lora" and not config.part(lora.Config).dora


def base_shelf(source: ModelSource) -> Shelf:
    """Return the untouched model, ready for add-ons."""
    choice = choose_device()
    return Shelf(load_model(source, dtype=choice.torch_dtype, device=choice.device))


def base_bytes(source: ModelSource) -> int:
    """Return the memory that the untouched model takes, without what answers under way keep."""
    return count_parameters(source) * choose_device().torch_dtype.itemsize


def own_bytes(config: RunConfig, source: ModelSource) -> int:
    """Return the memory that a tuned model by itself takes; trained weights have 32 bits."""
    frozen = tuning_named(config.tuning).FROZEN_BASE
    return base_bytes(source) if frozen else count_parameters(source) * torch.float32.itemsize


def free_bytes() -> int:
    """Return the memory that is free where models are loaded."""
    if choose_device().device == "cuda":
        return torch.cuda.mem_get_info()[0]
    return memory().available_bytes


def own_shelf(config: RunConfig, source: ModelSource, checkpoint: Path) -> Shelf:
    """Return the tuned model by itself. Raises StudioError where the checkpoint is of another one."""
    tuning, choice = tuning_named(config.tuning), choose_device()
    dtype = choice.torch_dtype if tuning.FROZEN_BASE else torch.float32
    settings = config.part(tuning.Config)
    model = load_tuned(
        source, config.tuning, settings=settings, checkpoint=checkpoint, dtype=dtype, device=choice.device
    )
    return Shelf(model)
