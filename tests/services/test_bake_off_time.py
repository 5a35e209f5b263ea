"""How long a bake-off takes is told from the last exam of the run, and not told where there was none."""

import pytest

from studio.core.exam import Score
from studio.core.verdict import Verdict
from studio.services.bake_off_time import LONGER_PROMPTS, expected_seconds
from studio.services.exam_view import ExamView


def exam(seconds: float) -> ExamView:
    arms = {name: {"loss": Score(2, 1, 3)} for name in ("base", "tuned")}
    return ExamView("run1", 35, 32, arms, {}, (), Verdict("good", "Better", "."), seconds=seconds)


def test_each_further_way_takes_at_least_what_one_of_the_two_models_took() -> None:
    assert expected_seconds(exam(60.0), 3) == pytest.approx((90.0, 30.0 * (2 + 3 * LONGER_PROMPTS)))


def test_without_an_exam_nothing_is_foretold() -> None:
    assert expected_seconds(None, 2) is None
    assert expected_seconds(exam(0.0), 2) is None
