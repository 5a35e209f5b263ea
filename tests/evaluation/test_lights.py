"""Each light turns where its rule says, and only once the interval lies beyond the threshold."""

from dataclasses import replace

import pytest

from studio.core.exam import Score
from studio.core.probe import ByHeart, Fit, Light, Probe, Retained
from studio.evaluation.lights import changed_answers, forgotten, lights, memorised, overfitted, summary
from studio.evaluation.probe_results import share

ONE = Score(1.0, 1.0, 1.0)


def around(value: float, reach: float = 0.02) -> Score:
    return Score(value, value - reach, value + reach)


@pytest.mark.parametrize(
    ("ratio", "colour"),
    [(ONE, "green"), (around(1.05), "green"), (around(1.09), "amber"), (around(1.51), "amber"),
     (around(1.6), "red"), (around(0.8), "green")],
)  # fmt: skip
def test_forgetting_is_told_by_the_ratio_of_perplexities(ratio: Score, colour: str) -> None:
    light = forgotten(Retained(200, 9000, ratio, ONE, ONE))
    assert light.colour == colour
    assert f"{ratio.value:.2f} times" in light.sentence


@pytest.mark.parametrize(
    ("agreement", "colour"),
    [(ONE, "green"), (around(0.86), "amber"), (around(0.9), "green"), (around(0.59), "amber"),
     (around(0.5), "red")],
)  # fmt: skip
def test_other_answers_are_told_by_the_agreement(agreement: Score, colour: str) -> None:
    assert changed_answers(Retained(100, 1200, ONE, ONE, agreement)).colour == colour


def fitted(training: float, held_out: float, base: float = 3.0, *, turned: bool = False) -> Fit:
    return Fit(
        100, 40, {"base": around(base), "tuned": around(training)},
        {"base": around(base), "tuned": around(held_out)}, around(held_out - training), 8, 16, turned,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fit", "colour"),
    [
        (fitted(1.9, 2.0), "green"),
        (fitted(1.5, 2.0), "amber"),
        (fitted(1.0, 2.0), "red"),
        (fitted(1.9, 2.0, turned=True), "amber"),
        (fitted(3.1, 3.2), "red"),  # worse than untouched on what it never saw
    ],
)
def test_overfitting_is_told_by_the_gap_and_by_what_it_never_saw(fit: Fit, colour: str) -> None:
    assert overfitted(fit).colour == colour


def test_the_best_step_is_named_where_the_run_went_past_it() -> None:
    assert "After step 8 of 16" in overfitted(fitted(1.0, 2.0, turned=True)).sentence
    assert "step 8" not in overfitted(fitted(1.0, 2.0)).sentence


def learned(count: int, rows: int = 100, unseen: int = 0, unseen_rows: int = 40) -> ByHeart:
    others = share(unseen, unseen_rows) if unseen_rows else None
    return ByHeart(rows, unseen_rows, ONE, ONE, share(count, rows), others, ())


@pytest.mark.parametrize(
    ("by_heart", "colour"),
    [
        (learned(0), "green"),
        (learned(1), "amber"),
        (learned(40), "red"),
        (learned(40, unseen=20), "green"),  # as often with answers it never saw: they can be guessed
        (learned(40, unseen_rows=0), "red"),
        (learned(9, rows=9), "unknown"),
    ],
)
def test_memorising_is_told_beside_answers_it_never_saw(by_heart: ByHeart, colour: str) -> None:
    assert memorised(by_heart).colour == colour


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
