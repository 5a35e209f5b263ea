"""The step size that a run begins with: its tuning's, of which some objectives take only a share."""

from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named


def usual_rate(objective: str, tuning: str) -> float:
    """Return the peak learning rate that fits what is learned and which weights move.

    Raises Refused where there is no such objective or tuning.
    """
    share = getattr(objective_named(objective), "RATE_SHARE", 1.0)
    return float(f"{tuning_named(tuning).LEARNING_RATE * share:.3g}")  # 1.5e-05, not 1.5000000000000002e-05
