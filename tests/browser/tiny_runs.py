"""Runs of the tiny model, asked for by another process than the studio that does the work."""

from pathlib import Path

from studio.services.studio import Studio
from tests.browser.servers import Server
from tests.services.conftest import ended, planned, wait_for, write_table


def examined_run(server: Server, folder: Path, model: Path, rows: int) -> str:
    """Train on so many sums, wait for the exam that follows, and return the run's id.

    Runs of as many rows are of one data set, and what is said of their answers is kept together.
    """
    asking = Studio(server.home)
    run = asking.start(planned(asking, write_table(folder / "sums.csv", rows), model, learning_rate=0.05))
    assert ended(asking, run) == "finished"
    wait_for(lambda: asking.exam(run), seconds=300.0)
    return run
