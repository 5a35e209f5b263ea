"""Learning from preferences: whole answers are set beside each other, not words beside the right ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from studio.core.config import RunConfig
from studio.engine.batches import Batch
from studio.engine.device import DeviceChoice
from studio.engine.log_probabilities import learned_by_row, summed_by_row, token_log_probabilities
from studio.engine.near_base import Untouched, untouched_of
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource


@dataclass(frozen=True)
class Answers:
    """How likely whole answers are, one for each row of a batch; of two to one question the better first.

    `own` and `untouched`, (B,) float32 in nats, are sums over an answer's tokens, by the model that learns
    and by the one before tuning (zeros where an objective does not ask it); `tokens`, (B,) float32, counts
    them. `labels` has how each answer was rated; nothing where they come in pairs.
    """

    own: Tensor
    untouched: Tensor
    tokens: Tensor
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weighed:
    """What an objective makes of some answers: sums over `weight` pairs, or rated answers.

    `measures` has a sum for each name in the objective's MEASURES.
    """

    loss: Tensor
    weight: int
    measures: Mapping[str, float]


@dataclass(frozen=True)
class Preferring:
    """The objective of a run that learns from preferences, with what it needs besides the model.

    `untouched` gives the model before tuning out of the tuned one; None where the objective does not ask it.
    """

    objective: ModuleType
    settings: Any
    untouched: Untouched | None

    def weigh(self, model: nn.Module, batch: Batch) -> Weighed:
        """Return the loss of a batch in which each answer has a row of its own."""
        tokens = learned_by_row(batch)
        before = torch.zeros_like(tokens) if self.untouched is None else self._before(model, batch)
        own = summed_by_row(token_log_probabilities(model, batch), batch)
        return self.objective.weigh(Answers(own, before, tokens, batch.labels), self.settings)

    def loss(self, model: nn.Module, batch: Batch) -> tuple[Tensor, int]:
        weighed = self.weigh(model, batch)
        return weighed.loss, weighed.weight

    @torch.no_grad()
    def _before(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return what the untouched model thinks. It forgets nothing at random and draws no numbers."""
        assert self.untouched is not None
        was_training = model.training
        try:
            with self.untouched(model) as base:
                base.eval()
                return summed_by_row(token_log_probabilities(base, batch), batch)
        finally:
            model.train(was_training)


def preferring(config: RunConfig, source: ModelSource, choice: DeviceChoice) -> Preferring:
    """Return the lesson of a run whose objective has a `weigh`."""
    objective = objective_named(config.objective)
    untouched = untouched_of(config, source, choice) if objective.REFERENCE else None
    return Preferring(objective, config.part(objective.Config), untouched)
