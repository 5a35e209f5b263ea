"""A home, a table of questions with answers, and a studio that works on them with the tiny model."""

import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from studio.core.config import RunConfig
from studio.services.studio import Studio
from studio.services.views import Duty

Value = TypeVar("Value")

ROWS = 60
STEPS = 12
ENDED = ("finished", "stopped", "failed", "interrupted")


def write_table(path: Path, rows: int = ROWS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["question", "answer"])
        lines.writerows([f"What is {number} plus one?", f"It is {number + 1}."] for number in range(rows))
    return path


def wait_for(question: Callable[[], Value], seconds: float = 60.0, every: float = 0.01) -> Value:
    """Ask until the answer is true, and return it."""
    end = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(every)
    return answer


def ended(studio: Studio, run: str) -> str:
    """Return how a run ended."""
    wait_for(lambda: studio.run(run).status in ENDED)
    return studio.run(run).status


def job_ended(studio: Studio, run: str, job: str) -> str:
    def status() -> str:
        return next((view.status for view in studio.run(run).jobs if view.id == job), "")

    wait_for(lambda: status() in ENDED)
    return status()


def weights_of(studio_home: Path, run: str, step: int) -> bytes:
    """Return the tuned weights of a checkpoint, byte for byte."""
    folder = studio_home / "runs" / run / "checkpoints" / f"step-{step:06d}"
    return (folder / "weights" / "tuned.safetensors").read_bytes()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_table(tmp_path / "sums.csv")


@pytest.fixture
def closed(home: Path) -> Studio:
    """A studio that only reads and writes; nobody works."""
    return Studio(home)


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    """A studio at work, without the exam that follows training."""
    studio = Studio(home)
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    yield studio
    studio.close()


def planned(studio: Studio, table: Path, model: Path, **knobs: int | float) -> RunConfig:
    """Plan a short run on the tiny model."""
    dataset = studio.add_dataset(table, table.name)
    settings = {"steps": STEPS, "batch_size": 4, "evaluations": 3, "dropout": 0.1, **knobs}
    return studio.plan(dataset.id, "balanced", model=str(model), knobs=settings)
