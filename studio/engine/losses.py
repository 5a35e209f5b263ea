"""The shared loss: cross-entropy of the next token, in nats, computed only where something is learned."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from studio.engine.batches import Batch
from studio.engine.families import reads_both_ways

ROWS_AT_ONCE = 64
"""Places whose probabilities are computed together: 64 times 49152 floats are 12 MB, near the cache."""


def next_token_loss(model: nn.Module, batch: Batch) -> tuple[Tensor, int]:
    """Return the loss summed over the learned tokens (float32 scalar) and their number.

    Equals transformers' own loss times that number; the tests hold it to 1e-5.
    """
    logits = logits_where_learned(model, batch)
    return SummedCrossEntropy.apply(logits, batch.targets), len(batch.targets)


def logits_where_learned(model: nn.Module, batch: Batch) -> Tensor:
    """Return the logits (N, V) at the batch's learned places, whatever the model does around its head."""
    packed = {} if batch.position_ids is None else {"position_ids": batch.position_ids}
    with _head_reads_only(model.get_output_embeddings(), batch.positions):
        return model(input_ids=batch.input_ids, use_cache=False, **packed).logits[0]


def class_loss(model: nn.Module, batch: Batch) -> tuple[Tensor, int]:
    """Return the cross-entropy of the rows' labels, summed (float32 scalar), and the number of rows."""
    numbers = [model.config.label2id[label] for label in batch.labels]
    targets = torch.tensor(numbers, device=batch.input_ids.device)
    return nn.functional.cross_entropy(class_logits(model, batch), targets, reduction="sum"), len(numbers)


def class_logits(model: nn.Module, batch: Batch) -> Tensor:
    """Return the logits (B, classes) of each row, in float32.

    Which token speaks for a row is the model's own rule: an encoder's first; a decoder's last that is not
    the padding token, which no text ends with.
    """
    places = torch.arange(batch.input_ids.shape[1], device=batch.input_ids.device)
    padding = places >= batch.lengths[:, None]  # (B, T)
    ids = batch.input_ids.masked_fill(padding, model.config.get_text_config().pad_token_id)
    # Under a causal mask no real token sees the padding behind it; an encoder's would.
    needs_mask = reads_both_ways(model.config) and bool(padding.any())
    return model(input_ids=ids, attention_mask=(~padding).long() if needs_mask else None).logits.float()


@contextmanager
def _head_reads_only(head: nn.Module, positions: Tensor) -> Iterator[None]:
    """Let the head see only the hidden states at `positions`, as a batch of one row.

    Of a prompt with its answer only the answer is scored: the head is a third of a small model's work.
    A hook rather than a copy of each family's forward, so that scalings and caps after the head stay theirs.
    """

    def select(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor]:
        hidden = inputs[0]  # (B, T, H)
        return (hidden.flatten(0, 1).index_select(0, positions).unsqueeze(0),)  # (1, N, H)

    handle = head.register_forward_pre_hook(select)
    try:
        yield
    finally:
        handle.remove()


class SummedCrossEntropy(torch.autograd.Function):
    """Cross-entropy in float32 whatever the logits' precision, its gradient made on the way.

    A few places at a time: the usual way keeps three float32 copies of all logits, this one none.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, logits: Tensor, targets: Tensor) -> Tensor:  # (N, V), (N,)
        total = torch.zeros((), dtype=torch.float32, device=logits.device)
        gradient = torch.empty_like(logits) if ctx.needs_input_grad[0] else None
        for start in range(0, len(targets), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            log_probabilities = logits[part].float().log_softmax(-1)
            chosen = targets[part].unsqueeze(1)
            total -= log_probabilities.gather(1, chosen).sum()
            if gradient is not None:
                probabilities = log_probabilities.exp_()
                probabilities.scatter_add_(1, chosen, torch.full_like(chosen, -1, dtype=torch.float32))
                gradient[part] = probabilities
        if gradient is not None:
            ctx.save_for_backward(gradient)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * upstream.to(gradient.dtype), None
