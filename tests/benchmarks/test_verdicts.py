"""The simulation of verdicts knows the truth it compares with."""

from collections import Counter

import numpy as np
import pytest

from benchmarks import verdicts, verdicts_models
from benchmarks.verdicts import Tally, few, simulated, table
from benchmarks.verdicts_models import HARD, contests


@pytest.fixture(scope="module")
def small():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verdicts_models, "POOL", 400)
        patch.setattr(verdicts_models, "made_up", lambda count, words: ([""] * count, TEXTS[:count]))
        return contests(0)


TEXTS = [f"open the settings and choose item {number} of the list" for number in range(400)]


def test_the_arms_of_a_gain_are_truly_better_and_the_larger_the_better(small):
    for name, contest in small.items():
        sign = -1 if contest.metric == "loss" else 1
        truth = contest.truth
        assert truth["nothing"] == 0, name
        if name != HARD:
            assert sign * truth["large"] > sign * truth["small"] > 0, name


def test_the_hard_case_has_no_difference_on_average_and_more_rows_that_gain(small):
    arms = small[HARD].arms
    gains = arms["base"].numerators - arms["nothing"].numerators
    assert gains.mean() == pytest.approx(0, abs=1e-9)
    assert np.mean(gains > 0) > 0.6


def test_every_pair_is_counted_once_for_each_contest_size_and_effect(small, monkeypatch):
    real = verdicts.bootstrap_all
    monkeypatch.setattr(
        verdicts, "bootstrap_all", lambda measured, seed: real(measured, seed=seed, resamples=50)
    )
    monkeypatch.setattr(verdicts_models, "POOL", 400)
    found = simulated(small, (12, 30), 2, 0)
    assert len(found) == 2 * (6 * 3 + 1)
    assert {tally.verdicts.total() for tally in found.values()} == {2}
    assert few(found) == "Of 38 pairs of under 30 rows 38 read *too few rows to tell*."
    assert len(table(found).splitlines()) == 2 + 7


def test_the_table_says_how_often_a_verdict_was_wrong():
    said = {
        "nothing": Tally(Counter(better=1, worse=2, same=17), holds=17),
        "small": Tally(Counter(better=5, same=15), holds=19),
        "large": Tally(Counter(better=19, worse=1), holds=18),
    }
    line = table({("loss", 30, effect): tally for effect, tally in said.items()}).splitlines()[-1]
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == [
        "loss", "5.0 %", "0.050 [0.009, 0.236]", "75.0 %", "5.0 %", "0.025 [0.004, 0.129]", "90.0%",
    ]  # fmt: skip
