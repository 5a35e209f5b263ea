"""A job is done as it is asked for at the moment when it begins."""

from studio.core.events import RunStopped
from studio.services import exams, kinds
from studio.services.queue import next_task
from tests.services.conftest import planned


def test_what_is_wished_while_the_worker_makes_itself_ready_is_done_too(
    closed, table, tiny_model_folder, monkeypatch
):
    run = closed.start(planned(closed, table, tiny_model_folder))
    folder, held = closed._home.runs.folder(run), []
    folder.append(RunStopped(0, 0, 0.0, 0))
    job = folder.requests.add(exams.KIND)
    task = next_task(closed._book)
    assert folder.requests.add(exams.KIND, wishes=("few_shot",)) == job
    monkeypatch.setattr(exams, "hold", lambda task, signals: held.append((task.job, task.wishes)))
    kinds.perform(closed._home, closed._keys, task, None)
    folder.requests.remove(job)
    kinds.perform(closed._home, closed._keys, task, None)
    assert held == [(job, ("few_shot",)), (job, ())]
