"""Full fine-tuning: every weight of the model is trained, in float32."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.tuned_weights import copy_into

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedConfig, PreTrainedModel

TITLE = "Full fine-tuning"
SUMMARY = "Trains every weight. Learns the most, takes the most memory, and the result is a whole new model."
WHEN = "Pick it for thousands of good examples and a machine with room for four copies of the model."
SOURCE = "arXiv:1801.06146"
LEARNING_RATE = 5e-5
FROZEN_BASE = False
BITS = 32
HOLDS_BASE = False
MERGES = True
PEFT = False
PREPENDS = False


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def apply(model: "PreTrainedModel", config: Config) -> "PreTrainedModel":
    """Return the same model with every weight in float32 and trainable.

    16-bit weights would round most small updates away.
    """
    model.float()
    model.requires_grad_(True)
    return model


def reference(model: "PreTrainedModel") -> AbstractContextManager[None]:
    """Give None: the untouched model is not inside the tuned one, a second copy has to be loaded."""
    return nullcontext(None)


def state(model: "PreTrainedModel") -> "dict[str, Tensor]":
    """Return the trained tensors by name, no copies; tied weights appear once."""
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def load_state(model: "PreTrainedModel", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` into the model. Mutates `model`; its names must be those of `state`."""
    copy_into(state(model), tensors)


def merged(model: "PreTrainedModel") -> "PreTrainedModel":
    """Return the model itself: there is nothing to merge."""
    return model


def trained_parameters(config: Config, model_config: "PreTrainedConfig") -> int:
    """Return how many weights the model has."""
    from studio.engine.layers import skeleton  # torch: not before the first page

    return sum(weight.numel() for weight in skeleton(model_config).parameters())
