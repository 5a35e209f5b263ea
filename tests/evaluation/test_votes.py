"""Votes: the interval is scipy's exact one, kappa is scikit-learn's, and nothing is claimed that it lacks."""

import pytest
from scipy.stats import binom, binomtest
from sklearn.metrics import cohen_kappa_score

from studio.evaluation.votes import (
    Agreement,
    Tally,
    agreement,
    clopper_pearson,
    metric_agreement,
    tally,
    verdict_of_votes,
    win_share,
)

PAIRS = [(0, 1), (1, 1), (0, 7), (7, 7), (18, 25), (1, 30), (50, 100), (333, 1000), (9_999, 10_000)]


@pytest.mark.parametrize(("wins", "rows"), PAIRS)
def test_the_interval_is_the_exact_one_of_scipy(wins: int, rows: int) -> None:
    exact = binomtest(wins, rows).proportion_ci(0.95, method="exact")
    assert clopper_pearson(wins, rows) == pytest.approx((exact.low, exact.high), abs=1e-9)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["tuned", "base", "tie", "tuned"], ["tuned", "base", "base", "tuned"]),
        (["tuned"] * 5 + ["base"] * 5, ["base"] * 5 + ["tuned"] * 5),
        (["tie", "tuned", "base"] * 4, ["tie", "base", "base"] * 4),
    ],
)
def test_kappa_is_that_of_scikit_learn(first: list, second: list) -> None:
    found = agreement(first, second)
    assert found.kappa == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)
    assert found.rows == len(first)


def test_where_chance_alone_makes_two_judges_agree_kappa_is_not_defined() -> None:
    assert agreement(["tie", "tie"], ["tie", "tie"]) == Agreement(2, 2, None)
    assert agreement([], []) == Agreement(0, 0, None)


def test_ties_are_counted_and_left_out_of_the_share() -> None:
    counted = tally(["tuned"] * 6 + ["base"] * 2 + ["tie"] * 9)
    assert counted == Tally(6, 2, 9)
    share = win_share(counted)
    assert share is not None
    assert share.value == 0.75
    assert (share.low, share.high) == pytest.approx(clopper_pearson(6, 8))


@pytest.mark.parametrize(
    ("counted", "verdict"),
    [
        (Tally(0, 0, 12), "too_few"),
        (Tally(5, 0, 0), "too_few"),
        (Tally(6, 0, 0), "better"),
        (Tally(0, 6, 30), "worse"),
        (Tally(18, 7, 0), "better"),
        (Tally(16, 14, 0), "same"),
        (Tally(16, 13, 0), "too_few"),
    ],
)
def test_the_verdict_says_no_more_than_the_interval(counted: Tally, verdict: str) -> None:
    assert verdict_of_votes(win_share(counted), counted) == verdict


def test_with_equal_answers_better_is_said_in_less_than_a_fortieth_of_all_cases() -> None:
    for rows in (6, 12, 25, 32, 100):
        wrong = sum(
            float(binom.pmf(wins, rows, 0.5))
            for wins in range(rows + 1)
            if verdict_of_votes(win_share(Tally(wins, rows - wins, 0)), Tally(wins, rows - wins, 0))
            == "better"
        )
        assert wrong <= 0.025


def test_a_metric_is_asked_only_where_both_it_and_the_person_decide() -> None:
    found = metric_agreement([0.2, -0.1, 0.0, 0.5, -0.3], ["tuned", "tuned", "base", "tie", "base"])
    assert found == Agreement(2, 3)
