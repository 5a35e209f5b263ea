"""A written answer counts by the label it names; the likeliest label counts as it is."""

import pytest

from studio.evaluation.marking import Paper, references
from studio.evaluation.metrics import metric_named
from studio.evaluation.metrics.label_written import named_label
from studio.evaluation.questions import Question

LABELS = ("refund", "delivery", "very positive", "positive", "A", "?!")


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("refund", "refund"),
        (" Refund. ", "refund"),
        ("The right label is: “delivery”, I think", "delivery"),
        ("very positive", "very positive"),
        ("It is very positive!", "very positive"),
        ("positive", "positive"),
        ("a", "A"),
        ("?!", "?!"),
        ("refund or delivery", None),
        ("refunded", None),
        ("", None),
    ],
)
def test_the_label_that_is_meant_is_the_one_that_stands_there_as_whole_words(answer, label):
    assert named_label(answer, LABELS) == label


def test_two_labels_that_differ_in_case_alone_are_never_guessed_between():
    assert named_label("spam", ("Spam", "spam")) is None


def test_a_label_that_no_row_asked_has_is_one_all_the_same():
    """Else "refund or billing" would name the refund alone, where no billing was asked for."""
    measured = metric_named("label_written")
    answers, labels = ["refund or billing", "refund"], ("billing", "delivery", "refund")
    paper = Paper((), (), {}, 8, labels=labels, labelled=(asked(2), asked(3)))
    found = measured.compute(predictions=answers, references=references("written", paper))
    assert found == {"label_written": 0.5}


def asked(row):
    return Question(row, "Where is my money?", "refund", (), ())


def test_the_share_of_right_labels_is_measured():
    written = metric_named("label_written").compute(
        predictions=["A refund!", "refund or delivery", "delivery"],
        references=[["refund"], ["refund"], ["delivery "]],
    )
    assert written == {"label_written": pytest.approx(2 / 3)}
    chosen = metric_named("label_scored").compute(
        predictions=["refund", "delivery"], references=["refund ", "refund"]
    )
    assert chosen == {"label_scored": 0.5}
