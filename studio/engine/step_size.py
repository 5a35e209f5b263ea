"""The step size that a run begins with: its tuning's, of which objectives and recipes take their share."""

from studio.core.recipes import RECIPES
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named


def usual_rate(objective: str, tuning: str, recipe: str = "") -> float:
    """Return the peak learning rate that fits what is learned, which weights move, and for how long.

    Raises Refused where there is no such objective or tuning.
    """
    share = getattr(objective_named(objective), "RATE_SHARE", 1.0)
    known = RECIPES.get(recipe)  # a description from elsewhere may name none, or another
    times = known.rate_times.get((objective, tuning), 1.0) if known else 1.0
    rate = tuning_named(tuning).LEARNING_RATE * share * times
    return float(f"{rate:.3g}")  # 1.5e-05, not 1.5000000000000002e-05
