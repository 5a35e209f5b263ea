"""What the worker does of each kind of job beside training: exams, probes, judges, exports and so on."""

from dataclasses import replace

from studio.services import drawing, exams, exports, judging, probes, pushing
from studio.services.keys import Keys
from studio.services.queue import Task
from studio.services.training import Signals
from studio.store.home import Home


def perform(home: Home, keys: Keys, task: Task, signals: Signals) -> None:
    """Do a job that was asked for; what it needs of the worker is in `signals`.

    It is done as it is asked for now: more may have been wished of it since its turn was seen to come.
    """
    waiting = {request.job: request.wishes for request in task.folder.requests.all()}
    task = replace(task, wishes=waiting.get(task.job, task.wishes))
    match task.kind:
        case exams.KIND:
            exams.hold(task, signals)
        case probes.KIND:
            probes.hold(task, signals)
        case judging.KIND:
            judging.hold(home, keys, task, signals)
        case drawing.KIND:
            drawing.hold(task, signals)
        case pushing.KIND:
            pushing.hold(home, keys, task, signals)
        case _:
            exports.make(home, task, signals)
