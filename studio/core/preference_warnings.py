"""Early warnings of a run that learns from preferences: what cannot be told apart is not learned.

A share is taken for low only where its interval lies below what learning would give: few pairs raise none.
"""

from studio.core.chance import interval_of_share
from studio.core.events import Warned
from studio.core.held_out_change import COIN
from studio.core.progress import Progress
from studio.core.words import percentage

HARDLY = 0.6
"""Pairs that can be told apart are, in more than this share of them, after half of a run."""
FEWEST_STEPS = 20


def preference_warnings(progress: Progress) -> tuple[Warned, ...]:
    """Return what there is to be told of how well the better answers come to be ahead."""
    found = _not_separable(progress) or _only_its_own(progress)
    return () if found is None else (found,)


def _not_separable(progress: Progress) -> Warned | None:
    """Tell of pairs in which the better answer is hardly ahead more often than a coin would put it."""
    stretch = _newest_half(progress)
    if stretch is None or len(progress.training) < progress.steps / 2:
        return None
    accuracy, (_, high) = stretch
    if high >= HARDLY:
        return None
    return Warned(
        f"After half of the run it puts the better answer ahead in {percentage(accuracy)} of your own pairs, "
        "where a coin would in half: which one is better cannot be told from them (not separable).",
        "Look at some of them: is it plain which one is better, and for one reason? Contradicting votes "
        "cannot be learned. If it is plain, try a larger step size (learning_rate).",
    )


def _only_its_own(progress: Progress) -> Warned | None:
    """Tell of pairs that were learned by heart: those that were held back are at a coin's still."""
    stretch, best = _newest_half(progress), progress.best
    if stretch is None or best is None or "accuracy" not in best.measures:
        return None
    accuracy, (low, _) = stretch
    held_out = best.measures["accuracy"]
    seen_low, seen_high = interval_of_share(held_out * best.rows, best.rows)
    if seen_low > COIN or low <= seen_high:
        return None
    return Warned(
        f"It puts the better answer ahead in {percentage(accuracy)} of your own pairs, and in "
        f"{percentage(held_out)} of the {best.rows} that it never saw, where a coin would in half.",
        "What makes an answer better does not carry over yet: more pairs help, more rounds do not.",
    )


def _newest_half(progress: Progress) -> tuple[float, tuple[float, float]] | None:
    """Return the accuracy over the newest half of the steps with its interval; None while they are few."""
    series, steps = progress.training.measures.get("accuracy"), len(progress.training)
    if series is None or len(series) < steps or steps < FEWEST_STEPS:
        return None
    accuracy = series.mean(steps // 2, steps)
    pairs = progress.training.learned(steps // 2, steps)
    return accuracy, interval_of_share(accuracy * pairs, pairs)
