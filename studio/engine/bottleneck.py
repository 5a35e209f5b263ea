"""Bottleneck adapters: a small network behind each attention and each feed-forward part of a frozen model.

Several, each with a name, may stand on one base: those that are active work one after the other.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear
from transformers import PreTrainedModel

from studio.engine.layers import output_names, sizes


class Bottleneck(nn.Module):
    """x + up(gelu(down(x))). Source: arXiv:1902.00751, section 2.1 and figure 2.

    `up` begins at zero, so that at first nothing is added at all. The weights are float32 whatever the
    precision of `x`, in which they are multiplied.
    """

    def __init__(self, width: int, size: int, device: torch.device) -> None:
        super().__init__()
        self.down = nn.Linear(width, size, device=device, dtype=torch.float32)
        self.up = nn.Linear(size, width, device=device, dtype=torch.float32)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, x: Tensor) -> Tensor:  # (..., width)
        thin = gelu(linear(x, self.down.weight.to(x.dtype), self.down.bias.to(x.dtype)))
        return x + linear(thin, self.up.weight.to(x.dtype), self.up.bias.to(x.dtype))


class WithBottlenecks(nn.Module):
    """A projection of the base with the bottlenecks behind it; `active` are worked through in order."""

    merged = False

    def __init__(self, base_layer: nn.Module) -> None:
        super().__init__()
        self.base_layer = base_layer
        self.bottlenecks = nn.ModuleDict()
        self.active: tuple[str, ...] = ()

    @property
    def disable_adapters(self) -> bool:
        """Whether the base alone answers, as peft's layers call it."""
        return not self.active

    def forward(self, x: Tensor) -> Tensor:
        result = self.base_layer(x)
        for name in self.active:
            result = self.bottlenecks[name](result)
        return result


def add_bottlenecks(model: PreTrainedModel, name: str, size: int) -> None:
    """Put a new set of bottlenecks on top of those that are there, and freeze all other weights.

    Mutates `model`. Draws random numbers.
    """
    model.requires_grad_(False)
    if not (wrapped := bottleneck_layers(model)):
        wrapped = _wrap(model)
    for layer in wrapped:
        _, width = sizes(layer.base_layer)
        layer.bottlenecks[name] = Bottleneck(width, size, layer.base_layer.weight.device)
        layer.active = (*layer.active, name)


def bottleneck_layers(model: nn.Module) -> list[WithBottlenecks]:
    """Return the projections that have bottlenecks behind them."""
    return [module for module in model.modules() if isinstance(module, WithBottlenecks)]


@contextmanager
def activated(model: nn.Module, names: Sequence[str]) -> Iterator[None]:
    """Let only the bottlenecks of these names work, in this order."""
    layers = bottleneck_layers(model)
    before = [layer.active for layer in layers]
    for layer in layers:
        layer.active = tuple(names)
    try:
        yield
    finally:
        for layer, active in zip(layers, before, strict=True):
            layer.active = active


def _wrap(model: PreTrainedModel) -> list[WithBottlenecks]:
    layers = []
    for name in output_names(model):
        layers.append(WithBottlenecks(model.get_submodule(name)))
        model.set_submodule(name, layers[-1])
    return layers
