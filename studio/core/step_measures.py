"""What the steps and checks of a run tell beside its loss, as people read it: words by name."""

from dataclasses import dataclass

from studio.core.words import decimals, percentage, telling_digits


@dataclass(frozen=True, slots=True)
class StepMeasure:
    """A number that is told with each step. `digits` after the point; None: a share, shown in percent."""

    title: str
    term: str
    digits: int | None = None

    def said(self, value: float) -> str:
        """Return a value of it as people read it."""
        if self.digits is None:
            return percentage(value)
        return decimals(value, telling_digits(value, self.digits))


STEP_MEASURES: dict[str, StepMeasure] = {
    "accuracy": StepMeasure("Better answer ahead", "accuracy of preferences"),
    "margin": StepMeasure("How far ahead it is", "margin of preferences", 2),
    "reward": StepMeasure("Reward", "mean over its answers", 3),
    "spread": StepMeasure("How much the rewards differ", "standard deviation", 3),
    "kl": StepMeasure("Distance gone", "KL divergence to the untouched model, nats", 3),
    "entropy": StepMeasure("How freely it chooses words", "entropy, nats per token", 2),
    "answer_tokens": StepMeasure("Length of an answer", "tokens", 1),
    "alike": StepMeasure("Questions whose answers got one reward", "share of groups without spread"),
    "distinct": StepMeasure("Answers that are different texts", "distinct share"),
    "ended": StepMeasure("Answers that came to an end", "share not cut off"),
    "failed": StepMeasure("Answers without a reward", "left out", 0),
}
"""By name, in the order on the screen."""

PART = "reward."
"""Begins the name of each part of a reward, before its weight."""
SMOOTHED_STEPS = 10
"""A step sees few rows, so that its measures leap: curves show the mean of so many steps up to each."""


def step_measure(name: str) -> StepMeasure:
    """Return the words for a measure; one that is not listed is called by its name."""
    known = STEP_MEASURES.get(name)
    return known or StepMeasure(name.removeprefix(PART), "mean of this reward before its weight", 3)
