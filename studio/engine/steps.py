"""One optimiser step, and one look at the held-out rows: the two things the loop repeats."""

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import ModuleType

import torch
from accelerate import Accelerator
from torch import Tensor, nn

from studio.core.examples import Example
from studio.engine.batches import collate, micro_batches
from studio.engine.guards.memory import MemoryGuard
from studio.engine.guards.numbers import NotANumber
from studio.engine.held_out import Part, in_parts, mean_loss
from studio.engine.teacher import Taught


class Stopped(Exception):
    """The user asked to stop; raised between micro-batches, caught by the loop."""


@dataclass(frozen=True)
class Machinery:
    """What stays the same over a run: the model and how a batch goes through it."""

    model: nn.Module
    optimiser: torch.optim.Optimizer
    accelerator: Accelerator
    objective: ModuleType | Taught
    weights: tuple[Tensor, ...]
    """The trained ones."""
    device: str
    precision: Callable[[], AbstractContextManager[None]]
    """The context in which products are taken, e.g. in 16 bits while trained weights are held in 32."""
    packs: bool = False
    """Whether short rows share one; never where learned places stand before a row, of which each text in it
    would need its own."""
    guard: MemoryGuard = field(default_factory=lambda: MemoryGuard(None))


@dataclass(frozen=True, slots=True)
class StepResult:
    """`loss` is the mean over the step's trained tokens in nats; `skipped`: not a number, nothing moved."""

    loss: float
    trained_tokens: int
    tokens: int
    gradient_norm: float
    skipped: bool


def take_step(
    machinery: Machinery,
    examples: Sequence[Example],
    *,
    learning_rate: float,
    clip: float,
    token_budget: int,
    between: Callable[[], None],
) -> StepResult:
    """Move the weights once on `examples`. Mutates the model and the optimiser.

    `between` runs after each micro-batch and may raise `Stopped`: then nothing has moved.
    Raises NoRoom before anything is computed where a micro-batch would not fit in memory.
    """
    groups = micro_batches(examples, token_budget, pack=machinery.packs)
    machinery.guard.admit(groups, training=True)
    machinery.model.train()
    machinery.optimiser.zero_grad(set_to_none=True)
    loss_sum, weight, tokens = 0.0, 0, 0
    for group in groups:
        batch = collate(group).to(machinery.device)
        with machinery.precision():
            loss, part = machinery.objective.loss(machinery.model, batch)
        machinery.accelerator.backward(loss)
        loss_sum, weight, tokens = loss_sum + loss.item(), weight + part, tokens + batch.tokens
        between()
    machinery.guard.learn(groups)
    norm = _mean_gradients(machinery, weight, clip)
    skipped = not (math.isfinite(loss_sum) and math.isfinite(norm))
    if not skipped:
        for group in machinery.optimiser.param_groups:
            group["lr"] = learning_rate
        machinery.optimiser.step()
    return StepResult(loss_sum / weight, weight, tokens, norm, skipped)


def _mean_gradients(machinery: Machinery, weight: int, clip: float) -> float:
    """Turn summed gradients into those of the mean loss, clip them, and return their norm before that."""
    gradients = [tensor.grad for tensor in machinery.weights if tensor.grad is not None]
    torch._foreach_div_(gradients, weight)
    return machinery.accelerator.clip_grad_norm_(machinery.weights, clip or math.inf).item()


def measure(
    machinery: Machinery, examples: Sequence[Example], *, token_budget: int, between: Callable[[], None]
) -> tuple[float, int]:
    """Return the mean loss per trained token over all `examples`, and the number of those tokens."""
    return mean_loss(measure_parts(machinery, examples, token_budget=token_budget, between=between))


def measure_parts(
    machinery: Machinery, examples: Sequence[Example], *, token_budget: int, between: Callable[[], None]
) -> tuple[Part, ...]:
    """Return the loss of each part of the held-out rows. Raises NotANumber, and NoRoom as `take_step`."""
    machinery.model.eval()
    parts = [micro_batches(part, token_budget, pack=machinery.packs) for part in in_parts(examples)]
    machinery.guard.admit([group for part in parts for group in part], training=False)
    measured = tuple(_measure_part(machinery, groups, between) for groups in parts)
    if not all(math.isfinite(nats) for nats, _ in measured):
        raise NotANumber(
            "The loss on the held-back rows is not a number: the weights were damaged by too large steps.",
            "Lower the step size (learning_rate) and start again; the last checkpoint is kept.",
        )
    return measured


def _measure_part(
    machinery: Machinery, groups: Sequence[Sequence[Example]], between: Callable[[], None]
) -> Part:
    loss_sum, weight = 0.0, 0
    for group in groups:
        batch = collate(group).to(machinery.device)
        with torch.no_grad(), machinery.precision():
            loss, part = machinery.objective.loss(machinery.model, batch)
        loss_sum, weight = loss_sum + loss.item(), weight + part
        between()
    return loss_sum, weight
