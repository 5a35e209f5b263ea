"""The reward model that a run is to ask: an id on the screen, a checkpoint's folder for the engine."""

from dataclasses import replace
from pathlib import Path

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.engine.objectives import objective_named
from studio.engine.rewards import reward_model
from studio.services.jobs import best_checkpoint, check_best
from studio.services.outsiders import may_open
from studio.store.home import Home


def with_reward_model(home: Home, config: RunConfig) -> RunConfig:
    """Return the description with the best checkpoint in the place of the run that is to judge.

    It stays that one when the judge is trained on. Raises Refused where no such run is there.
    """
    if not issubclass(objective_named(config.objective).Config, reward_model.Config):
        return config
    asked = config.part(reward_model.Config)
    if not asked.reward_model_weight or not asked.reward_model_run:
        return config
    named = Path(asked.reward_model_run)
    is_folder = named.is_dir() and may_open(home, named)
    checkpoint = named if is_folder else _best_of(home, asked.reward_model_run)
    return replace(config, knobs={**config.knobs, "reward_model_run": str(checkpoint.resolve())})


def _best_of(home: Home, run: str) -> Path:
    found = home.runs.matching(run)
    if len(found) != 1:
        many = f"{len(found)} runs begin with" if found else "There is no run"
        problem = f"{many} {run!r}, which is to judge the answers."
        raise Refused(problem, "Give the whole id of one that learned to judge answers.")
    folder = home.runs.folder(found[0])
    check_best(folder)
    return best_checkpoint(folder)[1]
