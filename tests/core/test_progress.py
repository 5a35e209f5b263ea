"""Each number that is shown for a run follows from its events as defined, also across a resume."""

import sys

import pytest

from studio.core.events import (
    Evaluated,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobStarted,
    Recorded,
    RunFinished,
    RunQueued,
    RunStarted,
    RunStopped,
    StepLogged,
    Warned,
)
from studio.core.progress import fold
from studio.core.verdict import verdict


def started(from_step=0, steps=20, worker="w"):
    return RunStarted(worker, from_step, steps, 50, 40, 5, 9, "cpu", "float32", ("why",), "hash")


def step(number, loss=2.0, trained=10, tokens=30, seconds=0.5):
    return StepLogged(number, loss, trained, tokens, 0.1, 1.0, seconds, 1000 + number)


def at_each_second(*events):
    return fold([Recorded(float(second), event) for second, event in enumerate(events)])


def test_nothing_said_is_nothing_known():
    progress = fold([])
    assert (progress.step, progress.steps, progress.best_step) == (0, 0, None)
    assert (progress.loss_first, progress.loss_last, progress.tokens_per_second) == (None, None, None)
    assert progress.seconds(None) == 0
    assert progress.status(None) == "interrupted"


def test_losses_are_means_per_trained_token_over_a_tenth_of_the_steps():
    losses = [step(number, loss=float(number), trained=number) for number in range(1, 21)]
    progress = at_each_second(RunQueued(), started(), *losses)
    assert progress.loss_first == pytest.approx((1 * 1 + 2 * 2) / (1 + 2))
    assert progress.loss_last == pytest.approx((19 * 19 + 20 * 20) / (19 + 20))


def test_a_short_run_has_at_least_one_step_in_its_tenth():
    progress = at_each_second(started(), step(1, loss=3.0), step(2, loss=1.0))
    assert (progress.loss_first, progress.loss_last) == (3.0, 1.0)


def test_tokens_per_second_is_all_tokens_over_all_step_time():
    progress = at_each_second(started(), step(1, tokens=30, seconds=0.5), step(2, tokens=10, seconds=1.5))
    assert progress.tokens_per_second == pytest.approx(40 / 2.0)


def test_a_resume_forgets_the_steps_it_repeats_and_keeps_the_rest():
    progress = at_each_second(
        RunQueued(),
        started(),
        Evaluated(0, 3.0, 10, 40),
        step(1),
        step(2),
        Evaluated(2, 2.0, 10, 40),
        step(3, loss=9.0),
        RunQueued(resume=True),
        started(from_step=2, worker="next"),
        step(3, loss=1.5),
    )
    assert [number for number, _ in progress.training.points] == [1, 2, 3]
    assert progress.loss_last == 1.5
    assert [known.step for known in progress.held_out] == [0, 2]
    assert progress.status("next") == "running"
    assert progress.status("w") == "interrupted"


def test_a_fresh_start_after_a_failure_forgets_everything():
    progress = at_each_second(started(), Evaluated(0, 3.0, 10, 40), step(1), RunQueued(), started())
    assert (progress.training.points, progress.held_out, progress.step) == ((), [], 0)


def test_time_waited_and_time_down_are_not_time_worked():
    progress = fold(
        [
            Recorded(0.0, RunQueued()),
            Recorded(100.0, started()),
            Recorded(110.0, step(1)),
            Recorded(5000.0, RunQueued(resume=True)),
            Recorded(5050.0, started(from_step=1, worker="next")),
            Recorded(5055.0, step(2)),
        ]
    )
    assert progress.seconds(None) == pytest.approx(10 + 5)
    assert progress.seconds(5060.0) == pytest.approx(10 + 10)


def test_a_finished_run_took_what_the_engine_measured():
    progress = at_each_second(started(), step(1), RunFinished(1, 1, 12.5, 777_777))
    assert progress.seconds(None) == 12.5
    assert progress.peak_memory_bytes == 777_777


def test_time_left_is_the_pace_of_the_last_steps():
    progress = at_each_second(started(steps=20), *(step(number) for number in range(1, 11)))
    assert progress.seconds_left() == pytest.approx(10 * 1.0)
    assert at_each_second(started(), step(1)).seconds_left() is None


def test_the_best_step_has_the_lowest_held_out_loss_and_never_is_the_untouched_model():
    progress = at_each_second(
        started(), Evaluated(0, 1.0, 10, 40), Evaluated(5, 1.2, 10, 40), Evaluated(10, 1.1, 10, 40)
    )
    assert progress.best_step == 10
    assert at_each_second(started(), RunStopped(7, 5, 1.0, 1)).best_step == 5


def test_jobs_are_followed_and_one_whose_worker_died_is_interrupted():
    progress = at_each_second(
        JobStarted("a", "exam", "w"),
        JobProgressed("a", 3, 8, "Scoring"),
        JobStarted("b", "export adapter", "w"),
        JobFailed("b", "export adapter", "why", "next"),
        JobStarted("c", "exam", "w"),
        JobFinished("c", "exam", 1.0),
    )
    assert [progress.jobs[job].status("w") for job in "abc"] == ["running", "failed", "finished"]
    assert progress.jobs["a"].status("another") == "interrupted"
    assert (progress.jobs["a"].done, progress.jobs["a"].total, progress.jobs["a"].message) == (
        3,
        8,
        "Scoring",
    )


def test_warnings_are_kept_in_order():
    progress = at_each_second(Warned("one", ""), Warned("two", ""))
    assert [warned.message for warned in progress.warnings] == ["one", "two"]


def test_steps_that_are_repeated_stand_once_also_where_the_restart_is_not_known():
    progress = at_each_second(started(), step(1), step(2, loss=9.0), step(3, loss=9.0), step(2, loss=1.0))
    assert progress.training.points == ((1, 2.0), (2, 1.0))


def test_the_numbers_of_a_long_run_cost_no_more_than_those_of_a_short_one():
    long = at_each_second(
        started(steps=50_000), Evaluated(0, 3.0, 10, 40), *(step(number) for number in range(1, 50_001))
    )
    for number, loss in ((20_000, 2.0), (40_000, 2.5), (50_000, 2.6)):
        long.add(Recorded(1e6, Evaluated(number, loss, 10, 40)))
    passes = 0

    def count(frame, event, argument):
        nonlocal passes
        passes += 1
        return count

    sys.settrace(count)
    try:
        verdict(long, "running")
        told = (long.loss_first, long.loss_last, long.tokens_per_second, long.seconds_left())
    finally:
        sys.settrace(None)
    assert None not in told
    assert passes < 1000, "lines that were run"
