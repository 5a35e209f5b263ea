"""What an exam of a run may be asked for beside its two models: other ways to answer, other words."""

from studio.core.config import RunConfig
from studio.engine.families import reads_both_ways
from studio.engine.objectives import objective_named
from studio.engine.outputs import JUDGES, judges_only
from studio.evaluation.arms import PAIR, why_not
from studio.services.rehearsals import here
from studio.services.ways import model_config
from studio.store.runs import RunFolder

STEADY = "steady"
"""Among the wishes of an exam: some questions are to be asked in other words, too."""


def can_be_steady(folder: RunFolder) -> bool:
    """Return whether a run answers questions that can be asked in other words."""
    objective = objective_named(folder.config().objective)
    return objective.HEAD == "language" and not objective.WINDOWS


def why_not_here(folder: RunFolder, arm: str, instruction: str) -> str:
    """Return in words why an arm cannot take part with such an instruction; empty where it can."""
    config = folder.config()
    objective = objective_named(config.objective)
    if arm not in PAIR and judges_only(config.objective):
        return JUDGES
    sorts = objective.HEAD == "classes"
    return why_not(
        arm,
        sorts=sorts,
        windows=objective.WINDOWS,
        writes=not sorts or _writes(config),
        instruction=instruction,
    )


def _writes(config: RunConfig) -> bool:
    """Return whether the untouched model can be asked in words; a model that is not here yet may."""
    source = here(config)
    return source is None or not reads_both_ways(model_config(source))
