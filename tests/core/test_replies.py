"""How many replies are mixed in among the rows."""

import pytest

from studio.core.replies import wanted


@pytest.mark.parametrize(
    ("percent", "rows", "expected"), [(0.0, 500, 0), (5.0, 400, 20), (5.0, 3, 1), (50.0, 5, 2), (5.0, 0, 0)]
)
def test_the_percentage_is_of_the_rows_to_learn_from_and_never_nothing_where_it_is_asked_for(
    percent, rows, expected
):
    assert wanted(percent, rows) == expected
