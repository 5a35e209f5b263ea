"""Learning from a reward: sampled answers become likelier or less so, by how good each was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from studio.core.config import RunConfig
from studio.core.examples import Example
from studio.engine.batches import Batch, collate, micro_batches
from studio.engine.device import DeviceChoice
from studio.engine.log_probabilities import ChosenLogProbabilities, learned_by_row, row_of_each
from studio.engine.losses import logits_where_learned
from studio.engine.near_base import Untouched, untouched_of
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource


@dataclass(frozen=True)
class Tried:
    """Sampled answers, one for each of B rows, with N learned tokens in all.

    `own` and `untouched`, (N,) float32 in nats, are how likely each token is by the model that learns and by
    the one before tuning; `rows`, (N,) int64, the answer it belongs to. `tokens` counts those of each answer
    and `advantages` says how much better it was than expected, both (B,) float32.
    """

    own: Tensor
    untouched: Tensor
    rows: Tensor
    tokens: Tensor
    advantages: Tensor

    def by_answer(self, values: Tensor) -> Tensor:
        """Return the sums of what each token has, (N,), over each answer, (B,)."""
        sums = torch.zeros_like(self.tokens)
        return sums.index_add(0, self.rows, values)


@dataclass(frozen=True)
class Reinforcing:
    """The objective of a run that learns from a reward; `untouched` gives the model before tuning."""

    objective: ModuleType
    settings: Any
    untouched: Untouched

    def loss(self, model: nn.Module, batch: Batch) -> tuple[Tensor, int]:
        """Return the summed loss (float32 scalar) of sampled answers, and over how many tokens or answers."""
        own = self._likely(model, batch)
        counted = row_of_each(batch), learned_by_row(batch)
        assert batch.advantages is not None
        assert batch.untouched is not None
        tried = Tried(own, batch.untouched, *counted, batch.advantages)
        return self.objective.policy_loss(tried, self.settings)

    @torch.no_grad()
    def before(self, model: nn.Module, examples: Sequence[Example], *, token_budget: int) -> list[Example]:
        """Return the examples with how likely the untouched model finds each learned token.

        It forgets nothing at random and draws no numbers.
        """
        found = dict.fromkeys(range(len(examples)), ())
        numbered = [replace(example, row=at) for at, example in enumerate(examples)]
        was_training, device = model.training, str(next(model.parameters()).device)
        try:
            with self.untouched(model) as base:
                base.eval()
                for group in micro_batches(numbered, token_budget):
                    batch = collate(group).to(device)
                    likely = self._likely(base, batch)
                    for example, each in zip(group, likely.split(_counts(batch)), strict=True):
                        found[example.row] = tuple(each.tolist())
        finally:
            model.train(was_training)
        return [replace(example, untouched=found[at]) for at, example in enumerate(examples)]

    def _likely(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the log-probability of each learned token under what the answers are drawn from, (N,)."""
        logits, temperature = logits_where_learned(model, batch), self.settings.sampling_temperature
        logits = logits if temperature == 1 else logits / temperature
        return ChosenLogProbabilities.apply(logits, batch.targets)


def _counts(batch: Batch) -> list[int]:
    return torch.bincount(row_of_each(batch), minlength=len(batch.lengths)).tolist()


def reinforcing(config: RunConfig, source: ModelSource, choice: DeviceChoice) -> Reinforcing:
    """Return the lesson of a run whose objective has a `policy_loss`."""
    objective = objective_named(config.objective)
    return Reinforcing(objective, config.part(objective.Config), untouched_of(config, source, choice))
