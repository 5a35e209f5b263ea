"""The numbers of a probe against closed forms and the reference library."""

import math

import pytest
from scipy.stats import binomtest

from studio.core.probe import Recited
from studio.evaluation.probe_results import EXAMPLES_SHOWN, Row, Turn, by_heart, fit, retained, share

TURN = Turn(4, 12, turned=True)


@pytest.mark.parametrize(("count", "rows"), [(0, 10), (3, 10), (17, 100), (10, 10), (1, 1)])
def test_a_share_has_the_interval_of_wilson(count, rows):
    reference = binomtest(count, rows).proportion_ci(method="wilson")
    found = share(count, rows)
    assert (found.value, found.low, found.high) == pytest.approx(
        (count / rows, reference.low, reference.high), abs=1e-12
    )


def test_texts_that_are_read_alike_have_a_ratio_of_exactly_one_and_no_divergence():
    found = retained([(10, 30.0, 30.0, 0.0, 10), (20, 50.0, 50.0, 0.0, 20)], seed=0)
    assert (found.items, found.tokens) == (2, 30)
    assert (found.ratio.value, found.ratio.low, found.ratio.high) == (1.0, 1.0, 1.0)
    assert (found.divergence.value, found.divergence.high) == (0.0, 0.0)
    assert found.agreement.low == 1.0


def test_the_ratio_is_that_of_the_perplexities_over_all_tokens():
    places = [(10, 30.0, 36.0, 4.0, 5), (30, 50.0, 58.0, 8.0, 27)]
    found = retained(places, seed=0)
    assert found.ratio.value == pytest.approx(math.exp(94 / 40) / math.exp(80 / 40))
    assert found.divergence.value == pytest.approx(12 / 40)
    assert found.agreement.value == pytest.approx(32 / 40)
    assert found.ratio.low < found.ratio.value < found.ratio.high
    assert retained([], seed=0) is None


def rows(*nats, recited=None):
    return [Row(each, 2, recited) for each in nats]


def test_the_gap_leaves_out_what_the_untouched_model_finds_harder_too():
    training = {"base": rows(4.0, 6.0), "tuned": rows(1.0, 1.0)}
    held_out = {"base": rows(6.0, 8.0), "tuned": rows(4.0, 4.0)}
    found = fit(training, held_out, TURN, seed=0)
    assert found.training["tuned"].value == 0.5
    assert found.held_out["base"].value == 3.5
    assert found.gap.value == pytest.approx((2.0 - 0.5) - (3.5 - 2.5))
    assert (found.best_step, found.last_step, found.turned) == (4, 12, True)


def test_without_a_base_the_gap_is_that_of_the_tuned_model():
    found = fit({"base": [], "tuned": rows(1.0)}, {"base": [], "tuned": rows(4.0)}, TURN, seed=0)
    assert found.gap.value == pytest.approx(1.5)
    assert set(found.training) == {"tuned"}
    assert fit({"base": [], "tuned": []}, {"base": [], "tuned": rows(1.0)}, TURN, seed=0) is None


def told(*recited):
    return [Row(1.0, 2, each) for each in recited]


def test_learned_by_heart_counts_what_the_base_did_not_know_before():
    training = {"base": told(True, False, False, None), "tuned": told(True, True, False, None)}
    held_out = {"base": told(False, False), "tuned": told(False, True)}
    texts = [Recited(row, "given", "said") for row in range(3)] + [None]
    found = by_heart(training, held_out, texts)
    assert (found.rows, found.unseen_rows) == (3, 2)
    assert found.base.value == pytest.approx(1 / 3)
    assert found.tuned.value == pytest.approx(2 / 3)
    assert found.learned.value == pytest.approx(1 / 3)
    assert found.unseen.value == pytest.approx(1 / 2)
    assert found.examples == (texts[1],)


def test_few_examples_are_shown_and_short_answers_alone_tell_nothing():
    many = {"base": told(*[False] * 20), "tuned": told(*[True] * 20)}
    texts = [Recited(row, "given", "said") for row in range(20)]
    found = by_heart(many, {"base": [], "tuned": []}, texts)
    assert len(found.examples) == EXAMPLES_SHOWN
    assert found.unseen is None
    assert by_heart({"base": told(None), "tuned": told(None)}, many, [None]) is None
