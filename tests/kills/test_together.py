"""torchrun starts two processes on one run: the page shows it, one of them is killed, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from studio.core import events
from studio.services.studio import Studio
from studio.store.runs import RunFolder
from tests.services.conftest import wait_for, weights_of

pytestmark = pytest.mark.slow

STEPS = 60


@pytest.fixture
def start(shell):
    """Start words of the command line in two processes; what is left of them at the end is ended."""
    started = []

    def start(*words: str) -> subprocess.Popen:
        launcher = ["torch.distributed.run", "--nproc_per_node", "2", "--rdzv-backend", "c10d"]
        studio = ["--rdzv-endpoint", "localhost:0", "-m", "studio", "--home", str(shell.home), "--json"]
        command = [sys.executable, "-m", *launcher, *studio, *words]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def kill(torchrun: subprocess.Popen, rank: int) -> None:
    children = psutil.Process(torchrun.pid).children()
    (victim,) = (child for child in children if child.environ().get("RANK") == str(rank))
    victim.send_signal(signal.SIGKILL)


def test_two_processes_train_one_run_and_what_is_killed_or_stopped_goes_on(shell, start, train_words):
    whole = start(*train_words())
    wait_for(lambda: shell.steps_said() >= 1, seconds=300)
    watching = Studio(shell.home)
    undisturbed = watching.runs()[0].id
    assert (watching.run(undisturbed).status, watching.run(undisturbed).steps) == ("running", STEPS)
    assert watching.points(undisturbed, 0).training
    out, said = whole.communicate(timeout=300)
    assert whole.returncode == 0, said
    assert json.loads(out)["status"] == "finished"
    assert "2 processes train together." in said
    assert watching.run(undisturbed).status == "finished"

    killed = start(*train_words())
    wait_for(lambda: len(shell.runs()) == 2 and shell.steps_said() >= 9, seconds=300)
    run = shell.runs()[-1].name
    kill(killed, rank=1)
    out, said = killed.communicate(timeout=300)
    assert killed.returncode == 1
    assert watching.run(run).status == "failed"
    (failed,) = events_of(shell, run, events.RunFailed)
    assert failed.message == "Another process of this run ended, so the others cannot go on."

    stopped = start("resume", run)
    wait_for(lambda: len(events_of(shell, run, events.RunStarted)) == 2, seconds=300)
    watching.stop(run)
    stopped.communicate(timeout=300)
    assert watching.run(run).status == "stopped"

    resumed = start("resume", run)
    out, said = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, said
    assert json.loads(out)["status"] == "finished"
    assert weights_of(shell.home, run, STEPS) == weights_of(shell.home, undisturbed, STEPS)
    assert sorted({event.step for event in events_of(shell, run, events.StepLogged)}) == list(
        range(1, STEPS + 1)
    )


def events_of(shell, run, kind):
    recorded = RunFolder(shell.home / "runs" / run).read()[0]
    return [each.event for each in recorded if isinstance(each.event, kind)]


def test_two_processes_mix_in_the_same_replies_and_are_pulled_as_one_is(shell, start, train_words):
    words = train_words(steps=8, dropout=0.0, replay_percent=20, base_kl=0.5)
    together = start(*words)
    _, said = together.communicate(timeout=300)
    assert together.returncode == 0, said
    alone = subprocess.run(
        [sys.executable, "-m", "studio", "--home", str(shell.home), *words],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stderr
    by_two, by_one = (run.name for run in shell.runs())
    begun = [events_of(shell, run, events.RunStarted)[0] for run in (by_two, by_one)]
    assert begun[0].replayed_rows == begun[1].replayed_rows > 0
    for two, one in zip(*(events_of(shell, run, events.StepLogged) for run in (by_two, by_one)), strict=True):
        assert two.loss == pytest.approx(one.loss, rel=1e-3)
        assert two.base_kl == pytest.approx(one.base_kl, rel=1e-2, abs=1e-5)
        assert two.trained_tokens == one.trained_tokens
    assert one.base_kl > 0
