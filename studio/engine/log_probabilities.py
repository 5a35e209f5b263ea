"""How likely a model finds whole answers: what preferences and rewards are learned by."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from studio.engine.batches import Batch
from studio.engine.losses import ROWS_AT_ONCE, logits_where_learned


def token_log_probabilities(model: nn.Module, batch: Batch) -> Tensor:
    """Return the log-probability of each learned token of the batch, (N,) float32, nats."""
    return ChosenLogProbabilities.apply(logits_where_learned(model, batch), batch.targets)


def row_of_each(batch: Batch) -> Tensor:
    """Return which row of the batch each learned token belongs to, (N,) int64."""
    return batch.positions // batch.input_ids.shape[1]


def summed_by_row(values: Tensor, batch: Batch) -> Tensor:
    """Return the sums of what each learned token has, (N,), over each row of the batch, (B,)."""
    sums = torch.zeros(len(batch.lengths), dtype=values.dtype, device=values.device)
    return sums.index_add(0, row_of_each(batch), values)


def learned_by_row(batch: Batch) -> Tensor:
    """Return how many tokens of each row are learned, (B,) float32."""
    return summed_by_row(torch.ones(len(batch.targets), device=batch.targets.device), batch)


class ChosenLogProbabilities(torch.autograd.Function):
    """The log-softmax of the targets in float32 whatever the logits' precision, a few places at a time.

    The usual way keeps float32 copies of all logits; here they are made anew on the way back.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, logits: Tensor, targets: Tensor) -> Tensor:  # (N, V), (N,)
        chosen = torch.empty(len(targets), dtype=torch.float32, device=logits.device)
        for part in _parts(len(targets)):
            normalised = logits[part].float().log_softmax(-1)
            chosen[part] = normalised.gather(1, targets[part].unsqueeze(1)).squeeze(1)
        ctx.save_for_backward(logits, targets)
        return chosen

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor, None]:
        logits, targets = ctx.saved_tensors
        gradient = torch.empty_like(logits)
        for part in _parts(len(targets)):
            weights = upstream[part].float().unsqueeze(1)
            pulled = logits[part].float().softmax(-1) * -weights
            gradient[part] = pulled.scatter_add_(1, targets[part].unsqueeze(1), weights)
        return gradient, None


def _parts(places: int) -> Sequence[slice]:
    return [slice(start, start + ROWS_AT_ONCE) for start in range(0, places, ROWS_AT_ONCE)]
