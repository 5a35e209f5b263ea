"""One tiny run, really trained by the engine, that every export test hands over."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from studio.core.config import RunConfig
from studio.core.events import Evaluated, Event
from studio.core.exam import Exam
from studio.core.records import Completion, SourcedRecord, question_and_answer
from studio.exporters.facts import DatasetFacts, RunFacts
from studio.exporters.job import ExportJob
from tests.conftest import record_for

KNOBS = {
    "rank": 4, "alpha": 8.0, "dropout": 0.0, "max_length": 128, "held_out_percent": 20.0, "max_rows": 0,
    "learning_rate": 1e-2, "epochs": 3.0, "steps": 0, "batch_size": 4, "schedule": "cosine",
    "warmup_percent": 10.0, "weight_decay": 0.1, "gradient_clip": 1.0, "evaluations": 3,
    "checkpoint_every": 0, "seed": 7,
}  # fmt: skip
ROWS = tuple(
    SourcedRecord(
        row,
        Completion(
            f"{'What' if row % 3 else 'Which'} colour is number {row}?",
            f"{'red' if row % 2 else 'blue'} {row}",
        ),
    )
    for row in range(2, 18)
)


@dataclass(frozen=True)
class Saved:
    bytes: int
    best: bool


class FolderStore:
    """Keeps every checkpoint of one run in plain folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._losses: dict[int, float] = {}

    def save(self, step, write, *, eval_loss):
        target = self._folder / f"step-{step:06}"
        target.mkdir(parents=True)
        write(target)
        if eval_loss is not None:
            self._losses[step] = eval_loss
        return Saved(1, self.best()[0] == step)

    def newest(self):
        return None

    def best(self):
        step = min(self._losses, key=self._losses.get)
        return step, self._folder / f"step-{step:06}"


@dataclass(frozen=True)
class TinyRun:
    config: RunConfig
    source: object
    step: int
    checkpoint: Path
    training: tuple[SourcedRecord, ...]
    held_out: tuple[SourcedRecord, ...]
    events: tuple[Event, ...]

    def held_out_losses(self) -> list[float]:
        return [event.loss for event in self.events if isinstance(event, Evaluated)]


def train_tiny(folder: Path, model: Path, *, tuning: str, objective: str = "chat", **knobs) -> TinyRun:
    from studio.data.split import split
    from studio.data.templates import ChatTemplate
    from studio.engine.job import TrainingJob
    from studio.engine.loop import train
    from studio.engine.models import load_tokenizer
    from studio.engine.objectives import objective_named
    from studio.engine.outputs import outputs_of
    from studio.engine.sources import resolve
    from studio.engine.tunings import TUNINGS

    chosen = {
        name: value
        for name, value in KNOBS.items()
        if tuning == "lora" or name not in ("rank", "alpha", "dropout")
    }
    config = RunConfig(
        "d", "f" * 12, model=str(model), objective=objective, tuning=tuning, knobs={**chosen, **knobs}
    )
    rows = [SourcedRecord(row.row, record_for(objective, *question_and_answer(row.record))) for row in ROWS]
    tokenizer = load_tokenizer(resolve(config.model))
    template = ChatTemplate(tokenizer)
    parts = split(rows, config.knobs["held_out_percent"], 0, config.knobs["seed"])
    encode = objective_named(objective).encode
    training, held_out = (
        tuple(
            encode(row.record, template, max_length=config.knobs["max_length"], row=row.row) for row in part
        )
        for part in (parts.training, parts.held_out)
    )
    source = replace(resolve(config.model), labels=outputs_of(objective, training))
    store, events = FolderStore(folder), []
    job = TrainingJob(config, source, tokenizer, training, held_out, store, "test")
    train(job, events.append, lambda: False)
    assert tuning in TUNINGS
    step, checkpoint = store.best()
    return TinyRun(config, source, step, checkpoint, parts.training, parts.held_out, tuple(events))


@pytest.fixture(scope="session")
def lora_run(tmp_path_factory, tiny_model_folder) -> TinyRun:
    return train_tiny(tmp_path_factory.mktemp("lora"), tiny_model_folder, tuning="lora")


@pytest.fixture(scope="session")
def full_run(tmp_path_factory, tiny_model_folder) -> TinyRun:
    return train_tiny(tmp_path_factory.mktemp("full"), tiny_model_folder, tuning="full", learning_rate=1e-3)


@pytest.fixture(scope="session")
def train_one(tmp_path_factory, tiny_model_folder) -> Callable[..., TinyRun]:
    """Train a run of one's own choice on the tiny model, or on another."""

    def train(model: Path = tiny_model_folder, **choices) -> TinyRun:
        return train_tiny(tmp_path_factory.mktemp("run"), model, **choices)

    return train


def job_of(run: TinyRun, exam: Exam | None = None) -> ExportJob:
    """Return the run as an exporter is given it."""
    dataset = DatasetFacts("colours.csv", "f" * 12, "pairs")
    return ExportJob(
        config=run.config, source=run.source, checkpoint=run.checkpoint, step=run.step, dataset=dataset,
        training=run.training, held_out=run.held_out, exam=exam,
        facts=RunFacts(run.config, dataset, exam, base=run.source, step=run.step),
    )  # fmt: skip
