"""Reward model: another run learned from pairs which answers are preferred, and judges these."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from studio.core.config import RunConfig, read_config
from studio.core.errors import Refused
from studio.core.knobs import knob

if TYPE_CHECKING:
    from studio.engine.answer_judge import Judge
    from studio.engine.rewarding import Given

TITLE = "What people prefer"
SUMMARY = "How likely the answer is preferred to a middling one, by a reward model that you trained."
WHEN = "Switch it on where you have pairs of answers and no rule can tell the better one."
SOURCE = "arXiv:2203.02155, section 3.5; arXiv:2502.18770 (sigmoid of the centred reward)"
LOW = 0.0
HIGH = 1.0


@dataclass(frozen=True)
class Config:
    """How much it counts, and which model judges."""

    reward_model_weight: float = knob(
        0.0,
        label="Is preferred",
        technical="weight of the reward reward_model, 0 for off",
        low=0.0,
        high=100.0,
        help="How much an answer gains by being what your pairs prefer.",
        source="arXiv:2203.02155, section 3.5",
    )
    reward_model_run: str = knob(
        "",
        label="Run that judges",
        technical="id of a run of the objective reward, or the folder of one of its checkpoints",
        help="A run that learned to judge answers; the best point it saved is asked.",
        source="arXiv:2203.02155, section 3.5",
    )


def scorer(settings: Config) -> "Callable[[Given], float]":
    """Return what asks the reward model, which is loaded when the first answer comes, and once.

    The setting must be a checkpoint's folder by now, as a run saves it: `services` puts it in the place of
    the run's id. Raises Refused where it is gone, or of a run that does not judge.
    """
    if not settings.reward_model_run:
        problem = f"“{TITLE}” is switched on, and no run that judges is named."
        raise Refused(problem, "Name it, or set its weight to 0.")
    checkpoint = Path(settings.reward_model_run)
    config, lock = _config_of(checkpoint), Lock()
    loaded: list[Judge] = []

    def score(given: "Given") -> float:
        from studio.engine.answer_judge import load_judge  # torch: not before the first page

        with lock:  # an answer that waited too long for the model is given up, and the next one comes
            if not loaded:
                loaded.append(load_judge(config, checkpoint))
        return loaded[0](given.question, given.answer)

    return score


def _config_of(checkpoint: Path) -> RunConfig:
    described = checkpoint.parent.parent / "config.json"
    if not checkpoint.is_dir() or not described.is_file():
        raise Refused(
            f"There is no saved point of a reward model at {checkpoint}.",
            "Name a run that learned to judge answers; the list of runs shows those there are.",
        )
    config = read_config(json.loads(described.read_text(encoding="utf-8")))
    if config.objective != "reward":
        raise Refused(
            f"The run that is to judge learned another thing ({config.objective}).",
            "Name one that learned to judge answers (reward).",
        )
    return config
