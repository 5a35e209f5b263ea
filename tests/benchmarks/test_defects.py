"""The planted-defect benchmark counts right: intervals, what is planted where, and what is clean."""

import random

import pytest

from benchmarks.defects import chosen
from benchmarks.defects_cases import MEASURES
from benchmarks.defects_labelled import labelled_results
from benchmarks.defects_measures import Line, Score, Share, Target
from benchmarks.defects_parts import leaked, rows_nearly_leaked
from benchmarks.defects_planting import (
    Planting,
    contradicted,
    copied,
    emptied,
    nearly_relabelled,
    relabelled,
    words_changed,
)
from studio.data.checks import CHECKS

ROWS = [{"question": f"question {at}", "answer": f"answer {at}"} for at in range(50)]


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (81, 263, 0.2553, 0.3662)],
)
def test_the_interval_is_that_of_wilson(hits, total, low, high):
    """81 of 263: Newcombe, Two-sided confidence intervals for the single proportion, 1998, table I."""
    assert Share(hits, total).interval == pytest.approx((low, high), abs=5e-5)


def test_nothing_counted_is_no_share():
    assert Share(0, 0).shown() == "–"
    assert Target(0.9).missed(Score()) == ["recall nan is below 0.9"]


def test_a_missed_target_is_named():
    line = Line("near copies", Score(planted=100, found=97, clean=900, false=1), Target(0.98, 0.98))
    assert line.missed == ["near copies: recall 0.9700 is below 0.98"]
    assert "| 0.970 [0.915, 0.990] |" in line.markdown()


def test_as_many_rows_as_wanted_are_changed_and_known_ones_are_left():
    planted = Planting(emptied).into(ROWS, 5, random.Random(1), named=range(40))
    assert sum(row.is_planted for row in planted) == 5
    assert all(row.origin >= 40 for row in planted if row.is_planted)
    assert all(row.cells == ROWS[row.origin] for row in planted if not row.is_planted)


def test_a_copy_stands_behind_its_original():
    for seed in range(20):
        planted = Planting(copied, copies=True).into(ROWS, 10, random.Random(seed), ())
        assert len(planted) == len(ROWS) + 10
        for at, row in enumerate(planted):
            assert row.is_planted == any(row.cells == earlier.cells for earlier in planted[:at])


def test_both_sides_of_a_conflict_are_to_be_named():
    planted = Planting(contradicted, copies=True, both=True).into(ROWS, 4, random.Random(1), ())
    assert sum(row.is_planted for row in planted) == 8


def test_one_to_four_words_of_forty_are_changed_and_none_of_a_shorter_text():
    rows = [{"question": "other words", "answer": "that nobody wrote"}]
    text = " ".join(f"w{at}" for at in range(40))
    changed = words_changed(text, random.Random(3), rows)
    assert 1 <= sum(old != new for old, new in zip(text.split(), changed.split(), strict=True)) <= 4
    assert words_changed("w " * 39, random.Random(3), rows) is None


def test_a_leaked_question_is_a_training_question_but_for_case_spacing_and_its_last_mark():
    cells = {"question": "Where is it?", "answer": "There.", "split": "train"}
    copies = [leaked(random.Random(seed), cells, [cells]) for seed in range(20)]
    assert {copy["split"] for copy in copies} == {"test"}
    assert {copy["question"].casefold().strip(" ?\n") for copy in copies} == {"where is it"}
    assert leaked(random.Random(1), cells | {"split": "test"}, [cells]) is None


def test_a_training_row_with_words_changed_is_held_out_and_no_row_of_the_exam_is_taken():
    rows = [{"question": "other words", "answer": "that nobody wrote", "split": "train"}]
    cells = {"question": "w " * 10, "answer": "x " * 40, "split": "train"}
    copy = rows_nearly_leaked(random.Random(3), cells, rows)
    assert copy["split"] == "test"
    old = [*cells["question"].split(), *cells["answer"].split()]
    new = [*copy["question"].split(), *copy["answer"].split()]
    assert 1 <= sum(a != b for a, b in zip(old, new, strict=True)) <= 5
    assert rows_nearly_leaked(random.Random(3), cells | {"split": "test"}, rows) is None


def test_a_text_planted_with_another_label_is_the_same_or_nearly_the_same_text():
    rows = [{"text": " ".join(f"w{at}" for at in range(40)), "label": label} for label in "ab"]
    for seed in range(20):
        same = relabelled(random.Random(seed), rows[0], rows)
        near = nearly_relabelled(random.Random(seed), rows[0], rows)
        assert same["label"] == near["label"] == "b"
        assert same["text"].removesuffix(" ?").casefold().split() == rows[0]["text"].split()
        assert 0 < len(set(rows[0]["text"].split()) - set(near["text"].split())) <= 4


def test_precision_is_of_nothing_where_no_clean_row_could_be_named():
    assert Score(planted=10, found=10).precision.shown() == "–"


def test_how_often_chance_is_beaten_is_shown_and_asked_for():
    line = Line("wrong labels", Score(10, 8, 90, 2, by_chance=2.0), Target(times_chance=5))
    assert ", 4.0 x chance |" in line.markdown()
    assert line.missed == ["wrong labels: times chance 4.0000 is below 5"]


def test_one_check_is_chosen_with_all_its_lines():
    assert [MEASURES[name].check for name in chosen(["leakage"])] == ["leakage"] * 3
    assert chosen([]) == list(MEASURES)


def test_a_set_that_is_not_there_is_said_to_be_so(tmp_path):
    said = [result.said for result in labelled_results(tmp_path, 1)]
    assert len(said) == 2
    assert all(f"not measured, for there is no {tmp_path}" in sentence for sentence in said)


def test_every_check_is_measured():
    assert set(CHECKS) <= {measure.check for measure in MEASURES.values()}
