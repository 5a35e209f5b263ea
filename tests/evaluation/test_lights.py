"""Each light turns where its rule says, and only once the interval lies beyond the threshold."""

from dataclasses import replace

import pytest

from studio.core.exam import Score
from studio.core.probe import ByHeart, Fit, Light, Probe, Retained
from studio.evaluation.lights import (
    _beyond,
    changed_answers,
    forgotten,
    lights,
    memorised,
    overfitted,
    summary,
)
from studio.evaluation.probe_results import share

ONE = Score(1.0, 1.0, 1.0)


def around(value: float, reach: float = 0.02) -> Score:
    return Score(value, value - reach, value + reach)


@pytest.mark.parametrize(
    ("ratio", "colour"),
    [(ONE, "green"), (around(1.05), "green"), (around(1.09), "amber"), (around(1.51), "amber"),
     (around(1.6), "red"), (around(0.8), "green"), (Score(1.02, 0.90, 1.20), "unknown"),
     (Score(1.3, 1.05, 1.7), "amber")],
)  # fmt: skip
def test_forgetting_is_told_by_the_ratio_of_perplexities(ratio: Score, colour: str) -> None:
    light = forgotten(Retained(200, 9000, ratio, ONE, ONE))
    assert light.colour == colour
    assert f"{ratio.value:.2f} times" in light.sentence


@pytest.mark.parametrize(
    ("agreement", "colour"),
    [(ONE, "green"), (around(0.86), "amber"), (around(0.9), "green"), (around(0.59), "amber"),
     (around(0.5), "red"), (Score(0.9, 0.5, 1.0), "unknown")],
)  # fmt: skip
def test_other_answers_are_told_by_the_agreement(agreement: Score, colour: str) -> None:
    assert changed_answers(Retained(100, 1200, ONE, ONE, agreement)).colour == colour


def fitted(
    training: float, held_out: float, base: float = 3.0, *, reach: float = 0.02, turned: bool = False
) -> Fit:
    return Fit(
        100, 40, {"base": around(base), "tuned": around(training)},
        {"base": around(base), "tuned": around(held_out)}, around(held_out - training, reach), 8, 16, turned,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fit", "colour"),
    [
        (fitted(1.9, 2.0), "green"),
        (fitted(1.5, 2.0), "amber"),
        (fitted(1.0, 2.0), "red"),
        (fitted(1.9, 2.0, turned=True), "amber"),
        (fitted(3.1, 3.2), "red"),  # worse than untouched on what it never saw
        (fitted(0.7, 1.0, reach=0.22), "amber"),  # a gap from 0.08 to 0.52 is one
        (fitted(0.9, 1.0, reach=0.22), "unknown"),  # and one from -0.12 to 0.32 may be none, or large
        (fitted(0.005, 0.03, reach=0.005), "green"),  # a part of next to nothing
        (fitted(0.1, 0.5, reach=0.05), "red"),
    ],
)
def test_overfitting_is_told_by_the_gap_and_by_what_it_never_saw(fit: Fit, colour: str) -> None:
    assert overfitted(fit).colour == colour


def test_the_best_step_is_named_where_the_run_went_past_it() -> None:
    turned = overfitted(fitted(1.0, 2.0, turned=True)).sentence
    assert "After step 8 of 16 it got worse on new rows" in turned
    assert "by heart" not in turned, "two losses tell nothing of that"
    assert "step 8" not in overfitted(fitted(1.0, 2.0)).sentence


def learned(count: int, rows: int = 100, unseen: int = 0, unseen_rows: int = 40) -> ByHeart:
    others = share(unseen, unseen_rows) if unseen_rows else None
    return ByHeart(rows, unseen_rows, ONE, ONE, share(count, rows), others, ())


@pytest.mark.parametrize(
    ("by_heart", "colour"),
    [
        (learned(0), "green"),
        (learned(1), "green"),  # one of 100 is as likely as none of the others
        (learned(1, unseen_rows=0), "green"),
        (learned(20, unseen=1), "amber"),
        (learned(4, unseen_rows=0), "amber"),
        (learned(40), "red"),
        (learned(0, rows=10), "unknown"),  # none of ten may well be a quarter
        (learned(0, rows=10, unseen_rows=0), "unknown"),
        (learned(40, unseen=1, unseen_rows=2), "unknown"),  # half of the others, or none, or all
        (learned(40, unseen=20), "green"),  # as often with answers it never saw: they can be guessed
        (learned(40, unseen_rows=0), "red"),
        (learned(9, rows=9), "unknown"),
    ],
)
def test_memorising_is_told_beside_answers_it_never_saw(by_heart: ByHeart, colour: str) -> None:
    assert memorised(by_heart).colour == colour


def test_the_difference_of_two_shares_has_the_interval_of_newcombe() -> None:
    """His published example: 56 of 70 beside 48 of 80 differ by 0.2, from 0.0524 to 0.3339."""
    found = _beyond(share(56, 70), share(48, 80))
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_light_that_cannot_be_lit_says_so_beside_its_figures() -> None:
    light = forgotten(Retained(200, 9000, Score(1.02, 0.90, 1.20), ONE, ONE))
    assert light.headline == "Too little to tell whether it forgot anything"
    assert "1.02 times" in light.sentence
    assert "0.90 to 1.20" in light.sentence


def test_too_little_lights_nothing() -> None:
    few = Retained(9, 90, around(9.0), ONE, ONE)
    assert forgotten(few).colour == changed_answers(few).colour == "unknown"
    assert overfitted(replace(fitted(1.0, 2.0), held_out_rows=9)).colour == "unknown"


def test_the_worst_light_stands_for_all_and_parts_that_make_no_sense_have_none() -> None:
    probe = Probe(1, "", "", 0.0, {}, Retained(200, 9000, ONE, ONE, ONE), None, fitted(1.0, 2.0), None)
    found = lights(probe)
    assert list(found) == ["texts", "fit"]
    assert summary(found).colour == "red"
    green = Light("green", "", "")
    assert summary({"texts": green, "fit": Light("unknown", "", "")}).colour == "unknown"
