"""One errand from begin to end: do the home's work, or wait for who does, until the result is there.

For callers that come with one wish and leave, as the command line does. Progress is told line by line.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio.core.errors import Refused
from studio.services.studio import Studio
from studio.services.views import Comparison, Duty, JobView, RunView

POLL_SECONDS = 0.2
ENDED = ("finished", "stopped", "paused", "failed", "interrupted")


@dataclass(frozen=True)
class Ear:
    """How the caller listens: each line of progress, and whether the user wants to stop."""

    tell: Callable[[str], None]
    interrupted: Callable[[], bool]


@dataclass(frozen=True)
class Errand:
    """When it is over, what to say meanwhile (a line is told when its key changes), how to stop."""

    over: Callable[[], bool]
    say: Callable[[], tuple[object, str]]
    stop: Callable[[], None]


def wait_for_run(studio: Studio, run: str, ear: Ear) -> RunView:
    """Return the run once it has ended. Where the user interrupts, it is stopped and saved first."""

    def over() -> bool:
        return studio.run(run).status in ENDED

    def say() -> tuple[object, str]:
        return _run_line(studio.run(run), studio.worker().message)

    errand = Errand(over, say, lambda: studio.stop(run))
    _follow(studio, Duty(quiet_seconds=0.0, exam_after_training=False, done=over), errand, ear)
    return studio.run(run)


def _run_line(run: RunView, message: str) -> tuple[object, str]:
    if run.status == "queued":
        line = f"{run.verdict.sentence} {message}".strip()
        return line, line
    measured = run.yardstick
    what = f"held-out {measured.title.lower() if measured.rising else measured.loss}"
    held_out = f", {what} {measured.said(run.eval_loss)}" if run.eval_loss is not None else ""
    left = f", about {run.seconds_left:.0f} s left" if run.seconds_left is not None else ""
    return (run.step, run.eval_loss), f"Step {run.step} of {run.steps}{held_out}{left}"


def wait_for_jobs(studio: Studio, jobs: Sequence[tuple[str, str]], ear: Ear) -> tuple[JobView, ...]:
    """Return the exams and exports, given as (run, job), once all have ended."""

    def views() -> tuple[JobView, ...]:
        return tuple(job for run, name in jobs for job in studio.run(run).jobs if job.id == name)

    def over() -> bool:
        return all(job.status in ENDED for job in views())

    def say() -> tuple[object, str]:
        going = next((job for job in views() if job.status not in ENDED), None)
        line = "" if going is None else going.message or f"Waits for its turn. {studio.worker().message}"
        return line, line

    def stop() -> None:
        for run, name in jobs:
            with contextlib.suppress(Refused):  # This one has ended already.
                studio.stop_job(run, name)

    duty = Duty(quiet_seconds=0.0, exam_after_training=False, done=over)
    _follow(studio, duty, Errand(over, say, stop), ear)
    return views()


def wait_for_answers(studio: Studio, comparison: str, ear: Ear) -> Comparison:
    """Return the comparison once both answers are written. Leaves the home to whoever holds it."""

    def over() -> bool:
        return settled(studio.comparison(comparison))

    def say() -> tuple[object, str]:
        waiting = studio.comparison(comparison).waiting
        return waiting, waiting

    errand = Errand(over, say, lambda: studio.cancel_question(comparison))
    _follow(studio, Duty(takes_home=False, quiet_seconds=0.0), errand, ear)
    return studio.comparison(comparison)


def settled(comparison: Comparison) -> bool:
    """Return whether nothing more will be written."""
    return bool(comparison.error) or all(answer.done for answer in comparison.answers.values())


def _follow(studio: Studio, duty: Duty, errand: Errand, ear: Ear) -> None:
    said: object = None
    asked = False
    studio.open(duty)
    try:
        while not errand.over():
            key, line = errand.say()
            if key != said and line:
                ear.tell(line)
            said = key
            if ear.interrupted() and not asked:
                asked = True
                with contextlib.suppress(Refused):  # It ended in this very moment.
                    errand.stop()
            time.sleep(POLL_SECONDS)
    finally:
        studio.close()
