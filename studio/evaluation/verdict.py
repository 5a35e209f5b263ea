"""The exam in one sentence: what may be said of held-out loss, and with how much confidence. No torch."""

from dataclasses import dataclass
from typing import Literal

from studio.core.exam import Exam
from studio.core.verdict import FEWEST_ROWS


@dataclass(frozen=True, slots=True)
class ExamVerdict:
    """`tone` colours the sentence, `headline` is its few words."""

    tone: Literal["good", "neutral", "warning"]
    headline: str
    sentence: str


def verdict_of(exam: Exam) -> ExamVerdict:
    """Return the verdict: on accuracy where rows are sorted, else on held-out loss.

    Every figure in it is the exam's own.
    """
    if "accuracy" in exam.differences:
        return _of_sorting(exam)
    base, tuned = exam.arms["base"]["loss"], exam.arms["tuned"]["loss"]
    found = exam.differences["loss"]
    measured = (
        f"Held-out loss went from {base.value:.3f} to {tuned.value:.3f} on {exam.rows} "
        f"held-back {'row' if exam.rows == 1 else 'rows'}"
    )
    interval = f"95 % interval of the difference {found.low:+.3f} to {found.high:+.3f}"
    if found.verdict == "better":
        return ExamVerdict(
            "good", "Better", f"The tuned model fits answers it never saw better. {measured} ({interval})."
        )
    if found.verdict == "worse":
        return ExamVerdict(
            "warning",
            "Worse",
            f"The tuned model fits answers it never saw worse than before. {measured} ({interval}). "
            "Try a smaller step size, fewer rounds, or more rows.",
        )
    if found.verdict == "same":
        return ExamVerdict(
            "neutral",
            "No clear difference",
            f"These rows do not show that the tuned model is better or worse. {measured} ({interval}).",
        )
    return ExamVerdict(
        "neutral",
        "Too few rows to tell",
        f"{measured}; under {FEWEST_ROWS} rows that can be chance. Hold back more rows to be sure.",
    )


def _of_sorting(exam: Exam) -> ExamVerdict:
    base, tuned = exam.arms["base"]["accuracy"], exam.arms["tuned"]["accuracy"]
    found = exam.differences["accuracy"]
    right = f"{tuned.value:.0%} of {exam.rows} held-back rows got their own label, {base.value:.0%} before"
    interval = f"95 % interval of the difference {100 * found.low:+.0f} to {100 * found.high:+.0f} points"
    if found.verdict == "better":
        return ExamVerdict(
            "good", "Better", f"The tuned model sorts texts it never saw better. {right} ({interval})."
        )
    if found.verdict == "worse":
        return ExamVerdict(
            "warning",
            "Worse",
            f"The tuned model sorts texts it never saw worse than before. {right} ({interval}). "
            "Try more rounds, or more rows.",
        )
    if found.verdict == "same":
        return ExamVerdict(
            "neutral",
            "No clear difference",
            f"These rows do not show that the tuned model sorts better or worse. {right} ({interval}).",
        )
    return ExamVerdict(
        "neutral",
        "Too few rows to tell",
        f"{right}; under {FEWEST_ROWS} rows that can be chance. Hold back more rows to be sure.",
    )
