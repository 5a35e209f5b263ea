"""The sentence above the exam says what was measured and no more."""

import pytest

from studio.core.exam import Difference, Exam, Score
from studio.evaluation.verdict import verdict_of


def exam(verdict, rows=40):
    loss = {"base": {"loss": Score(2.5, 2.4, 2.6)}, "tuned": {"loss": Score(2.25, 2.1, 2.3)}}
    found = {"loss": Difference(-0.25, -0.3, -0.2, verdict)}
    return Exam(rows, 0, 64, 8, "float32", "cpu", 1.0, loss, found, (), {})


@pytest.mark.parametrize(
    ("verdict", "tone", "headline"),
    [
        ("better", "good", "Better"),
        ("worse", "warning", "Worse"),
        ("same", "neutral", "No clear difference"),
        ("too_few", "neutral", "Too few rows to tell"),
    ],
)
def test_each_verdict_has_its_words_and_the_measured_figures(verdict, tone, headline):
    said = verdict_of(exam(verdict))
    assert (said.tone, said.headline) == (tone, headline)
    assert "from 2.500 to 2.250 on 40 held-back rows" in said.sentence


def test_too_few_rows_never_claims_a_gain():
    assert "can be chance" in verdict_of(exam("too_few", rows=1)).sentence
    assert "1 held-back row;" in verdict_of(exam("too_few", rows=1)).sentence
