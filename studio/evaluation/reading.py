"""How a model reads a text token by token, and how alike two models read the same one. For the probe.

Both models need not be in memory at once: of the first one's probabilities the likeliest tokens are kept.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from studio.core.examples import IGNORED, Example
from studio.engine.batches import collate
from studio.engine.losses import logits_where_learned

LIKELIEST = 512
"""So many tokens of each place are kept one by one; all others count as one."""
CONTINUED_TOKENS = 50
"""So much of an answer's second half must be said token for token (arXiv:2202.07646, section 3.2)."""
FEWEST_CONTINUED = 10
"""A shorter second half may be guessed."""


@dataclass(frozen=True)
class Reading:
    """What a model thought at the N learned places of an example.

    `nats` is the loss summed over them. `tokens` (N, K) are the likeliest ones, the first of all first,
    `log_probabilities` (N, K) theirs, and `rest` (N,) the probability of all others together.
    """

    nats: float
    tokens: Tensor
    log_probabilities: Tensor
    rest: Tensor


@dataclass(frozen=True)
class Likeness:
    """Two models on one example: the nats of each, KL(base || tuned) summed, the places where both agree."""

    places: int
    base_nats: float
    tuned_nats: float
    divergence: float
    agreed: int


def read(model: nn.Module, example: Example) -> Reading:
    """Return how a model reads an example that has something to learn."""
    found, targets = _log_probabilities(model, example)
    log_probabilities, tokens = found.topk(min(LIKELIEST, found.shape[-1]), dim=-1)
    return Reading(_nats(found, targets), tokens, log_probabilities, _rest(log_probabilities))


def beside(base: Reading, model: nn.Module, example: Example) -> Likeness:
    """Return how alike the tuned model reads what the base has read."""
    found, targets = _log_probabilities(model, example)
    own = found.gather(-1, base.tokens.to(found.device))
    divergence = (base.log_probabilities.exp() * (base.log_probabilities - own)).sum()
    rest, own_rest = base.rest, _rest(own)
    divergence += (rest * (rest.log() - own_rest.log())).sum()
    agreed = (found.argmax(-1) == base.tokens[:, 0]).sum()
    return Likeness(len(targets), base.nats, _nats(found, targets), max(0.0, float(divergence)), int(agreed))


def loss_and_recital(model: nn.Module, example: Example) -> tuple[float, bool | None, tuple[int, ...]]:
    """Return an example's nats, whether the model continues its last answer word for word from its middle,
    and the tokens which that takes; None and nothing where the answer is too short.

    A greedy continuation equals the answer if and only if each next token of it is the likeliest one after
    all before: one reading tells, nothing need be written.
    """
    found, targets = _log_probabilities(model, example)
    span = continued(example)
    if span is None:
        return _nats(found, targets), None, ()
    start, end = span
    right = bool((found[start:end].argmax(-1) == targets[start:end]).all())
    return _nats(found, targets), right, tuple(targets[start:end].tolist())


def continued(example: Example) -> tuple[int, int] | None:
    """Return which of the learned places, counted from 0, are to be continued: from the middle of the last
    answer on; None where it is too short."""
    learned = [label != IGNORED for label in example.labels[1:]]
    places = sum(learned)
    length = _last_stretch(learned)
    start = places - length + (length + 1) // 2
    if places - start < FEWEST_CONTINUED:
        return None
    return start, min(places, start + CONTINUED_TOKENS)


def _last_stretch(learned: list[bool]) -> int:
    """Return how many places the last stretch of learned ones has."""
    end = max((at + 1 for at, is_learned in enumerate(learned) if is_learned), default=0)
    start = max((at + 1 for at in range(end) if not learned[at]), default=0)
    return end - start


@torch.no_grad()
def _log_probabilities(model: nn.Module, example: Example) -> tuple[Tensor, Tensor]:
    """Return (N, V) in float32 and the tokens (N,) that stand there. Rows are read alone."""
    batch = collate([example]).to(str(next(model.parameters()).device))
    return logits_where_learned(model, batch).float().log_softmax(-1), batch.targets


def _nats(found: Tensor, targets: Tensor) -> float:
    return -float(found.gather(-1, targets.unsqueeze(-1)).sum(dtype=torch.float64))


def _rest(log_probabilities: Tensor) -> Tensor:
    """Return what is left for all other tokens, at least the smallest number there is."""
    rest = 1 - log_probabilities.double().exp().sum(-1)
    return rest.clamp_min(torch.finfo(torch.float32).tiny)
