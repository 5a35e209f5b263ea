"""Work is timed by what it took itself."""

import pytest

from studio.core.work_time import WorkTime


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_seconds_in_which_the_question_to_stop_did_other_work_are_not_counted():
    clock = Clock()

    def answers_somebody():
        clock.now += 60
        return True

    work = WorkTime(answers_somebody, clock)
    clock.now += 2
    assert work.should_stop()
    clock.now += 3
    assert work.seconds() == 5


def test_a_pause_that_ends_in_an_error_is_not_counted_either():
    clock = Clock()

    def breaks():
        clock.now += 60
        raise ValueError("no answer")

    work = WorkTime(breaks, clock)
    with pytest.raises(ValueError, match="no answer"):
        work.should_stop()
    assert work.seconds() == 0


def test_work_within_work_counts_its_own_seconds_alone():
    clock = Clock()

    def gives_way():
        clock.now += 60
        return False

    outer = WorkTime(gives_way, clock)
    clock.now += 1
    inner = WorkTime(outer.should_stop, clock)
    clock.now += 2
    inner.should_stop()
    assert (inner.seconds(), outer.seconds()) == (2, 3)
