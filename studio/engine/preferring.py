"""Learning from preferences: whole answers are set beside each other, not words beside the right ones."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from studio.core.config import DataSettings, RunConfig
from studio.engine.batches import Batch
from studio.engine.device import DeviceChoice
from studio.engine.log_probabilities import learned_by_row, summed_by_row, token_log_probabilities
from studio.engine.losses import class_logits
from studio.engine.near_base import Untouched, untouched_of
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource


@dataclass(frozen=True)
class Answers:
    """How likely whole answers are, one for each row of a batch; of two to one question the better first.

    `own` and `untouched`, (B,) float32 in nats, are sums over an answer's tokens, by the model that learns
    and by the one before tuning (zeros where an objective does not ask it); of a reward model `own` has the
    rewards it gives. `tokens`, (B,) float32, counts an answer's tokens. `asked`, (B,) float32 in nats, is how
    likely the question before a better answer is; None where an objective does not learn it. `labels` has how
    each answer was rated; nothing where they come in pairs. `shared` is what the objective's SHARED names.
    """

    own: Tensor
    untouched: Tensor
    tokens: Tensor
    asked: Tensor | None = None
    labels: tuple[str, ...] = ()
    shared: float = 0.0


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
    `max_length`: as many tokens a row has at most.
    """

    objective: ModuleType
    settings: Any
    untouched: Untouched | None
    max_length: int

    def weigh(self, model: nn.Module, batch: Batch, shared: float) -> Weighed:
        """Return the loss of a batch in which each answer has a row of its own.

        `shared` is what was found over all rows of the step, see `engine/whole_step.py`.
        """
        tokens = learned_by_row(batch)
        before = torch.zeros_like(tokens) if self.untouched is None else self._before(model, batch)
        own, asked = self._own(model, batch)
        answers = Answers(own, before, tokens, asked, batch.labels, shared)
        return self.objective.weigh(answers, self.settings)

    @torch.no_grad()
    def gained(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return by how much tuning has raised each answer, (B,) float32 in nats."""
        own = summed_by_row(token_log_probabilities(model, batch), batch)
        return own - self._before(model, batch)

    def _own(self, model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor | None]:
        """Return what the model thinks of each answer, and of the questions where they are learned."""
        if self.objective.HEAD == "reward":
            return class_logits(model, batch)[:, 0], None
        if not getattr(self.objective, "QUESTIONS", False):
            return summed_by_row(token_log_probabilities(model, batch), batch), None
        whole, of_questions = with_questions(batch)
        likely = token_log_probabilities(model, whole)
        own = summed_by_row(likely.masked_fill(of_questions, 0.0), whole)
        return own, summed_by_row(likely.masked_fill(~of_questions, 0.0), whole)

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
    max_length = config.part(DataSettings).max_length
    return Preferring(objective, config.part(objective.Config), untouched, max_length)


def with_questions(batch: Batch) -> tuple[Batch, Tensor]:
    """Return a batch of pairs with all tokens of the better answers' rows learned, and which of its learned
    tokens, (N,) bool, belong to no answer: the first token follows from nothing and is never learned."""
    rows, width = batch.input_ids.shape
    places = torch.arange(rows * width, device=batch.positions.device).view(rows, width)
    of_answers = torch.zeros(rows * width, dtype=torch.bool, device=places.device)
    of_answers[batch.positions] = True
    real = places % width < batch.lengths[:, None] - 1
    real[1::2] = False  # the worse answer's row has the same question
    positions = (real.flatten() | of_answers).nonzero().squeeze(1)
    targets = batch.input_ids.flatten()[positions + 1]
    return replace(batch, positions=positions, targets=targets), ~of_answers[positions]


def told_of(margins: Tensor) -> dict[str, float]:
    """Return the sums of what is told of margins, (N,): `margin`, and `accuracy`, how many are on the right
    side. One that is exactly 0, as before the first step, is half right."""
    right = (margins > 0).sum() + (margins == 0).sum() / 2
    return {"accuracy": float(right), "margin": float(margins.detach().sum())}
