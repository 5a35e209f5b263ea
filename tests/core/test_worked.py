"""What the machine gave a run is read from its events: work counts, waiting does not."""

from studio.core.events import (
    JobFailed,
    JobFinished,
    JobStarted,
    Recorded,
    RunFailed,
    RunFinished,
    RunQueued,
    RunStarted,
    RunStopped,
    Warned,
)
from studio.core.worked import seconds_since, worked

STARTED = RunStarted("worker", 0, 10, 50, 6, 5, 9, "cpu", "float32", (), "hash")
STOPPED = RunStopped(5, 5, 1.0, 1)


def told(*events):
    return worked(Recorded(at, event) for at, event in events)


def test_training_exam_and_a_second_leg_count_and_the_waiting_between_them_does_not():
    found = told(
        (0, RunQueued()),
        (10, STARTED),
        (20, STOPPED),
        (30, RunQueued(resume=True)),
        (40, STARTED),
        (45, RunFinished(10, 10, 5.0, 1)),
        (50, JobStarted("job", "exam", "worker")),
        (53, JobFinished("job", "exam", 3.0)),
    )
    assert found.spans == [(10, 20), (40, 45), (50, 53)]
    assert found.turn_ended == 53
    assert seconds_since(found.spans, 0) == 18
    assert seconds_since(found.spans, 42) == 6


def test_a_run_that_is_cut_off_counts_as_far_as_it_was_heard_of():
    cut_off = ((10, STARTED), (17, Warned("", "")))
    assert told(*cut_off).all_spans() == ((10, 17),)
    assert told(*cut_off, (90, RunQueued(resume=True))).spans == [(10, 17)]
    assert told(*cut_off, (90, STARTED), (95, STOPPED)).spans == [(10, 17), (90, 95)]


def test_a_run_that_is_taken_out_of_the_queue_had_no_turn():
    assert told((0, RunQueued()), (5, STOPPED)).turn_ended == float("-inf")


def test_a_run_that_failed_before_its_first_step_had_its_turn():
    found = told((0, RunQueued()), (5, RunFailed("no such model", "")))
    assert (found.spans, found.turn_ended) == ([], 5)


def test_a_job_that_fails_counts_until_then():
    found = told((1, JobStarted("job", "exam", "worker")), (4, JobFailed("job", "exam", "why", "")))
    assert found.spans == [(1, 4)]


def test_a_clock_that_was_set_back_takes_nothing_away():
    assert told((10, STARTED), (4, STOPPED)).spans == [(10, 10)]
