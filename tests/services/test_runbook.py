"""What the lists tell of a run is what its events say."""

from studio.core.events import Evaluated, RunFinished, RunStarted, StepLogged
from tests.services.conftest import planned

STARTED = RunStarted("a worker", 0, 10, 50, 6, 5, 9, "cpu", "float32", (), "hash")


def test_an_overfitting_run_tells_the_error_of_its_best_point_beside_its_last(
    closed, table, tiny_model_folder
):
    run = closed.start(planned(closed, table, tiny_model_folder))
    folder = closed._home.runs.folder(run)
    folder.append(STARTED)
    folder.append(Evaluated(0, 3.0, 90, 6))
    assert closed.run(run).eval_loss_best is None
    for step, held_out in ((5, 2.0), (10, 2.6)):
        folder.append(StepLogged(step, 1.0, 9, 9, 0.1, 1.0, 1.0, 1))
        folder.append(Evaluated(step, held_out, 90, 6))
    folder.append(RunFinished(10, 5, 9.0, 1))
    view = closed.run(run)
    assert (view.eval_loss_first, view.eval_loss_best, view.eval_loss) == (3.0, 2.0, 2.6)
    assert view.best_step == 5
