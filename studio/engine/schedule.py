"""How many steps a run has, where it evaluates and saves, and how large each step is."""

import math
from dataclasses import dataclass

from studio.core.config import Optimisation
from studio.engine.batches import steps_per_epoch


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that follows from the settings and the number of rows; a pure function of both."""

    steps: int
    warmup: int
    evaluate_after: frozenset[int]
    save_after: frozenset[int]


def plan_steps(settings: Optimisation, training_rows: int) -> Schedule:
    """Return the run's schedule. The last step is always evaluated, and each evaluated step is saved:
    the best point of a run is never one that was thrown away."""
    in_a_round = steps_per_epoch(training_rows, settings.batch_size)
    steps = settings.steps or max(1, round(settings.epochs * in_a_round))
    evaluations = min(settings.evaluations, steps)
    evaluate_after = {round(number * steps / evaluations) for number in range(1, evaluations + 1)}
    every = settings.checkpoint_every
    saves = set(range(every, steps + 1, every)) if every else set()
    return Schedule(
        steps,
        math.ceil(steps * settings.warmup_percent / 100),
        frozenset(evaluate_after),
        frozenset(saves | evaluate_after),
    )


def learning_rate(step: int, *, settings: Optimisation, schedule: Schedule) -> float:
    """Return the rate of a step, counted from 1: linear warm-up to the peak, then the chosen fall to zero.

    The first step already moves and the last one still does: the rate would be zero one step later.
    """
    peak = settings.learning_rate
    if step <= schedule.warmup:
        return peak * step / schedule.warmup
    done = (step - 1 - schedule.warmup) / max(1, schedule.steps - schedule.warmup)
    match settings.schedule:
        case "cosine":
            return peak * (1 + math.cos(math.pi * done)) / 2
        case "linear":
            return peak * (1 - done)
        case _:
            return peak
