"""Where rows are sorted, Compare shows which label was taken for which, and each label before and after."""

import json
from dataclasses import replace
from html import unescape
from re import findall

from studio.core.exam import ClassScores, Difference, ExamRow, Score
from studio.core.verdict import Verdict
from studio.services.exam_view import ExamView
from studio.ui.panels.classes import classes
from studio.ui.panels.scores import exam

ATTACK = "<script>alert(1)</script>"
HALF = {name: Score(0.5, 0.25, 0.75) for name in ("precision", "recall", "f1")}
BETTER = Difference(0.2, 0.1, 0.3, "better")


def sorted_rows(label: str = "refund") -> ExamView:
    rows = tuple(
        ExamRow(row, "q", label, 1.0, 0.5, 1, "delivery", label if row % 4 else "delivery")
        for row in range(8)
    )
    each = ClassScores(label, 8, {"base": HALF, "tuned": HALF}, BETTER)
    return ExamView("run1", 8, 8, {}, {}, rows, Verdict("good", "Better", "."), classes=(each,))


def test_both_models_have_a_heat_map_with_its_numbers_and_its_sentence() -> None:
    html = classes(sorted_rows())
    figures = [json.loads(unescape(found)) for found in findall(r'data-figure="([^"]*)"', html)]
    after, before = (figure["data"][0]["text"] for figure in figures)
    assert after == [["6", "2"], ["", ""]]
    assert before == [["", "8"], ["", ""]]
    assert "After training, 6 of 8 rows got their own label" in html
    assert "Before training, 0 of 8 rows" in html
    assert html.count("confusion matrix") >= 2


def test_rows_of_rare_labels_that_are_shown_together_count_as_right_too() -> None:
    labels = [f"label {at}" for at in range(20)]
    rows = tuple(ExamRow(row, "q", label, 1.0, 0.5, 1, label, label) for row, label in enumerate(labels))
    assert "After training, 20 of 20 rows got their own label" in classes(replace(sorted_rows(), table=rows))


def test_each_label_is_told_before_and_after_with_intervals_and_a_verdict() -> None:
    html = classes(sorted_rows())
    assert '50 % <small class="interval">[25, 75]</small> → 50 %' in html
    assert '<b class="change better">better</b> +20 % <small class="interval">[+10, +30]</small>' in html
    assert "<small>8 rows</small>" in html


def test_a_label_stays_text() -> None:
    assert "<script" not in classes(sorted_rows(ATTACK))


def test_there_is_nothing_to_show_where_no_rows_were_sorted() -> None:
    assert classes(replace(sorted_rows(), classes=())) == ""


def test_rows_that_were_sorted_are_not_said_to_be_answered_in_words() -> None:
    view = sorted_rows()
    assert "8 held-back rows scored. Brackets" in exam(view)
    assert "scored, 8 of them also answered in words" in exam(replace(view, classes=()))
