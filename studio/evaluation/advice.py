"""Should you fine-tune at all? A few sentences from what the bake-off measured, never more. No torch.

What is called better or worse is so by the 95 % interval of a paired difference. Tuning is set beside the
best of the other ways on these very rows, which favours that way a little: a tuned model that is called
better beat the luckiest of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from studio.core.bake_off import BakeOff
from studio.core.exam import Difference, Exam, Score
from studio.core.measures import MEASURES, Measure
from studio.core.verdict import FEWEST_ROWS, Verdict
from studio.evaluation.arms import instructed

OF_EXPECTED = ("loss", "perplexity", "bits_per_byte")
JUDGE_ALL_ROWS = (*OF_EXPECTED, "preferred", "preferred_per_token", "rated_apart")
"""Of the answers in the rows, and so of every row; the other measures are of what was written or sorted."""
NOT_DECIDING = (*OF_EXPECTED, "repetition")
"""An answer may repeat nothing and still be wrong."""
PHRASES = {
    "base": "the model as it is",
    "prompt": "your instructions alone",
    "few_shot": "examples in the prompt",
    "retrieval": "passages that were looked up",
}
"""Each way that leaves the model untouched, as it stands in a sentence."""
INSTRUCTED = "your instructions and "
"""What stands before those that read the user's instruction beside something else."""
NOT_NEEDED, NOT_NEEDED_PERHAPS = "You need not fine-tune", "You may not need to fine-tune"
PRAISES_THE_RIVAL = (NOT_NEEDED, NOT_NEEDED_PERHAPS)
MUCH_LONGER = 1.5
"""An answer that takes so many times as long is worth a word."""


def deciding_measure(arms: Mapping[str, Mapping[str, Score]]) -> str:
    """Return the metric that the ways are ranked by: the first of the exam's order that judges what was
    written or sorted, of those that every arm has and in which not all arms are alike; else the loss, or the
    first of all where there is none.

    Where no answer is right word for word, whichever way, that measure tells nothing of the ways.
    """
    for name in arms["base"]:
        judges = MEASURES[name].better is not None and name not in NOT_DECIDING
        if not judges or any(name not in scores for scores in arms.values()):
            continue
        if len({scores[name] for scores in arms.values()}) > 1:
            return name
    return "loss" if "loss" in arms["base"] else next(iter(arms["base"]))


@dataclass(frozen=True, slots=True)
class _Contest:
    """Tuning against the best other way, by one metric, on so many rows."""

    measure: Measure
    rows: int
    tuned: Score
    other: Score
    rival: str
    phrase: str
    """The rival, as it stands in a sentence."""
    difference: Difference
    tuned_gain: Difference
    rival_gain: Difference | None
    """Against the model as it is; None where that is the rival itself."""
    slower: float | None
    """How many times as long an answer of the rival takes; None where that is not much."""


def advise(exam: Exam, bake_off: BakeOff) -> Verdict | None:
    """Return what the measurements say about tuning; None where no other way was tried."""
    name = deciding_measure(exam.arms)
    if len(exam.arms) <= 2 or name not in bake_off.against_best:
        return None
    contest = _contest(exam, bake_off, name)
    if contest.difference.verdict == "too_few":
        return _too_few(contest)
    said = {"better": _tuned_wins, "worse": _rival_wins, "same": _no_winner}[contest.difference.verdict]
    verdict = said(contest)
    if contest.rival == "retrieval" and bake_off.given_away and verdict.headline in PRAISES_THE_RIVAL:
        return _given_away(contest, bake_off)
    return verdict


def _given_away(contest: _Contest, bake_off: BakeOff) -> Verdict:
    return Verdict(
        "neutral",
        "Your documents hold the answers",
        f"{bake_off.given_away:,} of {bake_off.looked_up:,} questions had their own answer among the "
        "passages of your documents. So this does not show that looking things up would do as well on new "
        f"questions: take those passages out of the documents and hold the exam again. {_figures(contest)}",
    )


def _contest(exam: Exam, bake_off: BakeOff, name: str) -> _Contest:
    best = bake_off.against_best[name]
    longer = bake_off.costs[best.arm].seconds_per_answer
    tuned_takes = bake_off.costs["tuned"].seconds_per_answer
    return _Contest(
        measure=MEASURES[name],
        rows=exam.rows if name in JUDGE_ALL_ROWS else exam.answered,
        tuned=exam.arms["tuned"][name],
        other=exam.arms[best.arm][name],
        rival=best.arm,
        phrase=phrase(best.arm, bake_off),
        difference=best.difference,
        tuned_gain=bake_off.against_base["tuned"][name],
        rival_gain=bake_off.against_base.get(best.arm, {}).get(name) if best.arm != "base" else None,
        slower=longer / tuned_takes if tuned_takes and longer > MUCH_LONGER * tuned_takes else None,
    )


def phrase(arm: str, bake_off: BakeOff) -> str:
    """Return a way as it stands in a sentence; what it reads of the user's instructions is told with it."""
    also = bake_off.prompt.strip() and arm != "prompt" and instructed(arm)
    return f"{INSTRUCTED if also else ''}{PHRASES[arm]}"


def _too_few(contest: _Contest) -> Verdict:
    return Verdict(
        "neutral",
        "Too few rows to tell",
        f"{_values(contest)}; with under {FEWEST_ROWS} rows that can be chance. "
        "Hold back more rows before you decide.",
    )


def _tuned_wins(contest: _Contest) -> Verdict:
    if contest.rival == "base":
        said = "The tuned model is better than the model as it is, which did best of the other ways."
    else:
        said = f"The tuned model is better than the best of the other ways, {contest.phrase}."
    return Verdict("good", "Fine-tuning pays", f"{said} {_figures(contest)}")


def _rival_wins(contest: _Contest) -> Verdict:
    if contest.rival == "base":
        said = "The model as it is does better than the tuned one. Tune it anew, more gently, or not at all."
        return Verdict("warning", "Do not use this tuned model", f"{said} {_figures(contest)}")
    if contest.rival_gain and contest.rival_gain.verdict == "better":
        said = f"The untouched model with {contest.phrase} does better than the tuned one."
    else:
        said = f"The tuned model is worse than the untouched one with {contest.phrase}."
    return Verdict("warning", NOT_NEEDED, f"{said} {_figures(contest)}{_pace(contest)}")


def _no_winner(contest: _Contest) -> Verdict:
    tuned_gains = contest.tuned_gain.verdict == "better"
    rival_gains = contest.rival_gain is not None and contest.rival_gain.verdict == "better"
    if rival_gains:
        also = (
            "Both are better than the model as it is"
            if tuned_gains
            else "Only the second is clearly better than the model as it is"
        )
        said = (
            f"Between the tuned model and {contest.phrase} these rows show no clear difference. {also}, "
            "and the second needs no training."
        )
        return Verdict("neutral", NOT_NEEDED_PERHAPS, f"{said} {_figures(contest)}{_pace(contest)}")
    if tuned_gains:
        said = (
            "The tuned model is better than the model as it is. Whether it is better than "
            f"{contest.phrase} these rows do not show."
        )
        return Verdict("neutral", "Better, perhaps not the only way", f"{said} {_figures(contest)}")
    if contest.rival == "base":
        said = (
            "The tuned model is not clearly better than the model as it is, which no other way came before."
        )
    else:
        said = (
            f"Neither the tuned model nor {contest.phrase}, the best of the other ways, "
            "is clearly better than the model as it is."
        )
    return Verdict("neutral", "No clear difference", f"{said} {_figures(contest)}")


def _figures(contest: _Contest) -> str:
    ends = (contest.difference.low, contest.difference.high)
    low, high = (contest.measure.said(end, signed=True) for end in ends)
    return f"{_values(contest)} (95 % interval of the difference {low} to {high})."


def _values(contest: _Contest) -> str:
    tuned, other = (contest.measure.said(score.value) for score in (contest.tuned, contest.other))
    rows = f"{contest.rows:,} held-back {'row' if contest.rows == 1 else 'rows'}"
    return (
        f"{contest.measure.title} ({contest.measure.small_print}), on {rows}: tuned {tuned}, "
        f"{contest.phrase} {other}"
    )


def _pace(contest: _Contest) -> str:
    if contest.slower is None:
        return ""
    return f" An answer takes {contest.slower:.1f} times as long that way, since more is read for it."
