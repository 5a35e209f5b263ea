"""Which of several runs is best, in words: only where they were measured alike, and no more than that."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from studio.core.exam import Difference
from studio.core.reward_verdict import SURE
from studio.core.verdict import FEWEST_ROWS, NOISE, Verdict
from studio.core.yardstick import TOKEN, Yardstick
from studio.evaluation.intervals import Parts, bootstrap, difference

RESAMPLES = 2000
"""Fewer than for an exam, which is kept: this is drawn anew with the page, and must not be waited for."""
SEED = 0


@dataclass(frozen=True)
class Measured:
    """What a run was measured on, and with what result. `loss`: held-out, at the point that is used."""

    run: str
    name: str
    loss: float | None
    rows: int
    trained_tokens: int
    held_back: tuple[str, ...]
    """Equal where the same rows of the same data are held back."""
    objective: tuple[str, ...]
    """What is learned, as far as the loss is counted by it."""
    row_losses: Mapping[int, tuple[float, int]]
    """By row of the exam: loss and tokens; empty where no exam was held of that point."""
    yardstick: Yardstick = TOKEN
    standard_error: float = 0.0
    """Of the check at that point, beside an earlier one on the same rows."""


def ranked(runs: Sequence[Measured]) -> tuple[Verdict, str]:
    """Return what can be said, and the id of the best run; "" where they cannot be ranked."""
    if (why := _not_alike(runs)) is not None:
        return Verdict("warning", "Not comparable", why), ""
    known = sorted((run for run in runs if run.loss is not None), key=lambda run: run.loss or 0.0)
    if len(known) < 2:
        return Verdict("neutral", "Not known yet", "Fewer than two of them have a check after a step."), ""
    best, second = known[:2]
    missing = [run.name for run in runs if run.loss is None]
    aside = f" Not measured yet: {', '.join(missing)}." if missing else ""
    found = _said(best, second)
    return Verdict(found.tone, found.headline, found.sentence + aside), best.run


def _not_alike(runs: Sequence[Measured]) -> str | None:
    kinds = {run.yardstick.name for run in runs}
    if len(kinds) == 1 and len({run.objective for run in runs}) > 1:
        return _COUNTED_APART[runs[0].yardstick.name]
    if len(kinds) > 1:
        return _COUNTED_APART["token"]
    if len({run.held_back for run in runs}) > 1:
        return (
            "They were measured on different held-back rows: other data, or another part of it. "
            "Their errors stand here for what they are; none can be called better."
        )
    measured = {(run.rows, run.trained_tokens) for run in runs if run.loss is not None}
    if len(measured) > 1 and kinds == {"token"}:
        return (
            "The error is counted per token, and they count different tokens of the held-back rows: another "
            "model, or rows that were cut at another length. Put the same questions to both instead."
        )
    return None


_OWN_SCALE = (
    "Their losses are counted in different ways: by another objective, or with other settings of it. Compare "
    "in how many {of} each is right, which stands in the table."
)
_COUNTED_APART = {
    "token": "They learn different things, so the error of one says nothing beside that of another.",
    "pair": _OWN_SCALE.format(of="pairs"),
    "rated": _OWN_SCALE.format(of="ratings"),
    "reward": "They were rewarded for different things, so the reward of one says nothing beside that of "
    "another.",
}


def _said(best: Measured, second: Measured) -> Verdict:
    assert best.loss is not None
    assert second.loss is not None
    kind = best.yardstick
    most = f"the {'highest' if kind.rising else 'lowest'} {kind.title.lower()} on {kind.held_back}"
    figures = f"“{best.name}” has {most}, {kind.said(best.loss)}"
    next_one = f"the next, “{second.name}”, {kind.said(second.loss)}"
    paired = _paired(best, second)
    if best.rows < FEWEST_ROWS or (paired is not None and paired.verdict == "too_few"):
        few = f"With fewer than {FEWEST_ROWS} {kind.counted} to compare them on, this may be luck."
        return Verdict("neutral", "Too few rows to tell", f"{figures}; {next_one}. {few}")
    if paired is not None:
        interval = f"95 % interval of the difference {paired.low:+.3f} to {paired.high:+.3f}"
        interval = f"{interval}, the same {len(best.row_losses)} rows".replace("-", "−")
        if paired.verdict == "better":
            return Verdict("good", "A clear winner", f"{figures}; {next_one} ({interval}).")
        if paired.verdict == "worse":
            other = f"the exam puts “{second.name}” ahead ({interval})"
            return Verdict("warning", "No clear winner", f"{figures}; {next_one}. But {other}.")
        return Verdict("neutral", "No clear winner", f"{figures}; {next_one}: within chance ({interval}).")
    if second.loss - best.loss < _by_chance(best, second):
        return Verdict("neutral", "No clear winner", f"{figures}; {next_one}: within what chance does.")
    hint = "The exams of both would tell how sure that is."
    return Verdict("good", "One is ahead", f"{figures}; {next_one}. {hint}")


def _by_chance(best: Measured, second: Measured) -> float:
    """Return how far apart two losses can be without telling anything."""
    if best.yardstick.rising:
        return SURE * math.hypot(best.standard_error, second.standard_error)
    return NOISE * (second.loss or 0.0)


def _paired(best: Measured, second: Measured) -> Difference | None:
    """Return best minus second on the rows of their exams; None where these are not the same."""
    rows = sorted(row for row, (_, tokens) in best.row_losses.items() if tokens)
    same = rows and [(row, best.row_losses[row][1]) for row in rows] == [
        (row, tokens) for row, (_, tokens) in sorted(second.row_losses.items()) if tokens
    ]
    if not same:
        return None
    tokens = np.array([best.row_losses[row][1] for row in rows], dtype=float)
    arms = {
        run.run: Parts(np.array([run.row_losses[row][0] for row in rows]) * tokens, tokens)
        for run in (best, second)
    }
    draws = bootstrap(arms, lambda values: values, seed=SEED, resamples=RESAMPLES)
    return difference(draws[second.run], draws[best.run], better="lower")
