"""The fold about other words says what was found, with its figures, and promises nothing before."""

import pytest

from studio.core.exam import Difference, Score
from studio.core.verdict import Verdict
from studio.services.exam_view import ExamView
from studio.ui.panels.steady import EXPLAINED, TITLE, steady, title


def view(verdict):
    return ExamView(
        run="r", rows=40, answered=32,
        arms={
            "base": {"steadiness": Score(0.41234, 0.3, 0.5)}, "tuned": {"steadiness": Score(0.6, 0.5, 0.7)},
        },
        differences={"steadiness": Difference(0.18766, 0.05, 0.3, verdict)},
        table=(), verdict=Verdict("good", "Better", "It is."), in_other_words="32 <questions> were asked.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("better", "More alike"), ("same", "No clear"), ("worse", "Less alike"), ("too_few", "Too few")],
)
def test_the_result_stands_in_the_title_and_with_its_interval_inside(verdict, said):
    assert title(view(verdict)).startswith(f"{TITLE} {said}")
    inside = steady(view(verdict))
    assert said in inside
    assert "Before 0.412, after 0.600" in inside
    assert "+0.050 to +0.300" in inside
    assert "32 &lt;questions&gt;" in inside


def test_before_it_was_asked_nothing_is_claimed():
    assert title(None) == TITLE
    assert steady(None) == EXPLAINED
    assert steady(ExamView("r", 40, 32, {}, {}, (), Verdict("good", "Better", "It is."))) == EXPLAINED
