"""One row by itself has the value that the reference library gives it, and the order follows it."""

import pytest
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import CHRF

from studio.core.exam import Exam, ExamRow, Score
from studio.evaluation.by_row import (
    best_and_worst,
    by_row,
    each_row,
    of_a_row,
    orders_by,
    row_gains,
    tells_of_answers,
)

ANSWERS = ["the cat sat", "a dog ran away", "", "the cat sat on the mat"]
EXPECTED = ["the cat sat on the mat", "a dog ran", "nothing", "the cat sat on the mat"]


def exam(rows, metrics=("loss", "exact_match", "chrf", "rougeL")):
    scores = {name: Score(0.5, 0.4, 0.6) for name in metrics}
    return Exam(
        rows=len(rows), answered=len(rows), answer_tokens=64, step=1, dtype="float32", device="cpu",
        seconds=1.0, arms={"base": scores, "tuned": scores}, differences={}, table=tuple(rows),
        weights_hashes={},
    )  # fmt: skip


def row(number, tuned, expected="yes", loss=1.0, base="no"):
    return ExamRow(number, "q", expected, 2.0, loss, 3, base=base, tuned=tuned)


def test_chrf_of_a_row_is_that_of_sacrebleu():
    scorer = CHRF()
    expected = [scorer.corpus_score([a], [[e]]).score for a, e in zip(ANSWERS, EXPECTED, strict=True)]
    assert each_row("chrf", ANSWERS, EXPECTED) == pytest.approx(expected, abs=1e-9)


def test_rouge_of_a_row_is_that_of_rouge_score():
    scorer = RougeScorer(["rougeL"])
    expected = [scorer.score(e, a)["rougeL"].fmeasure for a, e in zip(ANSWERS, EXPECTED, strict=True)]
    assert each_row("rougeL", ANSWERS, EXPECTED) == pytest.approx(expected, abs=1e-9)


def told(rows, metrics=("loss", "exact_match", "chrf", "rougeL")):
    held = exam(rows, metrics)
    return by_row(held, of_a_row(held))


def test_no_rows_have_no_values():
    assert len(each_row("chrf", [], [])) == 0
    assert told([ExamRow(2, "q", "a", 1.0, 1.0, 3)]) == {}
    assert best_and_worst(exam([]), {}, 5) == ([], [])


def test_more_rows_than_are_measured_at_once_have_their_own_values(monkeypatch):
    monkeypatch.setattr("studio.evaluation.by_row._AT_ONCE", 3)
    assert list(each_row("exact_match", list("abcdefg"), list("abcxexg"))) == [1, 1, 1, 0, 1, 0, 1]


def test_a_gain_is_above_zero_where_the_tuned_answer_is_the_better_one_whichever_way_that_is():
    base, tuned, expected = ["no", "yes"], ["yes", "no"], ["yes", "yes"]
    assert row_gains("exact_match", base, tuned, expected) == [1.0, -1.0]
    again = "so it is so it is so it is so it is"
    assert row_gains("repetition", [again], ["so it is"], ["yes"])[0] > 0, "less of it is better"
    told = {name: tells_of_answers(name) for name in ("chrf", "answer_words", "loss")}
    assert told == {"chrf": True, "answer_words": False, "loss": False}


def test_only_rows_that_both_answered_and_metrics_of_a_row_are_told():
    rows = [row(2, "yes"), ExamRow(3, "q", "a", 1.0, 1.0, 3)]
    assert told(rows, ("loss", "exact_match", "bleu")) == {
        2: {"base": {"exact_match": 0.0}, "tuned": {"exact_match": 1.0}}
    }


def test_the_best_and_the_worst_are_told_by_the_metric_then_by_the_loss_and_none_twice():
    rows = [row(2, "yes", loss=0.5), row(3, "yes", loss=0.1), row(4, "yet"), row(5, "xx", loss=1.0)]
    rows.append(row(6, "xx", loss=3.0))
    assert orders_by(exam(rows)) == "chrf"
    assert best_and_worst(exam(rows), told(rows), 2) == ([3, 2], [6, 5])
    assert best_and_worst(exam(rows), told(rows), 9) == ([3, 2, 4], [6, 5])
    assert best_and_worst(exam(rows[:1]), told(rows[:1]), 9) == ([2], [])


def test_rows_that_are_sorted_are_put_in_order_by_right_or_wrong():
    metrics = ("loss", "accuracy", "f1_macro")
    rows = [row(2, "yes", loss=0.4), row(3, "no", loss=0.9), row(4, "no", loss=5.0)]
    assert orders_by(exam(rows, metrics)) == "accuracy"
    assert best_and_worst(exam(rows, metrics), told(rows, metrics), 1) == ([2], [4])


def test_rows_without_a_metric_of_their_own_are_put_in_order_by_the_loss():
    rows = [row(2, "yes", loss=0.4), row(3, "no", loss=0.1)]
    assert orders_by(exam(rows, ("loss",))) == "loss"
    assert best_and_worst(exam(rows, ("loss",)), told(rows, ("loss",)), 1) == ([3], [2])
