"""Which of two answers a model prefers: by a reward model's numbers, or by which one it finds likelier.

An untrained head knows nothing, so it would prove nothing about the untouched model. That one is asked which
answer it would rather give itself.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from transformers import PreTrainedModel

from studio.core.examples import Example
from studio.engine.batches import collate
from studio.engine.generate import Interrupted
from studio.engine.losses import class_logits, next_token_loss
from studio.evaluation.marking import Paper, Sitting
from studio.evaluation.sitting import SCORING, Begun, Said, ShouldStop, finite, identity_of, sitting_of

BY_LIKELIHOOD = (
    "Before training the model has no way to judge, so “before” is which of the two answers it would rather "
    "give itself: the one that it finds likelier."
)


def by_likelihood(model: PreTrainedModel, text: Example) -> float:
    """Return the log-probability of an answer, its end included."""
    return -float(next_token_loss(model, collate([text]).to(str(model.device)))[0])


def by_reward(model: PreTrainedModel, text: Example) -> float:
    """Return the number that a reward model gives an answer behind its question."""
    return float(class_logits(model, collate([text]).to(str(model.device)))[0, 0])


@dataclass(frozen=True)
class Appraising:
    """Looks at both answers of each pair, and writes nothing. `value` says how much an answer is liked."""

    value: Callable[[PreTrainedModel, Example], float]

    @torch.inference_mode()
    def __call__(
        self, model: PreTrainedModel | None, paper: Paper, begun: Begun, said: Said, should_stop: ShouldStop
    ) -> Sitting:
        assert model is not None
        model.eval()
        identity = identity_of(model)
        part = begun(identity)
        for count, (better,) in enumerate(paper.rows):
            said(count, SCORING)
            if better.row in part.liked:
                continue
            if should_stop():
                raise Interrupted
            liked = [finite(self.value(model, text), text.row) for text in (better, paper.worse[better.row])]
            part.scored(better.row, choice_nats(liked[0] - liked[1]), (liked[0], liked[1]))
        said(len(paper.rows), SCORING)
        return sitting_of(identity, paper, part)


def choice_nats(margin: float) -> float:
    """Return the surprise, in nats, that the better of two answers is picked. `margin`: how much more it is
    liked. Source: Bradley and Terry 1952; the loss of arXiv:2203.02155, equation 1."""
    return math.log1p(math.exp(-abs(margin))) + max(0.0, -margin)
