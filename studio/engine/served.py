"""Tuned models as a server holds them: LoRA beside others on one base, anything else as a model by itself."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import torch
from safetensors.torch import load
from torch import Tensor
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import LinearAttentionCacheLayerMixin

from studio.core.config import RunConfig
from studio.core.errors import StudioError
from studio.core.system import memory
from studio.engine.checkpoints import WEIGHTS
from studio.engine.device import choose_device
from studio.engine.models import count_parameters, load_model
from studio.engine.shelf import Shelf
from studio.engine.sources import ModelSource
from studio.engine.tuned import load_tuned
from studio.engine.tunings import lora, tuning_named

BESIDE = 0.5
"""Add-ons that nobody is asking just now take up to this part of what their base takes in memory."""


def shares_its_base(config: RunConfig) -> bool:
    """Return whether what was learned can stand beside others on one model."""
    return config.tuning == "lora" and not config.part(lora.Config).dora


def keeps_a_state(config: PreTrainedConfig) -> bool:
    """Return whether a model keeps more of a text than its keys and values, which `Decoder` cannot mix."""
    return any(
        isinstance(layer, LinearAttentionCacheLayerMixin) for layer in DynamicCache(config=config).layers
    )


def base_shelf(source: ModelSource) -> Shelf:
    """Return the untouched model, ready for add-ons."""
    choice = choose_device()
    model = load_model(source, dtype=choice.torch_dtype, device=choice.device)
    return Shelf(model, budget_bytes=BESIDE * base_bytes(source))


def reader(checkpoint: Path, digest: str, name: str) -> Callable[[], Mapping[str, Tensor]]:
    """Return what reads the weights of a checkpoint whenever they are needed; `name` is that of the run.

    It raises StudioError where they are gone, and where they no longer are those with this SHA-256.
    """

    def read() -> Mapping[str, Tensor]:
        try:
            content = (checkpoint / WEIGHTS).read_bytes()  # a file that shrank under a mapping would kill us
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise StudioError(
                f"The weights of {name} ({checkpoint.name}) cannot be read any more: {reason}.",
                "Load the run again if it is still there.",
            ) from error
        if sha256(content).hexdigest() != digest:
            raise StudioError(
                f"The weights of {name} ({checkpoint.name}) are not those that were opened.",
                "Load the run again.",
            )
        return load(content)

    return read


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
