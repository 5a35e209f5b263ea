"""What holds a model near the untouched one while it learns: a pull at each learned token.

The direction is KL(untouched || tuned), that of learning without forgetting (arXiv:1606.09282, section 3):
where the untouched model finds a word possible the tuned one must, too, so that nothing it could do is
dropped. Reward learning takes the other one (arXiv:2203.02155), over texts that the tuned model itself
writes; here the texts are given.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from studio.core.config import Keeping, RunConfig
from studio.engine.attention import use_products
from studio.engine.batches import Batch
from studio.engine.device import DeviceChoice
from studio.engine.losses import logits_where_learned
from studio.engine.models import load_model
from studio.engine.objectives import objective_named
from studio.engine.sources import ModelSource
from studio.engine.teacher import TaughtCrossEntropy
from studio.engine.tunings import tuning_named

Untouched = Callable[[nn.Module], AbstractContextManager[nn.Module]]


@dataclass(frozen=True)
class Pull:
    """`untouched` gives the model before tuning out of the tuned one; `weight` is what its pull counts."""

    weight: float
    untouched: Untouched

    def loss(self, model: nn.Module, batch: Batch) -> tuple[Tensor, float]:
        """Return cross-entropy + weight * KL(untouched || tuned), summed over the learned tokens (float32
        scalar, nats), and that KL by itself."""
        thought = self._thought(model, batch)
        logits = logits_where_learned(model, batch)
        loss, apart = TaughtCrossEntropy.apply(logits, batch.targets, thought, (1.0, self.weight, 1.0))
        return loss, apart.item()

    @torch.no_grad()
    def _thought(self, model: nn.Module, batch: Batch) -> Tensor:
        """Return the untouched model's logits (N, V). It forgets nothing at random and draws no numbers."""
        was_training = model.training
        try:
            with self.untouched(model) as base:
                base.eval()
                return logits_where_learned(base, batch)
        finally:
            model.train(was_training)


def pull_of(config: RunConfig, source: ModelSource, choice: DeviceChoice) -> Pull | None:
    """Return what holds the model of this run near the untouched one; None where nothing does, or where the
    objective has ways of its own."""
    keeps = issubclass(objective_named(config.objective).Config, Keeping)
    weight = config.part(Keeping).base_kl if keeps else 0.0
    return Pull(weight, untouched_of(config, source, choice)) if weight else None


def untouched_of(config: RunConfig, source: ModelSource, choice: DeviceChoice) -> Untouched:
    """Return what gives the model before tuning out of the tuned one.

    An add-on is switched off for it; beside a model that is itself trained a second copy is loaded.
    """
    tuning = tuning_named(config.tuning)
    if tuning.HOLDS_BASE:
        return tuning.reference
    base = load_model(source, dtype=choice.torch_dtype, device=choice.device).requires_grad_(False)
    if choice.device == "cpu":
        use_products(base)
    return lambda _: nullcontext(base)
