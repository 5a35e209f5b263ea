"""Freezing: the top layers of the model are trained, those below stand still."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.tuned_weights import copy_into

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from transformers import PreTrainedConfig, PreTrainedModel

TITLE = "Top layers only"
SUMMARY = "Trains the last layers of the model and leaves those below as they are."
WHEN = "Pick it for quick rounds on a slow machine; the result is a whole new model."
SOURCE = "arXiv:1801.06146"
LEARNING_RATE = 3e-4
FROZEN_BASE = True
BITS = 16
HOLDS_BASE = False
"""The top of the untouched model is gone once it is trained."""
MERGES = True
PEFT = False
PREPENDS = False


@dataclass(frozen=True)
class Config:
    """How much of the model is trained."""

    top_layers: int = knob(
        4,
        label="Layers to train",
        technical="unfrozen layers, counted from the top",
        low=1,
        high=200,
        help="More of them learn more and take more memory; a number above the model's means all.",
        source="arXiv:1801.06146, section 3.3",
    )


def apply(model: "PreTrainedModel", config: Config) -> "PreTrainedModel":
    """Return the same model with its top layers and last norm in float32 and trainable, the rest frozen."""
    from studio.engine.layers import behind_layers, decoder_layers  # torch: not before the first page

    model.requires_grad_(False)
    for part in (*decoder_layers(model)[-config.top_layers :], *behind_layers(model)):
        part.float().requires_grad_(True)
        part.register_forward_pre_hook(_in_own_precision)
    if (head := model.get_output_embeddings()) is not None:
        head.register_forward_pre_hook(_in_own_precision)
    return model


def _in_own_precision(part: "torch.nn.Module", inputs: "tuple[Tensor, ...]") -> "tuple[Tensor, ...]":
    """Hand on what comes from a part of another precision: the layers below are held in 16 bits."""
    first, *others = inputs
    return (first.to(next(part.parameters()).dtype), *others)


def reference(model: "PreTrainedModel") -> AbstractContextManager[None]:
    """Give None: the untouched top is not inside the tuned model, a second copy has to be loaded."""
    return nullcontext(None)


def state(model: "torch.nn.Module") -> "dict[str, Tensor]":
    """Return the trained tensors by name, no copies."""
    return {name: weight.detach() for name, weight in model.named_parameters() if weight.requires_grad}


def load_state(model: "torch.nn.Module", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` into the trained layers. Mutates `model`; its names must be those of `state`."""
    copy_into(state(model), tensors)


def merged(model: "PreTrainedModel") -> "PreTrainedModel":
    """Return the model itself in float32: there is nothing to merge."""
    return model.float()


def trained_parameters(config: Config, model_config: "PreTrainedConfig") -> int:
    """Return how many weights the top layers and what stands behind them have."""
    from studio.engine.layers import behind_layers, decoder_layers, skeleton

    model = skeleton(model_config)
    parts = (*decoder_layers(model)[-config.top_layers :], *behind_layers(model))
    return sum(weight.numel() for part in parts for weight in part.parameters())
