"""The interval of a share holds the truth as often as it says, at none and at all too."""

import math

import pytest

from studio.core.chance import interval_of_share


@pytest.mark.parametrize("chance", [0.02, 0.3, 0.5, 0.85, 0.99])
def test_the_interval_holds_the_true_share_about_as_often_as_it_says(chance):
    rows = 60
    held = 0.0
    for count in range(rows + 1):
        low, high = interval_of_share(count, rows)
        if low <= chance <= high:
            held += math.comb(rows, count) * chance**count * (1 - chance) ** (rows - count)
    assert held >= 0.88


def test_none_and_all_leave_room_on_one_side_only():
    assert interval_of_share(0, 20) == (0.0, pytest.approx(0.161, abs=1e-3))
    assert interval_of_share(20, 20) == (pytest.approx(0.839, abs=1e-3), 1.0)
