"""Two processes that torchrun starts do what one does: the same losses, and a run that goes on bit-equal."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch

from studio.core import events
from studio.engine.checkpoints import OPTIMISER, RANDOM, WEIGHTS
from studio.engine.processes import ONE
from tests.engine.launched import Order, carry_out

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
KNOBS = {"steps": 6, "batch_size": 3, "evaluations": 3, "learning_rate": 1e-3}
CLOSE = 1e-5


def said(order: Order, kind: type) -> list:
    lines = (Path(order.folder) / "events.jsonl").read_text().splitlines()
    return [event for event in (events.decode(line).event for line in lines) if isinstance(event, kind)]


def losses(order: Order) -> list[float]:
    return [event.loss for kind in (events.StepLogged, events.Evaluated) for event in said(order, kind)]


def saved(order: Order) -> list[bytes]:
    step = Path(order.folder) / "checkpoints" / "step-000006"
    return [(step / part).read_bytes() for part in (WEIGHTS, OPTIMISER, RANDOM)]


def torchrun(orders: list[Order], where: Path) -> None:
    (where / "orders.json").write_text(json.dumps([asdict(order) for order in orders]))
    launcher = ["torch.distributed.run", "--nproc_per_node", "2", "--rdzv-backend", "c10d"]
    words = [*launcher, "--rdzv-endpoint", "localhost:0", str(ROOT / "tests/engine/launched.py")]
    ended = subprocess.run(
        [sys.executable, "-m", *words, str(where / "orders.json")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> dict[str, Order]:
    """What two processes did, one run after the other, in one start of torchrun."""
    folder = tmp_path_factory.mktemp("two")

    def order(name: str, **further) -> Order:
        return Order(str(tiny_model_folder), str(folder / name), knobs=KNOBS, **further)

    forgets = {"knobs": {**KNOBS, "dropout": 0.3, "checkpoint_every": 1}}
    orders = {
        "lora": order("lora"),
        "full": order("full", tuning="full"),
        "kto": replace(order("kto", objective="kto"), knobs={**KNOBS, "bad_weight": 0.01}),
        "no room": order("no-room", no_room_in=1),
        "undisturbed": replace(order("undisturbed"), **forgets),
        "stopped": replace(order("stopped", stop_after=3), **forgets),
        "resumed": replace(order("stopped"), **forgets),
    }
    torchrun(list(orders.values()), folder)
    return orders


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Do the same run in this one process."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)

    def again(order: Order) -> Order:
        own = replace(order, folder=str(tmp_path / "alone"), no_room_in=-1)
        carry_out(own, ONE)
        return own

    return again


@pytest.mark.parametrize("name", ["lora", "full", "kto"])
def test_two_processes_have_the_losses_of_one(runs, alone, name):
    ours, theirs = losses(runs[name]), losses(alone(runs[name]))
    assert len(ours) == 6 + 4
    assert ours == pytest.approx(theirs, abs=CLOSE)


def test_two_processes_tell_what_one_does_of_all_answers_together(runs, alone):
    one = alone(runs["kto"])
    for kind in (events.StepLogged, events.Evaluated):
        ours, theirs = ([event.measures for event in said(each, kind)] for each in (runs["kto"], one))
        assert all(own == pytest.approx(other, abs=CLOSE) for own, other in zip(ours, theirs, strict=True))
        assert any(told["kl"] > 0 for told in ours)


def test_the_first_process_tells_the_story_once_and_of_both(runs, alone):
    one = alone(runs["lora"])
    kinds = [[type(event) for event in said(order, object)] for order in (runs["lora"], one)]
    assert kinds[0] == kinds[1]
    (started,) = said(runs["lora"], events.RunStarted)
    assert "2 processes share the rows of each step and add up what they learn." in started.reasons
    for kind in (events.StepLogged, events.Evaluated):
        ours, theirs = ([event.trained_tokens for event in said(each, kind)] for each in (runs["lora"], one))
        assert ours == theirs


def test_where_one_process_finds_no_room_both_go_on_with_less_at_once(runs, alone):
    (told,) = said(runs["no room"], events.BatchSplit)
    assert (told.step, told.micro_tokens) == (2, 384)
    assert losses(runs["no room"]) == pytest.approx(losses(alone(runs["no room"])), abs=CLOSE)


def test_a_run_that_two_processes_stopped_and_resumed_ends_bit_equal(runs):
    (stopped,) = said(runs["stopped"], events.RunStopped)
    assert stopped.step == 3
    assert [event.from_step for event in said(runs["resumed"], events.RunStarted)] == [0, 3]
    assert saved(runs["resumed"]) == saved(runs["undisturbed"])


def test_one_process_goes_on_where_two_have_stopped(runs, alone, tmp_path):
    kept = Path(runs["lora"].folder)
    longer = replace(runs["lora"], knobs={**KNOBS, "steps": 8})
    (tmp_path / "alone").mkdir()
    (kept / "checkpoints").rename(tmp_path / "alone" / "checkpoints")
    own = alone(longer)
    (tmp_path / "alone" / "checkpoints").rename(kept / "checkpoints")
    assert [event.from_step for event in said(own, events.RunStarted)] == [6]
    assert [event.step for event in said(own, events.StepLogged)] == [7, 8]
