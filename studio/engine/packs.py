"""Whether texts that share a row stay strangers to each other in a model: asked of the model itself."""

import torch
from torch import nn

from studio.core.examples import IGNORED, Example
from studio.engine.batches import collate
from studio.engine.losses import logits_where_learned

_LEAK = 1e-3
"""Of the largest logit; a leak moves logits by far more, rounding by far less."""


@torch.no_grad()
def keeps_apart(model: nn.Module, device: str) -> bool:
    """Return whether a text in a packed row reads the same whatever stands before it there.

    Most families of transformers tell from position ids that begin anew where a text begins. Falcon does
    not: its masks never see them, and packed texts would read each other.
    """
    was_training = model.training
    model.eval()
    try:
        logits = [
            logits_where_learned(model, collate([_row(first)]).to(device))[-1].float() for first in (3, 4)
        ]
    finally:
        model.train(was_training)
    largest = torch.stack(logits).abs().max()
    return bool((logits[0] - logits[1]).abs().max() <= _LEAK * largest)


def _row(first: int) -> Example:
    """Two texts of which only the first, three times one token, differs; the end of the second is learned."""
    ids = (first, first, first, 5, 6, 7)
    return Example(1, ids, (IGNORED, IGNORED, IGNORED, IGNORED, 6, 7), starts=(0, 3))
