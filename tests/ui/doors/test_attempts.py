"""Wrong passwords cost time, more each time, and as much for a name that nobody has."""

import pytest

from studio.ui.doors import attempts as module
from studio.ui.doors.attempts import FORGOTTEN_SECONDS, FREE, Attempts


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def attempts(now):
    return Attempts(lambda: now[0])


def test_the_first_few_are_free_and_each_further_one_costs_twice_as_much(attempts, now):
    waits = []
    for _ in range(FREE + 9):
        now[0] += waits[-1] if waits else 0
        assert attempts.seconds_to_wait("ada") == 0
        attempts.went_wrong("ada")
        waits.append(attempts.seconds_to_wait("ada"))
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_another_name_waits_for_nothing(attempts):
    for _ in range(9):
        attempts.went_wrong("ada")
    assert attempts.seconds_to_wait("eve") == 0


def test_the_right_password_and_an_hour_wipe_the_slate(attempts, now):
    for _ in range(9):
        attempts.went_wrong("ada")
        attempts.went_wrong("eve")
    attempts.went_right("ada")
    assert attempts.seconds_to_wait("ada") == 0
    now[0] += FORGOTTEN_SECONDS + 1
    attempts.went_wrong("eve")
    assert attempts.seconds_to_wait("eve") == 0


def test_only_so_many_names_are_remembered(attempts, monkeypatch):
    monkeypatch.setattr(module, "MOST_NAMES", 5)
    for _ in range(9):
        attempts.went_wrong("ada")
    for number in range(5):
        attempts.went_wrong(f"name {number}")
    assert attempts.seconds_to_wait("ada") == 0
