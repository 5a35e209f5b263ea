"""Many add-ons on one model: each row of a batch goes through the one that it asks for, or through none.

All are known by name. In memory are those that a batch goes through and, within a budget, those that were
asked for last; any other is read when somebody asks for it.
Source: arXiv:2311.03285 (S-LoRA): the frozen product is shared by all rows, the thin ones are made by row.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from transformers import PreTrainedModel

from studio.core.errors import Refused
from studio.engine.layers import sizes

DOWN, UP = ".lora_A.default.weight", ".lora_B.default.weight"
_PEFT = "base_model.model."
UNTOUCHED = ""
"""The name of the model without any add-on."""

Read = Callable[[], Mapping[str, Tensor]]
"""Reads the weights of a checkpoint of `tunings/lora.py`. Raises StudioError where they are not there."""


@dataclass(frozen=True, eq=False)
class AddOn:
    """An add-on in memory: beside each projection what goes down (rank, in) and up (out, rank)."""

    pairs: Mapping[str, tuple[Tensor, Tensor]]

    def bytes(self) -> int:
        return sum(down.nbytes + up.nbytes for down, up in self.pairs.values())


NOTHING = AddOn({})


class Shelf:
    """A frozen model with LoRA add-ons beside it, by name. Changes the model's projections into its own.

    Beyond `budget_bytes` only those stay in memory that a batch goes through. One thread uses a shelf at a
    time, and none changes it while a token is being made.
    """

    def __init__(self, model: PreTrainedModel, budget_bytes: float = float("inf")) -> None:
        self.model = model.eval().requires_grad_(False)
        self._budget_bytes = budget_bytes
        self._known: dict[str, tuple[Read, float]] = {}
        self._held: dict[str, AddOn] = {}  # the one asked for last stands last
        self._choice = _Choice()
        self._parts: dict[str, BesideLinear] = {}

    def names(self) -> tuple[str, ...]:
        return (UNTOUCHED, *self._known)

    def add(self, name: str, read: Read, scale: float) -> None:
        """Let rows ask for an add-on; `scale` is alpha over rank (or its root)."""
        assert name not in self.names(), name
        self._known[name] = (read, scale)

    def remove(self, name: str) -> None:
        """Forget an add-on. Rows that go through it keep its weights in memory to their end."""
        del self._known[name]
        self._held.pop(name, None)

    def fetch(self, name: str, *, in_use: Collection[AddOn] = ()) -> AddOn:
        """Return an add-on, read where it is not in memory. Those that are `in_use` stay there.

        Raises StudioError where it cannot be read, Refused where it was removed.
        """
        if name == UNTOUCHED:
            return NOTHING
        if name not in self._known:
            raise Refused("This model was put away while the question waited.", "Ask another one.")
        asked = self._held.pop(name, None) or self._read(name)
        self._held[name] = asked
        self._let_go((*in_use, asked))
        return asked

    def choose(self, rows: Sequence[AddOn]) -> None:
        """Say which add-on each row of the next batches goes through."""
        self._choice.set(rows)

    def bytes(self) -> int:
        """Return what the add-ons take that are kept in memory, without the model."""
        return sum(each.bytes() for each in self._held.values())

    def _let_go(self, needed: Collection[AddOn]) -> None:
        """Keep to the budget: whoever was not asked for the longest goes first."""
        over = self.bytes() - self._budget_bytes
        for name, each in list(self._held.items()):
            if over > 0 and each not in needed:
                del self._held[name]
                over -= each.bytes()

    def _read(self, name: str) -> AddOn:
        read, scale = self._known[name]
        weights = read()
        places = [key.removeprefix(_PEFT).removesuffix(DOWN) for key in weights if key.endswith(DOWN)]
        return AddOn({place: self._pair(place, weights, scale) for place in sorted(places)})

    def _pair(self, place: str, weights: Mapping[str, Tensor], scale: float) -> tuple[Tensor, Tensor]:
        like = self._part(place).base.weight
        down, up = weights[_PEFT + place + DOWN], weights[_PEFT + place + UP] * scale
        return down.to(like, copy=True), up.to(like)  # copied: what was read is let go as a whole

    def _part(self, place: str) -> "BesideLinear":
        if place not in self._parts:
            part = BesideLinear(self.model.get_submodule(place), place, self._choice)
            self.model.set_submodule(place, part)
            self._parts[place] = part
        return self._parts[place]


class _Choice:
    """Which add-on each row goes through; shared by all projections of a model."""

    def __init__(self) -> None:
        self.set(())

    def set(self, rows: Sequence[AddOn]) -> None:
        self.rows = tuple(rows)
        different = set(self.rows) or {NOTHING}
        self.all = different.pop() if len(different) == 1 else None
        """The one that all rows share, if they do."""


class BesideLinear(nn.Module):
    """A frozen projection, and beside it the thin matrices of the add-ons that the rows go through."""

    def __init__(self, base: nn.Module, place: str, choice: _Choice) -> None:
        super().__init__()
        self.base, self._place, self._choice = base, place, choice
        wide, high = sizes(base)
        self._nothing = base.weight.new_zeros(0, wide), base.weight.new_zeros(high, 0)

    def _pair(self, add_on: AddOn) -> tuple[Tensor, Tensor]:
        return add_on.pairs.get(self._place, self._nothing)

    def forward(self, x: Tensor) -> Tensor:  # (B, T, in) -> (B, T, out)
        result = self.base(x)
        if self._choice.all is not None:
            down, up = self._pair(self._choice.all)
            return result + (x @ down.t()) @ up.t() if len(down) else result
        chosen = [self._pair(add_on) for add_on in self._choice.rows]
        rank = max(len(down) for down, _ in chosen)
        downs = torch.stack([pad(down, (0, 0, 0, rank - len(down))) for down, _ in chosen])
        ups = torch.stack([pad(up, (0, rank - up.shape[1])) for _, up in chosen])
        thin = torch.bmm(x, downs.transpose(1, 2))
        return torch.baddbmm(result, thin, ups.transpose(1, 2))
