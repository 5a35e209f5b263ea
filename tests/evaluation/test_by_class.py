"""Each label's scores are scikit-learn's, with intervals, and few rows of a label tell nothing."""

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from studio.evaluation.by_class import MOST_LABELS, by_class

DRAW = np.random.default_rng(3)
TRUE = DRAW.choice(["refund", "delivery", "rare"], 90, p=[0.5, 0.42, 0.08]).tolist()
BASE = DRAW.choice(["refund", "delivery", "never true"], 90).tolist()
TUNED = [label if DRAW.random() < 0.9 else "refund" for label in TRUE]


@pytest.fixture(scope="module")
def found():
    return by_class(TRUE, BASE, TUNED, seed=0)


def test_the_scores_are_those_of_scikit_learn_and_lie_in_their_intervals(found):
    assert [each.label for each in found] == sorted(set(TRUE), key=lambda label: -TRUE.count(label))
    labels = [each.label for each in found]
    for arm, given in (("base", BASE), ("tuned", TUNED)):
        reference = precision_recall_fscore_support(TRUE, given, labels=labels, zero_division=0)
        for at, each in enumerate(found):
            assert each.rows == reference[3][at]
            for values, name in zip(reference, ("precision", "recall", "f1"), strict=False):
                score = each.arms[arm][name]
                assert score.value == pytest.approx(values[at], abs=1e-9)
                assert score.low <= score.value <= score.high


def test_a_label_of_few_rows_has_no_verdict_however_many_rows_others_have(found):
    verdicts = {each.label: each.difference.verdict for each in found}
    assert verdicts == {"refund": "better", "delivery": "better", "rare": "too_few"}


def test_a_label_that_is_never_found_is_zero_and_not_a_division_by_zero(found):
    rare = next(each for each in found if each.label == "rare")
    assert rare.arms["base"]["f1"].value == rare.arms["base"]["f1"].high == 0


def test_of_very_many_labels_the_most_frequent_are_told():
    labels = [f"label {number}" for number in range(MOST_LABELS + 5)] + ["label 44"]
    found = by_class(labels, labels, labels, seed=0)
    assert len(found) == MOST_LABELS
    assert found[0].label == "label 44"
    assert by_class([], [], [], seed=0) == ()


def test_many_labels_can_be_stopped_between_two_draws():
    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    with pytest.raises(Stopped):
        by_class(TRUE, BASE, TUNED, seed=0, between=stop)
