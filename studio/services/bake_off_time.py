"""What a bake-off will take, from what the last exam of the same run took on the same machine."""

from studio.services.exam_view import ExamView

LONGER_PROMPTS = 6.0
"""At most so many times as long as a plain way: they have more to read.
`python -m benchmarks.bake_off` prints the seconds of each."""


def expected_seconds(exam: ExamView | None, further: int) -> tuple[float, float] | None:
    """Return between what a bake-off with so many further ways will take; None where nothing was measured.

    What base and tuned have done in that exam is taken over where nothing has changed since; else they sit
    it again.
    """
    if exam is None or not exam.seconds:
        return None
    one = exam.seconds / len(exam.arms)
    return one * further, one * (2 + further * LONGER_PROMPTS)
