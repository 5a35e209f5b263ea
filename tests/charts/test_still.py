"""The still curve draws every check, marks the best one, and stands on round numbers."""

import re

import pytest

from studio.charts.still import MOST_POINTS, loss_picture, rounded_ticks

HELD_OUT = [(0, 2.5), (10, 2.0), (20, 2.2)]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (1.62, 2.51, [1.6, 1.8, 2.0, 2.2, 2.4, 2.6]),
        (3.0, 3.0, [3.0, 4.0]),
        (0.0, 0.0, [0.0, 0.2]),
    ],
)
def test_the_scale_has_round_numbers_that_hold_all_values(low, high, ticks):
    found = rounded_ticks(low, high)
    assert (found[0] <= low, found[-1] >= high) == (True, True)
    assert found == pytest.approx(ticks)


def test_each_check_is_a_dot_and_the_best_one_is_marked():
    picture = loss_picture([(1, 2.4), (20, 1.9)], HELD_OUT, best_step=10, told="It fell.")
    assert picture.count("<circle") == 3
    assert re.findall(r'<circle class="([^"]+)"', picture) == ["held-out", "held-out best", "held-out"]
    assert picture.count("<polyline") == 2
    assert 'role="img" aria-label="It fell."' in picture


def test_places_follow_the_values():
    picture = loss_picture([], [(0, 1.0), (10, 0.0)], best_step=None, told="")
    (x0, y0), (x1, y1) = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', picture)
    assert float(x0) < float(x1)
    assert float(y0) < float(y1), "a lower loss lies lower"


def test_a_long_run_stays_a_small_picture():
    training = [(step, 2.0 + step % 7) for step in range(1, 100_001)]
    picture = loss_picture(training, HELD_OUT, best_step=None, told="")
    line = re.search(r'class="learned" points="([^"]+)"', picture)[1]
    assert len(line.split()) <= MOST_POINTS


def test_nothing_is_drawn_of_nothing_and_a_name_cannot_break_out():
    assert loss_picture([], [], best_step=None, told="") == ""
    assert '"><script>' not in loss_picture([], HELD_OUT, best_step=None, told='"><script>')
