"""What a run learns from: good answers, what people prefer, or a reward; each objective is of one."""

from dataclasses import dataclass

from studio.engine.objectives import objective_named
from studio.engine.rewards import Rewarded


@dataclass(frozen=True, slots=True)
class Aim:
    """How the screen names it."""

    title: str
    summary: str


AIMS: dict[str, Aim] = {
    "answers": Aim(
        "From good answers",
        "It learns to answer as your examples do (supervised fine-tuning). Right for most data.",
    ),
    "preferences": Aim(
        "From preferences",
        "It learns which answers people find better, and gives more of that kind (preference learning).",
    ),
    "reward": Aim(
        "From a reward",
        "It tries answers of its own to your questions, and keeps to what scores well by rules that you "
        "choose (reinforcement learning). Slower, and only as good as the rules.",
    ),
}
"""In the order of the screen."""


def aim_of(objective: str) -> str:
    """Return the name of what an objective learns from. Raises Refused where there is no such objective."""
    module = objective_named(objective)
    if hasattr(module, "weigh"):
        return "preferences"
    return "reward" if issubclass(module.Config, Rewarded) else "answers"
