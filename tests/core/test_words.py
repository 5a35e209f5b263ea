"""Numbers as a reader says them."""

import pytest

from studio.core.measures import MEASURES
from studio.core.words import (
    about,
    between,
    count,
    decimals,
    duration,
    listed,
    percentage,
    row_numbers,
    size,
)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (48.4, "48 s"), (60, "1 min"), (708, "11 min 48 s"), (3600, "1 h"), (7500, "2 h 5 min")],
)
def test_a_duration_names_its_two_largest_units(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(1, "5 s"), (42, "45 s"), (58, "1 min"), (250, "4 min"), (5700, "1 h 40 min")]
)
def test_an_estimate_claims_no_more_than_it_knows(seconds: float, said: str) -> None:
    assert about(seconds) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (240, 360, "4 to 6 min"),
        (250, 255, "4 min"),
        (40, 100, "40 s to 2 min"),
        (15, 20, "15 to 20 s"),
        (3780, 5400, "63 min to 1 h 30 min"),
    ],
)
def test_a_span_of_time_names_its_unit_once(low: float, high: float, said: str) -> None:
    assert between(low, high) == said


@pytest.mark.parametrize(
    ("bytes_", "said"),
    [(0, "0 bytes"), (812, "812 bytes"), (4213, "4.2 kB"), (19_600_000, "20 MB"), (3_140_000_000, "3.1 GB")],
)
def test_a_size_has_two_digits_that_mean_something(bytes_: int, said: str) -> None:
    assert size(bytes_) == said


def test_one_is_not_many() -> None:
    assert (count(1, "row"), count(294, "row"), count(12_000, "row")) == ("1 row", "294 rows", "12,000 rows")
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_rows_beyond_those_named_are_counted() -> None:
    assert row_numbers((7,), 1) == "row 7"
    assert row_numbers((7, 9), 2) == "rows 7 and 9"
    assert row_numbers((1, 2, 3), 1000, shown=2) == "rows 1, 2 and 998 more"


def test_a_change_shows_its_sign() -> None:
    assert decimals(-0.5, 2, signed=True) == "−0.50"
    assert decimals(0.5, 2, signed=True) == "+0.50"
    assert percentage(0.08) == "8 %"


def test_a_little_more_or_less_than_nothing_does_not_read_as_nothing() -> None:
    assert [percentage(each, signed=True) for each in (0.003, -0.003, 0.0002, 0.12)] == [
        "+0.3 %",
        "−0.3 %",
        "+0.02 %",
        "+12 %",
    ]
    assert (percentage(0.0), percentage(1e-9)) == ("0 %", "0 %")
    assert MEASURES["loss"].said(-0.0004, signed=True) == "−0.0004"
    assert MEASURES["loss"].said(0.3071) == "0.307"
