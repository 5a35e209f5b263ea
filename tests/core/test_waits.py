"""An expected start is said as exactly as it is known."""

import pytest

from studio.core.waits import Wait, starts


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (600, 840, "in about 10 to 14 min"),
        (600, 610, "in about 10 min"),
        (20, 300, "within about 5 min"),
        (0, 30, "in a moment"),
        (600, None, "in 10 min at the earliest"),
        (0, None, ""),
        (None, None, ""),
    ],
)
def test_a_start_is_said_with_what_is_known_of_it(low, high, said):
    assert starts(Wait(2, low, high)) == said
