"""Limits are read from the environment and the command line; what is not known is refused in words."""

import re

import pytest

from studio.core.errors import Refused
from studio.core.limits import NO_LIMITS, OPEN_DEMO, Limits, read_limits


def test_a_studio_of_ones_own_limits_nothing():
    assert read_limits({"HOME": "/root", "STUDIO_HOME": "/x"}) == NO_LIMITS
    assert not NO_LIMITS


def test_the_environment_changes_what_is_usual_and_the_command_line_the_environment():
    environment = {"STUDIO_LIMIT_ROWS": "500", "STUDIO_LIMIT_RUN_MINUTES": "2.5"}
    found = read_limits(environment, ["rows=70", "disk_mb=100"], usual=OPEN_DEMO)
    assert (found.rows, found.run_minutes, found.disk_bytes) == (70, 2.5, 100_000_000)
    assert found.waiting == OPEN_DEMO.waiting
    assert found


def test_a_limit_is_lifted_with_0():
    assert read_limits({}, ["rows=0"], usual=OPEN_DEMO).rows == 0


@pytest.mark.parametrize(
    ("environment", "asked", "said"),
    [
        ({"STUDIO_LIMIT_ROW": "5"}, [], "no limit named 'row'.*Known: rows, upload_mb"),
        ({"STUDIO_LIMIT_ROWS": "many"}, [], "Rows of a file .rows. is 'many'; it must be a number"),
        ({}, ["rows=-1"], "the least allowed is 0"),
        ({}, ["rows"], "'rows' is not of the form NAME=VALUE"),
    ],
)
def test_what_is_no_limit_is_refused_in_words(environment, asked, said):
    with pytest.raises(Refused) as refused:
        read_limits(environment, asked)
    assert re.search(said, str(refused.value))


def test_an_open_demo_limits_everything():
    assert all(vars(OPEN_DEMO).values())
    assert Limits(upload_mb=0.5).upload_bytes == 500_000
