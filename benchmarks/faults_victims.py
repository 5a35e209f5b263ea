"""A training run as a process that can be killed, its home a copy of one in which it waits."""

import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from benchmarks.faults_model import write_model, write_table
from studio.core import events
from studio.core.progress import fold
from studio.services.studio import Studio
from studio.services.views import Duty
from studio.store.files import digest
from studio.store.runs import RunFolder

ROWS = 60
KNOBS = {"steps": 16, "batch_size": 4, "evaluations": 4, "checkpoint_every": 2, "dropout": 0.1}
ENDED = ("finished", "failed", "stopped")
LOOK_SECONDS, LEG_SECONDS = 0.02, 120.0


def forked(work: Callable[[], None]) -> int:
    """Do the work in a process of its own; return its id at once."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()  # nothing else tells of it: the process ends without unwinding
        raise
    finally:
        os._exit(code)


def reap(child: int, seconds: float) -> bool:
    """Wait for a process; kill it when the time is over, and return whether that was needed."""
    end = time.monotonic() + seconds
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() >= end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return True
        time.sleep(min(0.002, max(0.0, end - time.monotonic())))
    return False


def write_waiting(place: Path) -> None:
    """Write a model, a table and a home in which a run waits that nobody works on yet."""

    def queue() -> None:
        write_model(place / "model")
        write_table(place / "sums.csv", ROWS)
        studio = Studio(place / "home")
        dataset = studio.add_dataset(place / "sums.csv", "sums.csv")
        studio.start(studio.plan(dataset.id, "balanced", model=str(place / "model"), knobs=KNOBS))

    if reap(forked(queue), LEG_SECONDS):
        raise TimeoutError(f"Nothing was queued after {LEG_SECONDS:.0f} s.")


class Victim:
    """One run, by its folder, and the processes that work on it."""

    def __init__(self, waiting: Path, home: Path) -> None:
        shutil.copytree(waiting, home)
        (path,) = (home / "runs").glob("2*")
        self._home, self.folder = home, RunFolder(path)

    def begin_leg(self, before: Callable[[], None] = lambda: None) -> int:
        """Start a process that works until the run has ended; return its id."""

        def work() -> None:
            before()
            studio = Studio(self._home)
            studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
            while studio.run(self.folder.id).status not in ENDED:
                time.sleep(LOOK_SECONDS)
            studio.close()

        return forked(work)

    def end(self, before: Callable[[], None] = lambda: None) -> None:
        """Let it go on undisturbed until it ends."""
        reap(self.begin_leg(before), LEG_SECONDS)

    def resume(self) -> None:
        """Queue it again; one that waits still stays as it is."""
        Studio(self._home).resume(self.folder.id)

    def said(self) -> list[events.Event]:
        return [recorded.event for recorded in self.folder.read()[0]]

    def status(self) -> str:
        return fold(self.folder.read()[0]).status(None)

    def newest_step(self) -> int:
        """Return the newest checkpoint that verifies; 0 where there is none."""
        newest = self.folder.checkpoints.newest()
        return newest[0] if newest else 0

    def ended_as(self, reference: "Victim") -> bool:
        """Return whether every loss that was ever told, and the last tensors, are those of the other run."""
        right, told = reference._losses(), self._losses()
        return told == right and bool(self._result()) and self._result() == reference._result()

    def _losses(self) -> dict[tuple[str, int], set[float]]:
        told: dict[tuple[str, int], set[float]] = {}
        for event in self.said():
            if isinstance(event, events.StepLogged | events.Evaluated):
                told.setdefault((type(event).__name__, event.step), set()).add(event.loss)
        return told

    def _result(self) -> dict[str, str]:
        newest = self.folder.checkpoints.newest()
        if newest is None or newest[0] != KNOBS["steps"] or self.status() != "finished":
            return {}
        return {path.name: digest(path) for path in sorted(newest[1].rglob("*.safetensors"))}
