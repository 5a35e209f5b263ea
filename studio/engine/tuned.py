"""A tuned model back from its checkpoint, and the hash that proves which weights answer."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from torch import Tensor, nn

from studio.core.errors import StudioError
from studio.engine.bottleneck import WithBottlenecks
from studio.engine.checkpoints import read_weights
from studio.engine.heads import tuning_for
from studio.engine.models import load_model
from studio.engine.openings import Opening
from studio.engine.sources import ModelSource

ADAPTERS = (BaseTunerLayer, WithBottlenecks, Opening)
"""What can be switched off, leaving the model of before."""


def load_tuned(
    source: ModelSource, tuning: str, *, settings: Any, checkpoint: Path, dtype: torch.dtype, device: str
) -> nn.Module:
    """Return the model as it was at a checkpoint, ready to answer. `settings` is the tuning's Config.

    `dtype` is that of the frozen weights; weights that were trained keep float32.
    Raises StudioError where the checkpoint is of another model or other settings.
    """
    module = tuning_for(tuning, source)
    with torch.random.fork_rng():  # the adapter's first values are drawn, then replaced
        model = module.apply(load_model(source, dtype=dtype, device=device), settings)
    weights = read_weights(checkpoint)
    expected = {name: tensor.shape for name, tensor in module.state(model).items()}
    if expected != {name: tensor.shape for name, tensor in weights.items()}:
        raise StudioError(
            f"The checkpoint {checkpoint.name} does not belong to {source.id} tuned with these settings.",
            "Train the run again; its model or its settings were changed.",
        )
    module.load_state(model, weights)
    return model.eval()


def weights_hash(model: nn.Module) -> str:
    """Return one SHA-256 over every weight that takes part in the model's next forward pass.

    With its adapters switched off (or none) a model has the hash of its base. Values are hashed as float32,
    so that the same weights held in 16 or in 32 bits have the same hash.
    """
    whole = hashlib.sha256()
    for name, tensor in sorted(_live_tensors(model), key=lambda pair: pair[0]):
        whole.update(f"{name} {tuple(tensor.shape)}".encode())
        whole.update(tensor.detach().float().cpu().contiguous().numpy())
    return whole.hexdigest()


def _live_tensors(model: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Yield weights by the name they have in the plain model; an adapter's only while it is switched on."""
    plain = model.get_base_model() if isinstance(model, PeftModel) else model
    switched_off = [
        f"{name}."
        for name, module in plain.named_modules()
        if isinstance(module, ADAPTERS) and (module.disable_adapters or module.merged)
    ]
    for name, parameter in plain.named_parameters():
        adapter = next((start for start in switched_off if name.startswith(start)), None)
        if adapter is None or name.startswith(f"{adapter}base_layer."):
            yield name.replace(".base_layer.", "."), parameter
