"""A sign-in ends: by itself after long silence, after a week anyway, and when somebody says so."""

import pytest

from studio.ui.doors import sessions as module
from studio.ui.doors.sessions import IDLE_SECONDS, LONGEST_SECONDS, Person, Sessions

ADA = Person("user-ada", "ada")


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def sessions(now):
    return Sessions(lambda: now[0])


def test_a_cookie_is_its_persons_until_it_is_silent_for_long(sessions, now):
    ticket = sessions.begin(ADA)
    for _ in range(3):
        now[0] += IDLE_SECONDS - 1
        assert sessions.person(ticket) == ADA
    now[0] += IDLE_SECONDS + 1
    assert sessions.person(ticket) is None


def test_after_a_week_somebody_signs_in_again(sessions, now):
    ticket = sessions.begin(ADA)
    while now[0] + IDLE_SECONDS / 2 < LONGEST_SECONDS:
        now[0] += IDLE_SECONDS / 2
        assert sessions.person(ticket) == ADA
    now[0] += IDLE_SECONDS / 2 + 1
    assert sessions.person(ticket) is None


def test_signing_out_ends_this_sign_in_and_no_other(sessions):
    first, second = sessions.begin(ADA), sessions.begin(ADA)
    sessions.end(first)
    sessions.end("made up")
    assert sessions.person(first) is None
    assert sessions.person(second) == ADA


def test_what_a_cookie_holds_is_kept_nowhere(sessions):
    ticket = sessions.begin(ADA)
    assert ticket not in repr(vars(sessions))
    assert sessions.person(ticket[:-1]) is None


def test_the_most_silent_one_gives_way(sessions, now, monkeypatch):
    monkeypatch.setattr(module, "MOST", 3)
    tickets = []
    for second in range(4):
        now[0] = float(second)
        tickets.append(sessions.begin(ADA))
    assert [sessions.person(ticket) is None for ticket in tickets] == [True, False, False, False]
