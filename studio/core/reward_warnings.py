"""Early warnings of a run that learns from a reward: nothing to learn, too far from where it began, or the
reward rises while what it stands for does not (reward hacking).

A rise or a fall counts where it is several standard errors of the difference between two stretches of steps.
"""

import math
from collections import Counter

from studio.core.events import Warned
from studio.core.progress import Progress
from studio.core.series import Series
from studio.core.step_measures import PART, STEP_MEASURES
from studio.core.words import decimals, percentage

NEWEST = 10
"""So many steps speak for where a run stands now."""
FEWEST_STEPS = 20
_STRETCHES = 5
CLEARLY = 4.0
"""Standard errors of a difference; each of many steps and parts is looked at."""
NEARLY_ALL = 0.9
FAR = 50.0
"""KL to the untouched model in nats over a whole answer. Rewards stand for what they are meant for up to
roughly this distance. Source: Gao, Schulman and Hilton 2022, arXiv:2210.10760, figure 1."""
FEWEST_SAMPLES, FEWEST_QUESTIONS = 8, 4
FEWEST_ANSWERED = 10


def reward_warnings(progress: Progress) -> tuple[Warned, ...]:
    """Return what there is to be told of a run's rewards now, the most urgent first."""
    if "reward" not in progress.training.measures:  # it has only looked at held-back questions so far
        return ()
    found = (_collapsed(progress), _too_far(progress), *_at_a_cost(progress), _equal(progress))
    told = tuple(warned for warned in found if warned is not None)
    return told or tuple(warned for warned in (_still(progress),) if warned is not None)


def _equal(progress: Progress) -> Warned | None:
    """Tell of rewards that do not differ: then there is nothing to learn from."""
    alike = progress.training.measures.get("alike")
    if alike is None or len(alike) < NEWEST or _newest(alike) < NEARLY_ALL:
        return None
    reward = progress.training.measures["reward"]
    if _rise(reward) > 0:
        return Warned(
            f"By now nearly all answers to a question get the same reward, {decimals(_newest(reward), 2)}: "
            "these questions have nothing more to teach.",
            "The best point is kept. Add harder questions, or a reward that still tells answers apart.",
        )
    return Warned(
        f"For {percentage(_newest(alike))} of the questions in the last {NEWEST} steps all answers got the "
        "same reward: nothing can be learned from them (no spread).",
        "Choose a reward that the model sometimes reaches and sometimes not, let it try more answers or more "
        "freely (answers, temperature), or show it the form of a good answer first.",
    )


def _too_far(progress: Progress) -> Warned | None:
    """Tell of a model that has gone so far that its reward may no longer stand for what was meant."""
    strayed = progress.training.measures.get("kl")
    length = progress.training.measures.get("answer_tokens")
    if strayed is None or length is None or len(strayed) < NEWEST:
        return None
    distance = _newest(strayed) * _newest(length)
    if distance < FAR:
        return None
    each = STEP_MEASURES["kl"].said(_newest(strayed))
    return Warned(
        f"The model has gone far from what it was: {each} nats per token, {distance:.0f} over an answer (KL "
        "divergence). At such a distance a reward often no longer stands for good answers.",
        "Read the answers below. Stop, and start again with a stronger pull back (reward_kl) or a smaller "
        "step size (learning_rate).",
    )


def _at_a_cost(progress: Progress) -> tuple[Warned, ...]:
    """Tell of each part of the reward that falls while the whole rises."""
    measures = progress.training.measures
    if len(measures["reward"]) < FEWEST_STEPS or _rise(measures["reward"]) <= 0:
        return ()
    fallen = [name for name in measures if name.startswith(PART) and _rise(measures[name]) < 0]
    return tuple(
        Warned(
            f"The reward rises while one part of it, “{name.removeprefix(PART)}”, falls: from "
            f"{decimals(_ends(measures[name])[0], 2)} to {decimals(_ends(measures[name])[1], 2)} (reward "
            "hacking).",
            "Read the answers below. If they are not what you want, give that part more weight.",
        )
        for name in fallen
    )


def _collapsed(progress: Progress) -> Warned | None:
    """Tell of a model that answers every question with the same text."""
    last = progress.held_out[-1] if progress.held_out else None
    if last is not None and last.step and last.rows >= FEWEST_ANSWERED:
        texts = last.measures.get("distinct", 1.0) * last.rows
        if texts < 1.5:
            return _one_text(f"all {last.rows} held-back questions")
    newest = progress.samples[-(FEWEST_SAMPLES + 2) :]
    asked = {sampled.question for sampled in newest}
    if len(newest) < FEWEST_SAMPLES or len(asked) < FEWEST_QUESTIONS:
        return None
    answers = Counter(" ".join(sampled.answer.casefold().split()) for sampled in newest)
    if max(answers.values()) < NEARLY_ALL * len(newest):
        return None
    return _one_text(f"{len(asked)} different questions, at its best and at its worst")


def _one_text(what: str) -> Warned:
    return Warned(
        f"The model gives the same answer to {what}: it has found one text that pleases the reward (reward "
        "hacking, collapse).",
        "Stop, and start again with a reward that this text does not please, or a stronger pull back "
        "(reward_kl).",
    )


def _still(progress: Progress) -> Warned | None:
    """Tell of a reward that has not risen after half of a run, whatever way its tries differ."""
    reward, steps = progress.training.measures["reward"], len(progress.training)
    if steps < max(FEWEST_STEPS, progress.steps / 2) or _rise(reward, clearly=2.0) > 0:
        return None
    first, last = (decimals(value, 2) for value in _ends(reward))
    return Warned(
        f"After half of the run the reward has not risen: {first} at the start, {last} now, within what "
        "chance does.",
        "Check that better answers do get more of it. If they do, try more answers to each question, or a "
        "larger step size (learning_rate).",
    )


def _newest(series: Series) -> float:
    return series.mean(max(0, len(series) - NEWEST), len(series))


def _ends(series: Series) -> tuple[float, float]:
    """Return the means over the first and over the last stretch."""
    stretch = len(series) // _STRETCHES
    return series.mean(0, stretch), series.mean(len(series) - stretch, len(series))


def _rise(series: Series, *, clearly: float = CLEARLY) -> int:
    """Return 1 where the last stretch lies clearly above the first, -1 where below, else 0."""
    count = len(series)
    stretch = count // _STRETCHES
    if stretch < 2:
        return 0
    first, last = _ends(series)
    error = math.hypot(series.standard_error(0, stretch), series.standard_error(count - stretch, count))
    return 0 if abs(last - first) <= clearly * error else 1 if last > first else -1
