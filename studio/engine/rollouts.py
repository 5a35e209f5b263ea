"""Answers drawn by chance from the model that learns: several to each question, many at once.

Prompts that are answered together are read once; each one's keys and values are then repeated for all of its
answers, and those of answers that are done are dropped. Every chance is torch's own, so that a run that was
stopped draws the same answers when it goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import torch
from torch import Tensor, nn

from studio.engine.generate import room
from studio.engine.heads import plain_of

STILL_WRITING = 0.75
"""When no more than this part of the answers in work goes on, the rest is dropped: that copies the cache."""


@dataclass(frozen=True, slots=True)
class Way:
    """How answers are drawn: `temperature` 0 takes the likeliest token; `ends` are those that end one."""

    answers: int
    limit: int
    temperature: float
    ends: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sampled:
    """One answer as tokens, the one that ended it among them; `ended` is False where it was cut off.

    `log_probabilities` (nats) has one of each token, under the distribution it was drawn from; `entropy`
    (nats) is the sum of that distribution's over all places.
    """

    ids: tuple[int, ...]
    log_probabilities: tuple[float, ...]
    entropy: float
    ended: bool


@torch.no_grad()
def sample(
    model: nn.Module,
    prompts: Sequence[Sequence[int]],
    way: Way,
    *,
    tokens_at_once: int,
    between: Callable[[], None] = lambda: None,
) -> list[list[Sampled]]:
    """Return the answers to each prompt, in the order of `prompts`. Leaves training mode as it was.

    `tokens_at_once` go into the cache together, one prompt with its answers at least. `between` runs after
    each token and may raise. Raises StudioError where a prompt leaves no room for an answer.
    """
    drawn: list[list[Sampled]] = [[] for _ in prompts]
    was_training = model.training
    model.eval()
    try:
        for group in together(prompts, way, tokens_at_once):
            answers = _Answers(model, [prompts[at] for at in group], way).written(between)
            for place, at in enumerate(group):
                drawn[at] = answers[place * way.answers : (place + 1) * way.answers]
    finally:
        model.train(was_training)
    return drawn


def together(prompts: Sequence[Sequence[int]], way: Way, tokens_at_once: int) -> list[list[int]]:
    """Return which prompts are answered at once, by their place: those of like length."""
    groups: list[list[int]] = []
    for at in sorted(range(len(prompts)), key=lambda at: (len(prompts[at]), at)):
        rows = (len(groups[-1]) + 1 if groups else 1) * way.answers
        if groups and rows * (len(prompts[at]) + way.limit) <= tokens_at_once:
            groups[-1].append(at)
        else:
            groups.append([at])
    return groups


@dataclass
class _Written:
    """An answer under way."""

    ids: list[int] = field(default_factory=list)
    log_probabilities: list[float] = field(default_factory=list)
    entropy: float = 0.0
    ended: bool = False

    def add(self, token: int, log_probability: float, entropy: float, ends: frozenset[int]) -> None:
        self.ids.append(token)
        self.log_probabilities.append(log_probability)
        self.entropy += entropy
        self.ended = token in ends


class _Answers:
    """Some prompts whose answers are written together, padded on the left: so all begin at one place."""

    def __init__(self, model: nn.Module, prompts: Sequence[Sequence[int]], way: Way) -> None:
        self._model, self._way = model, way
        self._limit = room(model, max(map(len, prompts)), way.limit)
        self._counts_places = "position_ids" in signature(plain_of(model).forward).parameters
        device = next(model.parameters()).device
        longest = max(map(len, prompts))
        ids = torch.full((len(prompts), longest), min(way.ends), device=device)
        mask = torch.zeros((len(prompts), longest), dtype=torch.int64, device=device)
        for row, prompt in enumerate(prompts):
            ids[row, longest - len(prompt) :] = torch.tensor(prompt, device=device)
            mask[row, longest - len(prompt) :] = 1
        self._written = [_Written() for _ in range(len(prompts) * way.answers)]
        self._held = list(range(len(self._written)))
        """Which answer each row of the cache belongs to."""
        self._read_prompts(ids, mask)

    def _read_prompts(self, ids: Tensor, mask: Tensor) -> None:
        """Read each prompt once, then have it once for each of its answers."""
        self._mask, self._cache = mask, None
        logits = self._read(ids)
        self._cache.batch_repeat_interleave(self._way.answers)
        self._logits = logits.repeat_interleave(self._way.answers, 0)
        self._mask = mask.repeat_interleave(self._way.answers, 0)

    def _read(self, ids: Tensor) -> Tensor:
        """Return the logits (B, V) behind the last token; the mask counts those of `ids` already."""
        given: dict[str, Any] = {}
        if self._counts_places:
            places = (self._mask.cumsum(-1) - 1).clamp(min=0)
            given["position_ids"] = places[:, -ids.shape[1] :]
        output = self._model(
            input_ids=ids,
            attention_mask=self._mask,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
            **given,
        )
        self._cache = output.past_key_values
        return output.logits[:, -1]

    def written(self, between: Callable[[], None]) -> list[Sampled]:
        """Write all answers to their end; return them, those to one prompt one after the other."""
        for number in range(1, self._limit + 1):
            tokens = self._draw()
            going = [row for row, answer in enumerate(self._held) if not self._written[answer].ended]
            between()
            if not going or number == self._limit:
                break
            tokens = self._drop_done(tokens, going)
            self._mask = torch.cat((self._mask, self._mask.new_ones(len(self._held), 1)), 1)
            self._logits = self._read(tokens.unsqueeze(1))
        return [
            Sampled(tuple(each.ids), tuple(each.log_probabilities), each.entropy, each.ended)
            for each in self._written
        ]

    def _draw(self) -> Tensor:
        """Draw the next token of each row, (B,), and note it where the answer still goes on."""
        temperature = self._way.temperature
        known = (self._logits.float() / (temperature or 1.0)).log_softmax(-1)
        chances = known.exp()
        tokens = torch.multinomial(chances, 1).squeeze(1) if temperature else known.argmax(-1)
        taken = known.gather(1, tokens.unsqueeze(1)).squeeze(1).tolist()
        # A token that cannot come has no part in the entropy: 0 * log 0 is 0.
        entropies = -(chances * known.clamp(min=torch.finfo(known.dtype).min)).sum(-1)
        noted = zip(self._held, tokens.tolist(), taken, entropies.tolist(), strict=True)
        for answer, *drawn in noted:
            if not self._written[answer].ended:
                self._written[answer].add(*drawn, self._way.ends)
        return tokens

    def _drop_done(self, tokens: Tensor, going: Sequence[int]) -> Tensor:
        """Go on without the answers that are done, where these are many; return the tokens of the others."""
        if len(going) > STILL_WRITING * len(self._held):
            return tokens
        rows = torch.tensor(going, device=tokens.device)
        self._cache.batch_select_indices(rows)
        self._held = [self._held[row] for row in going]
        self._mask = self._mask[rows]
        return tokens[rows]
