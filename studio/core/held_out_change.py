"""How the held-out rows changed from the untouched model to the best check: numbers and one sentence."""

from studio.core.chance import interval_of_share
from studio.core.events import Evaluated
from studio.core.progress import Progress
from studio.core.reward_verdict import reward_change
from studio.core.words import percentage
from studio.core.yardstick import PAIR, RATED, REWARD, yardstick_of, yardstick_of_run

COIN = 0.5
"""The share of pairs in which chance puts the better answer ahead."""


def untouched_check(progress: Progress) -> Evaluated | None:
    return next((known for known in progress.held_out if known.step == 0), None)


def part_moved(untouched: Evaluated, best: Evaluated) -> float:
    """How far the best loss lies below the untouched model's, as a part of it; negative where above."""
    return (untouched.loss - best.loss) / untouched.loss if untouched.loss else 0.0


def like_a_coin(known: Evaluated) -> bool:
    """Return whether pairs were looked at, and the better answer is not clearly ahead in more than half."""
    accuracy = known.measures.get("accuracy")
    if accuracy is None or yardstick_of(known.measures) is not PAIR:
        return False
    return interval_of_share(accuracy * known.rows, known.rows)[0] <= COIN


def change_in_words(progress: Progress, best: Evaluated) -> str:
    """Return what the held-out rows showed at the best point, beside the untouched model."""
    measured = yardstick_of_run(progress)
    if measured is REWARD:
        return reward_change(progress, best)
    untouched, rows = untouched_check(progress), f"{best.rows} {measured.counted} it never saw"
    ahead = _ahead(untouched, best)
    if untouched is None:
        return f"The {measured.loss} on {rows} was {best.loss:.2f} at step {best.step}.{ahead}"
    percent = 100 * part_moved(untouched, best)
    word = "lower" if percent >= 0 else "higher"
    return (
        f"On {rows}, the {measured.loss} went from {untouched.loss:.2f} to {best.loss:.2f} "
        f"({abs(percent):.0f} % {word}) at step {best.step}.{ahead}"
    )


def _ahead(untouched: Evaluated | None, best: Evaluated) -> str:
    """Return in how many pairs, or of how many rated answers, it sides with the user; "" for others."""
    accuracy = best.measures.get("accuracy")
    if accuracy is None:
        return ""
    low, high = interval_of_share(accuracy * best.rows, best.rows)
    told = f"{percentage(accuracy)} (95 % interval {100 * low:.0f} to {100 * high:.0f}"
    before = untouched.measures.get("accuracy") if untouched is not None else None
    told += f"; before: {percentage(before)})" if before is not None else ")"
    if yardstick_of(best.measures) is RATED:
        return f" It sides with your rating of {told} of them."
    return f" It puts the better answer ahead in {told}; a coin would in half."
