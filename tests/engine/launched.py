"""One of the processes that torchrun starts for a test: it trains what it is ordered to, as a run would.

python -m torch.distributed.run --nproc_per_node N tests/engine/launched.py ORDERS.json
"""

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from studio.core.system import prepare_process

if __name__ == "__main__":
    prepare_process()

import torch

from studio.core import events
from studio.core.config import RunConfig
from studio.core.knobs import KnobValue
from studio.data.templates import ChatTemplate
from studio.engine.divided import own_part
from studio.engine.job import TrainingJob
from studio.engine.loop import train
from studio.engine.models import load_tokenizer
from studio.engine.objectives import chat, objective_named
from studio.engine.preparation import prepare
from studio.engine.processes import Processes, join, launched
from studio.engine.sources import from_folder
from studio.store.checkpoints import Checkpoints
from tests.conftest import QUESTIONS, record_for


@dataclass(frozen=True)
class Order:
    """A run of the tiny model in a folder of its own; one with the same folder goes on from what is saved."""

    model: str
    folder: str
    tuning: str = "lora"
    objective: str = "chat"
    knobs: dict[str, KnobValue] = field(default_factory=dict)
    stop_after: int = 0
    """Stop in the step after this one; 0: never."""
    no_room_in: int = -1
    """The process that finds no room for its third batch, once."""
    divided: str = ""
    """Only prepare a model that is divided for this reason; each process notes how many weights it holds."""


def carry_out(order: Order, processes: Processes) -> None:
    """Do the run, what is said in it written to its folder by the first process alone."""
    folder, source = Path(order.folder), from_folder(Path(order.model))
    folder.mkdir(exist_ok=True)
    events_file = folder / "events.jsonl"
    lines = events_file.read_text().splitlines() if events_file.exists() else []

    def emit(event: events.Event) -> None:
        assert processes.leads
        with events_file.open("a") as file:
            file.write(events.encode(event, 0.0) + "\n")

    def should_stop() -> bool:
        assert processes.leads
        return bool(order.stop_after) and events_file.read_text().count('"StepLogged"') >= order.stop_after

    def at_pause() -> None:
        assert processes.leads
        torch.rand(7)  # what the machine did meanwhile must leave no trace

    tokenizer = load_tokenizer(source)
    if order.divided:
        prepared = prepare(
            RunConfig("dataset", "1", tuning=order.tuning),
            source,
            tokenizer,
            processes=processes,
            divided=order.divided,
        )
        held = sum(own_part(weight).numel() for weight in prepared.machinery.model.parameters())
        (folder / f"held-{processes.rank}").write_text(str(held))
        return
    template, learned = ChatTemplate(tokenizer), objective_named(order.objective)
    rows = tuple(
        learned.encode(record_for(order.objective, *pair), template, max_length=256, row=row)
        for row, pair in enumerate(QUESTIONS, start=1)
    )
    job = TrainingJob(
        RunConfig("dataset", "1", "tiny", objective=order.objective, tuning=order.tuning, knobs=order.knobs),
        source,
        tokenizer,
        rows,
        rows[:5],
        Checkpoints(folder / "checkpoints"),
        "the worker",
        [events.decode(line) for line in lines],
        processes,
    )
    with full_once(order.no_room_in == processes.rank):
        train(job, emit, should_stop, at_pause)


class full_once:
    """While this lasts, the third batch that is learned from finds no room where `happens`."""

    def __init__(self, happens: bool) -> None:
        self._happens, self._loss, self._calls = happens, chat.loss, 0

    def __enter__(self) -> None:
        if self._happens:
            chat.loss = self._full

    def __exit__(self, *_: object) -> None:
        chat.loss = self._loss

    def _full(self, model, batch):
        self._calls += model.training
        if model.training and self._calls == 3:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return self._loss(model, batch)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.cpu.get_capabilities = dict  # 32 bits: the rounding of 16 would hide a difference of 1e-5
    together = launched(os.environ)
    join(together)
    for entries in json.loads(Path(sys.argv[1]).read_text()):
        carry_out(Order(**entries), together)
