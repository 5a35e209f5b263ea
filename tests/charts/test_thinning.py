"""Thinning a curve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.charts.thinning import thin

LOSSES = st.lists(st.floats(0, 10), min_size=0, max_size=400)


@given(LOSSES, st.integers(4, 60))
def test_a_thinned_curve_keeps_its_ends_its_extremes_and_its_order(losses: list[float], most: int) -> None:
    points = list(enumerate(losses))
    kept = thin(points, most)
    assert len(kept) <= max(most, 0)
    assert list(kept) == sorted(set(kept))
    assert set(kept) <= set(points)
    if points:
        assert kept[0] == points[0]
        assert kept[-1] == points[-1]
        assert min(loss for _, loss in kept) == min(losses)
        assert max(loss for _, loss in kept) == max(losses)


def test_a_single_spike_in_a_hundred_thousand_points_survives() -> None:
    points = [(step, 1.0) for step in range(100_000)]
    points[73_421] = (73_421, 9.5)
    kept = thin(points, 4000)
    assert (73_421, 9.5) in kept
    assert len(kept) <= 4000


def test_fewer_points_than_asked_for_are_left_as_they_are() -> None:
    points = ((1, 2.0), (2, 1.0))
    assert thin(points, 4000) == points


def test_a_curve_of_fewer_than_four_points_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="at least 4"):
        thin([(1, 1.0)] * 9, 3)
