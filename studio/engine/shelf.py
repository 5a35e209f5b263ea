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
        is alpha over rank (or its root). Not while a batch is under way."""
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
        return sum(tensor.nbytes for part in self._parts.values() for tensor in (part.downs, part.ups))


class _Choice:
    """Which add-on each row goes through; shared by all projections of a model."""

    def __init__(self) -> None:
        self.rows = torch.zeros(0, dtype=torch.int64)
        self.all: int | None = 0
        """The one that all rows share, if they do."""

    def set(self, places: Iterable[int]) -> None:
        self.rows = torch.tensor(list(places), dtype=torch.int64)
        different = set(self.rows.tolist())
        self.all = different.pop() if len(different) == 1 else None


class BesideLinear(nn.Module):
    """A frozen projection and the thin matrices of all add-ons beside it, ranks filled up with zeros."""

    def __init__(self, base: nn.Module, choice: _Choice, count: int) -> None:
        super().__init__()
        self.base, self._choice = base, choice
        wide, high = sizes(base)
        weight = base.weight
        self.downs = torch.zeros(count, 1, wide, dtype=weight.dtype, device=weight.device)  # (n, rank, in)
        self.ups = torch.zeros(count, high, 1, dtype=weight.dtype, device=weight.device)  # (n, out, rank)

    def add(self, down: Tensor, up: Tensor) -> None:
        rank = max(self.downs.shape[1], down.shape[0])
        downs = [_taller(each, rank) for each in (*self.downs, down.to(self.downs))]
        ups = [_taller(each.t(), rank).t() for each in (*self.ups, up.to(self.ups))]
        self.downs, self.ups = torch.stack(downs), torch.stack(ups)

    def add_nothing(self) -> None:
        self.add(torch.zeros_like(self.downs[0]), torch.zeros_like(self.ups[0]))

    def forward(self, x: Tensor) -> Tensor:  # (B, T, in) -> (B, T, out)
        result = self.base(x)
        place = self._choice.all
        if place == 0:
            return result
        if place is not None:
            return result + (x @ self.downs[place].t()) @ self.ups[place].t()
        rows = self._choice.rows
        thin = torch.bmm(x, self.downs[rows].transpose(1, 2))
        return torch.baddbmm(result, thin, self.ups[rows].transpose(1, 2))


def _taller(matrix: Tensor, rank: int) -> Tensor:
    """Return a matrix of `rank` rows: those that it lacks are zeros."""
    return pad(matrix, (0, 0, 0, rank - matrix.shape[0]))
