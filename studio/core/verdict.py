"""The plain sentence above the curve: what the events of a run say, and no more than they can bear.

The held-out loss is measured on few rows, so small moves are noise: see `NOISE` and `FEWEST_ROWS`. Of pairs
it is also asked in how many the better answer is ahead; a reward is judged in `reward_verdict.py`.
"""

from dataclasses import dataclass
from typing import Literal

from studio.core.events import Evaluated, RunFailed, RunStopped, Status
from studio.core.held_out_change import change_in_words, like_a_coin, part_moved, untouched_check
from studio.core.progress import Progress
from studio.core.reward_verdict import SURE, of_reward
from studio.core.waits import Wait, starts
from studio.core.yardstick import REWARD, yardstick_of_run

NOISE = 0.03
"""A held-out loss that moved by less than this part of itself is called unchanged."""

FEWEST_ROWS = 30
"""With fewer held-out rows the studio does not tell learning from luck."""


@dataclass(frozen=True)
class Verdict:
    """A sentence above a chart: `tone` colours it, `headline` is one or two words."""

    tone: Literal["good", "neutral", "warning"]
    headline: str
    sentence: str


def verdict(progress: Progress, status: Status, wait: Wait | None = None) -> Verdict:
    """Say how a run is doing."""
    match status:
        case "queued":
            return _queued(progress, wait)
        case "failed":
            assert isinstance(progress.last, RunFailed)
            return Verdict("warning", "Failed", f"{progress.last.message} {progress.last.hint}".strip())
        case "interrupted":
            return Verdict("warning", "Interrupted", _interrupted(progress))
        case "stopped" | "paused":
            return _stopped(progress, paused=status == "paused")
        case "running" if progress.step == 0:
            return Verdict("neutral", "Getting ready", _ready(progress))
        case "running" | "finished":
            return _curve(progress, over=status == "finished")


def _queued(progress: Progress, wait: Wait | None) -> Verdict:
    before = f"{wait.before} before it" if wait and wait.before else "It is next"
    start = f"; it starts {told}" if wait and (told := starts(wait)) else ""
    past = f" It goes on after step {progress.step}." if progress.step else ""
    return Verdict("neutral", "Waiting", f"Waits for its turn: {before}{start}.{past}")


def _ready(progress: Progress) -> str:
    if progress.started is None:
        return "The model is being loaded."
    if not progress.held_out:
        return (
            "The untouched model is being measured on the held-out rows, to have something to compare with."
        )
    return "The untouched model is measured; the first step is under way."


def _interrupted(progress: Progress) -> str:
    kept = f"It was cut off at step {progress.step} of {progress.steps}. " if progress.steps else ""
    if progress.near_memory_limit:
        return (
            f"{kept}The memory was nearly used up, so the system most likely ended it. Resume goes on from "
            "its last save with half as much at once."
        )
    return f"{kept}Resume goes on from its last save."


def _stopped(progress: Progress, *, paused: bool) -> Verdict:
    word = "Paused" if paused else "Stopped"
    where = (
        f"{word} at step {progress.step} of {progress.steps}. "
        if progress.steps
        else f"{word} before it began. "
    )
    reason = progress.last.reason if isinstance(progress.last, RunStopped) else ""
    further = "resume goes on from its last save." if paused else "it can be resumed."
    best = progress.best
    if best is None:
        return Verdict("neutral", word, where + (reason or f"{further[0].upper()}{further[1:]}"))
    kept = f"That point is kept. {reason}" if reason else f"That point is kept; {further}"
    return Verdict("neutral", word, f"{where}{change_in_words(progress, best)} {kept}")


def _curve(progress: Progress, *, over: bool) -> Verdict:
    best, untouched = progress.best, untouched_check(progress)
    if best is None or untouched is None:
        return Verdict(
            "neutral", "Learning", "It learns; the first check on held-out rows will show whether it helps."
        )
    if untouched.rows < FEWEST_ROWS:
        return Verdict("neutral", "Too little data", _too_few(progress, best))
    if memorises(progress):
        return _by_heart(progress, best)
    if yardstick_of_run(progress) is REWARD:
        return Verdict(*of_reward(progress, over=over))
    if progress.held_out[-1].loss > untouched.loss * (1 + NOISE):
        return _worse(progress, best)
    if part_moved(untouched, best) < NOISE or like_a_coin(best):
        return _flat(progress, best, over=over)
    return _better(progress, best, over=over)


def _by_heart(progress: Progress, best: Evaluated) -> Verdict:
    rewarded = yardstick_of_run(progress) is REWARD
    headline = "Only its own questions" if rewarded else "Learning by heart"
    what = (
        "more reward came from its own questions alone" if rewarded else "it learned your examples by heart"
    )
    return Verdict(
        "warning",
        headline,
        f"Best at step {best.step} of {progress.steps}; after that {what}. {change_in_words(progress, best)} "
        f"That point is the one that is used.{_cut_short(progress)}",
    )


def _cut_short(progress: Progress) -> str:
    return (
        f" It was ended at step {progress.step}: more steps would not help." if progress.ended_early else ""
    )


def ends_early(progress: Progress) -> bool:
    """Return whether more steps would only teach the examples by heart, as far as so many rows can tell."""
    return bool(progress.held_out) and progress.held_out[-1].rows >= FEWEST_ROWS and memorises(progress)


def memorises(progress: Progress) -> bool:
    """Return whether the held-out loss clearly rose above its minimum twice while the training loss fell on.

    Clearly: by more than two standard errors of the difference on the same rows, and more than `NOISE`.
    """
    best = progress.best
    if best is None:
        return False
    later = [known for known in progress.held_out if known.step > best.step]
    risen = [known for known in later if _clearly_above(known, best)]
    curve, steps = progress.training, len(progress.training)
    before = curve.count_until(best.step)
    if len(risen) < 2 or later[-1] not in risen or not 0 < before < steps:
        return False
    window = max(1, min(before, steps - before) // 2)
    if yardstick_of_run(progress) is REWARD:  # its loss only says where to go: 0 wherever it stands
        rewards = curve.measures["reward"]
        return rewards.mean(steps - window, steps) > rewards.mean(before - window, before)
    return curve.loss_per_step(steps - window, steps) < curve.loss_per_step(before - window, before)


def _clearly_above(known: Evaluated, best: Evaluated) -> bool:
    noise = 0.0 if "reward" in known.measures else NOISE * best.loss
    return known.loss - best.loss > max(SURE * known.standard_error, noise)


def _better(progress: Progress, best: Evaluated, *, over: bool) -> Verdict:
    falling = best is progress.held_out[-1] and _falls(progress)
    if over:
        more = " It was still falling at the end: more rounds may help further." if falling else ""
        return Verdict("good", "It learned", f"{change_in_words(progress, best)}{more}")
    end = " and still falls." if falling else "; the best point is kept."
    return Verdict("good", "Going well", f"{change_in_words(progress, best).removesuffix('.')}{end}")


def _flat(progress: Progress, best: Evaluated, *, over: bool) -> Verdict:
    advice = (
        "More or more alike examples, or a larger step size, may help." if over else "It may still be early."
    )
    return Verdict(
        "neutral",
        "No clear change",
        f"{change_in_words(progress, best)} That is within what chance does. {advice}",
    )


def _worse(progress: Progress, best: Evaluated) -> Verdict:
    last, untouched, measured = progress.held_out[-1], untouched_check(progress), yardstick_of_run(progress)
    assert untouched is not None
    helped = part_moved(untouched, best) >= NOISE
    kept = f" It was lower at step {best.step}; that point is the one that is used." if helped else ""
    return Verdict(
        "warning",
        "Getting worse",
        f"On the {last.rows} held-out {measured.counted} the {measured.loss} rose from "
        f"{untouched.loss:.2f} to {last.loss:.2f}.{kept} A smaller step size usually helps.",
    )


def _too_few(progress: Progress, best: Evaluated) -> str:
    return (
        f"{change_in_words(progress, best)} With fewer than {FEWEST_ROWS} held-out "
        f"{yardstick_of_run(progress).counted} this may be luck: add examples to know."
    )


def _falls(progress: Progress) -> bool:
    """Return whether the last check was clearly lower than the one before it."""
    before, last = progress.held_out[-2:] if len(progress.held_out) > 1 else (None, None)
    return before is not None and last is not None and last.loss < before.loss * (1 - NOISE / 3)
