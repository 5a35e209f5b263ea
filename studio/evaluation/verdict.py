"""The exam in one sentence: what may be said of held-out loss, and with how much confidence. No torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from studio.core.exam import ComparisonVerdict, Exam, Score
from studio.core.measures import MEASURES
from studio.core.verdict import FEWEST_ROWS
from studio.core.words import count, decimals, listed, percentage

HALF = 0.5
"""What chance gives of two."""


@dataclass(frozen=True, slots=True)
class ExamVerdict:
    """`tone` colours the sentence, `headline` is its few words."""

    tone: Literal["good", "neutral", "warning"]
    headline: str
    sentence: str


NOTHING = ExamVerdict(
    "neutral",
    "Nothing to tell by",
    "The held-back answers were all rated alike, so it cannot be said whether the tuned model tells good "
    "ones from bad ones. Hold back some of both.",
)


@dataclass(frozen=True, slots=True)
class _Words:
    """What an exam measured, in words. `measured` and `interval` hold its figures; `advice` is for worse.

    `rows`: what too few of were held back.
    """

    measured: str
    interval: str
    better: str
    worse: str
    same: str
    advice: str
    rows: str = "rows"


def verdict_of(exam: Exam) -> ExamVerdict:
    """Return the verdict on what the run was to learn: accuracy where rows are sorted, which answer is found
    likelier where one of two was preferred or each was rated, else held-out loss.

    Every figure in it is the exam's own.
    """
    name = next((name for name in WORDS if name in exam.differences), None)
    if name is None:
        return NOTHING
    said = _said(exam.differences[name].verdict, WORDS[name](exam))
    if name == "preferred" and said.tone != "good" and "gained" in exam.arms["tuned"]:
        return _raised(said, exam.arms["tuned"]["gained"])
    if name == "reward" and said.tone == "good":
        return _misled(said, exam)
    return said


def _misled(said: ExamVerdict, exam: Exam) -> ExamVerdict:
    """Add what got worse while the reward rose: a model may please it with answers that please nobody."""
    worse = [MEASURES[name].title for name, found in exam.differences.items() if found.verdict == "worse"]
    if not worse:
        return said
    named = listed([f"“{title}”" for title in worse])
    more = f"But {named} got worse: read some answers before you trust the reward."
    return replace(said, tone="neutral", sentence=f"{said.sentence} {more}")


def _raised(said: ExamVerdict, gained: Score) -> ExamVerdict:
    """Add in how many pairs training raised the better answer more, where the order was not turned."""
    share, (low, high) = percentage(gained.value), map(percentage, (gained.low, gained.high))
    figures = f"in {share} of these pairs (95 % interval {low} to {high})"
    if gained.low <= HALF:
        return replace(
            said, sentence=f"{said.sentence} Training raised the better answer more than the other {figures}."
        )
    return replace(
        said,
        headline="Learned in part" if said.tone == "neutral" else said.headline,
        sentence=f"{said.sentence} But training raised the better answer more than the other {figures}: it "
        "learned which is better, and the two were too far apart for that to turn their order.",
    )


def _said(verdict: ComparisonVerdict, words: _Words) -> ExamVerdict:
    figures = f"{words.measured} (95 % interval of the difference {words.interval})."
    if verdict == "better":
        return ExamVerdict("good", "Better", f"{words.better} {figures}")
    if verdict == "worse":
        return ExamVerdict("warning", "Worse", f"{words.worse} {figures} {words.advice}")
    if verdict == "same":
        return ExamVerdict("neutral", "No clear difference", f"{words.same} {figures}")
    return ExamVerdict(
        "neutral",
        "Too few rows to tell",
        f"{words.measured}; under {FEWEST_ROWS} {words.rows} that can be chance. "
        f"Hold back more {words.rows} to be sure.",
    )


def _words_of_loss(exam: Exam) -> _Words:
    base, tuned, found = exam.arms["base"]["loss"], exam.arms["tuned"]["loss"], exam.differences["loss"]
    return _Words(
        measured=f"The error (held-out loss) went from {base.value:.3f} to {tuned.value:.3f} on {exam.rows} "
        f"held-back {'row' if exam.rows == 1 else 'rows'}",
        interval=f"{decimals(found.low, 3, signed=True)} to {decimals(found.high, 3, signed=True)}",
        better="The tuned model does better on rows it never saw.",
        worse="The tuned model does worse on rows it never saw.",
        same="These rows do not show that the tuned model is better or worse.",
        advice="Try a smaller step size, fewer rounds, or more rows.",
    )


def _words_of_sorting(exam: Exam) -> _Words:
    base, tuned = exam.arms["base"]["accuracy"], exam.arms["tuned"]["accuracy"]
    return _Words(
        measured=f"{tuned.value:.0%} of {exam.rows} held-back rows got their own label, "
        f"{base.value:.0%} before",
        interval=_points(exam, "accuracy"),
        better="The tuned model is right more often on rows it never saw.",
        worse="The tuned model is right less often on rows it never saw.",
        same="These rows do not show that the tuned model sorts better or worse.",
        advice="Try more rounds, or more rows.",
    )


def _words_of_reward(exam: Exam) -> _Words:
    words = MEASURES["reward"]
    base, tuned = exam.arms["base"]["reward"], exam.arms["tuned"]["reward"]
    found = exam.differences["reward"]
    return _Words(
        measured=f"The mean reward of its answers went from {words.said(base.value)} to "
        f"{words.said(tuned.value)} on {count(exam.answered - exam.left_out, 'held-back question')}",
        interval=f"{words.said(found.low, signed=True)} to {words.said(found.high, signed=True)}",
        better="The tuned model's answers earn more of the reward, on questions it never saw.",
        worse="The tuned model's answers earn less of the reward, on questions it never saw.",
        same="These questions do not show that the tuned model's answers earn more or less.",
        advice="Look at the answers, then try a smaller step size or another reward.",
        rows="questions",
    )


def _words_of_pairs(exam: Exam) -> _Words:
    base, tuned = exam.arms["base"]["preferred"], exam.arms["tuned"]["preferred"]
    if exam.judges:
        return _Words(
            measured=f"Of two answers it gives the better one the higher number in {percentage(tuned.value)} "
            f"of {count(exam.rows, 'held-back pair')}; the untouched model finds it likelier in "
            f"{percentage(base.value)}",
            interval=_points(exam, "preferred"),
            better="The tuned model picks the better answer more often, on pairs it never saw.",
            worse="The tuned model picks the better answer less often, on pairs it never saw.",
            same="These pairs do not show that the tuned model picks the better answer more often.",
            advice="Try more rounds, or more pairs.",
            rows="pairs",
        )
    return _Words(
        measured=f"Of two answers it finds the better one likelier in {percentage(tuned.value)} of "
        f"{count(exam.rows, 'held-back pair')}, {percentage(base.value)} before",
        interval=_points(exam, "preferred"),
        better="The tuned model more often finds the better answer likelier, on pairs it never saw.",
        worse="The tuned model less often finds the better answer likelier, on pairs it never saw.",
        same="These pairs do not show that the tuned model more often finds the better answer likelier.",
        advice="Try a smaller step size, fewer rounds, or more pairs.",
        rows="pairs",
    )


def _words_of_ratings(exam: Exam) -> _Words:
    base, tuned = exam.arms["base"]["rated_apart"], exam.arms["tuned"]["rated_apart"]
    return _Words(
        measured=f"On {exam.rows} held-back rated answers a good one is found likelier than a bad one in "
        f"{percentage(tuned.value)} of all ways to pair them, {percentage(base.value)} before",
        interval=_points(exam, "rated_apart"),
        better="The tuned model tells good answers from bad ones more often, on rows it never saw.",
        worse="The tuned model tells good answers from bad ones less often, on rows it never saw.",
        same="These rows do not show that the tuned model tells good answers from bad ones better or worse.",
        advice="Try a smaller step size, fewer rounds, or more rated answers.",
        rows="rated answers",
    )


def _points(exam: Exam, name: str) -> str:
    """Return the interval of a difference of shares."""
    found = exam.differences[name]
    low, high = (percentage(end, signed=True).removesuffix(" %") for end in (found.low, found.high))
    return f"{low} to {high} points"


WORDS: Mapping[str, Callable[[Exam], _Words]] = {
    "accuracy": _words_of_sorting,
    "reward": _words_of_reward,
    "preferred": _words_of_pairs,
    "rated_apart": _words_of_ratings,
    "loss": _words_of_loss,
}
"""By the metric that says whether a run learned what it was to learn; the first that an exam has decides."""
