"""The bootstrap agrees with closed forms, is paired, and concludes only what the rows allow."""

import numpy as np
import pytest
from scipy.stats import binomtest

from studio.core.verdict import FEWEST_ROWS
from studio.evaluation.intervals import Measured, Parts, bootstrap, bootstrap_all, difference, score


def same(ratio):
    return ratio


def means(values):
    values = np.asarray(values, float)
    return Parts(values, np.ones(len(values)))


def test_the_interval_of_a_mean_is_the_normal_one_for_many_rows():
    values = np.random.default_rng(1).normal(3.0, 2.0, size=500)
    measured = score(bootstrap({"base": means(values)}, same, seed=0)["base"])
    half_width = 1.959964 * values.std() / np.sqrt(len(values))
    assert measured.value == pytest.approx(values.mean())
    assert measured.high - measured.value == pytest.approx(half_width, rel=0.05)
    assert measured.value - measured.low == pytest.approx(half_width, rel=0.05)


def test_the_interval_of_a_ratio_agrees_with_the_delta_method():
    random = np.random.default_rng(2)
    tokens = random.integers(5, 60, size=600).astype(float)
    nats = tokens * random.normal(2.0, 0.5, size=600)
    measured = score(bootstrap({"base": Parts(nats, tokens)}, same, seed=0)["base"])
    ratio = nats.sum() / tokens.sum()
    error = np.sqrt(((nats - ratio * tokens) ** 2).sum()) / tokens.sum()
    assert measured.value == pytest.approx(ratio)
    assert measured.high - measured.low == pytest.approx(2 * 1.959964 * error, rel=0.05)


def test_of_few_rows_the_interval_is_as_wide_as_students():
    values = np.random.default_rng(6).normal(3.0, 2.0, size=12)
    measured = score(bootstrap({"base": means(values)}, same, seed=0)["base"])
    half_width = 2.200985 * values.std(ddof=1) / np.sqrt(12)  # Student's t, 11 degrees of freedom
    assert measured.high - measured.low == pytest.approx(2 * half_width, rel=0.03)


def test_one_row_has_an_interval_without_width():
    measured = score(bootstrap({"base": means([3.0])}, same, seed=0)["base"])
    assert (measured.low, measured.value, measured.high) == (3, 3, 3)


def test_a_constant_gain_on_every_row_has_no_width_because_rows_are_paired():
    losses = np.random.default_rng(3).normal(3.0, 2.0, size=50)
    draws = bootstrap({"base": means(losses), "tuned": means(losses - 0.1)}, same, seed=0)
    found = difference(draws["base"], draws["tuned"], better="lower")
    assert (found.low, found.high) == pytest.approx((-0.1, -0.1))
    assert found.verdict == "better"


def right(*rows):
    return Measured(means(rows), same, right_or_wrong=True)


@pytest.mark.parametrize("rows", [0, 1, 16, 32])
def test_the_interval_of_a_share_of_rows_is_wilsons(rows):
    low, high = binomtest(rows, 32).proportion_ci(method="wilson")
    measured = score(bootstrap_all({"tuned": right(*[1] * rows, *[0] * (32 - rows))}, seed=0)["tuned"])
    assert (measured.value, measured.low, measured.high) == pytest.approx((rows / 32, low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("base", "tuned", "ends", "verdict"),
    [(0, 0, (-0.1072, 0.1072), "same"), (0, 1, (0.8928, 1.0), "better"), (1, 0, (-1.0, -0.8928), "worse")],
)
def test_where_all_rows_changed_alike_the_difference_is_not_told_as_if_it_were_sure(
    base, tuned, ends, verdict
):
    draws = bootstrap_all({"base": right(*[base] * 32), "tuned": right(*[tuned] * 32)}, seed=0)
    found = difference(draws["base"], draws["tuned"], better="higher")
    assert (found.value, found.verdict) == (tuned - base, verdict)
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-4)


@pytest.mark.parametrize(
    ("shift", "better", "verdict"),
    [
        (-0.5, "lower", "better"),
        (0.5, "lower", "worse"),
        (0.5, "higher", "better"),
        (-0.5, "higher", "worse"),
    ],
)
def test_the_verdict_follows_the_direction_in_which_the_metric_is_better(shift, better, verdict):
    losses = np.linspace(1, 2, 40)
    draws = bootstrap({"base": means(losses), "tuned": means(losses + shift)}, same, seed=0)
    assert difference(draws["base"], draws["tuned"], better=better).verdict == verdict


def test_a_difference_that_the_rows_do_not_show_is_called_the_same():
    random = np.random.default_rng(4)
    arms = {"base": means(random.normal(2, 1, 200)), "tuned": means(random.normal(2, 1, 200))}
    draws = bootstrap(arms, same, seed=0)
    assert difference(draws["base"], draws["tuned"], better="lower").verdict == "same"


def test_under_thirty_rows_there_is_no_verdict_however_large_the_gain():
    for rows, verdict in ((FEWEST_ROWS - 1, "too_few"), (FEWEST_ROWS, "better")):
        losses = np.ones(rows)
        draws = bootstrap({"base": means(losses), "tuned": means(losses - 0.5)}, same, seed=0)
        assert difference(draws["base"], draws["tuned"], better="lower").verdict == verdict


def test_the_same_seed_gives_the_same_interval_and_another_a_slightly_different_one():
    parts = {"base": means(np.random.default_rng(5).normal(size=60))}
    first, again, other = (score(bootstrap(parts, same, seed=seed)["base"]) for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_memory_stays_bounded_and_the_count_exact_for_many_rows():
    draws = bootstrap({"base": means(np.arange(50_000.0))}, same, seed=0, resamples=200)["base"]
    assert draws.resampled.shape == (200,)


def test_arms_on_different_rows_cannot_be_compared():
    with pytest.raises(AssertionError, match="same rows"):
        bootstrap({"base": means([1.0]), "tuned": means([1.0, 2.0])}, same, seed=0)
