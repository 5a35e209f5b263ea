"""Runs whose truth is known: what learns from preferences or from a reward, folded as the studio folds it."""

import random

from studio.core.events import AnswerSampled, Evaluated, Recorded, RunStarted, StepLogged
from studio.core.progress import fold


def folded(said, *, steps=80):
    """Fold events behind the start of a run of so many steps."""
    started = RunStarted("w", 0, steps, 100, 40, 5, 9, "cpu", "float32", (), "hash")
    return fold([Recorded(float(at), event) for at, event in enumerate([started, *said])])


def step(number, *, loss=0.6, learned=8, **measures):
    told = {name.replace("__", "."): value for name, value in measures.items()}
    return StepLogged(number, loss, learned, 900, 1e-4, 1.0, 0.5, 1, measures=told)


def share(chance, count, draw):
    return sum(draw.random() < chance for _ in range(count)) / count


def of_pairs(chance, *, seed, steps=80, taken=None, pairs=8, held_out=None):
    """A run on pairs; `chance(part)` of them have the better answer ahead at that part of the run, and
    `held_out(part)` of the 40 that it never saw. `taken` steps of it so far; None: all."""
    draw, said, rows = random.Random(seed), [], 40
    for number in range(1, (taken or steps) + 1):
        accuracy = share(chance(number / steps), pairs, draw)
        loss = 0.9 - 0.5 * chance(number / steps) + draw.gauss(0, 0.05)
        said.append(step(number, loss=loss, learned=pairs, accuracy=accuracy, margin=accuracy - 0.5))
        if held_out is not None and number % 20 == 0:
            seen = share(held_out(number / steps), rows, draw)
            said.append(
                Evaluated(number, 1.0 - 0.5 * seen, rows, rows, 0.02, {"accuracy": seen, "margin": 0.1})
            )
    return folded(said, steps=steps)


def of_rewards(chance, *, seed, steps=80, answers=32, kl=0.02, alike=0.2, parts=None, samples=None):
    """A run on a reward of 0 or 1 that `chance(part)` of its answers get at that part of the run.

    `parts`: the same of each part of the reward. `samples(draw)` writes the best or worst answer of a step.
    """
    draw, said = random.Random(seed), []
    for number in range(1, steps + 1):
        part = number / steps
        told = {f"reward__{name}": share(of(part), answers, draw) for name, of in (parts or {}).items()}
        told |= {"kl": kl * part, "alike": share(alike, 8, draw), "answer_tokens": 40 + draw.gauss(0, 4)}
        told["spread"] = 0.4
        said.append(step(number, reward=share(chance(part), answers, draw), **told))
        if samples is not None and number % 5 == 0:
            for place in ("best", "worst"):
                said.append(AnswerSampled(number, f"Question {number}?", samples(draw), 0.5, place))
    return folded(said, steps=steps)


def checks(rewards, *, rows=40, error=0.03, distinct=0.9):
    """Checks of a run on a reward, every ten steps; the first is of the untouched model."""
    return [
        Evaluated(10 * at, -reward, rows, rows, error, {"reward": reward, "distinct": distinct})
        for at, reward in enumerate(rewards)
    ]
