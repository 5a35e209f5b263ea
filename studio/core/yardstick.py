"""What the number called loss counts in a run, in words: an error per token, a loss per pair, or a reward.

A run says it itself, by what its steps and checks tell beside the loss.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from studio.core.progress import Progress
from studio.core.words import decimals


@dataclass(frozen=True, slots=True)
class Yardstick:
    """`rising`: what is shown is minus the loss, and higher is better. `rows` are what is held back."""

    name: Literal["token", "pair", "rated", "reward"]
    title: str
    """As it begins a line."""
    loss: str
    """The loss itself inside a sentence."""
    counted: str
    """What it is a mean over, and what is held back of it."""
    meaning: str
    """What it is, in one sentence."""
    rising: bool = False

    @property
    def held_back(self) -> str:
        return f"held-back {self.counted}"

    @property
    def axis(self) -> str:
        return f"{self.title} ({'higher' if self.rising else 'lower'} is better)"

    def value(self, loss: float) -> float:
        """Return what is shown for a loss."""
        return -loss if self.rising else loss

    def said(self, loss: float) -> str:
        """Return the same as people read it."""
        return decimals(self.value(loss), 3)


TOKEN = Yardstick(
    "token",
    "Error",
    "loss",
    "rows",
    "Error is the mean cross-entropy per learned token, in nats (training and held-out loss).",
)
PAIR = Yardstick(
    "pair",
    "Loss per pair",
    "loss per pair",
    "pairs",
    "The loss counts how clearly the better answer of a pair is ahead (preference loss): the clearer, the "
    "lower.",
)
RATED = Yardstick(
    "rated",
    "Loss per answer",
    "loss per answer",
    "answers",
    "The loss counts how clearly good answers have become likelier and bad ones less so (preference loss): "
    "the clearer, the lower.",
)
REWARD = Yardstick(
    "reward",
    "Reward",
    "minus reward",
    "questions",
    "The reward is the mean over the answers that the model wrote itself: several tries at each question "
    "while it learns, its likeliest answer to those that were held back.",
    rising=True,
)


def yardstick_of(measures: Iterable[str]) -> Yardstick:
    """Return it for a run whose steps and checks tell these measures, by their names."""
    told = set(measures)
    if "reward" in told:
        return REWARD
    if "margin" not in told:
        return TOKEN
    return RATED if "kl" in told else PAIR  # pairs come with what they are set against, ratings have it told


def yardstick_of_run(progress: Progress) -> Yardstick:
    """Return what the loss of a run counts, as its steps and checks tell."""
    checked = progress.held_out[-1].measures if progress.held_out else ()
    return yardstick_of([*progress.training.measures, *checked])
