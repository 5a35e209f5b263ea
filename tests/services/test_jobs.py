"""What a job says of itself: its seconds are those of its own work."""

from functools import partial
from types import SimpleNamespace

from studio.core.events import JobFinished
from studio.core.work_time import WorkTime
from studio.services.jobs import run_job


class Requests:
    """Nobody asks to stop."""

    def stop_asked(self, job):
        return False

    def remove(self, job):
        pass

    clear_stop = remove


def test_the_answers_it_gave_way_to_are_not_counted_among_its_seconds(monkeypatch):
    now, events = [0.0], []
    monkeypatch.setattr("studio.services.jobs.WorkTime", partial(WorkTime, clock=lambda: now[0]))

    def answer_somebody():
        now[0] += 90

    def work(progress, should_stop):
        now[0] += 4
        return not should_stop()

    folder = SimpleNamespace(append=events.append, requests=Requests())
    signals = SimpleNamespace(worker="1", pause=answer_somebody, closing=lambda: False)
    run_job(SimpleNamespace(folder=folder, job="7", kind="exam", at=0.0), signals, work)
    assert now[0] == 184, "it gave way before it began and in the middle"
    assert events[-1] == JobFinished("7", "exam", 4)
