"""What the checks of a run told on its way, in sentences and rows: for the report and the model card.

A run that learns from preferences or from a reward has figures of its own beside the exam's.
"""

from collections.abc import Sequence

from studio.core.events import Evaluated
from studio.core.held_out_change import change_in_words
from studio.core.progress import Progress
from studio.core.step_measures import PART, STEP_MEASURES, step_measure
from studio.core.words import decimals
from studio.core.yardstick import REWARD, TOKEN, yardstick_of_run
from studio.engine.rewards import REWARDS


def point_used(story: Progress, step: int | None) -> tuple[str, ...]:
    """Return what the check of the point that is handed over found, where no loss per token tells it."""
    known = next((known for known in story.held_out if known.step and known.step == step), None)
    if known is None or yardstick_of_run(story) is TOKEN:
        return ()
    return (f"Measured while it learned, beside the exam: {change_in_words(story, known)}",)


def curve_points(story: Progress) -> tuple[Sequence[tuple[int, float]], Sequence[tuple[int, float]]]:
    """Return the points of the steps and of the checks: losses, or rewards where one is learned from."""
    measured = yardstick_of_run(story)
    rewards = story.training.measures.get("reward")
    training = rewards.points if measured is REWARD and rewards is not None else story.training.points
    return training, [(known.step, measured.value(known.loss)) for known in story.held_out]


def curve_in_words(story: Progress) -> str:
    """Return what the curve shows."""
    measured, (training, held_out) = yardstick_of_run(story), curve_points(story)
    what = measured.title.lower()
    parts = []
    if training:
        tenth = max(1, len(training) // 10)
        first, last = (_mean(points) for points in (training[:tenth], training[-tenth:]))
        if measured is TOKEN:  # there each token counts alike, not each step
            first, last = story.loss_first or first, story.loss_last or last
        parts.append(f"On its examples the {what} went from {decimals(first, 3)} to {decimals(last, 3)}")
    if held_out:
        where = f"on {measured.held_back}"
        where = where if parts else where.capitalize()
        begin, value = held_out[0]
        parts.append(f"{where} it was {decimals(value, 3)} at step {begin:,}")
    if (best := story.best) is not None:
        word = "highest" if measured.rising else "lowest"
        parts.append(f"the {word} after that was {measured.said(best.loss)}, at step {best.step:,}")
    better = f"{'Higher' if measured.rising else 'Lower'} is better"
    in_nats = f"{better}; the error is in nats per learned token (cross-entropy)."
    end = in_nats if measured is TOKEN else f"{better}. {measured.meaning}"
    return f"{'; '.join(parts)}. {end}" if parts else end


def _mean(points: Sequence[tuple[int, float]]) -> float:
    return sum(value for _, value in points) / len(points)


def checked(story: Progress) -> tuple[str, ...]:
    """Return the names of what the checks measured beside the loss, in the order on the screen."""
    names = dict.fromkeys(name for known in story.held_out for name in known.measures if name != "reward")
    listed = list(STEP_MEASURES)
    return tuple(sorted(names, key=lambda name: listed.index(name) if name in listed else -1))


def title_of_measure(name: str) -> str:
    part = REWARDS.get(name.removeprefix(PART)) if name.startswith(PART) else None
    words = step_measure(name)
    return f"{part.TITLE if part is not None else words.title} ({words.term})"


def said_of(known: Evaluated, name: str) -> str:
    return step_measure(name).said(known.measures[name]) if name in known.measures else "–"
