"""Many add-ons on one model: each row of a batch goes through the one that it asks for, or through none.

Source: arXiv:2311.03285 (S-LoRA): the frozen product is shared by all rows, the thin ones are made by row.
"""

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from transformers import PreTrainedModel

from studio.engine.layers import sizes

DOWN, UP = ".lora_A.default.weight", ".lora_B.default.weight"
_PEFT = "base_model.model."
UNTOUCHED = ""
"""The name of the model without any add-on."""


class Shelf:
    """A frozen model with LoRA add-ons beside it, by name. Changes the model's projections into its own."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model.eval().requires_grad_(False)
        self._places = {UNTOUCHED: 0}
        self._choice = _Choice()
        self._parts: dict[str, BesideLinear] = {}

    def names(self) -> tuple[str, ...]:
        return tuple(self._places)

    def add(self, name: str, weights: Mapping[str, Tensor], scale: float) -> None:
        """Put an add-on beside the others. `weights` are those of a checkpoint of `tunings/lora.py`, `scale`
        is alpha over rank (or its root). Not while a token is being made."""
        assert name not in self._places, name
        found = {key.removeprefix(_PEFT).removesuffix(DOWN) for key in weights if key.endswith(DOWN)}
        for place in sorted(found - self._parts.keys()):
            part = BesideLinear(self.model.get_submodule(place), self._choice, len(self._places))
            self.model.set_submodule(place, part)
            self._parts[place] = part
        for place, part in self._parts.items():
            if place in found:
                part.add(weights[_PEFT + place + DOWN], weights[_PEFT + place + UP] * scale)
            else:
                part.add_nothing()
        self._places[name] = len(self._places)

    def choose(self, names: Sequence[str]) -> None:
        """Say which add-on each row of the next batches goes through."""
        self._choice.set([self._places[name] for name in names])

    def bytes(self) -> int:
        """Return what the add-ons take, without the model."""
        pairs = (pair for part in self._parts.values() for pair in part.pairs)
        return sum(down.nbytes + up.nbytes for down, up in pairs)


class _Choice:
    """Which add-on each row goes through; shared by all projections of a model."""

    def __init__(self) -> None:
        self.rows: tuple[int, ...] = ()
        self.all: int | None = 0
        """The one that all rows share, if they do."""

    def set(self, places: Iterable[int]) -> None:
        self.rows = tuple(places)
        different = set(self.rows)
        self.all = different.pop() if len(different) == 1 else None


class BesideLinear(nn.Module):
    """A frozen projection and the thin matrices of all add-ons beside it."""

    def __init__(self, base: nn.Module, choice: _Choice, count: int) -> None:
        super().__init__()
        self.base, self._choice = base, choice
        wide, high = sizes(base)
        self._nothing = base.weight.new_zeros(0, wide), base.weight.new_zeros(high, 0)
        self.pairs = [self._nothing] * count
        """Of each add-on what goes down (rank, in) and up (out, rank). A list: one array of all would be
        copied whole with each that comes."""

    def add(self, down: Tensor, up: Tensor) -> None:
        self.pairs.append((down.to(self._nothing[0]), up.to(self._nothing[1])))

    def add_nothing(self) -> None:
        self.pairs.append(self._nothing)

    def forward(self, x: Tensor) -> Tensor:  # (B, T, in) -> (B, T, out)
        result = self.base(x)
        if self._choice.all is not None:
            down, up = self.pairs[self._choice.all]
            return result + (x @ down.t()) @ up.t() if len(down) else result
        chosen = [self.pairs[place] for place in self._choice.rows]
        rank = max(len(down) for down, _ in chosen)
        downs = torch.stack([pad(down, (0, 0, 0, rank - len(down))) for down, _ in chosen])
        ups = torch.stack([pad(up, (0, rank - up.shape[1])) for _, up in chosen])
        thin = torch.bmm(x, downs.transpose(1, 2))
        return torch.baddbmm(result, thin, ups.transpose(1, 2))
