"""Limits are read from the environment and the command line; what is not known is refused in words."""

import re
from pathlib import Path

import pytest

from studio.core.errors import Refused
from studio.core.knobs import knobs, to_dict
from studio.core.limits import NO_LIMITS, OPEN_DEMO, Limits, read_limits


def test_a_studio_of_ones_own_limits_nothing():
    assert read_limits({"HOME": "/root", "STUDIO_HOME": "/x"}) == NO_LIMITS
    assert not NO_LIMITS


def test_the_environment_changes_what_is_usual_in_an_open_demo():
    demo = {"STUDIO_OPEN_DEMO": "1"}
    assert read_limits(demo) == OPEN_DEMO
    found = read_limits(demo | {"STUDIO_LIMIT_ROWS": "500", "STUDIO_LIMIT_RUN_MINUTES": "2.5"})
    assert (found.rows, found.run_minutes, found.waiting) == (500, 2.5, OPEN_DEMO.waiting)


def test_where_anybody_with_an_account_of_hugging_face_may_come_in_the_same_is_usual():
    assert read_limits({"OAUTH_CLIENT_ID": "x"}) == OPEN_DEMO
    assert read_limits({"OAUTH_CLIENT_ID": ""}) == NO_LIMITS


def test_a_limit_of_a_demo_is_lifted_with_0_and_one_may_be_set_anywhere():
    assert read_limits({"STUDIO_OPEN_DEMO": "1", "STUDIO_LIMIT_ROWS": "0"}).rows == 0
    assert read_limits({"STUDIO_OPEN_DEMO": "0", "STUDIO_LIMIT_DISK_MB": "100"}) == Limits(disk_mb=100.0)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"STUDIO_LIMIT_ROW": "5"}, "no limit named 'row'.*Known: rows, upload_mb"),
        ({"STUDIO_LIMIT_ROWS": "many"}, "Rows of a file .rows. is 'many'; it must be a number"),
        ({"STUDIO_LIMIT_ROWS": "-1"}, "the least allowed is 0"),
        ({"STUDIO_LIMIT_WAITING": ""}, "Things that wait .waiting. is ''"),
    ],
)
def test_what_is_no_limit_is_refused_in_words(environment, said):
    with pytest.raises(Refused) as refused:
        read_limits(environment)
    assert re.search(said, str(refused.value))


def test_the_table_of_limits_in_the_readme_is_the_limits():
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    usual = to_dict(OPEN_DEMO)
    rows = [f"| `{knob.name}` | {knob.help} | {usual[knob.name]:g} |" for knob in knobs(Limits)]
    assert "\n".join(["| limit | of each person | in an open demo |", "|---|---|---|", *rows]) in readme


def test_an_open_demo_limits_everything():
    assert all(vars(OPEN_DEMO).values())
    assert Limits(upload_mb=0.5).upload_bytes == 500_000
