"""Early warnings beside the curve: what its first part already tells of the rest, in words.

Pure functions over a run's numbers. Each compares means over stretches of steps with how much the steps
differ, so that a bumpy but healthy curve raises none.
"""

import math
from itertools import pairwise

from studio.core.events import Warned
from studio.core.preference_warnings import preference_warnings
from studio.core.progress import Progress
from studio.core.reward_warnings import reward_warnings
from studio.core.verdict import NOISE, ends_early
from studio.core.yardstick import REWARD, TOKEN, yardstick_of_run

FEWEST_STEPS = 20
"""Before so many steps, or a quarter of the run, flat may only mean early."""
_STRETCHES = 5
"""The steps so far are compared in so many equal stretches."""
JUMP = 0.15
"""A training loss that lies by this part of itself above its lowest stretch was thrown off."""
EXPLODED = 10.0
"""Gradients so many times larger than those of all the steps before."""
_LAST_STEPS = 5
RESTLESS = 2.5
"""Gradients that change so much from step to step in the first steps; healthy ones change 1.0 to 1.6-fold."""


def early_warnings(progress: Progress) -> tuple[Warned, ...]:
    """Return what there is to be told of a run's curve now, the most urgent first."""
    measured = yardstick_of_run(progress)
    if measured is REWARD:  # its loss and gradients are 0 wherever the answers to a question are alike
        return reward_warnings(progress) + _told(_reward_of_its_own(progress))
    told = () if measured is TOKEN else preference_warnings(progress)
    thrown = _too_high(progress) or _jumping(progress)
    return _told(thrown) + (told or _told(_flat(progress))) + _told(_by_heart(progress))


def _told(warned: Warned | None) -> tuple[Warned, ...]:
    return () if warned is None else (warned,)


def exploding(progress: Progress) -> Warned | None:
    """Return the alarm where the last steps' gradients lie far above all before: the loop says it once."""
    curve, steps = progress.training, len(progress.training)
    if steps < FEWEST_STEPS or yardstick_of_run(progress) is REWARD:
        return None
    before = curve.gradient_norm(0, steps - _LAST_STEPS)
    now = curve.gradient_norm(steps - _LAST_STEPS, steps)
    if now < EXPLODED * before:
        return None
    return Warned(
        f"The last steps pull {now / before:.0f} times harder than those before (exploding gradients).",
        "Halve the step size (learning_rate), and look for rows that are very long or garbled.",
    )


def _too_high(progress: Progress) -> Warned | None:
    """Tell of a training loss that rises: from the start, or clearly above where it was before."""
    curve, steps = progress.training, len(progress.training)
    if steps < FEWEST_STEPS // 2:
        return None
    edges = [steps * place // _STRETCHES for place in range(_STRETCHES + 1)]
    stretches = list(pairwise(edges))
    lowest = min(stretches[:-1], key=lambda stretch: curve.loss_per_step(*stretch))
    first, low, last = (curve.loss_per_step(*stretch) for stretch in (stretches[0], lowest, stretches[-1]))
    noise = _noise(progress, lowest, stretches[-1])
    if last - low <= max(4 * noise, JUMP * low):
        return None
    return Warned(
        f"The {_error(progress)} rises: from {first:.2f} at the start, {low:.2f} at its lowest, to "
        f"{last:.2f}. The step size is probably too high.",
        "Stop, and start again with half the step size (learning_rate) or less.",
    )


def _jumping(progress: Progress) -> Warned | None:
    """Tell of gradients that leap about: the model is thrown from one state to another, whatever its loss."""
    if len(progress.training) < FEWEST_STEPS:
        return None
    factor = progress.training.gradient_jump(FEWEST_STEPS)
    if factor < RESTLESS:
        return None
    return Warned(
        f"In the first {FEWEST_STEPS} steps the gradients changed {factor:.1f}-fold from each step to the "
        "next. The step size is probably too high.",
        "Stop, and start again with a tenth of the step size (learning_rate).",
    )


def _flat(progress: Progress) -> Warned | None:
    """Tell of a run whose losses hardly moved: too small steps where they all fall, else nothing learned."""
    curve, steps = progress.training, len(progress.training)
    if steps < max(FEWEST_STEPS, progress.steps / 4):
        return None
    stretch = steps // _STRETCHES
    ends = (0, stretch), (steps - stretch, steps)
    first, last = (curve.loss_per_step(*end) for end in ends)
    noise = 2 * _noise(progress, *ends)
    held_out = [known.loss for known in progress.held_out]
    seen = len(held_out) > 1
    moved = seen and abs(min(held_out[1:]) - held_out[0]) >= NOISE * held_out[0]
    unsure = not seen and noise > NOISE * first
    if abs(last - first) >= NOISE * first or moved or unsure:
        return None
    if first - last > noise or (len(held_out) > 2 and held_out == sorted(held_out, reverse=True)):
        return Warned(
            f"The {_error(progress)} falls, but hardly: from {first:.3f} to {last:.3f} so far. "
            "The step size is probably too low.",
            "Start again with a step size (learning_rate) three to ten times as large.",
        )
    return Warned(
        f"Nothing was learned so far: the {_error(progress)} went from {first:.2f} to {last:.2f}.",
        "Check that the answers follow from the questions; if they do, try a larger step size "
        "(learning_rate) or another way to tune.",
    )


def _by_heart(progress: Progress) -> Warned | None:
    if not ends_early(progress) or progress.best is None:
        return None
    return Warned(
        f"Since step {progress.best.step} it learns your examples by heart (memorising): the error on rows "
        "it never saw rises while that on your examples falls.",
        "The best point is kept. More examples help; more rounds do not.",
    )


def _reward_of_its_own(progress: Progress) -> Warned | None:
    if not ends_early(progress) or progress.best is None:
        return None
    return Warned(
        f"Since step {progress.best.step} the reward rises on the questions it learns from and falls on "
        "those it never saw.",
        "The best point is kept. More questions help; more rounds do not.",
    )


def _error(progress: Progress) -> str:
    """Return what the loss of the steps is called."""
    measured = yardstick_of_run(progress)
    return "error on your own examples" if measured is TOKEN else f"{measured.loss} on your own examples"


def _noise(progress: Progress, *stretches: tuple[int, int]) -> float:
    """Return the standard error of the difference between the mean losses of two stretches."""
    errors = (progress.training.standard_error(*stretch) for stretch in stretches)
    return math.hypot(*errors)
