"""Ratings that are all alike teach nothing; nearly all alike is told; a fair share of both is fine."""

import pytest

from studio.core.records import Preference, Rated, SourcedRecord
from studio.data.checks import CHECKS, Scene
from studio.data.checks.seen import Seen
from studio.data.checkup import findings_of


def found(good: int, bad: int):
    ratings = [True] * good + [False] * bad
    rows = [SourcedRecord(row, Rated(f"q{row}", "a", label)) for row, label in enumerate(ratings, 2)]
    return findings_of("one_sided", rows, Scene())


@pytest.mark.parametrize(
    ("good", "bad", "which", "next_step"),
    [(12, 0, "good", "choose only the question and the answer"), (0, 12, "bad", "Add good answers")],
)
def test_all_alike_is_an_error_that_says_what_else_can_be_done(good, bad, which, next_step):
    (finding,) = found(good, bad)
    assert (finding.severity, finding.kind, finding.count) == ("error", "one_sided", 12)
    assert finding.message == f"All 12 answers are rated {which}: there is nothing to tell good from bad by."
    assert next_step in finding.hint


def test_nearly_all_alike_is_told_with_the_numbers():
    (finding,) = found(190, 10)
    assert (finding.severity, finding.kind) == ("warning", "dominates")
    assert finding.message == "95% of the answers are rated good; 10 of 200 are bad."


def test_the_share_of_good_ratings_is_a_figure_of_the_report():
    watch = CHECKS["one_sided"].begin(Scene())
    assert CHECKS["one_sided"].figures(watch) == {}
    for row, label in enumerate((True, True, True, False), 2):
        watch.see(Seen(row, SourcedRecord(row, Rated(f"q{row}", "a", label))))
    assert CHECKS["one_sided"].figures(watch) == {"rated_good": 0.75}


def test_a_fair_share_of_both_and_other_records_are_as_they_should_be():
    assert found(80, 20) == []
    rows = [SourcedRecord(row, Preference(f"q{row}", "a", "b")) for row in range(30)]
    assert findings_of("one_sided", rows, Scene()) == []
