"""What is found over all rows of a step before one is learned from, so that no result depends on its pieces.

Some losses compare an answer with the mean over all that are learned from together; a step that is cut to fit
in memory must give the same one.
"""

from collections.abc import Callable, Sequence
from functools import partial

import torch

from studio.core.examples import Example
from studio.data.judged import mismatched
from studio.data.packing import apart
from studio.engine.batches import collate, micro_batches
from studio.engine.guards.together import together
from studio.engine.machinery import Machinery
from studio.engine.preferring import Preferring

AT_ONCE = 64
"""Rows whose tokens are in memory at a time: of the held-out ones there may be any number."""


def shared_by(
    machinery: Machinery, examples: Sequence[Example], *, token_budget: int, between: Callable[[], None]
) -> float:
    """Return what the objective's SHARED names: the tokens that follow from another in a better answer's row,
    in the mean; or how much further the model finds answers likely than before tuning, in nats, where it has
    no reason to; 0 where it names nothing.

    All processes find the same. Raises NoRoom, and what `between` raises; draws no random numbers.
    """
    lesson = machinery.objective
    shared = getattr(lesson.objective, "SHARED", "") if isinstance(lesson, Preferring) else ""
    if shared == "tokens":
        return sum(len(apart(each)[0].input_ids) - 1 for each in examples) / len(examples)
    if shared == "strayed" and len(examples) > 1:  # of one alone no answer can be given to another question
        return max(0.0, _strayed(machinery, examples, token_budget, between))
    return 0.0


def _strayed(
    machinery: Machinery, examples: Sequence[Example], token_budget: int, between: Callable[[], None]
) -> float:
    """Return the mean gain of answers that belong to other questions."""
    processes, gains = machinery.processes, [0.0]
    was_training = machinery.model.training
    machinery.model.eval()
    for start in range(0, len(examples), AT_ONCE):
        stop = min(start + AT_ONCE, len(examples))
        texts = mismatched(examples, start, stop, max_length=_lesson(machinery).max_length)
        groups = micro_batches(texts, token_budget)
        own = groups[processes.rank :: processes.count]
        together(processes, partial(machinery.guard.admit, own, training=False), token_budget)
        for turn in range(-(-len(groups) // processes.count)):
            work = partial(_add_gains, machinery, own[turn : turn + 1], gains)
            together(processes, work, token_budget)
            between()
    machinery.model.train(was_training)
    (total,) = processes.summed([sum(gains)])
    return total / len(examples)


def _lesson(machinery: Machinery) -> Preferring:
    assert isinstance(machinery.objective, Preferring)
    return machinery.objective


def _add_gains(machinery: Machinery, groups: Sequence[Sequence[Example]], gains: list[float]) -> None:
    """Add to `gains` those of at most one group. Mutates it."""
    for group in groups:
        batch = collate(group).to(machinery.device)
        with torch.no_grad(), machinery.precision():
            gains.append(float(_lesson(machinery).gained(machinery.model, batch).sum()))
