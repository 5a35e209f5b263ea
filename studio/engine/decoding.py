"""Answers to many people at once: who comes joins the batch under way, and who is done leaves it.

Source: Orca (Yu et al., OSDI 2022), iteration-level scheduling. One token for every row at each step; the
keys and values of all rows lie in one cache, padded on the left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import pad
from transformers import DynamicCache

from studio.core.errors import StudioError
from studio.engine.openings import opening_places
from studio.engine.shelf import NOTHING, UNTOUCHED, AddOn, Shelf

Take = Callable[[int], bool]
"""Is given each token; returns whether it wants another."""
LEAST_TEMPERATURE = 1e-5
"""Below it the likeliest token is taken: scores over less leave the numbers that there are."""


@dataclass(frozen=True)
class Sampling:
    """How a token is drawn. `temperature` 0 takes the likeliest; `top_p` leaves out the unlikely rest."""

    temperature: float = 0.0
    top_p: float = 1.0
    seed: int = 0


def _unexpected(problem: StudioError) -> None:
    raise problem


@dataclass(eq=False)
class Seat:
    """Somebody who waits for an answer, as long as it is `wanted`. `add_on`: see `Shelf`.

    `refuse` is told why there is no answer, where the add-on cannot be had.
    """

    prompt: Sequence[int]
    take: Take
    add_on: str = UNTOUCHED
    sampling: Sampling = Sampling()
    wanted: Callable[[], bool] = lambda: True
    refuse: Callable[[StudioError], None] = _unexpected
    through: AddOn = NOTHING
    """The add-on itself, from the first token on: it stays in memory as long as the answer needs it."""
    generator: torch.Generator = field(default_factory=torch.Generator)

    def __post_init__(self) -> None:
        self.generator.manual_seed(self.sampling.seed)

    def draw(self, logits: Tensor) -> int:  # (V,) float32
        """Return the next token."""
        if self.sampling.temperature < LEAST_TEMPERATURE:
            return int(logits.argmax())
        likely = (logits / self.sampling.temperature).softmax(-1).cpu()
        if self.sampling.top_p < 1:
            ordered, order = likely.sort(descending=True)
            beyond = ordered.cumsum(0) - ordered >= self.sampling.top_p
            beyond[0] = False  # the likeliest stays, also where top_p is no more than 0 to the last digit
            ordered[beyond] = 0
            return int(order[torch.multinomial(ordered, 1, generator=self.generator)])
        return int(torch.multinomial(likely, 1, generator=self.generator))


class Decoder:
    """The batch under way on one shelf. One thread uses it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._device = next(shelf.model.parameters()).device
        self._places = opening_places(shelf.model)  # learned ones: they stay ahead of all padding
        self._seats: list[Seat] = []
        self._last: list[int] = []
        self._cache = DynamicCache()
        self._mask = self._none()

    def __len__(self) -> int:
        return len(self._seats)

    def _none(self) -> Tensor:
        return torch.zeros(0, 0, dtype=torch.int64, device=self._device)

    @torch.inference_mode()
    def join(self, seats: Sequence[Seat]) -> None:
        """Read the prompts of those who come, and give each its first token."""
        seats = self._equipped(seats)
        if not seats:
            return
        longest = max(len(seat.prompt) for seat in seats)
        ids = torch.zeros(len(seats), longest, dtype=torch.int64)
        mask = torch.zeros_like(ids)
        for row, seat in enumerate(seats):
            ids[row, longest - len(seat.prompt) :] = torch.tensor(list(seat.prompt))
            mask[row, longest - len(seat.prompt) :] = 1
        cache, mask = DynamicCache(), mask.to(self._device)
        logits = self._forward(seats, ids.to(self._device), mask, cache)
        self._merge(cache, mask)
        self._seats += seats
        self._last += [0] * len(seats)
        self._hand_out(logits, first=len(self._seats) - len(seats))

    @torch.inference_mode()
    def step(self) -> None:
        """Give everybody the next token."""
        ids = torch.tensor(self._last, device=self._device).unsqueeze(1)
        self._mask = pad(self._mask, (0, 1), value=1)
        logits = self._forward(self._seats, ids, self._mask, self._cache)
        self._hand_out(logits, first=0)

    def dismiss(self) -> None:
        """Let those go who have left."""
        self._keep([row for row, seat in enumerate(self._seats) if seat.wanted()])

    def _equipped(self, seats: Sequence[Seat]) -> list[Seat]:
        """Return those whose add-on is there now; the others are told why theirs is not."""
        found: list[Seat] = []
        for seat in seats:
            in_use = [each.through for each in (*self._seats, *found)]
            try:
                seat.through = self.shelf.fetch(seat.add_on, in_use=in_use)
            except StudioError as problem:
                seat.refuse(problem)
            else:
                found.append(seat)
        return found

    def _forward(self, seats: Sequence[Seat], ids: Tensor, mask: Tensor, cache: DynamicCache) -> Tensor:
        """Return the logits behind the last token of each row, (B, V) float32. Fills the cache."""
        self.shelf.choose([seat.through for seat in seats])
        places = (mask.cumsum(1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        output = self.shelf.model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=places,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[:, -1].float()

    def _hand_out(self, logits: Tensor, *, first: int) -> None:
        """Draw a token for each row from `first` on; who wants no more leaves."""
        staying = list(range(first))
        for row, scores in enumerate(logits, first):
            token = self._seats[row].draw(scores)
            self._last[row] = token
            if self._seats[row].take(token):
                staying.append(row)
        self._keep(staying)

    def _merge(self, cache: DynamicCache, mask: Tensor) -> None:
        """Put those who came below those who were here; the shorter side is padded on its left."""
        if not self._seats:
            self._cache, self._mask = cache, mask
            return
        width = max(self._mask.shape[1], mask.shape[1])
        self._mask = torch.cat([_wider(self._mask, width), _wider(mask, width)])
        for own, other in zip(self._cache.layers, cache.layers, strict=True):
            own.keys = torch.cat([self._longer(each.keys, width) for each in (own, other)])
            own.values = torch.cat([self._longer(each.values, width) for each in (own, other)])

    def _longer(self, states: Tensor, width: int) -> Tensor:  # (B, heads, T, D)
        opening, rest = states.tensor_split([self._places], 2)
        return torch.cat([opening, pad(rest, (0, 0, width - rest.shape[2], 0))], 2)

    def _shorter(self, states: Tensor, empty: int) -> Tensor:
        opening, _, rest = states.tensor_split([self._places, self._places + empty], 2)
        return torch.cat([opening, rest], 2)

    def _keep(self, rows: Sequence[int]) -> None:
        if len(rows) == len(self._seats):
            return
        self._seats = [self._seats[row] for row in rows]
        self._last = [self._last[row] for row in rows]
        if not rows:
            self._cache, self._mask = DynamicCache(), self._none()
            self.shelf.choose(())  # an add-on that was removed is held by nobody any more
            return
        index = torch.tensor(rows, device=self._device)
        self._mask = self._mask[index]
        empty = int(self._mask.any(0).int().argmax())  # columns that nobody uses any more
        self._mask = self._mask[:, empty:]
        for layer in self._cache.layers:
            layer.keys = self._shorter(layer.keys[index], empty)
            layer.values = self._shorter(layer.values[index], empty)


def _wider(mask: Tensor, width: int) -> Tensor:
    return pad(mask, (width - mask.shape[1], 0))
