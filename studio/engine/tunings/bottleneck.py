"""Bottleneck adapters: a small network behind each part of every layer is trained, the model stands still."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.knobs import knob
from studio.engine.tuned_weights import copy_into, marked

if TYPE_CHECKING:
    import torch
    from torch import Tensor
    from transformers import PreTrainedConfig, PreTrainedModel

TITLE = "Bottleneck adapters"
SUMMARY = "Puts two small networks into every layer and trains those; the model itself stands still."
WHEN = "Pick it to keep several tasks beside one model: their adapters can be swapped and stacked."
SOURCE = "arXiv:1902.00751"
LEARNING_RATE = 1e-3
FROZEN_BASE = True
BITS = 16
HOLDS_BASE = True
MERGES = False
"""There is a curve between the two matrices: no weight of the base could stand for them."""
PEFT = False
PREPENDS = False

NAME = "default"


@dataclass(frozen=True)
class Config:
    """The size of the networks."""

    bottleneck_size: int = knob(
        32,
        label="Width of the small networks",
        technical="bottleneck size m",
        low=1,
        high=1024,
        help="Wider ones can learn more and take more memory.",
        source="arXiv:1902.00751, section 3.6",
    )


def apply(model: "PreTrainedModel", config: Config) -> "PreTrainedModel":
    """Return the same model with float32 networks in its layers. Draws random numbers.

    Raises Refused where the family's layers are not known.
    """
    from studio.engine.bottleneck import add_bottlenecks  # torch: not before the first page

    add_bottlenecks(model, NAME, config.bottleneck_size)
    return model


@contextmanager
def reference(model: "PreTrainedModel") -> "Iterator[PreTrainedModel]":
    """Give the same model with the networks switched off: the untouched base."""
    from studio.engine.bottleneck import activated

    with activated(model, ()):
        yield model


def state(model: "torch.nn.Module") -> "dict[str, Tensor]":
    """Return the trained tensors by name, no copies."""
    return marked(model, f".bottlenecks.{NAME}.")


def load_state(model: "torch.nn.Module", tensors: "dict[str, Tensor]") -> None:
    """Copy `tensors` into the networks. Mutates `model`; its names must be those of `state`."""
    copy_into(state(model), tensors)


def merged(model: "PreTrainedModel") -> "PreTrainedModel":
    """Not to be called: MERGES says so."""
    raise AssertionError("bottleneck adapters cannot be merged")


def trained_parameters(config: Config, model_config: "PreTrainedConfig") -> int:
    """Return how many weights are trained: 2 m width + m + width behind each attention and feed-forward."""
    from studio.engine.layers import output_names, sizes, skeleton

    model = skeleton(model_config)
    widths = [sizes(model.get_submodule(name))[1] for name in output_names(model)]
    size = config.bottleneck_size
    return sum(2 * size * width + size + width for width in widths)
