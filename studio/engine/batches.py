"""Examples -> batches: which rows make which step, and how a step is cut into pieces that fit in memory."""

import random
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor

from studio.core.examples import IGNORED, Example
from studio.data.packing import packed


@dataclass(frozen=True)
class Batch:
    """Rows of like length, padded on the right: under a causal mask no real token sees the padding.

    So no attention mask is needed, and attention runs in its fastest kernel.
    """

    input_ids: Tensor
    """(B, T) int64."""
    positions: Tensor
    """(N,) int64 into the flattened (B * T): the places whose next token is learned."""
    targets: Tensor
    """(N,) int64: those next tokens."""
    tokens: int
    """Real tokens, without padding."""
    lengths: Tensor
    """(B,) int64: real tokens of each row."""
    position_ids: Tensor | None = None
    """(B, T) int64, beginning anew with each text of a packed row; None where a row is one text."""
    labels: tuple[str, ...] = ()
    """What the rows are sorted into; none where tokens are learned."""
    advantages: Tensor | None = None
    """(B,) float32: how much better each answer was than expected; None where no reward is learned from."""
    untouched: Tensor | None = None
    """(N,) float32: how likely each learned token is to the model before tuning, in nats; None likewise."""

    def to(self, device: str) -> "Batch":
        """Return the batch with its tensors there."""
        moved = {
            field.name: value.to(device)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), Tensor)
        }
        return replace(self, **moved)


def collate(examples: Sequence[Example]) -> Batch:
    """Return the examples as one padded batch on the CPU."""
    longest = max(len(example.input_ids) for example in examples)
    input_ids = torch.zeros(
        (len(examples), longest), dtype=torch.int64
    )  # token 0 pads: nothing ever reads it
    labels = torch.full((len(examples), longest + 1), IGNORED, dtype=torch.int64)
    for row, example in enumerate(examples):
        length = len(example.input_ids)
        input_ids[row, :length] = torch.tensor(example.input_ids)
        labels[row, :length] = torch.tensor(example.labels)
    following = labels[:, 1:].flatten()  # (B * T): at each place the token after it
    positions = (following != IGNORED).nonzero().squeeze(1)
    lengths = [len(example.input_ids) for example in examples]
    return Batch(
        input_ids,
        positions,
        following[positions],
        sum(lengths),
        torch.tensor(lengths),
        _position_ids(examples, longest),
        tuple(example.label for example in examples if example.label),
        *_of_rewards(examples),
    )


def _of_rewards(examples: Sequence[Example]) -> tuple[Tensor | None, Tensor | None]:
    if not any(example.untouched for example in examples):
        return None, None
    likely = [each for example in examples for each in example.untouched]
    return torch.tensor([example.advantage for example in examples]), torch.tensor(likely)


def _position_ids(examples: Sequence[Example], longest: int) -> Tensor | None:
    """Count each text of a packed row from 0. From that alone transformers tells that they must not mix."""
    if all(len(example.starts) == 1 for example in examples):
        return None
    rows = []
    for example in examples:
        edges = [*example.starts, len(example.input_ids), longest]  # the padding is a text of its own
        rows.append(torch.cat([torch.arange(end - start) for start, end in pairwise(edges)]))
    return torch.stack(rows)


def steps_per_epoch(rows: int, batch_size: int) -> int:
    """Return how many optimiser steps one round takes; the last may be smaller."""
    return -(-rows // batch_size)


def rows_of_step(step: int, *, rows: int, batch_size: int, seed: int) -> list[int]:
    """Return the row indices of a step, counted from 0: a pure function, so resuming is exact.

    Every round is a fresh random order of all rows.
    """
    epoch, place = divmod(step, steps_per_epoch(rows, batch_size))
    return _order(rows, seed, epoch)[place * batch_size : (place + 1) * batch_size].tolist()


@lru_cache(maxsize=2)
def _order(rows: int, seed: int, epoch: int) -> "array[int]":
    """Return the rows of a round: drawn once in it, else a step would take longer the more rows there are."""
    order = array("q", range(rows))
    random.Random(f"{seed}/{epoch}").shuffle(order)
    return order


def dealt(examples: Sequence[Example], count: int) -> list[list[Example]]:
    """Deal a step's examples to so many processes, each about as many tokens: a pure function, so that every
    process knows what all of them have. Where there are fewer examples, some get none."""
    if count == 1:
        return [list(examples)]
    hands: list[list[Example]] = [[] for _ in range(count)]
    held = [0] * count
    for example in sorted(examples, key=lambda example: (-len(example.input_ids), example.row)):
        least = min(range(count), key=lambda hand: (held[hand], hand))
        hands[least].append(example)
        held[least] += len(example.input_ids)
    return hands


def micro_batches(
    examples: Sequence[Example], token_budget: int, *, pack: bool = False
) -> list[list[Example]]:
    """Cut a step into groups of like length with at most `token_budget` padded tokens, the longest first.

    A single longer example makes a group of its own. The groups share one optimiser step: gradients are
    summed and divided by all trained tokens of the step, so the cut changes no result beyond rounding.
    `pack`: short texts share a row no longer than the longest, so that next to nothing is padding; they do
    not see each other, so that changes no result either.
    """
    if pack:
        examples = packed(examples, max(len(example.input_ids) for example in examples))
    groups: list[list[Example]] = []
    longest = 0
    for example in sorted(examples, key=lambda example: (-len(example.input_ids), example.row)):
        if groups and (len(groups[-1]) + 1) * longest <= token_budget:
            groups[-1].append(example)
        else:
            groups.append([example])
            longest = len(example.input_ids)
    return groups
