"""What a bake-off will take, from what the last exam of the same run took on the same machine."""

from studio.services.exam_view import ExamView

LONGER_PROMPTS = 5.0
"""At most so many times as long, to be on the safe side: such a way reads far more, and writes no more."""


def expected_seconds(exam: ExamView | None, further: int) -> tuple[float, float] | None:
    """Return between what a bake-off with so many further ways will take; None where nothing was measured.

    Base and tuned sit it as well: all ways have the same moment and the same machine.
    """
    if exam is None or not exam.seconds:
        return None
    one = exam.seconds / len(exam.arms)
    return one * (2 + further), one * (2 + further * LONGER_PROMPTS)
