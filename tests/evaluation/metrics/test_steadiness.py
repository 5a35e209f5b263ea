"""Steadiness is ROUGE-L between the answers to one question's phrasings."""

import pytest
from rouge_score.rouge_scorer import RougeScorer

from studio.evaluation.metrics import metric_named
from studio.evaluation.metrics.steadiness import agreement

ONE, OTHER, THIRD = "open the settings and press the button", "press the button in the settings", "press it"


def test_two_answers_agree_as_rouge_l_says():
    scorer = RougeScorer(["rougeL"])
    for one, other in ((ONE, OTHER), (OTHER, THIRD), (ONE, THIRD), (ONE, "nothing alike")):
        assert agreement([one, other]) == pytest.approx(scorer.score(one, other)["rougeL"].fmeasure, abs=1e-9)


def test_of_three_answers_every_two_are_compared():
    pairs = [agreement([ONE, OTHER]), agreement([OTHER, THIRD]), agreement([ONE, THIRD])]
    assert agreement([ONE, OTHER, THIRD]) == pytest.approx(sum(pairs) / 3)


def test_case_and_marks_are_not_unsteady_and_every_script_is_read():
    assert agreement(["Yes!", "yes", "yes."]) == 1
    assert agreement(["Да, конечно", "да конечно"]) == 1
    assert agreement(["Да", "Нет"]) == 0


def test_answers_without_words_agree_with_one_another_and_with_nothing_else():
    assert agreement(["", "?!", " "]) == 1
    assert agreement(["", "words"]) == 0


def test_rows_are_meaned():
    answers = [["yes", "yes", "yes"], ["yes", "no", "yes"]]
    value = metric_named("steadiness").compute(predictions=answers, references=[3, 3])
    assert value == {"steadiness": pytest.approx((1 + 1 / 3) / 2)}
