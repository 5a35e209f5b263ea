"""The time of deleted runs is kept for a day, for each person apart."""

import time

import pytest

from studio.core.errors import StudioError
from studio.store.spent import Spent

HOUR = 3600.0


@pytest.fixture
def path(tmp_path):
    return tmp_path / "spent.json"


def test_it_is_kept_for_a_day_and_for_each_person_apart(path):
    now = time.time()
    Spent(path).note("ada", [(now - 30 * HOUR, now - 25 * HOUR), (now - 2 * HOUR, now - HOUR)])
    Spent(path).note("bob", [(now - HOUR, now)])
    assert Spent(path).spans("ada") == ((now - 2 * HOUR, now - HOUR),)
    assert Spent(path).spans("bob") == ((now - HOUR, now),)
    assert Spent(path).spans("eve") == ()


def test_a_damaged_file_is_named_with_what_can_be_done(path):
    path.write_text('{"version": 1, "spans": [["ada", 1]]}')
    with pytest.raises(StudioError, match=r"spent\.json.*Delete this file"):
        Spent(path).spans("ada")
