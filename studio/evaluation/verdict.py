"""The exam in one sentence: what may be said of held-out loss, and with how much confidence. No torch."""

from dataclasses import dataclass
from typing import Literal

from studio.core.exam import ComparisonVerdict, Exam
from studio.core.verdict import FEWEST_ROWS
from studio.core.words import decimals, percentage


@dataclass(frozen=True, slots=True)
class ExamVerdict:
    """`tone` colours the sentence, `headline` is its few words."""

    tone: Literal["good", "neutral", "warning"]
    headline: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Words:
    """What an exam measured, in words. `measured` and `interval` hold its figures; `advice` is for worse."""

    measured: str
    interval: str
    better: str
    worse: str
    same: str
    advice: str


def verdict_of(exam: Exam) -> ExamVerdict:
    """Return the verdict: on accuracy where rows are sorted, else on held-out loss.

    Every figure in it is the exam's own.
    """
    if "accuracy" in exam.differences:
        return _said(exam.differences["accuracy"].verdict, _words_of_sorting(exam))
    return _said(exam.differences["loss"].verdict, _words_of_loss(exam))


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
        f"{words.measured}; under {FEWEST_ROWS} rows that can be chance. Hold back more rows to be sure.",
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
    found = exam.differences["accuracy"]
    low, high = (percentage(end, signed=True).removesuffix(" %") for end in (found.low, found.high))
    return _Words(
        measured=f"{tuned.value:.0%} of {exam.rows} held-back rows got their own label, "
        f"{base.value:.0%} before",
        interval=f"{low} to {high} points",
        better="The tuned model is right more often on rows it never saw.",
        worse="The tuned model is right less often on rows it never saw.",
        same="These rows do not show that the tuned model sorts better or worse.",
        advice="Try more rounds, or more rows.",
    )
