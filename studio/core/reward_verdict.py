"""What the curve of a run that learns from a reward says in words: whether held-out answers got more of it.

A reward has a scale of its own, so a change is judged by its standard error alone, never as a part of itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from studio.core.events import Evaluated
from studio.core.progress import Progress
from studio.core.step_measures import STEP_MEASURES
from studio.core.words import decimals

SURE = 2.0
"""So many standard errors are more than chance does (95 %)."""
Said = tuple[Literal["good", "neutral", "warning"], str, str]
"""Tone, headline, sentence."""


@dataclass(frozen=True, slots=True)
class Rise:
    """How far the reward of held-out answers rose from the untouched model to the best check after it.

    `standard_error` of the rise: each best check was set beside the one before it on the same questions, and
    the errors of these differences are added as squares.
    """

    before: Evaluated
    best: Evaluated
    standard_error: float

    @property
    def by(self) -> float:
        return self.before.loss - self.best.loss

    @property
    def sure(self) -> bool:
        return self.by > SURE * self.standard_error


def rise_of(held_out: Sequence[Evaluated]) -> Rise | None:
    """Return it; None before there is a check of the untouched model and one after a step."""
    before = next((known for known in held_out if known.step == 0), None)
    best, squares = None, 0.0
    for known in held_out:
        if known.step and (best is None or known.loss < best.loss):
            best, squares = known, squares + known.standard_error**2
    return Rise(before, best, math.sqrt(squares)) if before is not None and best is not None else None


def of_reward(progress: Progress, *, over: bool) -> Said:
    """Return what the checks on held-out questions bear; there is one after a step."""
    rise, last = rise_of(progress.held_out), progress.held_out[-1]
    assert rise is not None
    change = reward_change(progress, rise.best)
    if rise.sure:
        falling = last is not rise.best and last.loss - rise.best.loss > SURE * last.standard_error
        kept = " Since then it fell; the best point is kept." if falling else ""
        return "good", "More reward" if over else "Going well", f"{change}{kept}"
    if last.loss - rise.before.loss > SURE * max(last.standard_error, rise.standard_error):
        return (
            "warning",
            "Getting worse",
            f"On {last.rows} questions it never saw, the reward of its answers fell from "
            f"{shown(rise.before)} to {shown(last)}. A smaller step size usually helps.",
        )
    advice = (
        "More questions, more tries at each, or a larger step size may help."
        if over
        else "It may still be early."
    )
    return "neutral", "No clear change", f"{change} That is within what chance does. {advice}"


def reward_change(progress: Progress, best: Evaluated) -> str:
    """Return how far the reward of held-out answers moved, and how far the model is from what it was."""
    before = next((known for known in progress.held_out if known.step == 0), None)
    moved = f"went from {shown(before)} to {shown(best)}" if before is not None else f"was {shown(best)}"
    strayed = progress.training.measures.get("kl")
    place = strayed.count_until(best.step) if strayed is not None else 0
    apart = ""
    if strayed is not None and place:
        distance = STEP_MEASURES["kl"].said(strayed.mean(place - 1, place))
        apart = f", {distance} nats per token away from the untouched model (KL divergence)"
    on = f"On {best.rows} questions it never saw, the reward of its answers"
    return f"{on} {moved} at step {best.step}{apart}."


def shown(known: Evaluated) -> str:
    """Return the reward of a check as people read it."""
    return decimals(-known.loss, 2)
