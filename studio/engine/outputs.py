"""What a model gives besides words: the names of a head's outputs. Importable without torch."""

from collections.abc import Iterable

from studio.core.examples import Example, labels_of
from studio.engine.objectives import objective_named

REWARD = "reward"
"""The one output of a model that judges answers."""
JUDGES = "This run learned to judge: it gives answers a number, and writes none itself."
"""Why nobody can ask it anything."""


def outputs_of(objective: str, examples: Iterable[Example]) -> tuple[str, ...]:
    """Return what `ModelSource.labels` is for such a run: the labels that stand in the rows to learn from, or
    the one number of a reward model; nothing where the model writes."""
    head = objective_named(objective).HEAD
    if head == "classes":
        return labels_of(examples)
    return (REWARD,) if head == "reward" else ()


def judges_only(objective: str) -> bool:
    """Return whether such a run gives answers a number and writes none itself."""
    return objective_named(objective).HEAD == "reward"
