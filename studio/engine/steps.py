"""One optimiser step, and one look at the held-out rows: the two things the loop repeats."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import torch
from torch import Tensor, nn

from studio.core.examples import Example
from studio.engine.batches import Batch, dealt, micro_batches
from studio.engine.divided import side_by_side, whole
from studio.engine.guards.numbers import NotANumber
from studio.engine.guards.together import together
from studio.engine.held_out import Seen, in_parts, mean_loss
from studio.engine.machinery import Machinery
from studio.engine.preferring import Preferring
from studio.engine.whole_step import shared_by


class Stopped(Exception):
    """The user asked to stop; raised between micro-batches, caught by the loop."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """`loss` is the mean over the step's trained tokens in nats; `skipped`: not a number, nothing moved.

    `base_kl`: the same mean of the KL to the untouched model, 0 where nothing pulls towards it.
    `measures`: what else the objective tells, by name, means over the same.
    """

    loss: float
    trained_tokens: int
    tokens: int
    gradient_norm: float
    skipped: bool
    base_kl: float
    measures: Mapping[str, float] = field(default_factory=dict)


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
    processes = machinery.processes
    hands = dealt(examples, processes.count)
    everyone = [micro_batches(hand, token_budget, pack=machinery.packs) for hand in hands if hand]
    own = everyone[processes.rank] if processes.rank < len(everyone) else []
    together(processes, partial(machinery.guard.admit, own, training=True), token_budget)
    machinery.optimiser.zero_grad(set_to_none=True)
    learned = _Sums(shared_by(machinery, examples, token_budget=token_budget, between=between))
    machinery.model.train()
    for turn in range(max(map(len, everyone))):
        if turn < len(own):
            work = partial(_learn, machinery, own[turn], learned)
        else:
            work = partial(_keep_pace, machinery, everyone[0][0], learned.shared, learning=True)
        _with_others(machinery, work, token_budget)
        between()
    machinery.guard.learn(own)
    loss_sum, weight, tokens, strayed, *told = processes.summed(learned.numbers(machinery.measured))
    norm = _mean_gradients(machinery, weight, clip)
    skipped = not (math.isfinite(loss_sum) and math.isfinite(norm))
    if not skipped:
        for group in machinery.optimiser.param_groups:
            group["lr"] = learning_rate
        machinery.optimiser.step()
    ended = (round(weight), round(tokens), norm, skipped, strayed / weight)
    return StepResult(loss_sum / weight, *ended, machinery.told(value / weight for value in told))


def _with_others(machinery: Machinery, work: Callable[[], None], token_budget: int) -> None:
    """Do a turn beside the other processes; where the model is divided, hand in hand with them."""
    if machinery.divided:
        side_by_side(work)
    else:
        together(machinery.processes, work, token_budget)


def _keep_pace(machinery: Machinery, group: Sequence[Example], shared: float, *, learning: bool) -> None:
    """Have no group in this turn: nothing to do, but to lend the others one's part of a divided model."""
    if not machinery.divided:
        return
    batch = machinery.batch(group[:1])
    with torch.set_grad_enabled(learning), machinery.precision():
        loss, _ = _loss(machinery, batch, _Sums(shared))
    if learning:
        machinery.accelerator.backward(loss * 0.0)


@dataclass
class _Sums:
    """What this process has added up so far. `shared` holds of all rows of the step, see `whole_step`."""

    shared: float = 0.0
    loss: float = 0.0
    weight: int = 0
    tokens: int = 0
    strayed: float = 0.0
    """KL to the untouched model."""
    measures: Counter[str] = field(default_factory=Counter)

    def numbers(self, measured: Iterable[str]) -> list[float]:
        return [
            self.loss,
            self.weight,
            self.tokens,
            self.strayed,
            *(self.measures[name] for name in measured),
        ]


def _learn(machinery: Machinery, group: Sequence[Example], learned: _Sums) -> None:
    """Add the gradients of a group to those that the weights have. Mutates both."""
    batch = machinery.batch(group)
    with machinery.precision():
        loss, weight, strayed, pulled = _losses(machinery, batch, learned)
    machinery.accelerator.backward(loss)
    learned.loss, learned.weight = learned.loss + loss.item() - pulled, learned.weight + weight
    learned.tokens, learned.strayed = learned.tokens + batch.tokens, learned.strayed + strayed


def _losses(machinery: Machinery, batch: Batch, learned: _Sums) -> tuple[Tensor, int, float, float]:
    """Return what is made smaller, over how much, the KL to the untouched model, and its part in it."""
    if machinery.pull is None:
        return *_loss(machinery, batch, learned), 0.0, 0.0
    loss, strayed = machinery.pull.loss(machinery.model, batch)
    return loss, len(batch.targets), strayed, machinery.pull.weight * strayed


def _loss(machinery: Machinery, batch: Batch, sums: _Sums) -> tuple[Tensor, int]:
    """Return the objective's own loss and over how much; add to `sums` what else it tells."""
    if not isinstance(machinery.objective, Preferring):
        return machinery.objective.loss(machinery.model, batch)
    weighed = machinery.objective.weigh(machinery.model, batch, sums.shared)
    sums.measures.update(weighed.measures)
    return weighed.loss, weighed.weight


def _mean_gradients(machinery: Machinery, weight: float, clip: float) -> float:
    """Turn summed gradients into those of the mean loss, clip them, and return their norm before that."""
    if not machinery.divided:  # else each process has its part of the sums by now
        machinery.processes.sum_gradients(machinery.weights)
    gradients = [tensor.grad for tensor in machinery.weights if tensor.grad is not None]
    torch._foreach_div_(gradients, weight)
    norm = whole(nn.utils.get_total_norm(gradients))
    nn.utils.clip_grads_with_norm_(machinery.weights, clip or math.inf, norm)
    return norm.item()


def measure(
    machinery: Machinery, examples: Sequence[Example], *, token_budget: int, between: Callable[[], None]
) -> tuple[float, int]:
    """Return the mean loss per trained token over all `examples`, and the number of those tokens."""
    return mean_loss(measure_parts(machinery, examples, token_budget=token_budget, between=between).parts)


def measure_parts(
    machinery: Machinery, examples: Sequence[Example], *, token_budget: int, between: Callable[[], None]
) -> Seen:
    """Return the loss of each part of the held-out rows, of which one is in memory at a time, and what else
    the objective tells of them all.

    Raises NotANumber, and NoRoom as `take_step`.
    """
    machinery.model.eval()
    shared = shared_by(machinery, examples, token_budget=token_budget, between=between)
    sums = [
        _look_at_part(machinery, part, _Sums(shared), token_budget, between) for part in in_parts(examples)
    ]
    weights = machinery.processes.summed([each.weight for each in sums])
    told = [sum(each.measures[name] for each in sums) for name in machinery.measured]
    summed = machinery.processes.summed([*(each.loss for each in sums), *told])
    nats, told = summed[: len(sums)], summed[len(sums) :]
    if not all(map(math.isfinite, nats)):
        raise NotANumber(
            "The loss on the held-back rows is not a number: the weights were damaged by too large steps.",
            "Lower the step size (learning_rate) and start again; the last checkpoint is kept.",
        )
    parts = tuple(zip(nats, map(round, weights), strict=True))
    return Seen(parts, machinery.told(value / sum(weights) for value in told))


def _look_at_part(
    machinery: Machinery,
    part: Sequence[Example],
    seen: _Sums,
    token_budget: int,
    between: Callable[[], None],
) -> _Sums:
    """Return `seen` with what this process saw of a part; the processes share its groups."""
    processes = machinery.processes
    groups = micro_batches(part, token_budget, pack=machinery.packs)
    own = groups[processes.rank :: processes.count]
    together(processes, partial(machinery.guard.admit, own, training=False), token_budget)
    for turn in range(-(-len(groups) // processes.count)):
        if turn < len(own):
            work = partial(_look_at, machinery, own[turn], seen)
        else:
            work = partial(_keep_pace, machinery, groups[0], seen.shared, learning=False)
        _with_others(machinery, work, token_budget)
        between()
    return seen


def _look_at(machinery: Machinery, group: Sequence[Example], seen: _Sums) -> None:
    """Add the loss of a group to what was seen of its part. Mutates `seen`."""
    batch = machinery.batch(group)
    with torch.no_grad(), machinery.precision():
        loss, weight = _loss(machinery, batch, seen)
    seen.loss, seen.weight = seen.loss + loss.item(), seen.weight + weight
